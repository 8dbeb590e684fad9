import { describe, expect, it } from 'vitest';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import type { CallFault } from './azure-support-simulation.ts';
import { cancelWithdrawn } from '../../shared/escalations/withdraw.ts';
import { threePortals } from '../support/three-portals.ts';
import { anAzureRequest, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const requestId = 'abcdefghijklmnopqrstuvwxy2';
const id = `${requestId}-1`;
const name = `desk-${id}`;
const minute = 60_000;

/** A case whose first put meets the fault. */
async function anAzureCase(onPut?: CallFault) {
  const left = onPut ? [onPut] : [];
  const desk = await aDesk({ fault: (kind) => (kind === 'put' ? left.shift() : undefined) });
  desk.requests.set(requestId, anAzureRequest());
  await desk.call('escalateRequest', { id: requestId });
  const read = async () => (await desk.call('readEscalation', { id })).body as Escalation;
  return { ...desk, read };
}

describe('a request that was taken back', () => {
  it.each(['resolved', 'closed'])('is not filed any more once it is %s, and everybody is told', async (state) => {
    const desk = await anAzureCase();
    desk.requests.set(requestId, anAzureRequest({ state }));
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({ state: 'cancelled', version: 2 });
    expect(desk.microsoft.calls.filter(({ kind }) => kind !== 'check-name')).toEqual([]);
    expect(desk.applied.at(-1)).toMatchObject({ what: 'closed', escalation: { state: 'cancelled' } });
    expect(desk.notices.at(-1)?.data).toMatchObject({ state: 'cancelled' });
    const listed = await desk.call('listEscalations', { query: { state: 'cancelled' } });
    expect(listed.body).toMatchObject({ items: [{ id }] });
    expect(desk.bus.all()).toEqual([]);
  });

  it('is not put again where the first try made no ticket', async () => {
    const desk = await anAzureCase({ kind: 'lost-before' });
    await desk.pass(minute);
    desk.requests.set(requestId, anAzureRequest({ state: 'closed' }));
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({ state: 'cancelled' });
    expect([desk.microsoft.count('put'), desk.microsoft.tickets.size]).toEqual([1, 0]);
  });

  it('keeps the ticket that a lost try has made', async () => {
    const desk = await anAzureCase({ kind: 'lost-after' });
    await desk.pass(2_000);
    desk.requests.set(requestId, anAzureRequest({ state: 'closed' }));
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({
      state: 'following',
      caseNumber: desk.microsoft.tickets.get(name)?.number,
    });
  });
});

describe('a request that was closed while its case waited for a person', () => {
  it.each(['awaiting-filing', 'claimed'])(
    'takes it back from %s, so that nobody files it, and tells so',
    async (state) => {
      const desk = await threePortals();
      const { requestId: closing, escalationId } = desk.created.north;
      const post = async (path: string, body: unknown = {}, as = desk.tokens.operator) =>
        desk.call('POST', path, { as, body, headers: { 'if-match': '*' } });
      const escalation = `/api/escalations/${escalationId}`;
      if (state === 'claimed') await post(`${escalation}/claim`);
      await desk.settle();
      const closed = await post(
        `/api/requests/${closing}/transitions`,
        { to: 'closed', reason: 'solved' },
        desk.tokens.north,
      );
      expect(closed.json).toMatchObject({ state: 'closed', escalation: { state } });
      await desk.settle();
      const read = (await desk.call('GET', escalation, { as: desk.tokens.reader })).json;
      expect(read).toMatchObject({ state: 'cancelled', clocks: [] });
      expect(read).not.toHaveProperty('claim');
      const codes = [
        await post(`${escalation}/claim`),
        await post(`${escalation}/filing`, { caseNumber: '2611020030000042' }),
      ];
      expect(codes.map(({ json }) => json)).toMatchObject(Array(2).fill({ status: 409, from: 'cancelled' }));
      const request = await desk.call('GET', `/api/requests/${closing}`, { as: desk.tokens.north });
      expect(request.json).toMatchObject({ state: 'closed', escalation: { state: 'cancelled' } });
      const { json } = await desk.call('GET', `/api/requests/${closing}/timeline`, { as: desk.tokens.operator });
      const told = 'The request was resolved or closed before a case was filed.';
      expect((json as { items: unknown[] }).items).toContainEqual(
        expect.objectContaining({ kind: 'escalated', text: told }),
      );
      // Whoever had the link may have filed it just then: that case must not be forgotten.
      const after = (await desk.call('GET', escalation, { as: desk.tokens.reader })).json;
      expect((after as Escalation).otherCaseNumbers).toEqual(state === 'claimed' ? ['2611020030000042'] : undefined);
    },
  );

  it('takes back one that began while it was being closed', async () => {
    const desk = await aDesk();
    desk.requests.set(requestId, aRequest());
    await desk.call('escalateRequest', { id: requestId });
    desk.requests.set(requestId, aRequest({ state: 'closed' }));
    await desk.drain();
    expect((await desk.call('readEscalation', { id })).body).toMatchObject({ state: 'cancelled', version: 2 });
    expect(desk.applied.at(-1)).toMatchObject({ what: 'closed', escalation: { state: 'cancelled' } });
    expect(desk.bus.all()).toEqual([]);
  });

  it.each(['new', 'resolved'])('leaves it to be filed where the request is %s', async (state) => {
    const desk = await aDesk();
    desk.requests.set(requestId, aRequest());
    await desk.call('escalateRequest', { id: requestId });
    desk.requests.set(requestId, aRequest({ state }));
    await cancelWithdrawn(desk.deps, requestId, desk.log.scope);
    expect((await desk.call('readEscalation', { id })).body).toMatchObject({ state: 'awaiting-filing' });
  });

  it('takes back one that was parked, of which no ticket can exist', async () => {
    const desk = await anAzureCase({
      kind: 'status',
      status: 403,
      body: '{"error":{"code":"AuthorizationFailed","message":"no"}}',
    });
    await desk.pass(minute);
    expect(await desk.read()).toMatchObject({ state: 'parked' });
    desk.requests.set(requestId, anAzureRequest({ state: 'closed' }));
    await cancelWithdrawn(desk.deps, requestId, desk.log.scope);
    expect(await desk.read()).toMatchObject({ state: 'cancelled' });
  });

  it('leaves a case that Microsoft has', async () => {
    const desk = await anAzureCase();
    await desk.pass(minute);
    const before = await desk.read();
    desk.requests.set(requestId, anAzureRequest({ state: 'closed' }));
    await cancelWithdrawn(desk.deps, requestId, desk.log.scope);
    expect([before.caseNumber !== undefined, await desk.read()]).toEqual([true, before]);
  });
});
