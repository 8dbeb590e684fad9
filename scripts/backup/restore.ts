import pLimit from 'p-limit';
import { fromIso, toIso, type Clock } from '../../shared/core/clock.ts';
import { afterPrefix } from '../../shared/core/key.ts';
import { lastSweepState, shardPlaces } from '../../shared/platform/sweep.ts';
import {
  heldFrom,
  readRestored,
  restoredOp,
  restorePartition,
  type RestoredDesk,
} from '../../shared/platform/restored-desk.ts';
import { tableNames, type TableName } from '../../shared/platform/resources.ts';
import type { Tables } from '../../shared/platform/table.ts';
import type { Scope } from '../../shared/platform/telemetry.ts';
import { rowsOf, type ExportedFile, type Manifest, type Shelf } from './files.ts';
import { isRecentRun, mend, reopenRun, type Mending } from './mend.ts';
import { onePartition, pagesOf, wholeTable, type OpenScan, type ScannedRow } from './scan.ts';
import { writeRows } from './write-rows.ts';

export type RestoreDeps = {
  scan: OpenScan<TableName>;
  tables: Tables<TableName>;
  makeTables: () => Promise<void>;
  clock: Clock;
  scope: Scope;
  say: (text: string) => void;
  /** The tables that were lost, where they can still be read: erasures that are newer than the export are carried over. */
  lost?: OpenScan<TableName>;
  /** Makes the lists anew from the heads. */
  rebuild: () => Promise<number>;
};

export type Restored = { manifest: Manifest; desk: RestoredDesk; rows: Record<string, number>; erasures: string[] };

/** The tables hold rows of something else. */
export class NotEmpty extends Error {
  override readonly name = 'NotEmpty';
}

const filesAtOnce = 8;

/** Effects before what owes them: a desk that works meanwhile finds what was told already. */
const order: readonly TableName[] = [
  'poison',
  'deliveries',
  'customers',
  'health',
  'portals',
  'escalations',
  'requests',
  'desk',
];

/**
 * Writes a backup into empty tables. Everything is verified before the first row is written, and filing is held by the first row.
 * May be stopped and called again with the same backup: it goes on. The desk must be stopped meanwhile: what it takes in, and what it
 * does about rows whose others are not there yet, would not fit together. Where it has swept, the restore does not come to its end.
 */
export async function restoreDesk(deps: RestoreDeps, shelf: Shelf): Promise<Restored> {
  const { clock, scan, say, scope, tables } = deps;
  const manifest = await shelf.verified();
  say(`backup ${manifest.id} is whole: ${String(manifest.files.length)} files, begun ${manifest.beganAt}`);
  await deps.makeTables();
  const desk = await holdFiling(deps, manifest);
  const mending = { beganAt: fromIso(manifest.beganAt), restoredAt: fromIso(desk.restoredAt), scope };
  const erased = deps.lost ? await erasuresSince(deps.lost, mending) : new Map<string, ScannedRow[]>();
  const limit = pLimit(filesAtOnce);
  const rows: Record<string, number> = {};
  const carried = new Set<string>();
  for (const table of order) {
    const files = manifest.files.filter((file) => file.table === table && file.corrects === undefined);
    const restoreFile = async (file: ExportedFile): Promise<void> => {
      const corrections = manifest.files.find(({ corrects }) => corrects === file.file);
      const mended = async function* () {
        for await (const row of rowsOf(shelf, file, corrections)) {
          const newer = table === 'requests' ? erased.get(nameOf(row)) : undefined;
          if (newer) carried.add(nameOf(row));
          yield* newer ?? mend(table, row, mending);
        }
      };
      const count = await writeRows(scan(table), mended());
      rows[table] = (rows[table] ?? 0) + count;
      say(`${file.file}: ${String(count)} rows`);
    };
    await Promise.all(files.map(async (file) => limit(restoreFile, file)));
  }
  for (const [name, ofRun] of erased) {
    if (!carried.has(name)) await writeRows(scan('requests'), ofRun);
  }
  say(`lists: ${String(await deps.rebuild())} requests`);
  await refuseAtWork(deps);
  const done = { ...desk, doneAt: toIso(clock.now()) };
  const held = await readRestored(tables('desk'));
  if (held && held.restored.doneAt === undefined) {
    await tables('desk').transact(restorePartition, [restoredOp({ ...held.restored, doneAt: done.doneAt }, held)]);
  }
  return { manifest, desk: done, rows, erasures: runsIn(erased) };
}

/** The first row. Of a restore that goes on it is there, and says since when. */
async function holdFiling({ tables, scan, clock }: RestoreDeps, manifest: Manifest): Promise<RestoredDesk> {
  const held = await readRestored(tables('desk'));
  if (held) {
    const { backupId, doneAt, restoredAt } = held.restored;
    if (backupId !== manifest.id || doneAt !== undefined) {
      throw new NotEmpty(`The tables were restored from ${backupId} at ${doneAt ?? restoredAt} already.`);
    }
    await refuseAtWork({ tables, clock });
    return held.restored;
  }
  for (const name of tableNames) {
    if (!(await isEmpty(scan, name))) {
      throw new NotEmpty(`Table ${name} is not empty. Restore into new tables, with the desk stopped.`);
    }
  }
  const restored = heldFrom(manifest, clock.now());
  await tables('desk').transact(restorePartition, [restoredOp(restored)]);
  return restored;
}

async function refuseAtWork(deps: Pick<RestoreDeps, 'tables' | 'clock'>): Promise<void> {
  const { lastSweepAt } = await lastSweepState(deps);
  if (lastSweepAt === null) return;
  throw new NotEmpty(
    `A desk has worked on these tables since the restore began (it swept at ${lastSweepAt}). Stop it, empty them, and restore again.`,
  );
}

async function isEmpty(scan: OpenScan<TableName>, name: TableName): Promise<boolean> {
  for await (const page of pagesOf(async (from) => scan(name).keys(wholeTable, from)))
    if (page.length > 0) return false;
  return true;
}

const nameOf = ({ pk, rk }: Pick<ScannedRow, 'pk' | 'rk'>): string => `${pk} ${rk}`;

/** Erasures that the export does not know, or did not know to be over: their runs, to be gone through again, by their names. */
async function erasuresSince(lost: OpenScan<TableName>, mending: Mending): Promise<Map<string, ScannedRow[]>> {
  const found = new Map<string, ScannedRow[]>();
  for (const { pk } of shardPlaces('requests')) {
    const range = { ...onePartition(pk), fromRk: 'Z|', toRk: afterPrefix('Z|') };
    for await (const page of pagesOf(async (from) => lost('requests').page(range, from))) {
      for (const row of page) {
        if (isRecentRun(row, mending)) found.set(nameOf(row), reopenRun(row, mending));
      }
    }
  }
  return found;
}

const runsIn = (erased: Map<string, ScannedRow[]>): string[] =>
  [...erased.values()].flatMap(([run]) => (typeof run?.columns.contactId === 'string' ? [run.columns.contactId] : []));
