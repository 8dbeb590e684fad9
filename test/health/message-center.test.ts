import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { fleetHealth } from '../../shared/health/fleet.ts';
import { listCustomerIncidents, listIncidents, readIncident } from '../../shared/health/incident-queries.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { aPerson, aPortal } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

const hour = 60 * 60_000;
const day = 24 * hour;

/** A desk whose Message center was read for the first time. */
async function aReadingDesk(count: number, trouble?: Parameters<typeof aHealthDesk>[0]): Promise<HealthDesk> {
  const desk = aHealthDesk(trouble);
  await desk.begin(count);
  await desk.ensureMessageCenter(desk.scope);
  await desk.drain();
  return desk;
}

const asked = (desk: HealthDesk) => desk.microsoft.graphCalls().filter(({ url }) => url.includes('/messages'));
const turn = async (desk: HealthDesk): Promise<void> => desk.cycle(6 * 60);
const later = (desk: HealthDesk, ms: number) => new Date(Date.parse(desk.now()) + ms).toISOString();
const planned = async (desk: HealthDesk, more: object = {}) =>
  (await listIncidents(desk.queryDeps, aPerson, { classification: 'planned-change', ...more })).items;
const told = async (desk: HealthDesk) =>
  (await desk.events()).map(({ type, data }) => `${type} ${data.incidentId} ${String(data.customerIds.length)}`).sort();

describe('Message center of a shard', () => {
  it('costs one GET per tenant in six hours, and in the quiet case three reads, one transaction and one send', async () => {
    const desk = await aReadingDesk(250);
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), tenants: desk.microsoft.tenants.map(({ id }) => id) });
    await turn(desk);
    await turn(desk);
    await desk.advance(6 * hour);
    const next = desk.bus
      .ready()
      .find(({ message }) => (message.body.body as { kind: string }).kind === 'message-center')!;
    const before = { ...desk.memory.of('health').counts, sends: desk.bus.counts.sends, gets: asked(desk).length };
    const { customers } = { customers: { ...desk.memory.of('customers').counts } };
    await desk.polls.handle(wakeMessageSchema.parse(desk.bus.take(next).message.body), desk.scope);
    const { counts } = desk.memory.of('health');
    expect({
      gets: asked(desk).length - before.gets,
      get: counts.get - before.get,
      query: counts.query - before.query,
      transact: counts.transact - before.transact,
      sends: desk.bus.counts.sends - before.sends,
    }).toEqual({ gets: 250, get: 1, query: 2, transact: 1, sends: 1 });
    expect(desk.memory.of('customers').counts).toEqual(customers);
  });

  it('asks 24 times in six days, each shard at its own time', async () => {
    const desk = await aReadingDesk(1);
    const first = asked(desk).length;
    for (let cycle = 0; cycle < 6 * 24; cycle++) await desk.cycle(60);
    expect(asked(desk).length - first).toBe(24);
  });

  it('writes a post that all of 250 tenants see once, with a bounded number of operations', async () => {
    const desk = await aReadingDesk(250);
    const tenants = desk.microsoft.tenants.map(({ id }) => id);
    for (let n = 0; n < 10; n++) desk.microsoft.messages.say({ id: `MC${String(n)}`, at: desk.now(), tenants });
    await desk.advance(6 * hour);
    const next = desk.bus
      .ready()
      .find(({ message }) => (message.body.body as { kind: string }).kind === 'message-center')!;
    const before = { ...desk.memory.of('health').counts };
    await desk.polls.handle(wakeMessageSchema.parse(desk.bus.take(next).message.body), desk.scope);
    const { counts } = desk.memory.of('health');
    // Per post: mark, incident, four lists; then 2,500 sightings by the hundred, and the end of the reading.
    expect(counts.transact - before.transact).toBe(10 * 6 + 25 + 1);
    // Per post: incident, whom it affects, its mark, the list, the incident again.
    expect(counts.get - before.get).toBeLessThanOrEqual(10 * 5 + 1);
    expect((await readIncident(desk.queryDeps, aPerson, 'MC3')).affected).toHaveLength(250);
    expect((await told(desk)).filter((event) => event === 'incident.opened MC3 250')).toHaveLength(1);
  });
});

