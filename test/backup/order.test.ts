import { describe, expect, it } from 'vitest';
import { exportDesk } from '../../scripts/backup/export.ts';
import type { Columns } from '../../shared/platform/table.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededRandom } from '../support/seeded.ts';
import { memoryScan, memoryShelf } from './memory-scan.ts';

/** Of each pair, the first is written before the second, which goes back to it. */
const pairs = [
  [
    ['health', 'shard|north|0', 'M|c'],
    ['customers', 'customer', 'c'],
  ],
  [
    ['health', 'incident|MO1', 'H'],
    ['health', 'shard|north|0', 'S'],
  ],
  [
    ['health', 'incident|MO2', 'H'],
    ['health', 'messages|north|0', 'S'],
  ],
  [
    ['health', 'incident|AZ1', 'H'],
    ['health', 'azure|north|0', 'S'],
  ],
  [
    ['health', 'owed', 'MO3'],
    ['health', 'incident|MO3', 'H'],
  ],
  [
    ['desk', 'reach-policy', 'current'],
    ['deliveries', '07', 'G|page'],
  ],
  [
    ['requests', '07', 'H|abcdefghijklmnopqrstuvwxy2'],
    ['portals', 'quarantine', 'H|q'],
  ],
  [
    ['escalations', '07', 'X|abcdefghijklmnopqrstuvwxy2-1'],
    ['escalations', 'mails', 'H|m'],
  ],
] as const;
type Name = (typeof pairs)[number][number];

/** Every pair is written again and again, by a version, while the export reads a row or two at a time. */
async function wrongAfter(seed: number): Promise<string[]> {
  const random = seededRandom(seed);
  const memory = memoryTables();
  const write = async ([table, pk, rk]: Name, columns: Columns) =>
    memory.tables(table).transact(pk, [{ kind: 'upsert', rk, columns }]);
  const steps = pairs.flatMap((pair) => pair.map((name) => async (v: number) => write(name, { v })));
  for (const step of steps) await step(0);
  let [done, left] = [steps.length, Math.floor(random() * 400)];
  // One after the other, however many read at once.
  let written: Promise<unknown> = Promise.resolve();
  const turn = async () => {
    for (; left > 0 && random() < 0.7; left--) {
      const at = done++;
      written = written.then(async () => steps[at % steps.length]?.(Math.floor(at / steps.length)));
    }
    await written;
  };
  const shelf = memoryShelf();
  const { clock } = movedClock();
  const scan = (name: string) => memoryScan(memory.of(name), { pageRows: () => 1 + Math.floor(random() * 2), turn });
  await exportDesk({ scan, clock: { ...clock, sleep: turn }, say: () => undefined }, shelf, 'backup-1');
  const version = ([table, pk, rk]: Name): number => {
    const lines = [...shelf.files].filter(([file]) => file.startsWith(table)).flatMap(([, all]) => all);
    return Number(lines.findLast((line) => line.pk === pk && line.rk === rk)?.columns?.v);
  };
  return pairs.flatMap(([first, second]) =>
    version(first) >= version(second) ? [] : [`${second.join(' ')} goes back to what is not there`],
  );
}

describe('the order in which tables are exported', () => {
  it('gives with each row what was written before it, however often both change meanwhile', async () => {
    const wrong: unknown[] = [];
    for (let seed = 1; seed <= 100; seed++) {
      const found = await wrongAfter(seed);
      if (found.length > 0) wrong.push({ seed, found });
    }
    expect(wrong).toEqual([]);
  });
});
