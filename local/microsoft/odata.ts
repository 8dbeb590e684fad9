/** Thrown for an option that the service does not know; the service answers 400. */
export class BadOption extends Error {}

type FieldKind = 'text' | 'time' | 'boolean';
type Row = Record<string, unknown>;

/** Fields that public code filters on; the service documents none. */
const filterable: Record<string, FieldKind> = {
  id: 'text',
  service: 'text',
  classification: 'text',
  status: 'text',
  isResolved: 'boolean',
  startDateTime: 'time',
  endDateTime: 'time',
  lastModifiedDateTime: 'time',
  receivedDateTime: 'time',
};

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;

/** `$filter` with comparisons joined by `and`; times stand without quotes, texts in quotes. */
export function parseFilter(filter: string | null): (row: Row) => boolean {
  if (filter === null) return () => true;
  const tests: ((row: Row) => boolean)[] = [];
  let rest = filter.trim();
  if (rest === '') throw new BadOption();
  while (rest !== '') {
    const match = /^(\w+)\s+(eq|ne|gt|ge|lt|le)\s+('(?:[^']|'')*'|[^\s']+)(?:\s+and\s+(?=\S)|\s*$)/.exec(rest);
    if (match === null) throw new BadOption();
    const [whole, field = '', operator = '', literal = ''] = match;
    tests.push(comparison({ field, operator, literal }));
    rest = rest.slice(whole.length);
  }
  return (row) => tests.every((test) => test(row));
}

function comparison({ field, operator, literal }: Record<'field' | 'operator' | 'literal', string>) {
  const kind = filterable[field];
  if (kind === undefined) throw new BadOption();
  const wanted = literalValue(kind, literal);
  const compare = comparers[operator];
  const isOrdering = operator !== 'eq' && operator !== 'ne';
  if (compare === undefined || (isOrdering && (kind !== 'time' || wanted === null))) throw new BadOption();
  return (row: Row) => compare(kind === 'time' ? timeOf(row[field]) : row[field], wanted);
}

const comparers: Partial<Record<string, (value: unknown, wanted: unknown) => boolean>> = {
  eq: (value, wanted) => value === wanted,
  ne: (value, wanted) => value !== wanted,
  gt: (value, wanted) => typeof value === 'number' && value > Number(wanted),
  ge: (value, wanted) => typeof value === 'number' && value >= Number(wanted),
  lt: (value, wanted) => typeof value === 'number' && value < Number(wanted),
  le: (value, wanted) => typeof value === 'number' && value <= Number(wanted),
};

function timeOf(value: unknown): number | null {
  return typeof value === 'string' ? Date.parse(value) : null;
}

function literalValue(kind: FieldKind, literal: string): unknown {
  if (kind === 'text') {
    if (!literal.startsWith("'")) throw new BadOption();
    return literal.slice(1, -1).replaceAll("''", "'");
  }
  if (kind === 'boolean') {
    if (literal !== 'true' && literal !== 'false') throw new BadOption();
    return literal === 'true';
  }
  if (literal === 'null') return null;
  if (!timePattern.test(literal)) throw new BadOption();
  return Date.parse(literal);
}

/** `$select`: the named fields only. */
export function parseSelect(select: string | null): (row: Row) => Row {
  if (select === null) return (row) => row;
  const fields = select.split(',').map((field) => field.trim());
  return (row) => Object.fromEntries(Object.entries(row).filter(([field]) => fields.includes(field)));
}

/** `$orderby` by one time or text field. */
export function parseOrder(order: string | null): (left: Row, right: Row) => number {
  const match = /^(\w+)(?:\s+(asc|desc))?$/.exec(order ?? 'startDateTime desc');
  const field = match?.[1] ?? '';
  if (filterable[field] === undefined) throw new BadOption();
  const sign = match?.[2] === 'desc' ? -1 : 1;
  return (left, right) => sign * String(left[field]).localeCompare(String(right[field]));
}

/** A whole number of at least zero, or the fallback when the option is not given. */
export function parseCount(text: string | null, fallback: number): number {
  if (text === null) return fallback;
  if (!/^\d+$/.test(text)) throw new BadOption();
  return Number(text);
}

/** `$expand=issues` with nested options in brackets, parted by semicolons. */
export function parseExpand(expand: string | null): URLSearchParams | undefined {
  if (expand === null) return undefined;
  const match = /^issues(?:\((.*)\))?$/.exec(expand.trim());
  if (match === null) throw new BadOption();
  const options = (match[1] ?? '').split(';').filter((option) => option.trim() !== '');
  return new URLSearchParams(
    options.map((option): [string, string] => {
      const at = option.indexOf('=');
      const name = option.slice(0, at).trim();
      if (!['$filter', '$select', '$orderby', '$top'].includes(name)) throw new BadOption();
      return [name, option.slice(at + 1).trim()];
    }),
  );
}