describe('a planned change', () => {
  it('is stored once with the customers that list it, and listed only when asked for', async () => {
    const desk = await aReadingDesk(3);
    const at = desk.now();
    const tenants = [desk.tenant(0), desk.tenant(1)];
    const act = { isMajorChange: true, actionRequiredByDateTime: later(desk, 30 * day) };
    desk.microsoft.messages.say({ id: 'MC1', at, tenants, ...act, endDateTime: later(desk, 60 * day) });
    desk.microsoft.issue({ id: 'EX1', at, tenants: [desk.tenant(0)] });
    await turn(desk);
    const [change] = await planned(desk);
    expect(change).toMatchObject({
      id: 'MC1',
      source: 'message-center',
      classification: 'planned-change',
      service: 'Exchange',
      serviceName: 'Exchange Online',
      feature: 'SharePoint Online',
      status: 'actionRequired',
      state: 'open',
      isMajorChange: true,
    });
    const whole = await readIncident(desk.queryDeps, aPerson, 'MC1');
    expect(whole.posts).toEqual([{ at, kind: 'regular', text: 'Recordings will be divided.' }]);
    expect(whole.affected.map(({ customerId }) => customerId).sort()).toEqual([desk.id(0), desk.id(1)].sort());

    const ids = (page: { items: { id: string }[] }) => page.items.map(({ id }) => id);
    expect(ids(await listIncidents(desk.queryDeps, aPerson, {}))).toEqual(['EX1']);
    expect(ids(await listIncidents(desk.queryDeps, aPerson, { classification: 'incident' }))).toEqual(['EX1']);
    expect(await planned(desk, { service: 'Exchange', state: 'open' })).toHaveLength(1);
    expect(await planned(desk, { service: 'microsoftteams' })).toEqual([]);
    const own = { customerId: desk.id(0) };
    expect(ids(await listCustomerIncidents(desk.queryDeps, aPerson, own))).toEqual(['EX1']);
    const changes = { ...own, classification: 'planned-change' } as const;
    expect(ids(await listCustomerIncidents(desk.queryDeps, aPerson, changes))).toEqual(['MC1']);
    const portal = aPortal(desk.id(2));
    expect(ids(await listIncidents(desk.queryDeps, portal, { classification: 'planned-change' }))).toEqual([]);
  });

  it('colours no service and is no reference of an intake', async () => {
    const desk = await aReadingDesk(2);
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), tenants: [desk.tenant(0)], severity: 'critical' });
    await turn(desk);
    expect(await planned(desk)).toHaveLength(1);
    const { services, coverage } = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) });
    expect(services.map(({ status, incidentIds }) => [status, incidentIds])).toEqual([
      ['healthy', []],
      ['healthy', []],
    ]);
    expect(coverage.trouble).toBeUndefined();
    expect((await desk.customers.get(desk.id(0)))!.openIncidentIds).toEqual([]);
    expect((await fleetHealth(desk.queryDeps, aPerson, {})).notCovered).toBe(0);
  });

  it('that was there before the desk looked is taken in without events; what comes after is told once', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    const everybody = desk.microsoft.tenants.map(({ id }) => id);
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), tenants: everybody });
    await desk.ensureMessageCenter(desk.scope);
    await desk.drain();
    expect(await planned(desk)).toHaveLength(1);
    expect(await told(desk)).toEqual([]);

    await desk.advance(hour);
    desk.microsoft.messages.say({ id: 'MC2', at: desk.now(), tenants: everybody.slice(0, 2) });
    await turn(desk);
    await desk.advance(hour);
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), body: { content: 'Later.' } });
    desk.microsoft.messages.say({ id: 'MC2', at: desk.now(), tenants: everybody, category: 'planForChange' });
    for (let again = 0; again < 3; again++) await turn(desk);
    expect(await told(desk)).toEqual([
      'incident.customers-affected MC2 1',
      'incident.opened MC2 2',
      'incident.posted MC1 3',
      'incident.posted MC2 3',
      'incident.status-changed MC2 3',
    ]);
  });

  it('leaves the open list when its time has come, without a word, and comes back when it is moved', async () => {
    const desk = await aReadingDesk(2);
    const tenants = [desk.tenant(0)];
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), tenants, endDateTime: later(desk, 8 * hour) });
    await turn(desk);
    expect(await planned(desk, { state: 'open' })).toHaveLength(1);
    const events = await told(desk);
    await turn(desk);
    expect(await planned(desk, { state: 'open' })).toEqual([]);
    expect(await planned(desk, { state: 'open', service: 'Exchange' })).toEqual([]);
    expect((await planned(desk, { state: 'resolved' })).map(({ id }) => id)).toEqual(['MC1']);
    expect((await readIncident(desk.queryDeps, aPerson, 'MC1')).state).toBe('resolved');
    expect(await told(desk)).toEqual(events);

    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), endDateTime: later(desk, 90 * day) });
    await turn(desk);
    expect(await planned(desk, { state: 'open' })).toHaveLength(1);
    expect(await told(desk)).toContain('incident.reopened MC1 1');
  });

  it('that ended long ago is not taken in, and one that the desk knows is forgotten', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    const tenants = [desk.tenant(0)];
    desk.microsoft.messages.say({
      id: 'MC1',
      at: later(desk, -90 * day),
      tenants,
      endDateTime: later(desk, -40 * day),
    });
    desk.microsoft.messages.say({
      id: 'MC2',
      at: later(desk, -90 * day),
      tenants,
      endDateTime: later(desk, -20 * day),
    });
    await desk.ensureMessageCenter(desk.scope);
    await desk.drain();
    expect((await planned(desk)).map(({ id, state }) => [id, state])).toEqual([['MC2', 'resolved']]);
    const row = () => desk.memory.of('health').partitions.get('messages|emea|0')!.get('Z')!.etag;
    const before = row();
    await desk.advance(11 * day);
    await desk.drain();
    expect(row()).not.toBe(before);
    expect(await planned(desk)).toHaveLength(1);
  });
});

