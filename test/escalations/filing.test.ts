import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { readCapability } from '../../shared/escalations/contract-store.ts';
import { anAzureCase, id, place, requestId, ticketName as name } from './an-azure-case.ts';
import type { CallFault } from './azure-support-simulation.ts';
import { aCustomer, anAzureRequest } from './builders.ts';

const minute = 60_000;

/** Each fault of the list meets one call of its kind, in order. */
function faults(list: [kind: string, fault: CallFault][]) {
  const left = [...list];
  return (kind: string): CallFault | undefined => {
    if (left[0]?.[0] !== kind) return undefined;
    return left.shift()?.[1];
  };
}

const status = (code: number, headers: Record<string, string> = {}): CallFault => ({
  kind: 'status',
  status: code,
  headers,
});

const noRight: CallFault = {
  kind: 'status',
  status: 403,
  body: JSON.stringify({ error: { code: 'AuthorizationFailed', message: 'no' } }),
};

describe('a filing by the Azure channel', () => {
  it('without faults is one put, no search, three transactions and three sends', async () => {
    const desk = await anAzureCase();
    const { counts } = desk.stores.of('escalations');
    const before = { transact: counts.transact, sends: desk.bus.counts.sends };
    const otherBefore = desk.stores.of('desk').counts.transact;
    const message = () => desk.bus.all().find((held) => held.queue === 'escalations')!;
    await desk.handle(message());
    await desk.advance(5_000);
    await desk.handle(message());
    expect(await desk.read()).toMatchObject({ state: 'filed', caseNumber: desk.microsoft.tickets.get(name)?.number });
    expect(desk.microsoft.calls.map((call) => call.kind)).toEqual([
      'services',
      'classifications',
      'put',
      'operation',
      'get',
    ]);
    expect(counts.transact - before.transact).toBe(3);
    expect(desk.stores.of('desk').counts.transact - otherBefore).toBe(0);
    expect(desk.bus.counts.sends - before.sends).toBe(3);
  });

  it('that is answered at once needs two transactions', async () => {
    const desk = await anAzureCase({ setUpMs: 0 });
    const { counts } = desk.stores.of('escalations');
    const before = counts.transact;
    await desk.handle(desk.bus.all().find((held) => held.queue === 'escalations')!);
    expect(counts.transact - before).toBe(2);
    expect(await desk.read()).toMatchObject({ state: 'filed' });
  });

  it('is told to the request and its portal, each event once, and followed', async () => {
    const desk = await anAzureCase();
    await desk.pass(6 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following', caseStatus: 'Open' });
    expect(desk.applied.map((one) => [one.what, one.escalation.version, one.escalation.state])).toEqual([
      ['started', 1, 'intended'],
      ['changed', 2, 'filed'],
      ['changed', 3, 'following'],
    ]);
    expect(desk.notices.at(-1)).toMatchObject({
      portalIds: ['northlight'],
      data: {
        escalationId: id,
        requestId,
        state: 'following',
        caseNumber: desk.microsoft.tickets.get(name)?.number,
        externalRefs: [{ system: 'psa', id: 'T-17' }],
      },
    });
    expect(new Set(desk.notices.map((notice) => notice.eventId)).size).toBe(3);
  });

  it('holds nothing of the request in heads, events, messages and logs', async () => {
    const desk = await anAzureCase();
    await desk.pass(6 * minute);
    const rows = [...(desk.stores.of('escalations').partitions.get('00') ?? [])].filter(([rk]) => !rk.startsWith('C|'));
    const text = JSON.stringify([rows, desk.log.entries, desk.bus.all()]);
    expect(text).not.toMatch(/vm-erp-01|SSH|Halvorsen|northlight-cloud|oda/i);
  });

  it.each<[string, CallFault]>([
    ['the answer is lost', { kind: 'lost-after' }],
    ['the connection breaks before anything arrives', { kind: 'lost-before' }],
    ['the ticket is committed a minute later', { kind: 'late', afterMs: minute }],
    ['the answer is half', { kind: 'garbage' }],
    ['Microsoft answers 500', status(500)],
    ['Microsoft answers 429', status(429, { 'retry-after': '30' })],
  ])('commits one ticket where %s', async (_title, fault) => {
    const desk = await anAzureCase({ fault: faults([['put', fault]]) });
    await desk.pass(15 * minute);
    expect(desk.microsoft.tickets.get(name)?.commits).toBe(1);
    expect(await desk.read()).toMatchObject({ state: 'following' });
  });

  it('after a lost put looks before it waits, and puts again only after the horizon', async () => {
    const desk = await anAzureCase({ fault: faults([['put', { kind: 'lost-before' }]]) });
    await desk.pass(4 * minute);
    expect([desk.microsoft.count('put'), desk.microsoft.count('get')]).toEqual([1, 1]);
    await desk.pass(2 * minute);
    expect(desk.microsoft.count('put')).toBe(2);
  });

  it('waits as long as Microsoft asks, and does not look for what cannot be there', async () => {
    const desk = await anAzureCase({ fault: faults([['put', status(429, { 'retry-after': '120' })]]) });
    await desk.pass(119_000);
    expect(desk.microsoft.count('put')).toBe(1);
    await desk.pass(20_000);
    expect([desk.microsoft.count('put'), desk.microsoft.tickets.size]).toEqual([2, 1]);
  });

  it('outlives an outage of six hours without a throw and without hammering', async () => {
    let isDown = true;
    const desk = await anAzureCase({ fault: () => (isDown ? status(503) : undefined) });
    await desk.pass(6 * 60 * minute);
    expect(desk.microsoft.calls.length).toBeLessThan(60);
    isDown = false;
    await desk.pass(20 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following' });
    expect(desk.bus.dead).toEqual([]);
  });

  it('is put once by two workers that hold the same message', async () => {
    const desk = await anAzureCase();
    const [held] = desk.bus.all().filter((one) => one.queue === 'escalations');
    await Promise.all([desk.handle(held!), desk.handle(held!)]);
    await desk.pass(15 * minute);
    expect(desk.microsoft.count('put')).toBe(1);
    expect(await desk.read()).toMatchObject({ state: 'following' });
  });

  it('turns into an assisted case at once where the plan does not reach, and the subscription remembers for a day', async () => {
    const desk = await anAzureCase();
    desk.microsoft.state.refusesPlan = true;
    await desk.drain();
    const turned = await desk.read();
    expect(turned).toMatchObject({ state: 'awaiting-filing', channel: 'assisted' });
    expect(turned.reasons.at(-1)).toMatchObject({
      code: 'plan',
      text: expect.stringContaining('support plan') as string,
    });
    expect(await readCapability(desk.deps.tables('desk'), place)).toMatchObject({ state: 'refused' });
    expect(desk.applied.at(-1)).toMatchObject({
      what: 'changed',
      escalation: { state: 'awaiting-filing', channel: 'assisted' },
    });
    desk.requests.set(`b${requestId.slice(1)}`, anAzureRequest({ requestId: `b${requestId.slice(1)}` }));
    const next = await desk.call('escalateRequest', { id: `b${requestId.slice(1)}` });
    expect(next.body).toMatchObject({ state: 'awaiting-filing', channel: 'assisted' });
    expect((await desk.call('claimEscalation', { id })).body).toMatchObject({
      packet: { link: expect.stringContaining('https://portal.azure.com/') as string },
    });
    await desk.pass(24 * 60 * minute);
    desk.requests.set(`c${requestId.slice(1)}`, anAzureRequest({ requestId: `c${requestId.slice(1)}` }));
    const later = await desk.call('escalateRequest', { id: `c${requestId.slice(1)}` });
    expect(later.body).toMatchObject({ state: 'intended', channel: 'azure-support' });
    desk.microsoft.state.refusesPlan = true;
    await desk.pass(minute);
    expect(await readCapability(desk.deps.tables('desk'), place)).toMatchObject({ at: '2026-11-03T09:00:00.000Z' });
  });

  it('leaves the Support API to the subscriptions of other customers where one is refused', async () => {
    const desk = await anAzureCase();
    desk.microsoft.state.refusesPlan = true;
    await desk.drain();
    const other = `b${requestId.slice(1)}`;
    const azureSubscriptionIds = ['7d0d7f2e-8f3c-4a35-9b7c-0f3b8f7f2a11'];
    desk.customers.set('cother', aCustomer({ customerId: 'cother', azureSubscriptionIds }));
    desk.requests.set(other, anAzureRequest({ requestId: other, customerId: 'cother' }));
    const next = await desk.call('escalateRequest', { id: other });
    expect(next.body).toMatchObject({ state: 'intended', channel: 'azure-support' });
  });

  it.each([
    ['put', 403, 'AuthorizationFailed', 'rights-missing'],
    ['put', 400, 'InvalidParameter', 'rejected'],
    ['put', 404, 'SubscriptionNotFound', 'subscription-unknown'],
    ['services', 403, 'AuthorizationFailed', 'rights-missing'],
  ])('is parked with its reason where the %s is refused: %i %s', async (...[kind, code, upstream, reason]) => {
    const body = JSON.stringify({ error: { code: upstream, message: 'no' } });
    const desk = await anAzureCase({ fault: faults([[kind, { kind: 'status', status: code, body }]]) });
    await desk.pass(minute);
    expect(await desk.read()).toMatchObject({ state: 'parked', parkedReason: { code: reason } });
    expect(desk.bus.all()).toEqual([]);
  });

  it('is parked as unverified where it may exist and may not be looked for', async () => {
    const desk = await anAzureCase({
      fault: faults([
        ['put', { kind: 'lost-after' }],
        ['get', noRight],
      ]),
    });
    await desk.pass(5 * minute);
    expect(await desk.read()).toMatchObject({ state: 'parked', parkedReason: { code: 'unverified' } });
  });
});

describe('following a case', () => {
  it('tells each change at Microsoft, and nothing while there is none', async () => {
    const desk = await anAzureCase();
    await desk.pass(6 * minute);
    const told = desk.applied.length;
    await desk.pass(30 * minute);
    expect(desk.applied).toHaveLength(told);
    Object.assign(desk.microsoft.tickets.get(name)!, { status: 'Updating', engineer: 'e@microsoft.example' });
    await desk.pass(6 * minute);
    expect(desk.applied.slice(told)).toMatchObject([
      { what: 'changed', note: 'Microsoft: Updating' },
      { what: 'changed', note: 'An engineer of Microsoft has the case.' },
    ]);
  });

  it('ends with the case: the request is told, and nobody asks any more', async () => {
    const desk = await anAzureCase();
    await desk.pass(6 * minute);
    desk.microsoft.tickets.get(name)!.status = 'Closed';
    await desk.pass(6 * minute);
    expect(await desk.read()).toMatchObject({ state: 'closed', caseStatus: 'Closed' });
    expect(desk.applied.at(-1)).toMatchObject({ what: 'closed', escalation: { state: 'closed' } });
    expect(desk.bus.all()).toEqual([]);
  });

  it('never gives up a case that cannot be read for a while', async () => {
    let isDown = false;
    const desk = await anAzureCase({ fault: (kind) => (isDown && kind === 'get' ? status(403) : undefined) });
    await desk.pass(6 * minute);
    isDown = true;
    await desk.pass(120 * minute);
    isDown = false;
    desk.microsoft.tickets.get(name)!.status = 'Closed';
    await desk.pass(15 * minute);
    expect(await desk.read()).toMatchObject({ state: 'closed' });
  });
});

describe('telling the rest of the desk', () => {
  it('comes again later where a part is away, and throws only for bugs', async () => {
    const desk = await anAzureCase();
    let isAway = true;
    desk.deps.requests.applyEscalation = async (applied) => {
      if (isAway) throw unavailable('storage', undefined);
      desk.applied.push(applied);
    };
    await desk.pass(minute);
    expect(desk.applied).toEqual([]);
    isAway = false;
    await desk.pass(2 * minute);
    expect(desk.applied.map((one) => one.escalation.version).sort()).toEqual([1, 2]);
  });
});
