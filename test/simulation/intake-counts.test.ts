import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import { tableNames } from '../../shared/platform/resources.ts';
import type { Calling } from '../support/a-desk.ts';
import { aSentRequest, customersOf, threePortals, type ThreePortals } from '../support/three-portals.ts';

/** What one call to the whole desk asked of storage, bus and the rest of the world. */
async function costOf(desk: ThreePortals, calling: Calling) {
  const now = () => {
    const all = tableNames.map((name) => desk.memory.of(name).counts);
    const sum = (of: keyof (typeof all)[number]) => all.reduce((total, counts) => total + counts[of], 0);
    const sends = desk.held.counts.sends;
    const [gets, queries, transactions] = [sum('get'), sum('query'), sum('transact')];
    return { gets, queries, transactions, refused: sum('refused'), written: sum('written'), sends };
  };
  const before = { ...now(), calls: desk.outside.calls.length };
  const { status } = await desk.call('POST', '/api/requests', calling);
  const after = { ...now(), calls: desk.outside.calls.length };
  const cost = Object.fromEntries(
    Object.entries(after).map(([of, count]) => [of, count - before[of as keyof typeof before]]),
  );
  return { status, cost };
}

const nothing = { gets: 0, queries: 0, transactions: 0, refused: 0, written: 0, sends: 0, calls: 0 };

/** A desk that has just served the portal: keys, portals, statement and incidents are known. */
async function aWarmDesk() {
  const desk = await threePortals();
  const calling = (more: Calling = {}): Calling => ({ as: desk.tokens.north, body: aSentRequest('north'), ...more });
  await desk.call('POST', '/api/requests', calling());
  return { desk, calling };
}

describe('what an intake costs the whole desk, warm', () => {
  it.each([
    ['with a key', { 'idempotency-key': 'k1' }],
    ['without a key', {}],
  ])('%s: one point read, one transaction of five rows, one send', async (_name, headers) => {
    const { desk, calling } = await aWarmDesk();
    expect(await costOf(desk, calling({ headers }))).toEqual({
      status: 201,
      cost: { ...nothing, gets: 1, transactions: 1, written: 5, sends: 1 },
    });
  });

  it('again under the same key: two reads, one refused insert, no row, no message', async () => {
    const { desk, calling } = await aWarmDesk();
    const again = calling({ headers: { 'idempotency-key': 'k1' } });
    await costOf(desk, again);
    const cost = { ...nothing, gets: 2, transactions: 1, refused: 1 };
    expect(await costOf(desk, again)).toEqual({ status: 200, cost });
    const other = { ...again, body: aSentRequest('north', { title: 'Another' }) };
    expect(await costOf(desk, other)).toEqual({ status: 409, cost });
  });

  it('refused for its credentials, its shape or its size: nothing', async () => {
    const { desk, calling } = await aWarmDesk();
    const refusals: [number, Calling][] = [
      [401, { body: aSentRequest('north') }],
      [401, calling({ as: 'not.a.token' })],
      [401, calling({ as: await desk.portalToken('application-of-nobody') })],
      [403, calling({ as: desk.tokens.reader })],
      [400, calling({ body: aSentRequest('north', { colour: 'red' }) })],
      [400, calling({ headers: { 'idempotency-key': 'not visible' } })],
      [415, calling({ headers: { 'content-type': 'text/plain' } })],
      [413, calling({ body: aSentRequest('north', { description: 'x'.repeat(limits.bodyBytes) }) })],
    ];
    await desk.call('GET', '/api/requests?limit=1', { as: desk.tokens.reader });
    for (const [status, refused] of refusals) {
      expect(await costOf(desk, refused)).toEqual({ status, cost: nothing });
    }
  });

  it('for a customer that is unknown or foreign: one read at most', async () => {
    const { desk, calling } = await aWarmDesk();
    const names = [
      { tenantId: '99999999-9999-4999-8999-999999999999' },
      { customerId: 'cabcdefghijklmnopqrst' },
      { domain: 'unknown.example' },
      { customerId: customersOf('south')[0]?.customerId },
      { tenantId: customersOf('south')[0]?.tenantId },
    ];
    for (const customer of names) {
      const { status, cost } = await costOf(desk, calling({ body: aSentRequest('north', { customer }) }));
      expect([status, { ...cost, gets: 0 }]).toEqual([422, nothing]);
      expect(cost.gets).toBeLessThanOrEqual(1);
    }
  });
});
