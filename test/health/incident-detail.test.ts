import { describe, expect, it } from 'vitest';
import { setExcluded } from '../../shared/customers/set-excluded.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { listIncidents, readIncident } from '../../shared/health/incident-queries.ts';
import { aPerson } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

const minuteMs = 60_000;
const told = async (desk: HealthDesk) => (await desk.events()).map(({ type }) => type.replace('incident.', ''));
const postsOf = async (desk: HealthDesk, id = 'EX1') =>
  (await readIncident(desk.queryDeps, aPerson, id)).posts.map(({ text }) => text);

/** A desk whose customers all show incident EX1, read with its first post. */
async function aDeskWithIncident(customers = 4, trouble: Parameters<typeof aHealthDesk>[0] = {}) {
  const desk = aHealthDesk(trouble);
  await desk.begin(customers);
  desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: desk.microsoft.tenants.map(({ id }) => id) });
  await desk.cycle();
  return desk;
}

/** Lets these tenants show the issue in full as it stands now, whatever becomes of it. */
function lag(desk: HealthDesk, tenants: readonly string[]) {
  const shown = desk.microsoft.shown('EX1');
  for (const id of tenants) desk.microsoft.options.lagging.set(id, shown);
}

const everyone = (desk: HealthDesk) => desk.microsoft.tenants.map(({ id }) => id);

