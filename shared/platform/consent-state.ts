import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { fromIso, secondMs, toIso } from '../core/clock.ts';

/** Which sign-in a browser comes back from, and until when it is waited for (ISO, whole seconds). */
export type ConsentTicket = { connectionId: string; id: string; expiresAt: string };

export type SentState = { ticket: ConsentTicket; signature: string };

const statePattern = /^([a-z0-9-]{1,32})\.([a-z2-7]{26})\.(\d{10})\.([\w-]{43})$/;

const seconds = ({ expiresAt }: ConsentTicket): string => String(Math.floor(fromIso(expiresAt) / secondMs));

/** Everything secret about one sign-in follows from the key and the ticket, so that none of it is kept anywhere. */
const derived = (key: string, purpose: 'state' | 'verifier' | 'nonce', ticket: ConsentTicket): string =>
  createHmac('sha256', Buffer.from(key, 'base64url'))
    .update([purpose, ticket.connectionId, ticket.id, seconds(ticket)].join('.'))
    .digest('base64url');

/** The `state` of the authorization request: says which sign-in it belongs to, and is signed. */
export const stateOf = (key: string, ticket: ConsentTicket): string =>
  [ticket.connectionId, ticket.id, seconds(ticket), derived(key, 'state', ticket)].join('.');

/** What a state says of itself; undefined where it is none. Nothing is true before {@link isSigned} says so. */
export function readState(state: string): SentState | undefined {
  const [, connectionId = '', id = '', end = '', signature = ''] = statePattern.exec(state) ?? [];
  if (signature === '') return undefined;
  return { ticket: { connectionId, id, expiresAt: toIso(Number(end) * secondMs) }, signature };
}

export const isSigned = (key: string, { ticket, signature }: SentState): boolean =>
  timingSafeEqual(Buffer.from(derived(key, 'state', ticket)), Buffer.from(signature));

/** By which the desk shows that it is who asked (PKCE, RFC 7636), and knows the answer for its own (nonce, OpenID Connect). */
export function proofsOf(key: string, ticket: ConsentTicket): { verifier: string; challenge: string; nonce: string } {
  const verifier = derived(key, 'verifier', ticket);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  return { verifier, challenge, nonce: derived(key, 'nonce', ticket) };
}
