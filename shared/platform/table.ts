/** A value that Table storage keeps in a column of its own. */
export type Scalar = string | number | boolean | Uint8Array;

/** Columns of a row; `v` is the version of its layout (readers accept `v` and `v − 1`), `w` the write token. */
export type Columns = Record<string, Scalar>;

export type Row = { pk: string; rk: string; etag: string; columns: Columns };

/**
 * One step of a transaction. `etag` is the version that must still be there; a delete without one takes any version. A delete
 * with an ETag stands alone in its transaction. A merge writes the named columns of a row that is there, whatever its version,
 * and leaves the others as they are.
 */
export type TableOp =
  | { kind: 'insert'; rk: string; columns: Columns }
  | { kind: 'replace'; rk: string; columns: Columns; etag: string }
  | { kind: 'upsert'; rk: string; columns: Columns }
  | { kind: 'merge'; rk: string; columns: Columns }
  | { kind: 'delete'; rk: string; etag?: string };

/** Writes a row over the one that was read, or anew where there was none: refused where another writer was quicker. */
export const writeOver = (
  before: { etag: string } | undefined,
  { rk, columns }: { rk: string; columns: Columns },
): TableOp =>
  before === undefined ? { kind: 'insert', rk, columns } : { kind: 'replace', rk, columns, etag: before.etag };

export type TableQuery = {
  pk: string;
  /** First row key, inclusive. */
  from?: string;
  /** End of the row keys, exclusive. */
  to?: string;
  limit: number;
  continuation?: string;
};

/** A page may be empty and still have a continuation: only a missing one is the end. */
export type TablePage = { rows: Row[]; continuation?: string };

/**
 * One table. Everything happens inside one partition: that is what makes a transaction possible and a page cost the same at
 * any size. Throws {@link TableRefusal} for what storage refuses and AppError `unavailable` where storage is away.
 */
export type Table = {
  get(pk: string, rk: string): Promise<Row | undefined>;
  /** All or nothing, at most 100 steps and one per row. Returns the new ETag of each step ('' for a delete). */
  transact(pk: string, ops: readonly TableOp[]): Promise<string[]>;
  query(query: TableQuery): Promise<TablePage>;
};

export type Tables<Name extends string = string> = (name: Name) => Table;

/** Storage said no: the row exists already, was changed since, or is not there. */
export class TableRefusal extends Error {
  override readonly name = 'TableRefusal';
  readonly reason: 'exists' | 'changed' | 'missing';
  /** Which step was refused; -1 where storage does not say. */
  readonly step: number;
  /** The row as it stands, of the step read back to tell a lost answer from a real conflict. */
  readonly found: Row | undefined;

  constructor(reason: TableRefusal['reason'], step: number, more: { found?: Row; cause?: unknown } = {}) {
    super(`table refused step ${String(step)}: ${reason}`, { cause: more.cause });
    this.reason = reason;
    this.step = step;
    this.found = more.found;
  }
}

export const isRefusal = (error: unknown, reason?: TableRefusal['reason']): error is TableRefusal =>
  error instanceof TableRefusal && (reason === undefined || error.reason === reason);

/** All rows of a query, page by page; for ranges that are known to be small. */
export async function queryAll(table: Table, query: Omit<TableQuery, 'limit' | 'continuation'>): Promise<Row[]> {
  const rows: Row[] = [];
  let continuation: string | undefined;
  do {
    const page = await table.query({ ...query, limit: 1_000, ...(continuation && { continuation }) });
    rows.push(...page.rows);
    continuation = page.continuation;
  } while (continuation !== undefined);
  return rows;
}

/** The first `count` rows of a query, past short and empty pages; fewer only where there are no more. */
export async function firstRows(
  table: Table,
  query: Omit<TableQuery, 'limit' | 'continuation'>,
  count: number,
): Promise<Row[]> {
  const rows: Row[] = [];
  let continuation: string | undefined;
  do {
    const page = await table.query({ ...query, limit: count - rows.length, ...(continuation && { continuation }) });
    rows.push(...page.rows);
    continuation = page.continuation;
  } while (continuation !== undefined && rows.length < count);
  return rows;
}

/** A transaction that may lose a race: false where storage refuses it because another writer was quicker. */
export async function wins(table: Pick<Table, 'transact'>, pk: string, ops: readonly TableOp[]): Promise<boolean> {
  try {
    await table.transact(pk, ops);
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}
