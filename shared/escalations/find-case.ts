import type { Table } from '../platform/table.ts';
import { casesByMarker, casesByNumber } from './case-index.ts';
import type { MailRow } from './case-mail-store.ts';
import { isOpen, type EscalationRow } from './escalation.ts';
import { readEscalation } from './escalation-store.ts';

/** Why a mail of Microsoft's waits for a person although it names a case. `unknown-number` passes once somebody tells the number. */
export type Misfit =
  'unknown-number' | 'unknown-marker' | 'case-over' | 'several-cases' | 'two-cases' | 'another-number' | 'not-filed';

/** The case, and the number that the mail tells of it where nobody has told one. */
export type CaseFound = { escalationId: string; number?: string | undefined } | { misfit: Misfit };

/**
 * The escalation of the mailbox's own connection that a mail is about. Number and marker must agree, and a number is never put in
 * the place of another: on the right case, or on none.
 */
export async function findCase(table: Table, mail: MailRow): Promise<CaseFound> {
  const { connectionId, number, isBare, marker } = mail;
  const [numbered, [byMarker]] = await Promise.all([
    number === undefined ? [] : read(table, connectionId, await casesByNumber(table, connectionId, number)),
    marker === undefined ? [] : read(table, connectionId, await casesByMarker(table, connectionId, marker)),
  ]);
  // A pointer may outlive what it pointed at: the head has the last word.
  const byNumber = numbered.filter(({ caseNumber }) => caseNumber === number);
  if (byNumber.length > 0) return withNumber(byNumber, byMarker);
  if (!byMarker) return { misfit: number === undefined ? 'unknown-marker' : 'unknown-number' };
  return withMarker(byMarker, isBare ? undefined : number);
}

function withMarker({ id, state, caseNumber }: EscalationRow, number: string | undefined): CaseFound {
  if (!isOpen(state) && state !== 'closed') return { misfit: 'case-over' };
  // The index of numbers lags a little behind the heads.
  if (number === undefined || number === caseNumber) return { escalationId: id };
  return caseNumber === undefined ? { escalationId: id, number } : { misfit: 'another-number' };
}

function withNumber(byNumber: readonly EscalationRow[], byMarker: EscalationRow | undefined): CaseFound {
  const open = byNumber.filter(({ state }) => isOpen(state));
  // After its end a case is still the one that Microsoft writes about.
  const [only, ...others] = open.length > 0 ? open : byNumber.filter(({ state }) => state === 'closed');
  if (!only) return { misfit: 'case-over' };
  if (others.length > 0) return { misfit: 'several-cases' };
  return byMarker && byMarker.id !== only.id ? { misfit: 'two-cases' } : { escalationId: only.id };
}

async function read(table: Table, connectionId: string, ids: readonly string[]): Promise<EscalationRow[]> {
  const held = await Promise.all(ids.map(async (id) => readEscalation(table, id)));
  return held.flatMap((one) => (one?.row.connectionId === connectionId ? [one.row] : []));
}
