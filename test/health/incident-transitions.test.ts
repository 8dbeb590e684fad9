import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { incidentDataFor } from '../../shared/health/incident-event.ts';
import { readIncident } from '../../shared/health/incident-queries.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { aPerson } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

const told = async (desk: HealthDesk) =>
  (await desk.events()).map(({ type, data }) => ({ type, count: data.customerIds.length }));

describe('transitions', () => {
  it('are told once each, through the whole life of an incident', async () => {
    const desk = aHealthDesk();
    await desk.begin(4);
    const id = 'EX1';
    const step = async (change: Partial<Parameters<typeof desk.microsoft.issue>[0]>) => {
      desk.microsoft.issue({ id, at: desk.now(), ...change });
      await desk.cycle();
      await desk.cycle();
    };
    await step({ tenants: [desk.tenant(0), desk.tenant(1)], status: 'investigating' });
    await step({ status: 'ServiceDegradation', post: false });
    await step({});
    await step({ tenants: [desk.tenant(0), desk.tenant(1), desk.tenant(2)], post: false });
    await step({ status: 'serviceRestored', isResolved: true });
    await step({ status: 'serviceDegradation', isResolved: false, post: false });
    await step({ status: 'serviceRestored', isResolved: true, post: false });
    await step({ status: 'postIncidentReviewPublished', isResolved: true, post: false });
    expect(await told(desk)).toEqual([
      { type: 'incident.opened', count: 2 },
      { type: 'incident.status-changed', count: 2 },
      { type: 'incident.posted', count: 2 },
      { type: 'incident.customers-affected', count: 1 },
      { type: 'incident.resolved', count: 3 },
      { type: 'incident.posted', count: 3 },
      { type: 'incident.reopened', count: 3 },
      { type: 'incident.resolved', count: 3 },
      { type: 'incident.review-published', count: 3 },
    ]);
  });

  it('name the event’s own customers, and to a portal only its own', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0), desk.tenant(2)] });
    await desk.cycle();
    const [opened] = await desk.events();
    expect(opened).toMatchObject({
      at: desk.now(),
      data: { incidentId: 'EX1', service: 'Exchange', classification: 'incident' },
    });
    expect(opened!.data.customerIds).toEqual([desk.id(0), desk.id(2)].sort());
    expect(incidentDataFor(opened!, new Set([desk.id(2), desk.id(1)]))!.customerIds).toEqual([desk.id(2)]);
    expect(incidentDataFor(opened!, new Set([desk.id(1)]))).toBeUndefined();
  });

  it('are not told of incidents that were over before the desk looked, but of those that came and went in between', async () => {
    const desk = aHealthDesk();
    desk.microsoft.addTenants(1);
    const ended = { status: 'serviceRestored', isResolved: true };
    desk.microsoft.issue({ id: 'EX0', at: '2026-10-20T08:00:00.000Z', tenants: [desk.tenant(0)], ...ended });
    await desk.begin(0);
    expect(await told(desk)).toEqual([]);
    await desk.advance(1_000);
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0)], ...ended });
    await desk.cycle();
    expect(await told(desk)).toEqual([
      { type: 'incident.opened', count: 1 },
      { type: 'incident.resolved', count: 1 },
    ]);
    expect((await readIncident(desk.queryDeps, aPerson, 'EX0')).state).toBe('resolved');
  });

  it('share one event per shard, and each customer is in exactly one', async () => {
    const desk = aHealthDesk();
    await desk.begin(300);
    await desk.cycle();
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: desk.microsoft.tenants.map(({ id }) => id) });
    await desk.cycle();
    const events = await desk.events();
    expect(events.map(({ type, data }) => [type, data.customerIds.length])).toEqual([
      ['incident.opened', 250],
      ['incident.customers-affected', 50],
    ]);
    const everyone = events.flatMap(({ data }) => data.customerIds);
    expect(new Set(everyone).size).toBe(300);
    expect((await readIncident(desk.queryDeps, aPerson, 'EX1')).affected).toHaveLength(300);
  });

  it('are told once when two polls of a shard run at once', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0)] });
    await desk.advance(5 * 60_000);
    const [message] = desk.bus.ready().filter((held) => held.queue === 'health-polls');
    const wake = wakeMessageSchema.parse(message!.message.body);
    await Promise.all([1, 2, 3].map(async () => desk.polls.handle(wake, desk.scope)));
    expect(await told(desk)).toEqual([{ type: 'incident.opened', count: 1 }]);
    expect(desk.entries.filter(({ event }) => event === 'health.cycle-race')).toHaveLength(2);
    desk.bus.complete(message!);
    await desk.cycle();
    expect(await told(desk)).toHaveLength(1);
  });

  it('forget nothing and repeat nothing when readings come out of order', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    const both = [desk.tenant(0), desk.tenant(1)];
    const first = desk.now();
    desk.microsoft.issue({ id: 'EX1', at: first, tenants: both });
    await desk.cycle();
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), status: 'serviceRestored', isResolved: true, post: false });
    await desk.cycle();
    const ended = desk.now();
    // A replica that lags shows the older revision again.
    desk.microsoft.issue({ id: 'EX1', at: first, status: 'serviceDegradation', isResolved: false, post: false });
    await desk.cycle();
    expect(await told(desk)).toEqual([
      { type: 'incident.opened', count: 2 },
      { type: 'incident.resolved', count: 2 },
    ]);
    expect((await desk.customers.get(desk.id(0)))!.openIncidentIds).toEqual([]);
    expect(ended > first).toBe(true);
  });
});

