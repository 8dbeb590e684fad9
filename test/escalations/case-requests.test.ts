import { describe, expect, it } from 'vitest';
import { isAppError, type AppError } from '../../shared/core/errors.ts';
import type { Answer } from '../../shared/platform/route.ts';
import { aCustomer } from './builders.ts';
import { aSharedCase, aSharedDesk, first, forced, second, third } from './a-shared-case.ts';

type Desk = Awaited<ReturnType<typeof aSharedDesk>>;

async function refusalOf(answer: Promise<unknown>): Promise<AppError> {
  const error = await answer.catch((thrown: unknown) => thrown);
  if (!isAppError(error)) throw new Error('not refused');
  return error;
}

/** As it is sent. */
const plain = (answer: Answer): Answer => JSON.parse(JSON.stringify(answer)) as Answer;

/** A case, and two requests that nobody has escalated. */
async function aCase() {
  const desk = await aSharedDesk();
  await desk.escalate(first, forced);
  await desk.drain();
  return desk;
}

const join = async (desk: Desk, requestId = second.requestId, headers: Record<string, string> = {}) =>
  desk.call('changeCaseRequests', { id: first.escalationId, body: { join: requestId }, headers });
const leave = async (desk: Desk, requestId = second.requestId) =>
  desk.act('changeCaseRequests', first, { leave: requestId });

describe('a request that a person joins to a case', () => {
  it('shares it at once, also where the gate would not let it through', async () => {
    const desk = await aCase();
    desk.become(second, { category: null, likelyIncidents: [] });
    const answer = await join(desk);
    expect(answer).toMatchObject({
      status: 200,
      body: { id: first.escalationId, requestIds: [first.requestId, second.requestId] },
    });
    await desk.drain();
    expect(await desk.read(second)).toMatchObject({ state: 'joined', joinedTo: first.escalationId });
    expect(desk.noticesOf(second)).toHaveLength(1);
    expect(desk.noticesOf(first)).toHaveLength(1);
  });

  it('is joined once, however often it is said', async () => {
    const desk = await aCase();
    const once = plain(await join(desk, second.requestId, { 'idempotency-key': 'k1' }));
    const again = await join(desk, second.requestId, { 'idempotency-key': 'k1' });
    expect(plain(again)).toMatchObject({ status: 200, body: once.body, headers: { 'idempotent-replayed': 'true' } });
    expect(plain(await join(desk)).body).toEqual(once.body);
    expect(plain(await join(desk, first.requestId)).body).toEqual(once.body);
    const other = desk.call('changeCaseRequests', {
      id: first.escalationId,
      body: { leave: second.requestId },
      headers: { 'idempotency-key': 'k1' },
    });
    expect(await refusalOf(other)).toMatchObject({ code: 'idempotency-key-reused' });
    await desk.drain();
    expect(desk.noticesOf(second)).toHaveLength(1);
  });

  it('must be known, open, of the same connection, and without an escalation of its own', async () => {
    const desk = await aCase();
    expect(await refusalOf(join(desk, 'zbcdefghijklmnopqrstuvwxy2'))).toMatchObject({ code: 'invalid-body' });
    for (const change of [{ state: 'resolved' }, { state: 'closed' }, { erasedAt: '2026-11-02T09:00:00.000Z' }]) {
      desk.become(second, change);
      expect(await refusalOf(join(desk))).toMatchObject({ code: 'illegal-transition' });
    }
    desk.become(second, {});
    desk.customers.set(second.customerId, aCustomer({ customerId: second.customerId, connectionId: 'south' }));
    expect((await refusalOf(join(desk))).detail).toContain('another partner connection');
    await desk.pass(60_000);
    await desk.escalate(third, forced);
    expect(await refusalOf(join(desk, third.requestId))).toMatchObject({
      code: 'illegal-transition',
      extras: { members: { escalationId: third.escalationId } },
    });
  });

  it.each(['joined', 'closed'])('does not share a case that is %s', async (state) => {
    const desk = await aSharedCase('azure');
    if (state === 'closed') {
      await desk.pass(10 * 60_000);
      for (const ticket of desk.microsoft.tickets.values()) ticket.status = 'Closed';
      await desk.pass(10 * 60_000);
    }
    const one = state === 'closed' ? first : second;
    desk.requests.set('zbcdefghijklmnopqrstuvwxy2', {
      ...desk.requests.get(third.requestId)!,
      requestId: 'zbcdefghijklmnopqrstuvwxy2',
    });
    const answer = desk.act('changeCaseRequests', one, { join: 'zbcdefghijklmnopqrstuvwxy2' });
    expect(await refusalOf(answer)).toMatchObject({ extras: { members: { from: state, to: 'joined' } } });
  });

  it('is unknown where the case is', async () => {
    const desk = await aCase();
    const answer = desk.call('changeCaseRequests', { id: second.escalationId, body: { join: third.requestId } });
    expect(await refusalOf(answer)).toMatchObject({ code: 'not-found' });
  });
});

describe('a request that a person takes off a case', () => {
  it('is given back to the desk with what it has heard, and hears no more', async () => {
    const desk = await aSharedCase();
    await desk.act('claimEscalation', first);
    const answer = await leave(desk);
    expect(answer.body).toMatchObject({ requestIds: [first.requestId, third.requestId] });
    await desk.drain();
    expect(desk.appliedTo(second).map(({ what, note }) => [what, note])).toEqual([
      ['started', undefined],
      ['changed', 'The case that it shares: claimed.'],
      ['closed', 'A person took the request off the case that it shared.'],
    ]);
    await desk.act('recordFiling', first, { caseNumber: '2611020030000042' });
    await desk.pass(60_000);
    expect(desk.appliedTo(second)).toHaveLength(3);
    expect(desk.appliedTo(third).at(-1)?.escalation.caseNumber).toBe('2611020030000042');
    expect((await leave(desk)).status).toBe(200);
  });

  it('does not share the case again by itself: only by hand, or with a case of its own by force', async () => {
    const desk = await aSharedCase();
    for (const one of [second, third]) await leave(desk, one.requestId);
    expect(await refusalOf(desk.escalate(second))).toMatchObject({ extras: { members: { decision: 'wait' } } });
    await desk.escalate(second, forced);
    await join(desk, third.requestId);
    await desk.drain();
    const again = async (requestId: string) => desk.read({ escalationId: `${requestId}-2` });
    expect(await again(second.requestId)).toMatchObject({ state: 'awaiting-filing' });
    expect(await again(third.requestId)).toMatchObject({ state: 'joined', joinedTo: first.escalationId });
    expect((await desk.read(first)).requestIds).toEqual([first.requestId, third.requestId]);
  });

  it('must be one that shares it, and not the one whose case it is', async () => {
    const desk = await aCase();
    expect((await refusalOf(leave(desk, first.requestId))).detail).toContain('Close the request');
    expect((await refusalOf(leave(desk))).detail).toContain('does not share');
  });
});
