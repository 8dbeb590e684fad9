import { HttpFailure, type HttpAnswer, type HttpCall } from '../platform/http.ts';
import { readCommunications, waitsForPartner } from './azure-communication.azuresupport.ts';
import { readRefusal } from './azure-refusal.ts';
import {
  guarded,
  hasLeft,
  isBelow,
  noAnswer,
  openSession,
  type AzureSupportOptions,
  type Session,
  type TicketPlace,
} from './azure-session.azuresupport.ts';
import { isAbsent, readMadeAnswer, readTicket, readTrouble, ticketPath } from './azure-ticket.azuresupport.ts';
import type { CaseFollower, CaseMessage, CaseRef, CaseSeen, CaseWish, WishOutcome } from './case-follower.ts';
import type { Passing, Refused } from './filing-channel.ts';

export type AzureFollowerOptions = AzureSupportOptions & {
  /** The partner's address, which Microsoft wants as the sender where an application writes. */
  sender: (connectionId: string) => Promise<string | undefined>;
};

/** Reads and writes on tickets of the Azure Support API, always in the customer's subscription. */
export function azureSupportFollower(options: AzureFollowerOptions): CaseFollower {
  return {
    read: async (ref, since) =>
      guarded(async () => {
        const place = placeOf(ref);
        if (!place) return { kind: 'absent' as const };
        return readCase({ options, place, session: await openSession(options, place) }, since);
      }),
    wish: async (ref, wish, isRepeat) =>
      guarded(async () => {
        const place = placeOf(ref);
        if (!place) return unknownCase;
        const open = { options, place, session: await openSession(options, place) };
        return wish.kind === 'message' ? write(open, { ref, wish, isRepeat }) : patch(open, wish);
      }),
  };
}

const unknownCase: Refused = { kind: 'refused', code: 'case-unknown' };

function placeOf({ subscriptionId, ticketName, ...ref }: CaseRef): TicketPlace | undefined {
  return subscriptionId === undefined || ticketName === undefined ? undefined : { ...ref, subscriptionId, ticketName };
}

type Open = { options: AzureFollowerOptions; session: Session; place: TicketPlace };
type Read = { kind: 'found'; case: CaseSeen } | { kind: 'absent' } | Passing | Refused;

async function readCase(open: Open, since: string | undefined): Promise<Read> {
  const answer = await open.session.call({ method: 'GET', path: ticketPath(open.place) });
  if (isAbsent(answer)) return { kind: 'absent' };
  if (answer.status !== 200) return readTrouble(answer, open.session.now());
  const ticket = readTicket(answer.body);
  const all = await readMessages(open, since);
  if (!Array.isArray(all)) return all;
  const messages = since === undefined ? all : all.filter(({ at }) => Date.parse(at) >= Date.parse(since));
  return { kind: 'found', case: { ...ticket, messages, needsAnswer: waitsForPartner(ticket, all.at(-1)) } };
}

/** Of ten messages each, as Microsoft fixes it: what is older than these pages was kept long ago, or is too much to be read. */
const messagePages = 6;

/** Oldest first. Pages come newest first: the first that holds nothing newer than `since` is the last that is read. */
async function readMessages({ options, session, place }: Open, since: string | undefined) {
  const path = `${ticketPath(place)}/communications`;
  const messages: CaseMessage[] = [];
  let next: string | undefined;
  for (let page = 0; page < messagePages; page++) {
    const answer: HttpAnswer = await session.call({
      method: 'GET',
      ...(next === undefined ? { path } : { url: next }),
    });
    if (answer.status !== 200) return readTrouble(answer, session.now());
    const read = readCommunications(answer.body);
    messages.push(...read.messages);
    next = read.nextLink;
    const isPast = since !== undefined && read.messages.every(({ at }) => Date.parse(at) < Date.parse(since));
    if (next === undefined || isPast || !isBelow(options, path, next)) break;
  }
  return messages.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

type Writing = { ref: CaseRef; wish: Extract<CaseWish, { kind: 'message' }>; isRepeat: boolean };

/** A communication has the desk's own name: on any doubt it is looked for before it is put again. */
async function write(open: Open, { ref, wish, isRepeat }: Writing): Promise<WishOutcome> {
  const path = `${ticketPath(open.place)}/communications/${encodeURIComponent(wish.name)}`;
  if (isRepeat) {
    const there = await lookFor(open, path);
    if (there !== 'absent') return there;
  }
  const sender = await open.options.sender(ref.connectionId);
  const properties = { subject: wish.subject, body: wish.text, ...(sender !== undefined && { sender }) };
  const answer = await change(open, { method: 'PUT', path, body: JSON.stringify({ properties }) });
  if ('kind' in answer) return answer;
  if (answer.status === 202) {
    const there = await lookFor(open, path);
    return there === 'absent' ? { kind: 'unknown', reason: 'accepted, not there yet' } : there;
  }
  // A conflict may be one with the same text that came before.
  return settle(open, answer, (refused) => (answer.status === 409 ? { kind: 'unknown', reason: 'HTTP 409' } : refused));
}

async function lookFor({ session }: Open, path: string): Promise<WishOutcome | 'absent'> {
  const answer = await session.call({ method: 'GET', path });
  if (answer.status === 200) return { kind: 'done' };
  if (isAbsent(answer)) return 'absent';
  return readTrouble(answer, session.now());
}

/** The same again changes nothing, so that neither closing nor a severity has to be looked for. */
async function patch(open: Open, wish: Exclude<CaseWish, { kind: 'message' }>): Promise<WishOutcome> {
  const body = wish.kind === 'close' ? { status: 'closed' } : { severity: wish.severity };
  const answer = await change(open, { method: 'PATCH', path: ticketPath(open.place), body: JSON.stringify(body) });
  if ('kind' in answer) return answer;
  return settle(open, answer, (refused, ticket) => {
    if (wish.kind === 'close') return refused;
    if (ticket?.severity === wish.severity) return { kind: 'done' };
    // Microsoft names no code for it; what is refused for another reason is told from it by its own.
    return refused.code === 'rejected' ? { ...refused, code: 'severity-locked' } : refused;
  });
}

/** Silence after a call that changes something means that nobody knows. */
async function change({ session }: Open, call: { method: HttpCall['method']; path: string; body: string }) {
  try {
    return await session.call(call);
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return hasLeft(error) ? { kind: 'unknown' as const, reason: error.reason } : noAnswer(error);
  }
}

type Seen = ReturnType<typeof readTicket> | undefined;

/** A refusal is looked at with the ticket beside it: one that is closed, or gone, says more than Microsoft's code does. */
async function settle(
  { session, place }: Open,
  answer: HttpAnswer,
  meaning: (refused: Refused, ticket: Seen) => WishOutcome,
): Promise<WishOutcome> {
  const made = readMadeAnswer(answer, session.now());
  if (made.kind !== 'refused' && answer.status !== 409) return made;
  const refused = readRefusal(answer.status, answer.body);
  if (refused.code !== 'rejected') return refused;
  const read = await session.call({ method: 'GET', path: ticketPath(place) });
  if (isAbsent(read)) return unknownCase;
  const ticket = read.status === 200 ? readTicket(read.body) : undefined;
  if (ticket?.isClosed === true) return { ...refused, code: 'case-closed' };
  return answer.status === 409 && ticket === undefined ? made : meaning(refused, ticket);
}
