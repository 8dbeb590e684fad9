import { describe, expect, it } from 'vitest';
import { createReadConsents, createStartConsents } from '../../shared/customers/consent-runs.ts';
import { partnerCenterConsents } from '../../shared/customers/consents.partnercenter.ts';
import { createRunConsents } from '../../shared/customers/run-consents.ts';
import { limits } from '../../shared/core/limits.ts';
import { HttpFailure, type Http, type HttpAnswer, type HttpCall } from '../../shared/platform/http.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { aHealthDesk } from '../health/health-desk.ts';

type Reply = (call: HttpCall, nth: number) => Partial<HttpAnswer>;

/** A desk with this many customers, and Partner Center's consents behind it, answered by the test. */
async function aDesk(count: number, reply: Reply = () => ({ status: 201 })) {
  const desk = aHealthDesk();
  await desk.begin(count);
  const calls: HttpCall[] = [];
  const http: Http = async (call) => {
    calls.push(call);
    const answer = reply(call, calls.length);
    if (answer.status === 0) throw new HttpFailure('timeout', 'no answer');
    return Promise.resolve({ status: 201, headers: {}, body: '{}', ...answer });
  };
  const wants: unknown[] = [];
  const tokens = async (want: unknown) => {
    wants.push(want);
    return Promise.resolve('token');
  };
  const { tables, clock, cloud, customers } = desk;
  const relay = { tables, bus: desk.bus.bus, clock };
  const random = seededRandom(5);
  const grant = partnerCenterConsents({ http, tokens, clock, cloud });
  const run = createRunConsents({ ...relay, store: customers, grant, random });
  const start = createStartConsents({ ...relay, cloud, ids: seededIds(random) });
  const read = createReadConsents({ ...relay, cloud });
  const leg = async (): Promise<boolean> => {
    const held = desk.bus.ready().find(({ message }) => JSON.stringify(message.body).includes('"kind":"consents"'));
    if (!held) return false;
    await run(wakeMessageSchema.parse(held.message.body), desk.scope);
    desk.bus.complete(held);
    return true;
  };
  const toEnd = async (id: string) => {
    for (let minutes = 0; (await read(id, { limit: 100 })).state === 'running'; minutes++) {
      if (minutes > 60) throw new Error('the run does not end');
      if (!(await leg())) await desk.advance(60_000);
    }
    return read(id, { limit: 100 });
  };
  const begin = async (body: { dryRun?: boolean; customerIds?: string[] } = {}) =>
    (await start({ dryRun: false, ...body }, desk.scope)).id;
  return { ...desk, calls, wants, start, read, leg, toEnd, begin, run };
}

const tenantOf = ({ url }: HttpCall) => /customers\/([^/]+)\/applicationconsents$/.exec(url)?.[1];

