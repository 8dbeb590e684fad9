import { HttpRequest, InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { customerRoutes } from '../../functions/customers.http.ts';
import { healthRoutes } from '../../functions/health.http.ts';
import type { Caller } from '../../shared/core/caller.ts';
import { createLiveIncidents } from '../../shared/health/live-incidents.ts';
import type { Fleet, IncidentPage, IncidentView, CustomerHealth } from '../../shared/health/health-answers.ts';
import { handleRoute } from '../../shared/platform/handle-route.ts';
import { capturedLog } from '../support/captured-log.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { aPerson, aPortal } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

type Asked = { path: string; headers?: Record<string, string> };

const get = async (desk: HealthDesk, caller: Caller, path: string) => call(desk, caller, { path });

/** Calls a route as the host would, as this caller. */
async function call(desk: HealthDesk, caller: Caller, { path, headers = {} }: Asked) {
  const routes = [
    ...healthRoutes(desk.queryDeps),
    ...customerRoutes({
      store: desk.customers,
      cloud: desk.cloud.cloud,
      portalLinks: desk.portalLinks,
      portalSights: async () => Promise.resolve([]),
    }),
  ];
  const url = new URL(path, 'http://desk.example/');
  const parts = url.pathname.slice(1).split('/');
  const params: Record<string, string> = {};
  const found = routes.find((one) => {
    const pattern = one.path.split('/');
    const fits = pattern.length === parts.length && pattern.every((part, at) => part === '{id}' || part === parts[at]);
    if (fits && pattern.includes('{id}')) params.id = decodeURIComponent(parts[pattern.indexOf('{id}')]!);
    return fits && one.method === 'GET';
  });
  const deps = {
    authenticate: async () => Promise.resolve(caller),
    takeTurn: () => undefined,
    ids: seededIds(seededRandom(1)),
    logFor: () => capturedLog().log,
  };
  const request = new HttpRequest({ method: 'GET', url: url.href, headers, params });
  const answer = await handleRoute(found!, deps)(request, new InvocationContext());
  const text = answer.body as string | undefined;
  return {
    status: answer.status,
    headers: answer.headers as Record<string, string>,
    body: (text === undefined ? undefined : JSON.parse(text)) as unknown,
  };
}

/** Three customers; an open incident of 0 and 1, a resolved one of 1, an open advisory of 2. */
async function aBusyDesk() {
  const desk = aHealthDesk();
  await desk.begin(3);
  const [t0, t1, t2] = [desk.tenant(0), desk.tenant(1), desk.tenant(2)];
  desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [t0, t1], startDateTime: '2026-11-02T08:00:00Z' });
  desk.microsoft.issue({ id: 'EX2', at: desk.now(), tenants: [t1], startDateTime: '2026-11-02T07:00:00Z' });
  desk.microsoft.issue({
    id: 'TM1',
    at: desk.now(),
    tenants: [t2],
    service: 'microsoftteams',
    classification: 'advisory',
    startDateTime: '2026-11-02T08:30:00Z',
  });
  await desk.cycle();
  desk.microsoft.issue({ id: 'EX2', at: desk.now(), status: 'serviceRestored', isResolved: true });
  await desk.cycle();
  return desk;
}

const ids = (body: unknown) => (body as IncidentPage).items.map(({ id }) => id);

