import { pagesOf, type KeyOnly, type RowName, type ScannedRow, type TableScan } from './scan.ts';
import type { Unit } from './units.ts';

/** A row as it was at the group's moment where the first reading found another; undefined: it was not there. */
export type Correction = { name: RowName; row: ScannedRow | undefined };

export type ReadUnit = { rows: number; corrections: Correction[] };

/** A group of rows that never stood still: what was read of it would not be one moment of it. */
export class NeverQuiet extends Error {
  override readonly name = 'NeverQuiet';
}

const roundsMax = 60;
const pauseMs = (round: number): number => Math.min(2_000, 20 * 2 ** Math.min(round, 8));
const keyOf = ({ pk, rk }: RowName): string => `${pk}\n${rk}`;
const nameOf = (key: string): RowName => {
  const [pk = '', rk = ''] = key.split('\n');
  return { pk, rk };
};

/**
 * Reads a unit while others write to it. A scan is not a snapshot: rows of one transaction may be read before and after it. So the
 * keys are read again, with their ETags, until every group of rows stood still between two readings: all that is held of it was so
 * when the second one began. A transaction stays within a group, and is therefore there whole or not at all. What happens to a
 * group after that moment is not looked at any more. Two readings are compared, not what is held with one: that a row is not there is
 * known since its reading only, and it may have come and gone since.
 */
export async function readUnit(
  { scan, sleep }: { scan: TableScan; sleep: (ms: number) => Promise<void> },
  unit: Unit,
  take: (row: ScannedRow) => Promise<void>,
): Promise<ReadUnit> {
  const known = await firstReading(scan, unit, take);
  const rows = known.size;
  let before = new Map(known);
  const corrections = new Map<string, Correction>();
  let open: Set<string> | undefined;
  for (let round = 1; ; round++) {
    const seen = await keysNow(scan, unit);
    const changed = differences(known, seen);
    const moved = new Set([...changed, ...differences(before, seen)].map((key) => unit.groupOf(nameOf(key))));
    before = seen;
    open = open === undefined ? moved : new Set([...open].filter((group) => moved.has(group)));
    if (open.size === 0) return { rows, corrections: [...corrections.values()] };
    if (round === roundsMax)
      throw new NeverQuiet(`${unit.name}: ${[...open].slice(0, 3).join(', ')} never stood still`);
    await sleep(pauseMs(round));
    for (const key of changed) {
      const name = nameOf(key);
      if (!open.has(unit.groupOf(name))) continue;
      const row = await scan.get(name);
      if (row || unit.keeps?.(name) !== true) corrections.set(key, { name, row });
      if (row) known.set(key, row.etag);
      else known.delete(key);
    }
  }
}

/** Gives every row on, and remembers which version of it. */
async function firstReading(
  scan: TableScan,
  unit: Unit,
  take: (row: ScannedRow) => Promise<void>,
): Promise<Map<string, string>> {
  const known = new Map<string, string>();
  for (const range of unit.ranges) {
    for await (const rows of pagesOf(async (from) => scan.page(range, from))) {
      for (const row of rows.filter(unit.takes)) {
        known.set(keyOf(row), row.etag);
        await take(row);
      }
    }
  }
  return known;
}

async function keysNow(scan: TableScan, unit: Unit): Promise<Map<string, string>> {
  const seen = new Map<string, string>();
  for (const range of unit.ranges) {
    for await (const rows of pagesOf<KeyOnly>(async (from) => scan.keys(range, from))) {
      for (const row of rows.filter(unit.takes)) seen.set(keyOf(row), row.etag);
    }
  }
  return seen;
}

const differences = (known: Map<string, string>, seen: Map<string, string>): string[] => [
  ...[...known.keys()].filter((key) => !seen.has(key)),
  ...[...seen.keys()].filter((key) => seen.get(key) !== known.get(key)),
];
