import { hashOf } from '../core/hash.ts';
import type { CaseMessage } from './case-follower.ts';
import type { EscalationRow, EscalationText } from './escalation.ts';

/** So many of the newest messages are known by their ids. */
const knownMax = 50;
/** A column holds 32 K characters. */
const textMax = 30_000;
const subjectMax = 500;
const idMax = 100;

/** Key of a message's text, and as what it is known: its id, or a hash of a very long one. */
export const messageKey = (id: string): string => (id.length <= idMax ? id : hashOf('message', id).slice(0, 40));

const markOf = ({ id, at }: Pick<CaseMessage, 'id' | 'at'>): string => `${at}|${messageKey(id)}`;

/** Whatever is as old as what is no longer known by name counts as known. */
export function isKnownMessage(row: EscalationRow, { id, at }: Pick<CaseMessage, 'id' | 'at'>): boolean {
  const { readMessages = [], readUntil } = row;
  if (readUntil !== undefined && at <= readUntil) return true;
  return readMessages.some((mark) => mark.slice(mark.indexOf('|') + 1) === messageKey(id));
}

/**
 * The row that knows one message more. Whoever writes to Microsoft adds its own, by the name that it has there, so that reading it
 * back is no news.
 */
export function withMessage(row: EscalationRow, message: Pick<CaseMessage, 'id' | 'at'>): EscalationRow {
  const known = [...(row.readMessages ?? []), markOf(message)].sort();
  const [oldest = ''] = known;
  if (known.length <= knownMax) return { ...row, readMessages: known };
  return { ...row, readMessages: known.slice(1), readUntil: oldest.slice(0, oldest.indexOf('|')) };
}

/** A message as it is kept. */
export const keptText = ({ from, at, subject, text }: CaseMessage): EscalationText => ({
  from,
  at,
  ...(subject !== undefined && { subject: subject.slice(0, subjectMax) }),
  text: text.length <= textMax ? text : `${text.slice(0, textMax)} […]`,
});
