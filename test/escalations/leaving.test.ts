import { describe, expect, it } from 'vitest';
import { createEscalationTexts, eraseTexts } from '../../shared/escalations/erase-texts.ts';
import { readOpenCases } from '../../shared/escalations/open-cases.ts';
import { cancelWithdrawn } from '../../shared/escalations/withdraw.ts';
import { aSharedCase, aSharedDesk, first, forced, incident, second, sharers, third } from './a-shared-case.ts';

const minute = 60_000;
const about = { connectionId: 'north', incidentIds: [incident.id] };

type Desk = Awaited<ReturnType<typeof aSharedCase>>;

describe('a case that is given up before it is filed', () => {
  const closes = async (desk: Desk) => {
    desk.become(first, { state: 'closed' });
    await cancelWithdrawn(desk.deps, first.requestId, desk.log.scope);
  };
  const isErased = async (desk: Desk) => {
    desk.become(first, { erasedAt: '2026-11-02T09:30:00.000Z' });
    await eraseTexts(desk.deps, first.requestId, desk.log.scope);
  };

  it.each([
    { why: 'was closed', giveUp: closes },
    { why: 'is that of a person who was erased', giveUp: isErased },
  ])('leaves one of its own to the first of those who shared it, where its request $why', async ({ giveUp }) => {
    const desk = await aSharedCase();
    await giveUp(desk);
    await desk.drain();
    expect((await desk.states()).toSorted()).toEqual(['awaiting-filing', 'cancelled', 'joined']);
    const [next, other] = (await desk.read(second)).state === 'joined' ? [third, second] : [second, third];
    expect(await desk.read(next)).toMatchObject({ requestIds: [next.requestId, other.requestId] });
    expect(await desk.read(other)).toMatchObject({ joinedTo: next.escalationId });
    expect((await desk.read(next)).packet).toMatchObject({ title: `Words of ${next.portalId}` });
    expect(await readOpenCases(desk.deps.tables('escalations'), about)).toMatchObject([
      { escalationId: next.escalationId },
    ]);
    expect(desk.appliedTo(other).at(-1)?.note).toContain('it shares another one');
  });

  it('is filed by the desk for the next of them, once', async () => {
    const desk = await aSharedDesk('azure');
    await desk.escalate(first, forced);
    for (const one of [second, third]) await desk.escalate(one);
    desk.become(first, { state: 'closed' });
    await desk.pass(10 * minute);
    expect((await desk.states()).toSorted()).toEqual(['cancelled', 'following', 'joined']);
    expect([...desk.microsoft.tickets.values()].map((ticket) => ticket.commits)).toEqual([1]);
  });

  it('brings those together again who share a case that is about no incident', async () => {
    const desk = await aSharedDesk();
    for (const one of sharers) desk.become(one, { likelyIncidents: [] });
    await desk.escalate(first);
    for (const one of [second, third]) await desk.act('changeCaseRequests', first, { join: one.requestId });
    await desk.drain();
    await closes(desk);
    await desk.drain();
    expect((await desk.states()).toSorted()).toEqual(['awaiting-filing', 'cancelled', 'joined']);
  });

  it('gives a request that is over, or cannot be filed, back to the desk', async () => {
    const desk = await aSharedCase();
    desk.become(second, { state: 'resolved' });
    desk.become(third, { category: null });
    await closes(desk);
    await desk.drain();
    expect(await desk.states()).toEqual(['cancelled', 'cancelled', 'awaiting-filing']);
    expect(desk.appliedTo(second).at(-1)).toMatchObject({ what: 'closed', escalation: { state: 'cancelled' } });
  });
});

describe('a case that is over when the other half of a joining is made', () => {
  it('leaves a case of its own to who came too late', async () => {
    const desk = await aSharedDesk();
    await desk.escalate(first, forced);
    await desk.drain();
    await desk.escalate(second);
    const joining = desk.bus.ready().filter((held) => held.queue === 'escalations');
    desk.become(first, { state: 'closed' });
    await cancelWithdrawn(desk.deps, first.requestId, desk.log.scope);
    for (const held of joining) await desk.handle(held);
    await desk.drain();
    expect((await desk.read(second)).state).toBe('awaiting-filing');
    expect(desk.appliedTo(second).at(-1)?.note).toContain('it gets a case of its own');
  });
});

describe('a request that leaves a case', () => {
  it('because it was closed is gone from it, and hears nothing more of it', async () => {
    const desk = await aSharedCase();
    desk.become(second, { state: 'closed' });
    await cancelWithdrawn(desk.deps, second.requestId, desk.log.scope);
    await desk.drain();
    expect(await desk.states()).toEqual(['awaiting-filing', 'cancelled', 'joined']);
    const heard = desk.noticesOf(second).length;
    await desk.act('claimEscalation', first);
    await desk.drain();
    expect(desk.noticesOf(second)).toHaveLength(heard);
    expect((await desk.read(first)).requestIds).toEqual([first.requestId, third.requestId]);
  });

  it('because its person was erased was not told to Microsoft, whatever the case is', async () => {
    const desk = await aSharedCase();
    await desk.act('claimEscalation', first);
    await desk.act('recordFiling', first, { caseNumber: '2611020030000042' });
    await desk.drain();
    const texts = createEscalationTexts(desk.deps);
    expect(await texts.of(second.requestId, [second.escalationId])).toMatchObject([
      { state: 'joined', filed: 'no', needsTexts: false, caseNumber: '2611020030000042' },
    ]);
    await texts.erase(second.requestId, desk.log.scope);
    await desk.drain();
    expect(await desk.states()).toEqual(['following', 'cancelled', 'joined']);
    const [erased] = await texts.of(second.requestId, []);
    expect(desk.noticesOf(second).every(({ eventId }) => erased?.noticeIds.includes(eventId))).toBe(true);
  });

  it('of which the person was erased, whose case it is, leaves the case to the others', async () => {
    const desk = await aSharedCase();
    await desk.act('claimEscalation', first);
    await desk.act('recordFiling', first, { caseNumber: '2611020030000042' });
    await createEscalationTexts(desk.deps).erase(first.requestId, desk.log.scope);
    await desk.drain();
    expect((await desk.read(first)).packet).toBeUndefined();
    expect(await desk.states()).toEqual(['following', 'joined', 'joined']);
    expect(desk.noticesOf(third).at(-1)?.data).toMatchObject({ caseNumber: '2611020030000042' });
  });
});
