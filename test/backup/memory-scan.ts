import type { Line, Manifest, Shelf } from '../../scripts/backup/files.ts';
import type { KeyOnly, ScannedRow, ScanRange, TableScan, Typed } from '../../scripts/backup/scan.ts';
import type { Columns } from '../../shared/platform/table.ts';
import type { memoryTable } from '../support/memory-table.ts';

type Options = { pageRows?: () => number; turn?: (label: string) => Promise<void> };

/** Sorts after every key. */
const last = '\uffff';

/** A table in memory as export and restore see it: short pages, each read at a moment of its own. */
export function memoryScan(
  { table, partitions }: ReturnType<typeof memoryTable>,
  { pageRows = () => 1_000, turn = async () => Promise.resolve() }: Options = {},
): TableScan {
  const keysIn = ({ fromPk, toPk = last, fromRk = '', toRk = last }: ScanRange, after: string | undefined) =>
    [...partitions.keys()]
      .filter((pk) => pk >= fromPk && pk < toPk)
      .sort()
      .flatMap((pk) =>
        [...(partitions.get(pk)?.keys() ?? [])]
          .filter((rk) => rk >= fromRk && rk < toRk)
          .sort()
          .map((rk) => ({ pk, rk })),
      )
      .filter(({ pk, rk }) => after === undefined || `${pk}\n${rk}` > after);
  const page = async (range: ScanRange, continuation?: string) => {
    await turn(`scan ${range.fromPk}`);
    const names = keysIn(range, continuation);
    const rows = names.slice(0, pageRows()).map(({ pk, rk }) => read(pk, rk));
    const last = rows.at(-1);
    return { rows, ...(rows.length < names.length && last && { continuation: `${last.pk}\n${last.rk}` }) };
  };
  const read = (pk: string, rk: string): ScannedRow => {
    const stored = partitions.get(pk)?.get(rk);
    if (!stored) throw new Error(`no row ${pk} ${rk}`);
    return { pk, rk, etag: stored.etag, columns: typed(stored.columns) };
  };
  return {
    page,
    keys: async (range, continuation) => {
      const { rows, ...more } = await page(range, continuation);
      return { rows: rows.map(({ pk, rk, etag }): KeyOnly => ({ pk, rk, etag })), ...more };
    },
    get: async ({ pk, rk }) => {
      await turn(`get ${pk} ${rk}`);
      return partitions.get(pk)?.has(rk) ? read(pk, rk) : undefined;
    },
    insert: async (pk, rows) => {
      await table.transact(
        pk,
        rows.map(({ rk, columns }) => ({ kind: 'insert', rk, columns: plain(columns) })),
      );
    },
  };
}

const typed = (columns: Columns): Record<string, Typed> =>
  Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [
      name,
      value instanceof Uint8Array ? ['Binary', Buffer.from(value).toString('base64')] : value,
    ]),
  );

const plain = (columns: Record<string, Typed>): Columns =>
  Object.fromEntries(
    Object.entries(columns).map(([name, value]) => [
      name,
      Array.isArray(value) ? new Uint8Array(Buffer.from(value[1], 'base64')) : value,
    ]),
  );

/** A shelf in memory: lines as they were written. */
export function memoryShelf(): Shelf & { files: Map<string, Line[]> } {
  const files = new Map<string, Line[]>();
  let kept: Manifest | undefined;
  return {
    files,
    open: (file) => {
      const lines: Line[] = [];
      files.set(file, lines);
      return {
        write: async ({ pk, rk }, columns) => {
          lines.push(structuredClone({ pk, rk, columns }));
          return Promise.resolve();
        },
        close: async () => Promise.resolve({ file, lines: lines.length, sha256: '0'.repeat(64) }),
      };
    },
    lines: async function* (file) {
      await Promise.resolve();
      yield* files.get(file) ?? [];
    },
    finish: async (manifest) => {
      kept = manifest;
      return Promise.resolve();
    },
    verified: async () => {
      if (!kept) throw new Error('There is no manifest.');
      return Promise.resolve(kept);
    },
  };
}
