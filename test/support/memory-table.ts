import {
  TableRefusal,
  type Columns,
  type Row,
  type Table,
  type TableOp,
  type TableQuery,
} from '../../shared/platform/table.ts';

/** What a memory table may do to its caller; every answer is drawn from the seeded `chance`. */
export type TableTrouble = {
  /** Called before each operation; throw to lose the call before it has an effect. */
  before?(operation: string): Promise<void>;
  /** Called after each operation took effect; throw to lose its answer. */
  after?(operation: string): Promise<void>;
  /** True to answer a query with an empty page and a continuation, as the real service may. */
  emptyPage?(): boolean;
};

/** How often each operation was called: what a use case costs. `rows` counts the rows that queries returned. */
export type TableCounts = {
  get: number;
  transact: number;
  query: number;
  rows: number;
  refused: number;
  written: number;
};

type Stored = { etag: string; columns: Columns };

const quiet: TableTrouble = {};
const keyOrder = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

const copyOf = (columns: Columns): Columns => {
  const copy = { ...columns };
  for (const name in copy) if (copy[name] instanceof Uint8Array) copy[name] = copy[name].slice();
  return copy;
};

/** A table in memory with the rules of Table storage: partitions, transactions, ETags, pages; under the same contract suite. */
export function memoryTable(trouble: TableTrouble = quiet) {
  const partitions = new Map<string, Map<string, Stored>>();
  const counts: TableCounts = { get: 0, transact: 0, query: 0, rows: 0, refused: 0, written: 0 };
  let version = 0;

  const partition = (pk: string) => {
    const known = partitions.get(pk);
    if (known) return known;
    const made = new Map<string, Stored>();
    partitions.set(pk, made);
    return made;
  };
  const toRow = (pk: string, rk: string, stored: Stored): Row => ({
    pk,
    rk,
    etag: stored.etag,
    columns: copyOf(stored.columns),
  });

  const transact = (pk: string, ops: readonly TableOp[]): string[] => {
    if (ops.length === 0 || ops.length > 100)
      throw new Error(`a transaction has 1 to 100 steps, not ${String(ops.length)}`);
    if (new Set(ops.map((op) => op.rk)).size !== ops.length) throw new Error('a transaction names each row once');
    if (ops.length > 1 && ops.some((op) => op.kind === 'delete' && op.etag !== undefined)) {
      throw new Error('a delete with an ETag stands alone in its transaction');
    }
    const rows = partition(pk);
    for (const [step, op] of ops.entries()) {
      if (!rows.has(op.rk)) checkKeys(pk, op.rk);
      const reason = refusalOf(op, rows.get(op.rk));
      if (reason) {
        counts.refused++;
        throw new TableRefusal(reason, step);
      }
    }
    return ops.map((op) => {
      counts.written++;
      if (op.kind === 'delete') {
        rows.delete(op.rk);
        return '';
      }
      const etag = `W/"${String(++version)}"`;
      const kept = op.kind === 'merge' ? rows.get(op.rk)?.columns : undefined;
      rows.set(op.rk, { etag, columns: { ...kept, ...copyOf(op.columns) } });
      return etag;
    });
  };

  const table: Table = {
    get: async (pk, rk) => {
      counts.get++;
      await trouble.before?.('get');
      const stored = partitions.get(pk)?.get(rk);
      const row = stored && toRow(pk, rk, stored);
      await trouble.after?.('get');
      return row;
    },
    transact: async (pk, ops) => {
      counts.transact++;
      await trouble.before?.('transact');
      const etags = transact(pk, ops);
      await trouble.after?.('transact');
      return etags;
    },
    query: async (query) => {
      counts.query++;
      await trouble.before?.('query');
      if (trouble.emptyPage?.()) return { rows: [], continuation: query.continuation ?? `=${query.from ?? ''}` };
      const page = pageOf(query, partitions.get(query.pk) ?? new Map<string, Stored>());
      const rows = page.keys.map((rk) => toRow(query.pk, rk, partition(query.pk).get(rk)!));
      counts.rows += rows.length;
      await trouble.after?.('query');
      return { rows, ...(page.next !== undefined && { continuation: `=${page.next}` }) };
    },
  };
  return { table, counts, partitions };
}

function refusalOf(op: TableOp, stored: Stored | undefined): TableRefusal['reason'] | undefined {
  if (op.kind === 'insert') return stored ? 'exists' : undefined;
  if (op.kind === 'upsert') return undefined;
  if (!stored) return 'missing';
  if (op.kind === 'merge') return undefined;
  return op.etag !== undefined && op.etag !== stored.etag ? 'changed' : undefined;
}

function pageOf(query: TableQuery, rows: Map<string, Stored>): { keys: string[]; next?: string } {
  const start = query.continuation?.slice(1) ?? query.from ?? '';
  const limit = Math.min(query.limit, 1_000);
  const keys = [...rows.keys()]
    .filter((rk) => rk >= start && (query.to === undefined || rk < query.to))
    .sort(keyOrder)
    .slice(0, limit + 1);
  const next = keys.length > limit ? keys.pop() : undefined;
  return { keys, ...(next !== undefined && { next }) };
}

const forbidden = /[/\\#?%\p{Cc}]/u;

function checkKeys(pk: string, rk: string): void {
  if (forbidden.test(pk) || forbidden.test(rk)) throw new Error(`a key holds a forbidden character: ${pk} ${rk}`);
  if (rk.length > 1_024 || pk.length > 1_024) throw new Error('a key is longer than 1,024 characters');
}

/** One memory table per name. */
export function memoryTables(trouble?: TableTrouble) {
  const made = new Map<string, ReturnType<typeof memoryTable>>();
  const of = (name: string) => {
    const known = made.get(name);
    if (known) return known;
    const fresh = memoryTable(trouble);
    made.set(name, fresh);
    return fresh;
  };
  return { tables: (name: string): Table => of(name).table, of };
}
