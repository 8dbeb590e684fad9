import { parseCsv, NotCsv, type CsvRecord } from '../core/csv.ts';
import { AppError, type FieldError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { externalRefSchema, type ExternalRef } from './customer.ts';
import { customerNameSchema, type CustomerName } from './resolve-customer.ts';

/** One line of a file of customers' references. */
export type RefLine = { line: number; name: CustomerName; ref: ExternalRef };

const names = ['customerId', 'tenantId', 'domain'] as const;
const columns: readonly string[] = [...names, 'system', 'id'];
const errorsTold = 100;

/** The lines of the file. Throws `invalid-body`, naming lines, where one does not fit. */
export function readRefLines(csv: Uint8Array): RefLine[] {
  const [header, ...records] = recordsOf(csv);
  const titles = header?.cells.map((cell) => cell.trim()) ?? [];
  const isHeader =
    titles.every((title, n) => columns.includes(title) && titles.indexOf(title) === n) &&
    titles.includes('system') &&
    titles.includes('id') &&
    names.some((name) => titles.includes(name));
  if (!isHeader) {
    throw linesDoNotFit([
      {
        path: 'line 1',
        message: 'must be a comma-separated header such as domain,system,id; for domain also customerId or tenantId',
      },
    ]);
  }
  if (records.length === 0 || records.length > limits.refLines) {
    throw linesDoNotFit([{ path: '', message: `give 1 to ${String(limits.refLines)} lines` }]);
  }
  const read = records.map((record) => lineOf(record, titles));
  const errors = read.flatMap((one) => ('path' in one ? one : []));
  if (errors.length > 0) throw linesDoNotFit(errors);
  return read.flatMap((one) => ('path' in one ? [] : one));
}

function recordsOf(csv: Uint8Array): CsvRecord[] {
  try {
    return parseCsv(new TextDecoder('utf-8', { fatal: true }).decode(csv));
  } catch (error) {
    if (error instanceof NotCsv) throw linesDoNotFit([{ path: `line ${String(error.line)}`, message: error.message }]);
    throw new AppError('invalid-body', 'The body is not text in UTF-8.', { cause: error });
  }
}

function lineOf({ line, cells }: CsvRecord, titles: readonly string[]): RefLine | FieldError {
  const path = `line ${String(line)}`;
  if (cells.length !== titles.length) return { path, message: `must have ${String(titles.length)} cells` };
  const given = Object.fromEntries(titles.map((title, n) => [title, cells[n]?.trim() ?? '']));
  const name = customerNameSchema.safeParse(
    Object.fromEntries(names.flatMap((one) => (given[one] ? [[one, given[one]]] : []))),
  );
  const ref = externalRefSchema.safeParse({ system: given.system, id: given.id });
  const issue = (name.error ?? ref.error)?.issues[0];
  if (!name.success || !ref.success)
    return { path, message: `${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim() };
  return { line, name: name.data, ref: ref.data };
}

export const linesDoNotFit = (errors: readonly FieldError[]): AppError =>
  new AppError('invalid-body', 'Nothing was written. See errors for the lines that do not fit.', {
    errors: errors.slice(0, errorsTold),
  });
