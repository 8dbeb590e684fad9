import type { Caller } from '../../shared/core/caller.ts';
import type { TimelineEntry } from '../../shared/requests/timeline.ts';
import { aPerson, type Desk } from './desk.ts';

export const read = async (desk: Desk, id: string, as: Caller = aPerson()) =>
  desk.call('GET', `api/requests/${id}`, { as });

type Move = { to: string; as?: Caller; seen?: string; key?: string; reason?: string };

export const move = async (desk: Desk, id: string, { to, as = aPerson(), seen, key, reason = 'because' }: Move) =>
  desk.call('POST', `api/requests/${id}/transitions`, {
    as,
    body: { to, reason },
    headers: { ...(seen !== undefined && { 'if-match': seen }), ...(key !== undefined && { 'idempotency-key': key }) },
  });

type Say = { text?: string; audience?: string; as?: Caller; key?: string };

export const say = async (
  desk: Desk,
  id: string,
  { text = 'hello', audience = 'customer', as = aPerson(), key }: Say = {},
) =>
  desk.call('POST', `api/requests/${id}/comments`, {
    as,
    body: { text, audience },
    headers: { ...(key !== undefined && { 'idempotency-key': key }) },
  });

export const timeline = async (desk: Desk, id: string, as: Caller = aPerson()) => {
  const { body } = await desk.call('GET', `api/requests/${id}/timeline`, { as });
  return (body as { items: TimelineEntry[] }).items;
};

type Amend = { body: object; seen?: string; as?: Caller };

export const amend = async (desk: Desk, id: string, { body, seen = '"1"', as = aPerson() }: Amend) =>
  desk.call('PATCH', `api/requests/${id}`, { as, body, headers: { 'if-match': seen } });
