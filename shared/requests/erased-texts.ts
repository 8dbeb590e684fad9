import type { Row, TableOp } from '../platform/table.ts';
import {
  contentKey,
  contentRow,
  noteKeyPattern,
  noteRow,
  onceRow,
  toldKey,
  toldRow,
  type Content,
} from './request-rows.ts';

/** Stands where a text stood. */
const erasedText = '[erased]';

/** The address is one that can never be anybody's (RFC 2606), because what reads it wants an address. */
const erasedContent: Content = {
  title: erasedText,
  description: erasedText,
  contact: { name: erasedText, email: 'erased@erased.invalid' },
};

/** The steps that blank the content rows of a request, of whatever kind; none for those that are blank already. */
export const blankingOps = (requestId: string, rows: readonly Row[]): TableOp[] =>
  rows.flatMap((row) => {
    const op = blanked(requestId, row);
    return op.kind !== 'delete' && isSame(row.columns, op.columns) ? [] : [op];
  });

function blanked(requestId: string, row: Row): TableOp {
  const { rk } = row;
  if (rk === contentKey(requestId)) return { kind: 'upsert', rk, columns: contentRow.toColumns(erasedContent) };
  if (noteKeyPattern.test(rk)) return { kind: 'upsert', rk, columns: noteRow.toColumns({ text: erasedText }) };
  // The answer of an idempotent call stays, for a repeat must not become a second call: without its texts.
  if (rk.startsWith(toldKey(requestId, ''))) {
    const snoozeReason = 'snoozeReason' in row.columns ? erasedText : undefined;
    const columns = toldRow.toColumns({ ...onceRow.fromRow(row), ...erasedContent, snoozeReason });
    return { kind: 'upsert', rk, columns };
  }
  // A kind of content that nobody has said how to blank.
  return { kind: 'delete', rk };
}

/** But for the write token, which is new at every write. */
function isSame(there: Row['columns'], blank: Row['columns']): boolean {
  const names = Object.keys(there).filter((name) => name !== 'w');
  return names.length === Object.keys(blank).length && names.every((name) => there[name] === blank[name]);
}

/** Of rows that are not blank, the notes among them by sequence. */
export const noteSequencesIn = (ops: readonly TableOp[]): number[] =>
  ops.filter(({ rk }) => noteKeyPattern.test(rk)).map(({ rk }) => Number(rk.slice(-6)));