describe('a poll that dies half-way', () => {
  const life = async (trouble: { failAt: number; when: 'before' | 'after' }) => {
    let left = Number.POSITIVE_INFINITY;
    let failed = false;
    const fail = async () => {
      if (--left !== 0) return;
      failed = true;
      throw unavailable('storage', new Error('cut'));
    };
    const desk = aHealthDesk({ tables: { [trouble.when]: fail } });
    await desk.begin(3);
    const run = async () => {
      await desk.advance(5 * 60_000);
      left = trouble.failAt;
      await desk.drain().catch(() => undefined);
      left = Number.POSITIVE_INFINITY;
      await desk.drain();
    };
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0), desk.tenant(1)] });
    await run();
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), status: 'serviceRestored', isResolved: true });
    await run();
    await desk.cycle();
    return { failed, told: await told(desk), customer: await desk.customers.get(desk.id(0)), desk };
  };

  it.each(['before', 'after'] as const)(
    'leaves no transition out and none doubled (cut %s an operation)',
    async (when) => {
      let failAt = 1;
      for (; failAt < 100; failAt++) {
        const { failed, told: events, customer, desk } = await life({ failAt, when });
        if (!failed) break;
        expect(events, `cut at operation ${String(failAt)}`).toEqual([
          { type: 'incident.opened', count: 2 },
          { type: 'incident.resolved', count: 2 },
          { type: 'incident.posted', count: 2 },
        ]);
        expect(customer!.openIncidentIds).toEqual([]);
        expect((await readIncident(desk.queryDeps, aPerson, 'EX1')).affected).toHaveLength(2);
      }
      expect(failAt).toBeGreaterThan(10);
    },
  );

  it('keeps its events for the sweep when the bus is away', async () => {
    let away = false;
    const fail = async () => (away ? Promise.reject(new Error('refused')) : Promise.resolve());
    const desk = aHealthDesk({ bus: { before: fail } });
    await desk.begin(2);
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0)] });
    await desk.advance(5 * 60_000);
    away = true;
    await desk.drain();
    expect(await told(desk)).toEqual([]);
    away = false;
    await desk.advance(8 * 60_000);
    expect((await desk.sweep(desk.scope)).owed).toBe(3);
    expect(await told(desk)).toEqual([{ type: 'incident.opened', count: 1 }]);
  });
});

describe('a customer’s own row', () => {
  it('carries its open incidents by revision, for an intake to find', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    const at = desk.now();
    desk.microsoft.issue({ id: 'EX1', at, tenants: [desk.tenant(0)] });
    await desk.cycle();
    expect((await desk.customers.get(desk.id(0)))!.openIncidentIds).toEqual([{ id: 'EX1', revision: at }]);
    expect((await desk.customers.get(desk.id(1)))!.openIncidentIds).toEqual([]);
    const later = desk.now();
    desk.microsoft.issue({ id: 'EX1', at: later });
    await desk.cycle();
    expect((await desk.customers.get(desk.id(0)))!.openIncidentIds).toEqual([{ id: 'EX1', revision: later }]);
  });

  it('loses an incident that no longer concerns it, by one whole read', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0), desk.tenant(1)] });
    await desk.cycle();
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(1)], post: false });
    await desk.cycle();
    await desk.cycle();
    expect((await desk.customers.get(desk.id(0)))!.openIncidentIds).toEqual([]);
    expect((await desk.customers.get(desk.id(1)))!.openIncidentIds).toHaveLength(1);
  });
});
