import { describe, expect, it } from 'vitest';
import { NeverQuiet, readUnit } from '../../scripts/backup/read-unit.ts';
import { onePartition, type ScannedRow } from '../../scripts/backup/scan.ts';
import type { Unit } from '../../scripts/backup/units.ts';
import type { TableOp } from '../../shared/platform/table.ts';
import { memoryTable } from '../support/memory-table.ts';
import { seededRandom } from '../support/seeded.ts';
import { memoryScan } from './memory-scan.ts';

const kinds = ['C', 'E', 'H', 'O'];
const unit: Unit = {
  name: 'a partition',
  table: 'requests',
  ranges: [onePartition('00')],
  takes: () => true,
  groupOf: ({ rk }) => rk.split('|')[1] ?? '',
};

/** Groups whose rows are written together: all rows of a group have the version of its last transaction, and name how many there are. */
function aBusyPartition(random: () => number) {
  const memory = memoryTable();
  const versions = new Map<string, number>();
  const write = async (group: string): Promise<void> => {
    const version = (versions.get(group) ?? 0) + 1;
    versions.set(group, version);
    const size = 1 + Math.floor(random() * kinds.length);
    const columns = { version, size };
    const there = memory.partitions.get('00') ?? new Map<string, unknown>();
    const ops = kinds.flatMap((kind, at): TableOp[] => {
      const rk = `${kind}|${group}`;
      if (at < size) return [{ kind: 'upsert', rk, columns }];
      return there.has(rk) ? [{ kind: 'delete', rk }] : [];
    });
    await memory.table.transact('00', ops);
  };
  return { memory, versions, write };
}

/** What is wrong with one reading between random writes, and how many rows were read again. */
async function readOnce(seed: number): Promise<{ wrong: string[]; corrected: number }> {
  const random = seededRandom(seed);
  const { memory, versions, write } = aBusyPartition(random);
  const any = () => `g${String(Math.floor(random() * 12))}`;
  for (let at = 0; at < 12; at++) await write(any());
  const atStart = new Map(versions);
  let left = Math.floor(random() * 60);
  const turn = async () => {
    for (; left > 0 && random() < 0.6; left--) await write(any());
  };
  const scan = memoryScan(memory, { pageRows: () => 1 + Math.floor(random() * 6), turn });
  const rows = new Map<string, ScannedRow>();
  const read = await readUnit({ scan, sleep: turn }, unit, async (row) => {
    rows.set(row.rk, row);
    return Promise.resolve();
  });
  for (const { name, row } of read.corrections) {
    if (row) rows.set(name.rk, row);
    else rows.delete(name.rk);
  }
  const groups = Map.groupBy(rows.values(), ({ rk }) => unit.groupOf({ pk: '00', rk }));
  const wrong = [...groups].flatMap(([group, of]) => {
    const [first] = of;
    const isOne = of.every(({ columns }) => columns.version === first?.columns.version);
    return isOne && of.length === first?.columns.size ? [] : [`${group} is torn`];
  });
  for (const [group, version] of atStart) {
    const [first] = groups.get(group) ?? [];
    if (first === undefined || Number(first.columns.version) < version)
      wrong.push(`${group} is older than the reading`);
  }
  return { wrong, corrected: read.corrections.length };
}

describe('reading a partition while others write to it', () => {
  it('gives each group as it was at one moment after the beginning, whatever is written between two pages', async () => {
    const wrong: unknown[] = [];
    let corrected = 0;
    for (let seed = 1; seed <= 2_000; seed++) {
      const run = await readOnce(seed);
      corrected += run.corrected;
      if (run.wrong.length > 0) wrong.push({ seed, wrong: run.wrong });
    }
    expect(wrong).toEqual([]);
    expect(corrected).toBeGreaterThan(2_000);
  });

  it('keeps a wake that was replaced again and again while it read', async () => {
    const { table, partitions } = memoryTable();
    const columns = { v: 1 };
    let at = 0;
    await table.transact('00', [{ kind: 'insert', rk: 'O|00|a', columns }]);
    const again = async () => {
      at++;
      await table.transact('00', [
        { kind: 'insert', rk: `O|${String(at).padStart(2, '0')}|a`, columns },
        { kind: 'delete', rk: `O|${String(at - 1).padStart(2, '0')}|a` },
      ]);
    };
    const wakes = { ...unit, groupOf: ({ rk }: { rk: string }) => rk, keeps: () => true };
    const rows = new Set<string>();
    const memory = { table, partitions } as ReturnType<typeof memoryTable>;
    const scan = memoryScan(memory, { turn: async () => (at < 20 ? again() : Promise.resolve()) });
    const read = await readUnit({ scan, sleep: async () => Promise.resolve() }, wakes, async ({ rk }) => {
      rows.add(rk);
      return Promise.resolve();
    });
    for (const { name, row } of read.corrections) if (!row) rows.delete(name.rk);
    expect(rows.size).toBeGreaterThan(0);
  });

  it('gives up loudly on a group that never stands still', async () => {
    const { memory, write } = aBusyPartition(seededRandom(1));
    await write('busy');
    const reading = readUnit(
      { scan: memoryScan(memory, { turn: async () => write('busy') }), sleep: async () => Promise.resolve() },
      unit,
      async () => Promise.resolve(),
    );
    await expect(reading).rejects.toThrow(NeverQuiet);
  });
});
