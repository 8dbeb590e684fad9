import { Reader, type Asked, type Expression, type Row } from './kql-expression.ts';

/** Tables by name, and what time it is (milliseconds since the epoch). */
export type Workspace = { tables: Readonly<Record<string, readonly Row[]>>; now: number };

/**
 * Runs a query of the few operators that alerts and the workbook use, as Kusto documents them. What it does not know is an
 * error, so that a query cannot pass because it was not understood.
 */
export function runQuery(lines: readonly string[], { tables, now }: Workspace): Row[] {
  const [table = '', ...steps] = lines;
  const from = tables[table];
  if (from === undefined) throw new Error(`no table ${table}`);
  return steps.reduce<readonly Row[]>((rows, step) => runStep(step, { rows, now }), from) as Row[];
}

function runStep(step: string, asked: Asked): Row[] {
  const [, name = '', rest = ''] = /^\| (\w+) (.*)$/s.exec(step) ?? [];
  const operator = operators[name];
  if (operator === undefined) throw new Error(`cannot run ${step}`);
  const reader = new Reader(rest);
  const rows = operator(reader, asked);
  if (!reader.isDone) throw new Error(`${reader.peek() ?? ''} is left over in ${step}`);
  return rows;
}

const operators: Record<string, (reader: Reader, asked: Asked) => Row[]> = {
  where: (reader, { rows, now }) => {
    const condition = reader.expression();
    return rows.filter((row) => condition({ rows: [row], now }) === true);
  },
  extend: (reader, { rows, now }) => {
    const columns = reader.list(() => namedIn(reader));
    return rows.map((row) => ({ ...row, ...valuesOf(columns, { rows: [row], now }) }));
  },
  summarize: (reader, { rows, now }) => {
    const columns = reader.list(() => namedIn(reader));
    const by = reader.takeIf('by') ? reader.list(() => namedIn(reader)) : [];
    const groups = Map.groupBy(rows, (row) => JSON.stringify(valuesOf(by, { rows: [row], now })));
    // Without a key there is always one row, also of nothing.
    if (by.length === 0 && groups.size === 0) groups.set('{}', []);
    return [...groups].map(([key, group]) => ({
      ...(JSON.parse(key) as Row),
      ...valuesOf(columns, { rows: group, now }),
    }));
  },
  top: (reader, { rows }) => {
    const count = Number(reader.take().value);
    reader.take('by');
    const column = reader.take().value;
    return rows.toSorted((a, b) => Number(b[column]) - Number(a[column])).slice(0, count);
  },
  order: (reader, { rows }) => {
    reader.take('by');
    reader.list(() => [reader.take(), reader.take()]);
    return [...rows];
  },
};

type Column = { name: string; of: Expression };

/** `name = expression`, a bare column, or a call that names its column itself. */
function namedIn(reader: Reader): Column {
  const first = reader.peek() ?? '';
  if (reader.peek(1) === '=') {
    reader.take();
    reader.take('=');
    return { name: first, of: reader.expression() };
  }
  if (first === 'arg_max') return argMax(reader);
  const of = reader.expression();
  return { name: first === 'bin' ? 'TimeGenerated' : first, of };
}

/** `arg_max(TimeGenerated, column)`: that column of the newest row. */
function argMax(reader: Reader): Column {
  for (const part of ['arg_max', '(', 'TimeGenerated', ',']) reader.take(part);
  const name = reader.take().value;
  reader.take(')');
  const at = ({ TimeGenerated }: Row): number => Number(TimeGenerated);
  return { name, of: ({ rows }) => rows.toSorted((a, b) => at(b) - at(a))[0]?.[name] ?? null };
}

const valuesOf = (columns: readonly Column[], asked: Asked): Row =>
  Object.fromEntries(columns.map(({ name, of }) => [name, of(asked)]));