describe('a run of consents', () => {
  it('asks Partner Center once per customer, as the person of the connection, and has one result for each', async () => {
    const desk = await aDesk(90);
    const view = await desk.toEnd(await desk.begin());
    expect(view).toMatchObject({ state: 'done', done: 90, counts: { granted: 90 }, dryRun: false });
    expect(new Set(desk.calls.map(tenantOf)).size).toBe(90);
    expect(desk.calls).toHaveLength(90);
    expect(JSON.parse(desk.calls[0]!.body!)).toEqual({
      applicationId: 'client',
      displayName: 'Support desk of your Microsoft partner',
      applicationGrants: [
        {
          enterpriseApplicationId: '00000003-0000-0000-c000-000000000000',
          scope: 'ServiceHealth.Read.All,ServiceMessage.Read.All',
        },
      ],
    });
    expect(desk.wants[0]).toMatchObject({ tenantId: 'partner', resource: 'partnercenter', way: 'delegated' });
    expect(new Set(desk.calls.map(({ headers }) => headers!['MS-RequestId'])).size).toBe(90);
  });

  it('calls nobody when it is dry', async () => {
    const desk = await aDesk(3);
    await desk.customers.change([desk.id(1)], (customer) => ({ ...customer, isExcluded: true }));
    const gdap = { relationshipId: 'r', status: 'expired', endsAt: '2026-01-01T00:00:00.000Z', roleIds: [] };
    await desk.customers.change([desk.id(2)], (customer) => ({ ...customer, gdap }));
    const view = await desk.toEnd(await desk.begin({ dryRun: true }));
    expect(view.counts).toEqual({ 'would-grant': 1, excluded: 1, 'no-relationship': 1 });
    expect(desk.calls).toEqual([]);
  });

  it('tells what is refused, and what mends it, and goes on', async () => {
    const codes = ['2', '900308', '20002'];
    const desk = await aDesk(3, (_, nth) => ({
      status: nth === 1 ? 409 : 403,
      body: `\uFEFF{"code":"${codes[nth - 1] ?? ''}","description":"no"}`,
    }));
    const view = await desk.toEnd(await desk.begin());
    expect(view.counts).toEqual({ already: 1, refused: 2 });
    const refused = view.results.filter(({ outcome }) => outcome === 'refused');
    expect(refused.map(({ code }) => code).sort()).toEqual(['20002', '900308']);
    expect(refused.every(({ remedy }) => remedy !== undefined)).toBe(true);
  });

  it.each([
    ['throttled', { status: 429, headers: { 'retry-after': '90' } }],
    ['away', { status: 503 }],
    ['silent', { status: 0 }],
  ])('waits where Partner Center is %s, and asks nobody twice who was answered', async (_, trouble) => {
    const desk = await aDesk(12, (_call, nth) => (nth === 5 ? trouble : { status: 201 }));
    const view = await desk.toEnd(await desk.begin());
    expect(view.counts).toEqual({ granted: 12 });
    expect(view.results).toHaveLength(12);
    expect(desk.calls).toHaveLength(13);
    const tries = desk.calls.filter((call) => tenantOf(call) === tenantOf(desk.calls[4]!));
    expect(new Set(tries.map(({ headers }) => headers!['MS-RequestId'])).size).toBe(1);
  });

  it('is found by whoever starts another meanwhile, and goes on after a crash', async () => {
    const desk = await aDesk(limits.consentsPerLeg + 10);
    const id = await desk.begin();
    expect(await desk.begin({ dryRun: true })).toBe(id);
    const held = desk.bus.ready().find(({ message }) => JSON.stringify(message.body).includes('"kind":"consents"'));
    const message = wakeMessageSchema.parse(held!.message.body);
    await Promise.all([1, 2].map(async () => desk.run(message, desk.scope)));
    await desk.run(message, desk.scope);
    const view = await desk.toEnd(id);
    expect(view).toMatchObject({ done: limits.consentsPerLeg + 10, state: 'done' });
    expect(await desk.begin()).not.toBe(id);
  });

  it('is sent again by the sweep when the bus lost its message', async () => {
    const desk = await aDesk(2);
    const id = await desk.begin();
    for (const held of desk.bus.all()) desk.bus.complete(held);
    await desk.advance(3 * 60_000);
    await desk.sweep(desk.scope);
    expect((await desk.toEnd(id)).done).toBe(2);
  });

  it('keeps to the customers that are named, and says which of them are none', async () => {
    const desk = await aDesk(5);
    const named = [desk.id(3), desk.id(1), 'cnobodyatallnobodyata'];
    const view = await desk.toEnd(await desk.begin({ customerIds: named }));
    expect(view.results.map(({ customerId, outcome }) => [customerId, outcome])).toEqual(
      [
        [desk.id(1), 'granted'],
        [desk.id(3), 'granted'],
        ['cnobodyatallnobodyata', 'unknown'],
      ].sort(),
    );
    expect(view).toMatchObject({ done: 3, counts: { granted: 2, unknown: 1 } });
  });

  it('is read page by page, and an unknown one is not there', async () => {
    const desk = await aDesk(5);
    const id = await desk.begin();
    await desk.toEnd(id);
    const first = await desk.read(id, { limit: 3 });
    const second = await desk.read(id, { limit: 3, cursor: first.nextCursor });
    expect([...first.results, ...second.results]).toHaveLength(5);
    expect(second.nextCursor).toBeUndefined();
    await expect(desk.read('nobody', {})).rejects.toMatchObject({ code: 'not-found' });
  });

  it('wants a connection named where there are several, and only one that exists', async () => {
    const desk = await aDesk(1);
    const wrong = desk.start({ dryRun: false, connectionId: 'apac' }, desk.scope);
    await expect(wrong).rejects.toMatchObject({ code: 'invalid-body' });
  });
});