describe('the health of a customer', () => {
  it('says for each service how it is, since when that is known, and which incidents are behind it', async () => {
    const desk = await aBusyDesk();
    const { status, body } = await get(desk, aPerson, `api/customers/${desk.id(0)}/health`);
    expect(status).toBe(200);
    const times = { lastGoodAt: desk.now(), nextDueAt: new Date(Date.parse(desk.now()) + 300_000).toISOString() };
    expect(body).toEqual({
      customerId: desk.id(0),
      asOf: desk.now(),
      coverage: { ...times, feeds: [{ feed: 'microsoft365', ...times }] },
      services: [
        { id: 'Exchange', name: 'Exchange Online', status: 'degraded', incidentIds: ['EX1'] },
        { id: 'microsoftteams', name: 'microsoftteams Online', status: 'healthy', incidentIds: [] },
      ],
    });
  });

  it('leaves out what the customer has no subscription for, unless it is asked for or an incident is open there', async () => {
    const desk = await aBusyDesk();
    const path = `api/customers/${desk.id(0)}/health`;
    const shown = async (query = '') =>
      ((await get(desk, aPerson, `${path}${query}`)).body as CustomerHealth).services.map(({ id }) => id);
    const uses = async (...services: string[]) =>
      desk.customers.change([desk.id(0)], (customer) => ({ ...customer, services }));
    expect(await shown()).toEqual(['Exchange', 'microsoftteams']);
    await uses('exchange');
    expect(await shown()).toEqual(['Exchange']);
    expect(await shown('?unused=false')).toEqual(['Exchange']);
    expect(await shown('?unused=true')).toEqual(['Exchange', 'microsoftteams']);
    await uses('SharePoint');
    expect(await shown()).toEqual(['Exchange']);
    expect((await get(desk, aPerson, `${path}?unused=yes`)).status).toBe(400);
    expect((await get(desk, aPerson, `${path}?used=true`)).status).toBe(400);
  });

  it('is not red for an advisory', async () => {
    const desk = await aBusyDesk();
    const { body } = await get(desk, aPerson, `api/customers/${desk.id(2)}/health`);
    expect((body as CustomerHealth).services[1]).toMatchObject({ status: 'advisory', incidentIds: ['TM1'] });
  });

  it('answers 304 to who knows it, and 200 when it has moved on', async () => {
    const desk = await aBusyDesk();
    const path = `api/customers/${desk.id(0)}/health`;
    const { etag } = (await get(desk, aPerson, path)).headers;
    expect(await call(desk, aPerson, { path, headers: { 'if-none-match': `"x", W/${etag!}` } })).toMatchObject({
      status: 304,
      body: undefined,
    });
    await desk.cycle();
    expect((await call(desk, aPerson, { path, headers: { 'if-none-match': etag! } })).status).toBe(200);
  });

  it.each(['', '/health', '/incidents', '/admin-links'])(
    'is the same 404 at …%s for a foreign id and for none',
    async (rest) => {
      const desk = await aBusyDesk();
      const portal = aPortal(desk.id(0));
      expect((await get(desk, portal, `api/customers/${desk.id(0)}${rest}`)).status).toBe(200);
      const foreign = await get(desk, portal, `api/customers/${desk.id(1)}${rest}`);
      const none = await get(desk, portal, `api/customers/caaaaaaaaaaaaaaaaaaaa${rest}`);
      expect(foreign.status).toBe(404);
      expect(foreign.body).toEqual(none.body);
    },
  );
});

describe('the fleet', () => {
  it('counts the customers of each service at each level', async () => {
    const desk = await aBusyDesk();
    const { body } = await get(desk, aPerson, 'api/health');
    const zero = { healthy: 0, advisory: 0, degraded: 0, down: 0, unknown: 0 };
    expect(body).toEqual({
      asOf: desk.now(),
      services: [
        { id: 'Exchange', name: 'Exchange Online', counts: { ...zero, healthy: 1, degraded: 2 } },
        { id: 'microsoftteams', name: 'microsoftteams Online', counts: { ...zero, healthy: 2, advisory: 1 } },
      ],
      notCovered: 0,
      findings: [],
    });
  });

  it('is a portal’s own customers only', async () => {
    const desk = await aBusyDesk();
    const { body } = await get(desk, aPortal(desk.id(2)), 'api/health?service=microsoftteams');
    expect((body as Fleet).services.map(({ counts }) => counts)).toEqual([
      { healthy: 0, advisory: 1, degraded: 0, down: 0, unknown: 0 },
    ]);
  });

  it('filters by service and status', async () => {
    const desk = await aBusyDesk();
    const names = async (query: string) =>
      ((await get(desk, aPerson, `api/health?${query}`)).body as Fleet).services.map(({ id }) => id);
    expect(await names('status=degraded')).toEqual(['Exchange']);
    expect(await names('status=down')).toEqual([]);
    expect((await get(desk, aPerson, 'api/health?status=red')).status).toBe(400);
  });

  it('counts as unknown what nobody has read for too long, and those in trouble as not covered', async () => {
    const desk = await aBusyDesk();
    desk.microsoft.faults.set(desk.tenant(0), { status: 403 });
    for (let cycle = 0; cycle < 4; cycle++) await desk.cycle();
    const troubled = (await get(desk, aPerson, 'api/health')).body as Fleet;
    expect(troubled).toMatchObject({ notCovered: 1 });
    expect(troubled.services[0]!.counts).toMatchObject({ unknown: 1, healthy: 1, degraded: 1 });
    await desk.advance(16 * 60_000);
    const stale = (await get(desk, aPerson, 'api/health')).body as Fleet;
    expect(stale.notCovered).toBe(3);
    expect(stale.services[0]!.counts).toEqual({ healthy: 0, advisory: 0, degraded: 0, down: 0, unknown: 3 });
    const own = (await get(desk, aPortal(desk.id(1)), 'api/health')).body as Fleet;
    expect(own).toMatchObject({ notCovered: 1 });
    expect(own.services[0]!.counts.unknown).toBe(1);
  });
});

