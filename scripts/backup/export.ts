import pLimit from 'p-limit';
import { toIso, type Clock } from '../../shared/core/clock.ts';
import type { TableName } from '../../shared/platform/resources.ts';
import type { ExportedFile, Manifest, Shelf } from './files.ts';
import { readUnit } from './read-unit.ts';
import type { OpenScan, ScannedRow } from './scan.ts';
import { secretsIn } from './secrets.ts';
import { stages, type Unit } from './units.ts';

export type ExportDeps = {
  scan: OpenScan<TableName>;
  clock: Pick<Clock, 'now' | 'sleep'>;
  say: (text: string) => void;
};

const unitsAtOnce = 4;

/**
 * Writes everything that the desk must not lose onto an empty shelf, while the desk works. Rows pass through; memory holds the keys
 * of the partitions that are being read. Stopped at any point it leaves files without a manifest, which nothing takes for a backup.
 */
export async function exportDesk({ scan, clock, say }: ExportDeps, shelf: Shelf, id: string): Promise<Manifest> {
  const beganAt = toIso(clock.now());
  const files: ExportedFile[] = [];
  const rows: Record<string, number> = {};
  const secrets = new Set<string>();
  const exportUnit = async (unit: Unit): Promise<void> => {
    const { table, name } = unit;
    const lines = shelf.open(`${name}.ndjson.gz`);
    const take = async (row: ScannedRow) => {
      for (const secret of secretsIn(table, row)) secrets.add(secret);
      await lines.write(row, row.columns);
    };
    const read = await readUnit({ scan: scan(table), sleep: async (ms) => clock.sleep(ms) }, unit, take);
    const file = { table, ...(await lines.close()) };
    files.push(file);
    rows[table] = (rows[table] ?? 0) + read.rows;
    if (read.corrections.length > 0) {
      const corrected = shelf.open(`${name}.corrections.ndjson.gz`);
      for (const correction of read.corrections)
        await corrected.write(correction.name, correction.row?.columns ?? null);
      files.push({ table, ...(await corrected.close()), corrects: file.file });
    }
    const again = read.corrections.length === 0 ? '' : `, ${String(read.corrections.length)} read again`;
    say(`${name}: ${String(read.rows)} rows${again}`);
  };
  const limit = pLimit(unitsAtOnce);
  for (const stage of stages) await Promise.all(stage.map(async (unit) => limit(exportUnit, unit)));
  const manifest: Manifest = {
    format: 'csp-support-desk/backup',
    version: 1,
    id,
    beganAt,
    endedAt: toIso(clock.now()),
    rows,
    files,
    secrets: [...secrets].sort(),
  };
  await shelf.finish(manifest);
  return manifest;
}