describe('what an incident says in full', () => {
  it('is read once per revision for the whole fleet', async () => {
    const desk = await aDeskWithIncident(300);
    expect(desk.microsoft.detailCalls()).toHaveLength(1);
    for (let revision = 2; revision <= 4; revision++) {
      desk.microsoft.issue({ id: 'EX1', at: desk.now() });
      await desk.cycle();
      await desk.cycle();
      expect(desk.microsoft.detailCalls()).toHaveLength(revision);
      expect(await postsOf(desk)).toHaveLength(revision);
    }
    expect(await told(desk)).toEqual(['opened', 'customers-affected', 'posted', 'posted', 'posted']);
  });

  it('is not asked for in the tenant of a customer that the partner wants left alone', async () => {
    const desk = await aDeskWithIncident(3);
    desk.microsoft.issue({ id: 'EX1', at: desk.now() });
    await desk.untilDue(['shard', 'incident-detail']);
    await desk.drain((kind) => kind === 'shard');
    const before = desk.microsoft.detailCalls().length;
    for (const n of [0, 1, 2]) await setExcluded({ ...desk, store: desk.customers }, desk.id(n), true);
    await desk.drain();
    expect(desk.microsoft.detailCalls()).toHaveLength(before);
    await setExcluded({ ...desk, store: desk.customers }, desk.id(2), false);
    await desk.cycle();
    expect(desk.microsoft.detailCalls()).toHaveLength(before + 1);
    expect(await postsOf(desk)).toHaveLength(2);
  });

  it('is text, and tells when Microsoft will write again, in lists too', async () => {
    const desk = await aDeskWithIncident();
    expect(await postsOf(desk)).toEqual([expect.stringMatching(/^Update of 2026/)]);
    const content = '<p>Slow.<script>x()</script></p>Next update by: Monday, November 2, 2026, at 12:30 PM UTC';
    const posts = [{ createdDateTime: desk.now(), postType: 'regular', description: { contentType: 'html', content } }];
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), posts, post: false });
    await desk.cycle();
    expect(await postsOf(desk)).toEqual(['Slow.\nNext update by: Monday, November 2, 2026, at 12:30 PM UTC']);
    const { items } = await listIncidents(desk.queryDeps, aPerson, { limit: 10 });
    expect(items[0]).toMatchObject({ id: 'EX1', nextUpdateBy: '2026-11-02T12:30:00.000Z' });
    desk.microsoft.issue({ id: 'EX1', at: desk.now(), isResolved: true, status: 'serviceRestored', post: false });
    await desk.cycle();
    expect((await listIncidents(desk.queryDeps, aPerson, { limit: 10 })).items[0]).not.toHaveProperty('nextUpdateBy');
  });

  it('is no news as far as it was there when the incident became known', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    for (let post = 0; post < 3; post++) {
      await desk.advance(1_000);
      desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: everyone(desk) });
    }
    await desk.cycle();
    expect(await postsOf(desk)).toHaveLength(3);
    expect(await told(desk)).toEqual(['opened']);
  });

  it('is asked of another tenant where one fails, does not show it or lags behind', async () => {
    const desk = await aDeskWithIncident(3);
    lag(desk, [desk.tenant(0)]);
    desk.microsoft.issue({ id: 'EX1', at: desk.now() });
    await desk.advance(5 * minuteMs);
    desk.microsoft.options.detailFaults.set(desk.tenant(1), { status: 403 });
    await desk.drain();
    expect(await postsOf(desk)).toHaveLength(2);
    expect(await told(desk)).toEqual(['opened', 'posted']);
  });

  it('is read later where every replica lags, and told of once', async () => {
    const desk = await aDeskWithIncident();
    lag(desk, everyone(desk));
    desk.microsoft.issue({ id: 'EX1', at: desk.now() });
    await desk.cycle();
    expect(await told(desk)).toEqual(['opened']);
    await desk.cycle(1);
    expect(await postsOf(desk)).toHaveLength(1);
    desk.microsoft.options.lagging.clear();
    await desk.cycle(2);
    expect(await postsOf(desk)).toHaveLength(2);
    expect(await told(desk)).toEqual(['opened', 'posted']);
  });

  it('is read by the sweep’s help where the bus lost the later message', async () => {
    const desk = await aDeskWithIncident();
    lag(desk, everyone(desk));
    desk.microsoft.issue({ id: 'EX1', at: desk.now() });
    await desk.cycle();
    for (let attempt = 0; attempt < 4; attempt++) {
      for (const held of desk.bus.all()) if (held.queue === 'health-polls') desk.bus.complete(held);
      for (let minute = 0; minute < 20; minute++) {
        await desk.advance(minuteMs);
        await desk.sweep(desk.scope);
        if (desk.bus.ready().some(({ message }) => JSON.stringify(message.body).includes('incident-detail'))) break;
      }
      await desk.drain();
    }
    desk.microsoft.options.lagging.clear();
    for (let minute = 0; minute < 30; minute++) await desk.cycle(1);
    expect(await told(desk)).toEqual(['opened', 'posted']);
  });

  it('is not forgotten by the sweep while it waits for hours and other things are told of the incident', async () => {
    const desk = await aDeskWithIncident();
    lag(desk, everyone(desk));
    desk.microsoft.issue({ id: 'EX1', at: desk.now() });
    for (let cycle = 0; cycle < 24; cycle++) await desk.cycle();
    const waiting = desk.bus.all().filter(({ message }) => JSON.stringify(message.body).includes('incident-detail'));
    expect(waiting).toHaveLength(1);
    desk.bus.complete(waiting[0]!);
    desk.microsoft.options.lagging.clear();
    for (let minute = 0; minute < 4 * 60; minute++) {
      await desk.cycle(1);
      await desk.sweep(desk.scope);
    }
    expect(await told(desk)).toEqual(['opened', 'posted']);
  });

  it('is given up loudly in the end, and read anew with the next revision', async () => {
    const desk = await aDeskWithIncident();
    for (const id of everyone(desk)) desk.microsoft.options.detailFaults.set(id, { status: 500 });
    desk.microsoft.issue({ id: 'EX1', at: desk.now() });
    const before = desk.microsoft.detailCalls().length;
    for (let cycle = 0; cycle < 12 * 12; cycle++) await desk.cycle();
    expect(desk.microsoft.detailCalls().length - before).toBe(30);
    const loud = desk.entries.filter(({ event }) => event === 'health.details-given-up');
    expect(loud).toMatchObject([{ level: 'error', fields: { incidentId: 'EX1', attempts: 10 } }]);
    expect([...desk.memory.of('health').partitions.get('incident|EX1')!.keys()].join()).not.toContain('detail');
    desk.microsoft.options.detailFaults.clear();
    desk.microsoft.issue({ id: 'EX1', at: desk.now() });
    await desk.cycle();
    expect(await postsOf(desk)).toHaveLength(3);
    expect(await told(desk)).toEqual(['opened', 'posted']);
  });

  it('is not read for a revision that was overtaken, nor again where it is known already', async () => {
    const desk = await aDeskWithIncident();
    lag(desk, everyone(desk));
    desk.microsoft.issue({ id: 'EX1', at: desk.now() });
    await desk.cycle();
    desk.microsoft.options.lagging.clear();
    await desk.advance(2 * minuteMs);
    // The waiting message reads what the poll has not come to yet.
    desk.microsoft.issue({ id: 'EX1', at: desk.now() });
    await desk.drain();
    expect(await postsOf(desk)).toHaveLength(3);
    const before = desk.microsoft.detailCalls().length;
    await desk.cycle();
    await desk.cycle();
    expect(desk.microsoft.detailCalls().length).toBe(before);
    expect(await told(desk)).toEqual(['opened', 'posted']);
  });

  it('says once that a post-incident report is there, and keeps that', async () => {
    const desk = await aDeskWithIncident();
    const reviewed = { status: 'PostIncidentReviewPublished', isResolved: true };
    const isThere = async () => (await readIncident(desk.queryDeps, aPerson, 'EX1')).hasReport;
    expect(await isThere()).toBeUndefined();
    for (const change of [reviewed, { status: 'serviceDegradation', isResolved: false }, reviewed]) {
      desk.microsoft.issue({ id: 'EX1', at: desk.now(), post: false, ...change });
      await desk.cycle();
      expect(await isThere()).toBe(true);
    }
    expect(await told(desk)).toEqual(['opened', 'resolved', 'review-published', 'reopened', 'resolved']);
  });

  it.each(['before', 'after'] as const)(
    'is stored and told of once whatever storage operation is cut (%s its effect)',
    async (when) => {
      let left = Number.POSITIVE_INFINITY;
      const fail = async () =>
        --left === 0 ? Promise.reject(unavailable('storage', new Error('cut'))) : Promise.resolve();
      let failAt = 1;
      for (; failAt < 200; failAt++) {
        left = Number.POSITIVE_INFINITY;
        const desk = await aDeskWithIncident(2, { tables: { [when]: fail } });
        lag(desk, everyone(desk));
        desk.microsoft.issue({ id: 'EX1', at: desk.now() });
        await desk.cycle();
        // From here on: one attempt that finds replicas lagging, one that reads.
        left = failAt;
        await desk.cycle(1).catch(() => undefined);
        await desk.drain().catch(() => undefined);
        desk.microsoft.options.lagging.clear();
        await desk.cycle(2).catch(() => undefined);
        await desk.drain();
        const wasCut = left <= 0;
        left = Number.POSITIVE_INFINITY;
        expect(await told(desk), `cut at operation ${String(failAt)}`).toEqual(['opened', 'posted']);
        expect(await postsOf(desk)).toHaveLength(2);
        if (!wasCut) break;
      }
      expect(failAt).toBeGreaterThan(10);
    },
  );
});