describe('incidents', () => {
  it('are listed newest first, by state and by service', async () => {
    const desk = await aBusyDesk();
    const list = async (query = '') => ids((await get(desk, aPerson, `api/incidents${query}`)).body);
    expect(await list()).toEqual(['TM1', 'EX1', 'EX2']);
    expect(await list('?state=open')).toEqual(['TM1', 'EX1']);
    expect(await list('?state=resolved')).toEqual(['EX2']);
    expect(await list('?service=Exchange')).toEqual(['EX1', 'EX2']);
    expect(await list('?service=Exchange&state=open')).toEqual(['EX1']);
  });

  it('come in pages, and a cursor belongs to its filters', async () => {
    const desk = await aBusyDesk();
    const first = (await get(desk, aPerson, 'api/incidents?limit=2')).body as IncidentPage;
    expect(ids(first)).toEqual(['TM1', 'EX1']);
    const second = (await get(desk, aPerson, `api/incidents?limit=2&cursor=${first.nextCursor!}`)).body as IncidentPage;
    expect(ids(second)).toEqual(['EX2']);
    expect(second.nextCursor).toBeUndefined();
    expect((await get(desk, aPerson, `api/incidents?state=open&cursor=${first.nextCursor!}`)).status).toBe(400);
    expect((await get(desk, aPerson, 'api/incidents?limit=101')).status).toBe(400);
  });

  it('are a portal’s only where its customers are affected, and show no others', async () => {
    const desk = await aBusyDesk();
    const portal = aPortal(desk.id(0));
    expect(ids((await get(desk, portal, 'api/incidents')).body)).toEqual(['EX1']);
    const own = (await get(desk, portal, 'api/incidents/EX1')).body as IncidentView;
    expect(own.affected.map(({ customerId }) => customerId)).toEqual([desk.id(0)]);
    expect(own.posts).toHaveLength(1);
    expect((await get(desk, portal, 'api/incidents/TM1')).status).toBe(404);
    expect((await get(desk, aPerson, 'api/incidents/XX9')).status).toBe(404);
    const all = (await get(desk, aPerson, 'api/incidents/EX1')).body as IncidentView;
    expect(all.affected).toHaveLength(2);
  });

  it('of a customer are its own, past ones too', async () => {
    const desk = await aBusyDesk();
    const list = async (query = '') =>
      ids((await get(desk, aPerson, `api/customers/${desk.id(1)}/incidents${query}`)).body);
    expect(await list()).toEqual(['EX1', 'EX2']);
    expect(await list('?state=open')).toEqual(['EX1']);
    expect(await list('?state=resolved')).toEqual(['EX2']);
  });

  it('read the same number of rows for a page, however many there are', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    const costs: number[] = [];
    for (const upTo of [60, 600]) {
      for (let n = costs.length === 0 ? 0 : 60; n < upTo; n++) {
        const startDateTime = new Date(Date.parse('2026-11-01T00:00:00Z') + n * 60_000).toISOString();
        desk.microsoft.issue({ id: `EX${String(n)}`, at: desk.now(), tenants: [desk.tenant(0)], startDateTime });
      }
      await desk.cycle();
      const before = desk.memory.of('health').counts.rows;
      expect(ids((await get(desk, aPerson, 'api/incidents?limit=50')).body)).toHaveLength(50);
      costs.push(desk.memory.of('health').counts.rows - before);
    }
    expect(costs).toEqual([51, 51]);
  });

  it('are remembered by revision for a triage: warm, nothing is read', async () => {
    const desk = await aBusyDesk();
    const { openIncidentIds } = (await desk.customers.get(desk.id(0)))!;
    const live = createLiveIncidents({ tables: desk.tables, clock: desk.clock });
    expect(await live(openIncidentIds)).toMatchObject([{ id: 'EX1', service: 'Exchange', classification: 'incident' }]);
    const reads = desk.memory.of('health').counts.get;
    expect(await live(openIncidentIds)).toHaveLength(1);
    expect(desk.memory.of('health').counts.get).toBe(reads);
    expect(await live([{ id: 'XX9', revision: 'x' }])).toEqual([]);
  });
});
