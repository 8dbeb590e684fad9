import { describe, expect, it } from 'vitest';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { listIncidents, readIncident } from '../../shared/health/incident-queries.ts';
import { feedsOf, messageCenterPartition } from '../../shared/health/message-center-shard.ts';
import { nextTurn, planMessages } from '../../shared/health/message-center-plan.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import type { HttpAnswer } from '../../shared/platform/http.ts';
import { aPerson } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

const minute = 60_000;
const hour = 60 * minute;
const answered = (status: number, body = '{"error":{}}', headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body,
});

async function aReadingDesk(count: number): Promise<HealthDesk> {
  const desk = aHealthDesk();
  await desk.begin(count);
  await desk.ensureMessageCenter(desk.scope);
  await desk.drain();
  return desk;
}

const turn = async (desk: HealthDesk): Promise<void> => desk.cycle(6 * 60);
const feedOf = async (desk: HealthDesk, n: number) => {
  const health = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(n) });
  return { ...health, messageCenter: health.coverage.feeds.find(({ feed }) => feed === 'message-center') };
};
const titles = async (desk: HealthDesk) =>
  (await listIncidents(desk.queryDeps, aPerson, { classification: 'planned-change' })).items.map(({ id }) => id).sort();

/** The reads of Message center since the last call: whose, and what was asked. */
function watcher(desk: HealthDesk) {
  let from = 0;
  return () => {
    const all = desk.microsoft.graphCalls().filter(({ url }) => url.includes('/messages'));
    const fresh = all.slice(from).map(({ url, headers }) => ({
      tenant: desk.microsoft.tenants.findIndex(({ id }) => headers.authorization?.includes(id)),
      filter: new URL(url).searchParams.get('$filter'),
      prefer: headers.prefer,
    }));
    from = all.length;
    return fresh;
  };
}

describe('how Message center is asked', () => {
  it('brings all posts at first, then what changed since, less an hour, and all once a week', async () => {
    const desk = await aReadingDesk(1);
    const asked = watcher(desk);
    expect(asked()).toEqual([{ tenant: 0, filter: null, prefer: 'odata.maxpagesize=200' }]);
    const good = Date.parse(desk.now());
    await turn(desk);
    const [{ filter } = { filter: null }] = asked();
    const after = Date.parse(/^lastModifiedDateTime gt (.+)$/.exec(filter!)![1]!);
    expect(good - after).toBeGreaterThanOrEqual(hour);
    expect(good - after).toBeLessThan(hour + minute);
    for (let more = 0; more < 28; more++) await turn(desk);
    expect(asked().filter((one) => one.filter === null)).toHaveLength(1);
  });

  it('is a whole read for a day where the filter is refused', async () => {
    const desk = await aReadingDesk(2);
    const asked = watcher(desk);
    asked();
    desk.microsoft.messages.options.filterRefused = true;
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), tenants: [desk.tenant(0), desk.tenant(1)] });
    await turn(desk);
    expect(asked().filter(({ filter }) => filter === null)).toHaveLength(2);
    expect(await titles(desk)).toEqual(['MC1']);
    for (let more = 0; more < 3; more++) await turn(desk);
    expect(asked().every(({ filter }) => filter === null)).toBe(true);
    desk.microsoft.messages.options.filterRefused = false;
    await desk.advance(2 * hour);
    await turn(desk);
    expect(asked().some(({ filter }) => filter !== null)).toBe(true);
  });

  it('is a turn of every shard’s own, six hours apart to the millisecond', () => {
    const turns = Array.from({ length: 200 }, (_, shard) => {
      const head = { connectionId: 'emea', shard };
      const turn = nextTurn(head, Date.parse('2026-11-02T09:00:00Z'));
      expect(Number.isInteger(turn)).toBe(true);
      expect(nextTurn(head, turn) - turn).toBe(6 * hour);
      return turn;
    });
    const busiest = Math.max(
      ...[...Map.groupBy(turns, (turn) => Math.floor(turn / (15 * minute))).values()].map(({ length }) => length),
    );
    expect(busiest).toBeLessThan(30);
  });

  it('goes the way that the tenant’s service health goes', () => {
    const head = { connectionId: 'emea', shard: 0 };
    const tenant = { services: {}, open: [], past: [] };
    const health = { names: {}, issues: {}, tenants: { one: { ...tenant, way: 'gdap' as const }, two: tenant } };
    const members = ['one', 'two', 'three'].map((customerId) => ({ customerId, tenantId: customerId }));
    const plan = planMessages({ head, feeds: {}, health, now: 0 }, members);
    expect(plan.map(({ way }) => way)).toEqual(['gdap', 'app', 'app']);
  });

  it('follows pages, counts repeated rows once and takes the newest', async () => {
    const desk = await aReadingDesk(1);
    const tenants = [desk.tenant(0)];
    desk.microsoft.messages.options.pageSize = 2;
    for (const id of ['MC1', 'MC2', 'MC3', 'MC4', 'MC5']) desk.microsoft.messages.say({ id, at: desk.now(), tenants });
    const asked = watcher(desk);
    asked();
    await turn(desk);
    expect(asked()).toHaveLength(3);
    expect(await titles(desk)).toEqual(['MC1', 'MC2', 'MC3', 'MC4', 'MC5']);
  });
});

