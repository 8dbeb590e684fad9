import { toIso } from '../core/clock.ts';
import type { Wake } from '../platform/outbox.ts';
import { sequenceKey } from '../core/key.ts';
import type { EscalationEvent, EscalationRow } from './escalation.ts';
import { eventOf, move, type Moved } from './escalation-rules.ts';
import { parseEscalationId } from './escalation-store.ts';

/** The request that an escalation belongs to. What else shares its case has an escalation of its own. */
export function ownRequestOf({ id }: Pick<EscalationRow, 'id'>): string {
  const parsed = parseEscalationId(id);
  if (!parsed) throw new Error(`not an escalation id: ${id}`);
  return parsed.requestId;
}

/** Looks after an escalation that shares, or has shared, another's case. */
export const joinWake = (row: Pick<EscalationRow, 'id' | 'version'>, dueAt: number): Wake => ({
  id: `join|${row.id}|${sequenceKey(row.version)}`,
  queue: 'escalations',
  dueAt,
  body: { kind: 'escalation-join', escalationId: row.id },
});

type Lead = Pick<EscalationRow, 'version' | 'caseNumber' | 'caseStatus'>;

/** What of a case a request that shares it knows. `lead` is undefined where its row is still being written. */
export const sharing = (leadId: string, lead: Lead | undefined, nowMs: number) => ({
  joinedTo: leadId,
  joinedAt: toIso(nowMs),
  leadVersion: lead?.version ?? 0,
  caseNumber: lead?.caseNumber,
  caseStatus: lead?.caseStatus,
});

const sharingNothing = {
  joinedTo: undefined,
  joinedAt: undefined,
  leadVersion: undefined,
  caseNumber: undefined,
  caseStatus: undefined,
};

/** The request shares the case no longer, and is given back to the desk. */
export const left = (
  row: EscalationRow,
  { nowMs, what, by, note }: { nowMs: number; what: 'left' | 'cancelled'; by?: string | undefined; note: string },
): Moved => move(row, { to: 'cancelled', what, nowMs, note, ...(by !== undefined && { by, change: { leftBy: by } }) });

/** The case that it shared came to nothing: it gets one of its own, about the same incidents. */
export const goneOwnWay = (
  row: EscalationRow,
  { incidentIds, joined }: { incidentIds: string[]; joined: string[] },
  nowMs: number,
): Moved =>
  move(row, {
    to: row.ticketName === undefined ? 'awaiting-filing' : 'intended',
    what: 'left',
    nowMs,
    note: 'The case that it shared was given up before Microsoft had solved it: it gets a case of its own.',
    change: { ...sharingNothing, ...sharedBy(row, joined), incidentIds, turn: row.turn + 1 },
  });

/** Of what shared a case that it gave up to another, some may not have gone there before that one came to nothing, too. */
const sharedBy = (row: EscalationRow, joined: string[]) => ({
  joined: joined.length > 0 ? joined : undefined,
  requestIds: [...new Set([row, ...joined.map((id) => ({ id }))].map(ownRequestOf))],
});

/** Before anything was filed, another turned out to carry the case. What shares this one's finds the other by the list that stays. */
export const gaveWay = (row: EscalationRow, to: { id: string; lead: Lead | undefined }, nowMs: number): Moved =>
  move(row, {
    to: 'joined',
    what: 'joined',
    nowMs,
    note: 'Another escalation about the same incident carries its case: it shares that one, and nothing is filed for it.',
    change: { ...sharing(to.id, to.lead, nowMs), requestIds: [ownRequestOf(row)], turn: row.turn + 1 },
  });

export const goneToAnother = (row: EscalationRow, to: { id: string; lead: Lead | undefined }, nowMs: number): Moved =>
  move(row, {
    to: 'joined',
    what: 'joined',
    nowMs,
    note: 'The case that it shared was given up: it shares another one about the same.',
    change: sharing(to.id, to.lead, nowMs),
  });

/** Who else shares a case is nobody's news but the desk's. */
export const isAboutSharing = ({ what }: EscalationEvent): boolean =>
  what === 'request-joined' || what === 'request-left';

/** What those who share a case are told of it: all that happens once they share it and concerns them too. */
export const isForSharers = (event: EscalationEvent): boolean =>
  !isAboutSharing(event) && event.version > 1 && event.state !== 'cancelled' && event.state !== 'declined';

const silentNote = ({ what }: EscalationEvent): string => `The case that it shares: ${what.replaceAll('-', ' ')}.`;

/**
 * News of the case, onto an escalation that shares it: an event of its own for each, under its own id, with the desk's words. Texts
 * of people, and who did it, stay where they are.
 */
export function withNews(
  row: EscalationRow,
  { news, lead, nowMs }: { news: readonly EscalationEvent[]; lead: EscalationRow; nowMs: number },
): { after: EscalationRow; events: EscalationEvent[] } {
  let after = row;
  const events: EscalationEvent[] = [];
  for (const one of news) {
    const isClosed = one.state === 'closed';
    const moved = move(after, {
      to: isClosed ? 'closed' : 'joined',
      what: isClosed ? 'closed' : 'case-changed',
      nowMs,
      note: one.note ?? silentNote(one),
      change: { leadVersion: one.version, caseNumber: one.caseNumber, caseStatus: lead.caseStatus },
    });
    after = moved.after;
    events.push(moved.event);
  }
  return { after, events };
}

/** The case with another one that shares it, or with one less. Its steps go on as they were. */
export function withSharers(lead: EscalationRow, joined: string[], nowMs: number): Moved {
  const what = joined.length > (lead.joined?.length ?? 0) ? 'request-joined' : 'request-left';
  const requestIds = [...new Set([ownRequestOf(lead), ...joined.map((id) => ownRequestOf({ id }))])];
  const after = { ...lead, joined, requestIds, version: lead.version + 1, updatedAt: toIso(nowMs) };
  const note = what === 'request-joined' ? 'One more request shares the case.' : 'A request shares the case no longer.';
  return { after, event: eventOf(after, { what, from: lead.state, note }) };
}

/** Incidents by which those who shared a case find each other again: its own, or itself where it was about none. */
export const meetingsOf = (lead: EscalationRow): string[] =>
  lead.incidentIds?.length ? lead.incidentIds : [`escalation:${lead.id}`];
