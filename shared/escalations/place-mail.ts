import { contended } from '../platform/contended.ts';
import type { Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { mailTextKey, newsOf } from './case-mail-news.ts';
import {
  markMail,
  readMailRow,
  readMailWords,
  settleMail,
  type HeldMail,
  type MailRow,
  type MailWords,
} from './case-mail-store.ts';
import { applySeen } from './case-news.ts';
import { isAtMicrosoft, isOpen, type EscalationRow } from './escalation.ts';
import { tell } from './escalation-rules.ts';
import {
  commitChange,
  partitionOfEscalation,
  readEscalation,
  stepWake,
  textOp,
  type Change,
} from './escalation-store.ts';
import { findCase, type Misfit } from './find-case.ts';
import type { EscalationDeps } from './ports.ts';

export type PlaceMailDeps = Pick<EscalationDeps, 'tables' | 'bus' | 'clock' | 'random'>;

/** Where a mail is to go, and who says so; a person's word needs no number. */
type Placing = { held: HeldMail; escalationId: string; number?: string | undefined; by?: string };

/** Stands beside the case and is never erased: this mail has had its effect there. */
const takenKey = (escalationId: string, { id }: MailRow): string => `K|${escalationId}|mail|${id}`;

/**
 * Brings a mail that waits onto its case, where that is certain; says otherwise why not. However often and wherever it breaks off,
 * the case is told once.
 */
export async function placeMail(deps: PlaceMailDeps, id: string, scope: Scope): Promise<'placed' | 'waits'> {
  const table = deps.tables('escalations');
  const held = await readMailRow(table, id);
  if (held?.row.state !== 'unplaced') return held?.row.state === 'placed' ? 'placed' : 'waits';
  const { row } = held;
  if (row.number === undefined && row.marker === undefined) return 'waits';
  const found = await findCase(table, row);
  const misfit = 'misfit' in found ? found.misfit : await bringOnto(deps, { held, ...found }, scope);
  if (misfit === undefined) return 'placed';
  await markMail(table, held, misfit);
  return 'waits';
}

/** The same, onto the case that a person names: of a mail that is not proven to be Microsoft's, only the text is kept. */
export const placeMailAt = async (
  deps: PlaceMailDeps,
  placing: Required<Pick<Placing, 'held' | 'escalationId' | 'by'>>,
  scope: Scope,
): Promise<Misfit | undefined> => bringOnto(deps, placing, scope);

async function bringOnto(deps: PlaceMailDeps, placing: Placing, scope: Scope): Promise<Misfit | undefined> {
  const table = deps.tables('escalations');
  const { held, escalationId, by } = placing;
  const words = await readMailWords(table, held.row.id);
  // Without its words it was settled meanwhile.
  const misfit = words && (await contended(deps, async () => apply(deps, { ...placing, words }, scope)));
  if (misfit !== undefined) return misfit;
  await settleMail(table, held, { state: 'placed', escalationId, why: undefined, ...(by !== undefined && { by }) });
  return undefined;
}

async function apply(
  deps: PlaceMailDeps,
  placing: Placing & { words: MailWords },
  scope: Scope,
): Promise<Misfit | undefined> {
  const table = deps.tables('escalations');
  const { row: mail } = placing.held;
  const { escalationId } = placing;
  if (await isTaken(table, escalationId, mail)) return undefined;
  const held = await readEscalation(table, escalationId);
  if (held?.row.connectionId !== mail.connectionId) return 'unknown-number';
  const nowMs = deps.clock.now();
  const written = writtenBy(held.row, placing, nowMs);
  if ('misfit' in written) return written.misfit;
  const { after, more = [] } = written;
  const wakes = after.turn === held.row.turn ? [] : [stepWake(after, nowMs)];
  const taken = { kind: 'insert' as const, rk: takenKey(escalationId, mail), columns: { v: 1 } };
  await commitChange(deps, { held, ...written, wakes, more: [...more, taken] }, scope);
  return undefined;
}

function writtenBy(
  row: EscalationRow,
  { held, words, number, by }: Placing & { words: MailWords },
  nowMs: number,
): Written {
  const { row: mail } = held;
  const told = { mail, words, nowMs };
  if (by === undefined) return newsChange(row, { ...told, number });
  if (!mail.isMicrosoft || !isOpen(row.state)) return keptText(row, { ...told, by });
  // A person says that this mail is about this case: then its number is the case's, unless the case has one.
  const isTold = row.caseNumber === undefined && !mail.isBare;
  return newsChange(row, { ...told, number: isTold ? mail.number : undefined });
}

const isTaken = async (table: Table, escalationId: string, mail: MailRow): Promise<boolean> =>
  (await table.get(partitionOfEscalation(escalationId), takenKey(escalationId, mail))) !== undefined;

type Told = { mail: MailRow; words: MailWords; nowMs: number };
type Written = Pick<Change, 'after' | 'events' | 'more'> | { misfit: Misfit };

function newsChange(
  row: EscalationRow,
  { mail, words, number, nowMs }: Told & { number?: string | undefined },
): Written {
  const applied = applySeen(row, newsOf(mail, words, number), { nowMs });
  if (applied.kind === 'conflict') return { misfit: 'another-number' };
  const { after, events, texts, hasChanged, readNow } = applied;
  if (after.caseNumber === undefined || !hasCase(after)) return { misfit: 'not-filed' };
  // Followed anew: the mail may have begun the case, promise something sooner than anybody would look, or want a read.
  const isDue = (hasChanged || readNow) && isAtMicrosoft(after);
  return {
    after: isDue ? { ...after, turn: row.turn + 1 } : after,
    events,
    more: texts.map(({ key, text }) => textOp(row.id, key, text)),
  };
}

const hasCase = (row: EscalationRow): boolean => isAtMicrosoft(row) || row.state === 'closed';

/** The text alone, and that a person has put it there: what the case is does not change by it. */
function keptText(row: EscalationRow, { mail, words, by, nowMs }: Told & { by: string }): Written {
  const key = mailTextKey(mail);
  const note = mail.isMicrosoft
    ? 'A person put a mail of Microsoft’s here.'
    : 'A person put a mail here that is not proven to be Microsoft’s.';
  const { after, event } = tell(row, { what: 'case-changed', nowMs, by, note, text: key });
  const { subject, text } = words;
  const from = mail.isMicrosoft ? ('microsoft' as const) : ('unverified' as const);
  const kept = { from, at: mail.receivedAt, subject, text };
  return { after, events: [event], more: [textOp(row.id, key, kept)] };
}
