import { describe, expect, it } from 'vitest';
import { deskTenant } from './entra-issuer.ts';
import {
  aCustomer,
  aManagedDesk,
  application,
  customerIdAt,
  harbour,
  meadow,
  type ManagedDesk,
} from './managed-desk.ts';

const second = { tenantId: deskTenant, clientId: 'dddddddd-0000-4000-8000-000000000000' };
const minute = 60_000;

/** Two portals of an indirect provider, each with its reseller; customers 4 and 5 are served through the first. */
async function aProvider() {
  const desk = await aManagedDesk();
  for (const n of [4, 5]) await desk.store.insert(aCustomer(n, { reseller: harbour }));
  const outbound = { url: 'https://harbour.example/hooks' };
  const { newSecrets } = await desk.register({
    customers: { resellers: [harbour.tenantId.toUpperCase()] },
    ...{ application, outbound },
  });
  await desk.register({ id: 'meadow', customers: { resellers: [meadow.partnerId] }, application: second });
  const move = async (n: number) =>
    desk.store.change([customerIdAt(n)], (customer) => ({ ...customer, reseller: meadow }));
  const token = await desk.portalToken(application.clientId);
  const submit = async (n: number) => {
    const body = {
      customer: { customerId: customerIdAt(n) },
      ...{ title: 'Mail is late', description: 'Mail waits for an hour.', severity: 'moderate' },
      contact: { name: 'Ada', email: 'ada@customer.example' },
    };
    const { status, json } = await desk.call('POST', '/api/requests', { as: token, body });
    return { status, id: (json as { id: string }).id };
  };
  return { ...desk, move, token, submit, inboundSecret: newSecrets!.inbound! };
}

const ids = (...ns: number[]) => ns.map(customerIdAt).sort();

describe('a portal that has its customers by reseller', () => {
  it('sees those, and says how many they are', async () => {
    const desk = await aProvider();
    const { customers } = desk.instance();
    expect((await customers(application.clientId)).ids).toEqual(ids(4, 5));
    expect((await customers(second.clientId)).ids).toEqual([]);
    expect((await desk.admin('GET', '/harbour')).json).toMatchObject({
      customers: { resellers: [harbour.tenantId] },
      customerCount: 2,
    });
  });

  it('has lost within a minute, on every instance, a customer that moves to another reseller', async () => {
    const desk = await aProvider();
    const instances = [desk.instance(), desk.instance()];
    for (const { customers } of instances) await customers(application.clientId);
    const { id } = await desk.submit(4);
    await desk.move(4);
    await desk.moved.advance(minute);
    for (const { customers } of instances) {
      expect((await customers(application.clientId)).ids).toEqual(ids(5));
      expect((await customers(second.clientId)).ids).toEqual(ids(4));
    }
    const read = async (path: string) => (await desk.call('GET', path, { as: desk.token })).status;
    expect(await read(`/api/customers/${customerIdAt(4)}`)).toBe(404);
    expect(await read(`/api/requests/${id}`)).toBe(404);
    expect((await desk.submit(4)).status).toBe(422);
    expect((await desk.submit(5)).status).toBe(201);
  });

  it('is told of a request while the customer is its own, and not after', async () => {
    const desk = await aProvider();
    const { id } = await desk.submit(4);
    await desk.settle();
    const told = () => [...desk.memory.of('deliveries').partitions.values()].flatMap((rows) => [...rows.keys()]);
    const deliveries = () => told().filter((rk) => rk.startsWith('D|')).length;
    expect(deliveries()).toBe(1);
    await desk.move(4);
    await desk.moved.advance(minute);
    const body = { text: 'We look at it.', audience: 'customer' };
    const { status } = await desk.call('POST', `/api/requests/${id}/comments`, { as: desk.tokens.operator, body });
    expect(status).toBe(201);
    await desk.settle();
    expect(deliveries()).toBe(1);
  });

  it('has a fleet of those alone', async () => {
    const desk = await aProvider();
    const other = await desk.portalToken(second.clientId);
    const fleets = async () =>
      Promise.all([desk.token, other].map(async (as) => (await desk.call('GET', '/api/health', { as })).json));
    expect(await fleets()).toMatchObject([{ notCovered: 2 }, { notCovered: 0 }]);
    await desk.move(4);
    await desk.moved.advance(minute);
    expect(await fleets()).toMatchObject([{ notCovered: 1 }, { notCovered: 1 }]);
  });

  it('costs one range read in half a minute beside what every portal costs', async () => {
    const desk = await aProvider();
    await desk.submit(4);
    const cost = async (work: () => Promise<unknown>) => {
      const before = desk.cost();
      await work();
      const after = desk.cost();
      return { gets: after.gets - before.gets, queries: after.queries - before.queries };
    };
    expect(await cost(async () => desk.submit(4))).toEqual({ gets: 1, queries: 0 });
    await desk.moved.advance(30_000);
    const list = async () => desk.call('GET', '/api/customers?limit=1', { as: desk.token });
    expect((await cost(list)).queries).toBe(2);
    expect((await cost(list)).queries).toBe(0);
  });

  it('costs nothing of that for a webhook whose signature does not hold', async () => {
    const desk: ManagedDesk = await aProvider();
    const { hook } = desk.instance();
    await hook('meadow', `whsec_${'A'.repeat(32)}`);
    const before = desk.cost();
    expect(await hook('harbour', `whsec_${'A'.repeat(32)}`)).toBe(401);
    expect(desk.cost()).toEqual(before);
  });
});
