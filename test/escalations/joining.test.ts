import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import { commitChange, readEscalation } from '../../shared/escalations/escalation-store.ts';
import { casesByMarker } from '../../shared/escalations/case-index.ts';
import { markerOf } from '../../shared/escalations/packet.ts';
import { cancelWithdrawn } from '../../shared/escalations/withdraw.ts';
import { claimIncidents, readOpenCases } from '../../shared/escalations/open-cases.ts';
import { mailComes } from './a-mail.ts';
import { aSharedCase, aSharedDesk, first, forced, incident, second, sharers, third } from './a-shared-case.ts';

const minute = 60_000;
const about = { connectionId: 'north', incidentIds: [incident.id] };

describe('a request about an incident that has an open case', () => {
  it('shares it, under an address of its own, instead of waiting or opening another', async () => {
    const desk = await aSharedDesk();
    expect((await desk.escalate(second).catch((error: unknown) => error)) as object).toMatchObject({
      extras: { members: { decision: 'wait' } },
    });
    await desk.escalate(first, forced);
    const preview = await desk.call('previewEscalation', { id: second.requestId });
    expect(preview.body).toMatchObject({ decision: 'ready' });
    expect(JSON.stringify(preview.body)).toContain('case-joined');
    const answer = await desk.escalate(second);
    expect(answer).toMatchObject({
      status: 202,
      headers: { location: `/api/escalations/${second.escalationId}` },
      body: { id: second.escalationId, state: 'joined', joinedTo: first.escalationId, requestIds: [second.requestId] },
    });
    expect((await desk.escalate(second)).headers).toEqual(answer.headers);
    await desk.drain();
    expect(await desk.read(first)).toMatchObject({
      state: 'awaiting-filing',
      requestIds: [first.requestId, second.requestId],
    });
    expect(await readOpenCases(desk.deps.tables('escalations'), about)).toEqual([
      {
        incidentId: incident.id,
        escalationId: first.escalationId,
        caseNumber: undefined,
        beganAt: '2026-11-02T09:00:00.000Z',
      },
    ]);
  });

  it('gets a case of its own by force, and does not take the incident over', async () => {
    const desk = await aSharedDesk();
    await desk.escalate(first, forced);
    await desk.pass(minute);
    await desk.escalate(second, forced);
    expect(await desk.read(second)).toMatchObject({ state: 'awaiting-filing', requestIds: [second.requestId] });
    expect(await desk.escalate(third)).toMatchObject({ body: { joinedTo: first.escalationId } });
  });

  it('of another partner connection does not share it', async () => {
    const desk = await aSharedDesk();
    await desk.escalate(first, forced);
    expect(await readOpenCases(desk.deps.tables('escalations'), { ...about, connectionId: 'south' })).toEqual([]);
  });

  it('shares the case of whoever is a moment faster, also by force, so that two at once are one case', async () => {
    const desk = await aSharedDesk();
    await Promise.all(sharers.map(async (one) => desk.escalate(one, forced)));
    await desk.drain();
    expect((await desk.states()).toSorted()).toEqual(['awaiting-filing', 'joined', 'joined']);
  });

  it('shares by force, too, a case so young that nobody can have seen it', async () => {
    const desk = await aSharedDesk();
    await desk.escalate(first, forced);
    await desk.pass(minute - 1);
    expect(await desk.escalate(second, forced)).toMatchObject({ body: { state: 'joined' } });
    expect(await desk.escalate(third, { ...forced, vehicle: 'advanced' })).toMatchObject({
      body: { state: 'awaiting-filing' },
    });
  });

  it('is told the number at once where the case is filed', async () => {
    const desk = await aSharedDesk();
    await desk.escalate(first, forced);
    await desk.act('claimEscalation', first);
    await desk.act('recordFiling', first, { caseNumber: '2611020030000042' });
    await desk.escalate(second);
    await desk.drain();
    expect(desk.noticesOf(second)[0]?.data).toMatchObject({ state: 'joined', caseNumber: '2611020030000042' });
  });

  it('opens another one where a hundred share the first', async () => {
    const desk = await aSharedDesk();
    await desk.escalate(first, forced);
    const table = desk.deps.tables('escalations');
    const held = (await readEscalation(table, first.escalationId))!;
    const joined = Array.from(
      { length: limits.requestsPerCase - 1 },
      (_, n) => `zbcdefghijklmnopqrstuvwxy2-${String(n)}`,
    );
    await commitChange(desk.deps, { held, after: { ...held.row, joined } }, desk.log.scope);
    await desk.escalate(second, forced);
    await desk.escalate(third);
    expect(await desk.states()).toEqual(['awaiting-filing', 'awaiting-filing', 'joined']);
    expect(await desk.read(third)).toMatchObject({ joinedTo: second.escalationId });
    // Full, it is filed as it was.
    expect(await desk.act('claimEscalation', first)).toMatchObject({ body: { state: 'claimed' } });
  });
});