describe('trouble of Message center', () => {
  it.each<[string, HttpAnswer, string]>([
    ['a missing permission', answered(403), 'not-consented'],
    ['a refused token', answered(401), 'token'],
    ['an error of Microsoft', answered(500), 'microsoft-down'],
    ['a truncated answer', answered(200, '{"value":[{"id":"MC1","lastMod'), 'microsoft-down'],
    ['a post without a revision', answered(200, '{"value":[{"id":"MC1"}]}'), 'microsoft-down'],
  ])('is that tenant’s and that feed’s alone: %s', async (_name, answer, code) => {
    const desk = await aReadingDesk(2);
    const before = desk.now();
    desk.microsoft.messages.options.answers.set(desk.tenant(0), answer);
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), tenants: [desk.tenant(0), desk.tenant(1)] });
    await turn(desk);
    const since = desk.now();
    const { coverage, services, messageCenter } = await feedOf(desk, 0);
    expect(messageCenter!.trouble).toMatchObject({ code });
    expect(Date.parse(before) - Date.parse(messageCenter!.lastGoodAt!)).toBeLessThan(minute);
    expect(coverage.trouble).toBeUndefined();
    expect(services.every(({ status }) => status === 'healthy')).toBe(true);
    expect((await desk.customers.get(desk.id(0)))!.coverage).toEqual({});
    expect((await feedOf(desk, 1)).messageCenter!.trouble).toBeUndefined();

    await turn(desk);
    expect(Date.parse((await feedOf(desk, 0)).messageCenter!.trouble!.since)).toBeLessThanOrEqual(Date.parse(since));
    desk.microsoft.messages.options.answers.clear();
    await turn(desk);
    const mended = (await feedOf(desk, 0)).messageCenter!;
    expect(mended).toMatchObject({ lastGoodAt: expect.any(String) as string, nextDueAt: expect.any(String) as string });
    expect(mended.trouble).toBeUndefined();
    expect((await listIncidents(desk.queryDeps, aPerson, { classification: 'planned-change' })).items).toHaveLength(1);
  });

  it('is endless paging and a next page on another host, to which no token goes', async () => {
    const desk = await aReadingDesk(1);
    for (const next of ['https://elsewhere.example/messages', 'https://graph.example/v1.0/messages?again']) {
      desk.microsoft.messages.options.nextLink = next;
      const before = desk.microsoft.graphCalls().length;
      await turn(desk);
      expect((await feedOf(desk, 0)).messageCenter!.trouble).toMatchObject({ code: 'microsoft-down' });
      expect(desk.microsoft.graphCalls().length - before).toBeLessThan(15);
    }
    expect(desk.microsoft.calls.every(({ url }) => !url.startsWith('https://elsewhere'))).toBe(true);
  });

  it('leaves a tenant alone for as long as Microsoft asks', async () => {
    const desk = await aReadingDesk(2);
    desk.microsoft.messages.options.answers.set(desk.tenant(0), answered(429, '{}', { 'retry-after': '600' }));
    await turn(desk);
    expect((await feedOf(desk, 0)).messageCenter!.trouble).toMatchObject({ code: 'throttled' });
    const row = await desk.tables('health').get(messageCenterPartition('emea', 0), 'S');
    const feeds = feedsOf(row);
    const planAt = (afterSeconds: number) => {
      const head = { connectionId: 'emea', shard: 0, cycleAt: desk.now() };
      const members = [0, 1].map((n) => ({ customerId: desk.id(n), tenantId: desk.tenant(n) }));
      const now = Date.parse(desk.now()) + afterSeconds * 1_000;
      const health = { names: {}, issues: {}, tenants: {} };
      return planMessages({ head, feeds, health, now }, members).map(({ tenantId }) => tenantId);
    };
    expect(planAt(599)).toEqual([desk.tenant(1)]);
    expect(planAt(600)).toEqual([desk.tenant(0), desk.tenant(1)]);
  });

  it('of the application as a whole lets the others wait, asks only those later, and loses nothing in between', async () => {
    const desk = await aReadingDesk(40);
    const asked = watcher(desk);
    asked();
    const goOn = async () => {
      const { nextDueAt } = (await feedOf(desk, 0)).messageCenter!;
      await desk.advance(Date.parse(nextDueAt!) - Date.parse(desk.now()));
      await desk.drain();
      return asked().map(({ tenant }) => tenant);
    };
    const everybody = desk.microsoft.tenants.map(({ id }) => id);
    const token = new TokenFailure('throttled', 'slow down', { retryAfterSeconds: 5_400 });
    desk.microsoft.faults.set(desk.tenant(0), { token });
    const first = await goOn();
    const began = Date.parse(desk.now());
    desk.microsoft.messages.say({ id: 'MC1', at: new Date(began + 1_000).toISOString(), tenants: everybody });
    const next = everybody.findIndex((_, n) => n > 0 && !first.includes(n));
    desk.microsoft.faults.set(desk.tenant(next), { token });
    const second = await goOn();
    expect(Date.parse(desk.now()) - began).toBe(5_400_000);
    desk.microsoft.faults.clear();
    const third = await goOn();
    const all = [0, next, ...first, ...second, ...third];
    expect(all.sort((a, b) => a - b)).toEqual(everybody.map((_, n) => n));
    expect([first, second, third].every(({ length }) => length > 0)).toBe(true);
    expect(await goOn()).toHaveLength(40);
    expect((await readIncident(desk.queryDeps, aPerson, 'MC1')).affected).toHaveLength(40);
  });
});

