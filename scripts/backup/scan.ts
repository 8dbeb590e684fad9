/**
 * A column as an export keeps it. Texts, booleans and numbers stand for themselves; what JSON has no form for comes with the name of
 * its type (EDM) and its text, so that it is written back as it was. Whole numbers are doubles: the desk writes no others.
 */
export type Typed =
  string | boolean | number | [type: 'Binary' | 'DateTime' | 'Double' | 'Guid' | 'Int64', text: string];

export type RowName = { pk: string; rk: string };
export type KeyOnly = RowName & { etag: string };
export type ScannedRow = KeyOnly & { columns: Record<string, Typed> };

/** A range of partitions, and of rows in each of them; ends are exclusive, and left out there is none. */
export type ScanRange = { fromPk: string; toPk?: string; fromRk?: string; toRk?: string };

/** The first key after `key`: no key has a character below the space. */
export const after = (key: string): string => `${key} `;

export const onePartition = (pk: string): ScanRange => ({ fromPk: pk, toPk: after(pk) });

export const wholeTable: ScanRange = { fromPk: '' };
type Page<T> = { rows: T[]; continuation?: string };

/**
 * One table as a whole, for export and restore alone: the desk itself reads within partitions. A page may be empty and still have a
 * continuation. Every call is bounded; what storage refuses is a `TableRefusal`, everything else is thrown.
 */
export type TableScan = {
  page(range: ScanRange, continuation?: string): Promise<Page<ScannedRow>>;
  keys(range: ScanRange, continuation?: string): Promise<Page<KeyOnly>>;
  get(name: RowName): Promise<ScannedRow | undefined>;
  /** New rows of one partition, all or none; at most 100. */
  insert(pk: string, rows: readonly ScannedRow[]): Promise<void>;
};

export type OpenScan<Name extends string = string> = (table: Name) => TableScan;

/** Of each page what `read` gives, until there is no more. */
export async function* pagesOf<T>(read: (continuation?: string) => Promise<Page<T>>): AsyncGenerator<T[]> {
  let continuation: string | undefined;
  do {
    const page = await read(continuation);
    continuation = page.continuation;
    yield page.rows;
  } while (continuation !== undefined);
}