describe('a claim on an incident whose escalation was never written', () => {
  it('is waited for, and void after a minute: then one of those that wait carries the case', async () => {
    const desk = await aSharedDesk();
    const table = desk.deps.tables('escalations');
    const claim = { ...about, escalationId: first.escalationId, nowMs: desk.clock.now() };
    expect(await claimIncidents(table, claim)).toMatchObject({ incidentIds: [incident.id] });
    for (const one of [second, third]) await desk.escalate(one, forced);
    await desk.pass(minute - 1);
    const before = await Promise.all([second, third].map(desk.read));
    expect(before).toMatchObject(Array(2).fill({ state: 'joined', joinedTo: first.escalationId }));
    await desk.pass(2 * minute);
    expect((await Promise.all([second, third].map(desk.read))).map((one) => one.state).toSorted()).toEqual([
      'awaiting-filing',
      'joined',
    ]);
    expect(desk.bus.all()).toEqual([]);
  });

  it('is taken up again by the same request', async () => {
    const desk = await aSharedDesk();
    const claim = { ...about, escalationId: first.escalationId, nowMs: desk.clock.now() };
    await claimIncidents(desk.deps.tables('escalations'), claim);
    expect((await desk.escalate(first, forced)).body).toMatchObject({ state: 'awaiting-filing' });
  });
});