describe('the feed of Message center', () => {
  it('is begun for few shards at a time, and again where it is lost', async () => {
    const desk = aHealthDesk();
    await desk.begin(1_300);
    expect(await desk.ensureMessageCenter(desk.scope)).toEqual({ messageCentersStarted: 4 });
    expect(await desk.ensureMessageCenter(desk.scope)).toEqual({ messageCentersStarted: 2 });
    expect(await desk.ensureMessageCenter(desk.scope)).toEqual({ messageCentersStarted: 0 });
  });

  it('begins for the last shards even while the first ones come to nothing', async () => {
    const desk = aHealthDesk();
    await desk.begin(1_300);
    await desk.cycle(1);
    await desk.ensureMessageCenter(desk.scope);
    await desk.advance(6 * minute);
    expect(await desk.ensureMessageCenter(desk.scope)).toEqual({ messageCentersStarted: 6 });
  });

  it('begins after the first cycle of service health, and knows then by which id a service stands', async () => {
    const desk = aHealthDesk();
    desk.microsoft.addTenants(1);
    await desk.ensureDirectory(desk.scope);
    await desk.drain((kind) => kind === 'directory');
    expect(await desk.ensureMessageCenter(desk.scope)).toEqual({ messageCentersStarted: 0 });

    const tenants = [desk.tenant(0)];
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), tenants, services: ['Exchange Online'] });
    await desk.ensurePolling(desk.scope);
    await desk.cycle(1);
    expect(await desk.ensureMessageCenter(desk.scope)).toEqual({ messageCentersStarted: 1 });
    await desk.drain();
    const { items } = await listIncidents(desk.queryDeps, aPerson, { classification: 'planned-change' });
    expect(items.map(({ service, serviceName }) => [service, serviceName])).toEqual([['Exchange', 'Exchange Online']]);
  });

  it('is woken by the sweep when the bus lost it, and handed on when it is overdue', async () => {
    const desk = await aReadingDesk(1);
    const lose = () => {
      for (const held of desk.bus.all()) desk.bus.complete(held);
    };
    const asked = watcher(desk);
    asked();
    lose();
    await desk.advance(7 * hour);
    await desk.sweep(desk.scope);
    await desk.drain();
    expect(asked()).toHaveLength(1);

    lose();
    await desk.advance(7 * hour);
    const pk = messageCenterPartition('emea', 0);
    const rows = [...desk.memory.of('health').partitions.get(pk)!.keys()].filter((rk) => rk.startsWith('O|'));
    await desk.tables('health').transact(
      pk,
      rows.map((rk) => ({ kind: 'delete', rk }) as const),
    );
    expect(await desk.ensureMessageCenter(desk.scope)).toEqual({ messageCentersStarted: 1 });
    await desk.drain();
    expect(asked()).toHaveLength(1);
  });

  it('reads nobody twice when two run at once', async () => {
    const desk = await aReadingDesk(3);
    desk.microsoft.messages.say({ id: 'MC1', at: desk.now(), tenants: [desk.tenant(0)] });
    await desk.advance(6 * hour);
    const wake = desk.bus
      .ready()
      .find(({ message }) => (message.body.body as { kind: string }).kind === 'message-center')!;
    const body = wake.message.body as Parameters<typeof desk.polls.handle>[0];
    await Promise.all([desk.polls.handle(body, desk.scope), desk.polls.handle(body, desk.scope)]);
    expect((await desk.events()).map(({ type }) => type)).toEqual(['incident.opened']);
    const asked = watcher(desk);
    asked();
    await desk.polls.handle(body, desk.scope);
    expect(asked()).toEqual([]);
  });
});