describe('a reading that dies half-way', () => {
  const life = async (failAt: number, when: 'before' | 'after') => {
    let left = Number.POSITIVE_INFINITY;
    let failed = false;
    const fail = async () => {
      if (--left !== 0) return;
      failed = true;
      throw unavailable('storage', new Error('cut'));
    };
    const desk = await aReadingDesk(3, { tables: { [when]: fail } });
    const everybody = desk.microsoft.tenants.map(({ id }) => id);
    const endDateTime = later(desk, 14 * hour);
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), tenants: everybody, endDateTime });
    const cutTurn = async () => {
      await desk.advance(6 * hour);
      left = failAt;
      await desk.drain().catch(() => undefined);
      left = Number.POSITIVE_INFINITY;
      await desk.drain();
    };
    for (let at = 0; at < 3; at++) await cutTurn();
    return { failed, desk };
  };

  it.each(['before', 'after'] as const)(
    'leaves nothing out and nothing doubled (cut %s an operation)',
    async (when) => {
      let failAt = 1;
      for (; failAt < 100; failAt++) {
        const { failed, desk } = await life(failAt, when);
        if (!failed) break;
        expect(await told(desk), `cut at operation ${String(failAt)}`).toEqual(['incident.opened MC1 3']);
        expect(await planned(desk, { state: 'open' })).toEqual([]);
        expect(await planned(desk, { state: 'resolved' })).toHaveLength(1);
        const own = { customerId: desk.id(2), classification: 'planned-change' } as const;
        expect((await listCustomerIncidents(desk.queryDeps, aPerson, own)).items).toHaveLength(1);
      }
      expect(failAt).toBeGreaterThan(10);
    },
  );
});