describe('those who share a case', () => {
  it('hear each of its news once, in their own portal, under their own ids', async () => {
    const desk = await aSharedCase();
    await desk.act('claimEscalation', first);
    await desk.act('recordFiling', first, { caseNumber: '2611020030000042' });
    await desk.pass(5 * minute);
    for (const one of [second, third]) {
      expect(desk.noticesOf(one).map(({ data }) => data)).toEqual(
        [undefined, undefined, '2611020030000042', '2611020030000042'].map((caseNumber) => ({
          escalationId: one.escalationId,
          requestId: one.requestId,
          state: 'joined',
          ...(caseNumber && { caseNumber }),
          externalRefs: [{ system: 'psa', id: `ticket-of-${one.portalId}` }],
        })),
      );
      expect(desk.appliedTo(one).map(({ escalation }) => escalation.version)).toEqual([1, 2, 3, 4]);
    }
    expect(desk.noticesOf(first).map(({ data }) => data?.state)).toEqual([
      'awaiting-filing',
      'claimed',
      'filed',
      'following',
    ]);
    expect(new Set(desk.notices.map((notice) => notice.eventId)).size).toBe(desk.notices.length);
  });

  it('see nothing of one another', async () => {
    const desk = await aSharedCase('azure');
    await desk.pass(10 * minute);
    for (const ticket of desk.microsoft.tickets.values()) ticket.status = 'Closed';
    await desk.pass(10 * minute);
    for (const one of sharers) {
      const heard = JSON.stringify([desk.noticesOf(one), desk.appliedTo(one)]);
      for (const other of sharers.filter(({ portalId }) => portalId !== one.portalId)) {
        for (const foreign of [other.requestId, other.customerId, other.portalId, other.subscriptionId]) {
          expect(heard).not.toContain(foreign);
        }
      }
    }
  });

  it('are solved with it, one ticket for all', async () => {
    const desk = await aSharedCase('azure');
    await desk.pass(10 * minute);
    expect(await desk.states()).toEqual(['following', 'joined', 'joined']);
    for (const ticket of desk.microsoft.tickets.values()) ticket.status = 'Closed';
    await desk.pass(10 * minute);
    expect(await desk.states()).toEqual(['closed', 'closed', 'closed']);
    expect(desk.microsoft.tickets.size).toBe(1);
    for (const one of sharers) {
      const { caseNumber } = await desk.read(first);
      expect(desk.appliedTo(one).at(-1)).toMatchObject({
        what: 'closed',
        escalation: { id: one.escalationId, state: 'closed', caseNumber },
      });
    }
    expect(await readOpenCases(desk.deps.tables('escalations'), about)).toEqual([]);
    expect(desk.bus.all()).toEqual([]);
  });

  it('hear what came before the news of it, whichever comes first', async () => {
    const desk = await aSharedCase();
    await desk.act('claimEscalation', first);
    await desk.act('recordFiling', first, { caseNumber: '2611020030000042' });
    // The later event is projected first, and the earlier one twice.
    const ready = desk.bus.ready().filter((held) => held.queue === 'desk-events');
    for (const held of ready.toReversed()) await desk.handle(held);
    await desk.pass(minute);
    const notes = desk.appliedTo(second).map(({ note }) => note);
    expect(notes.slice(1, 3)).toEqual(['The case that it shares: claimed.', 'The case that it shares: filed.']);
  });

  it('stay a hundred, and each hears of what happens within one execution', async () => {
    const desk = await aSharedDesk();
    await desk.escalate(first, forced);
    const alphabet = Array.from('abcdefghijklmnopqrstuvwxyz');
    const letters = alphabet.flatMap((one) => ['c', 'd', 'e', 'f'].map((two) => `${two}${one}`)).slice(0, 99);
    for (const two of letters) {
      const requestId = `${two}cdefghijklmnopqrstuvwxy2`;
      desk.requests.set(requestId, { ...desk.requests.get(second.requestId)!, requestId });
      await desk.escalate({ ...second, requestId });
    }
    await desk.drain();
    expect((await desk.read(first)).requestIds).toHaveLength(limits.requestsPerCase);
    desk.notices.length = 0;
    await desk.act('claimEscalation', first);
    await desk.drain();
    expect(new Set(desk.notices.map(({ data }) => data?.requestId)).size).toBe(100);
    expect(desk.notices).toHaveLength(100);
  });
});

describe('the end of a shared case', () => {
  it('reaches each request also where Microsoft wrote once more before it was told', async () => {
    const desk = await aSharedCase();
    await desk.act('claimEscalation', first);
    const number = '2611020030000042';
    await desk.act('recordFiling', first, { caseNumber: number });
    await desk.drain();
    const placing = { deps: desk.deps, scope: desk.log.scope };
    expect(await mailComes({ ...placing, mail: { id: 'm1', number, isClosed: true } })).toBe('placed');
    expect(await mailComes({ ...placing, mail: { id: 'm2', number } })).toBe('placed');
    await desk.drain();
    expect(await desk.states()).toEqual(['closed', 'closed', 'closed']);
    expect(desk.appliedTo(second).filter(({ what }) => what === 'closed')).toHaveLength(1);
  });
});

describe('a request whose shared case was given up', () => {
  it('is found by the marker of its own packet in the mails about its own case', async () => {
    const desk = await aSharedCase();
    desk.become(first, { state: 'closed' });
    await cancelWithdrawn(desk.deps, first.requestId, desk.log.scope);
    await desk.drain();
    expect(await desk.read(second)).toMatchObject({ state: 'awaiting-filing' });
    const found = await casesByMarker(desk.deps.tables('escalations'), 'north', markerOf(second.escalationId));
    expect(found).toEqual([second.escalationId]);
  });
});
