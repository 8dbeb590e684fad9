import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { azureHookRoutes } from '../../functions/hooks.http.ts';
import { limits } from '../../shared/core/limits.ts';
import { readIncident } from '../../shared/health/incident-queries.ts';
import { handleRoute } from '../../shared/platform/handle-route.ts';
import { createAuthenticate } from '../../shared/portals/authenticate.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { createSigningKeys } from '../../shared/portals/signing-keys.entra.ts';
import { anIssuer, audience, authority, deskTenant, type TokenParts } from '../portals/entra-issuer.ts';
import { callHandler } from '../support/http-call.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryTable } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { aPerson } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

type Properties = Record<string, unknown>;
type Alert = {
  schemaId: string;
  data: {
    essentials: Record<string, unknown> & { alertTargetIDs: string[] };
    alertContext: Record<string, unknown> & { properties: Properties };
  };
};

const sampleText = readFileSync(
  new URL('./samples/azure-servicehealth-alert-common-schema.json', import.meta.url),
  'utf8',
);

const azureMonitor: TokenParts = {
  claims: { azp: '461e8683-5575-4561-ac7f-899cc907d62a', oid: 'monitor', roles: ['ActionGroupsSecureWebhook'] },
};

let issuer: Awaited<ReturnType<typeof anIssuer>>;
beforeAll(async () => {
  issuer = await anIssuer(movedClock().clock.now());
});

const subscription = (desk: HealthDesk, n = 0) => desk.tenant(n).replace(/^0/, 'a');

/** The sample, about a subscription of customer 0, at a time of the desk. */
function alertFor(desk: HealthDesk, properties: Properties = {}, context: Record<string, unknown> = {}): Alert {
  const alert = JSON.parse(sampleText) as Alert;
  alert.data.essentials.alertTargetIDs = [`/subscriptions/${subscription(desk)}`];
  Object.assign(alert.data.alertContext, { eventTimestamp: desk.now(), submissionTimestamp: desk.now() }, context);
  Object.assign(alert.data.alertContext.properties, { impactStartTime: desk.now() }, properties);
  return alert;
}

async function aDesk(customers = 1) {
  const desk = aHealthDesk();
  await desk.begin(customers, customers);
  const authenticate = createAuthenticate({
    keyOf: createSigningKeys({ http: issuer.http, clock: desk.clock, authority }),
    clock: desk.clock,
    registry: createPortalRegistry({ table: memoryTable().table, clock: desk.clock }),
    authority,
    tenants: [deskTenant],
    audiences: [audience],
  });
  const { log, entries } = capturedLog();
  const handler = handleRoute(azureHookRoutes({ takeAzureAlert: desk.takeAlert })[0]!, {
    authenticate,
    takeTurn: () => undefined,
    ids: seededIds(seededRandom(5)),
    logFor: () => log,
  });
  const post = async (body: unknown, as: TokenParts | null = azureMonitor) =>
    callHandler(handler, {
      ...(typeof body === 'string' ? { text: body } : { body }),
      headers: as === null ? {} : { authorization: `Bearer ${await issuer.sign(as)}` },
    });
  const kinds = async () => (await desk.events()).map((event) => event.type);
  const read = async () => readIncident(desk.queryDeps, aPerson, '7VX2-L9G');
  return { desk, post, kinds, read, entries };
}

const older = ({ data }: Alert, subscriptionId: string) => ({
  schemaId: 'Microsoft.Insights/activityLogs',
  data: { status: 'Activated', context: { activityLog: { ...data.alertContext, subscriptionId } }, properties: {} },
});

describe('an alert of Azure Service Health', () => {
  it('opens the incident of the customer whose subscription it names', async () => {
    const { desk, post, kinds, read } = await aDesk();
    const answer = await post(alertFor(desk));
    expect([answer.status, answer.json]).toEqual([202, { incidentId: '7VX2-L9G' }]);
    expect(await kinds()).toEqual(['incident.opened']);
    expect(await read()).toMatchObject({
      source: 'azure',
      service: 'azure',
      feature: 'Virtual Machines, Azure SQL Database',
      title: 'Connectivity faults - Norway East',
      impact: "Some virtual machines in Norway East can't be reached since 06:05 UTC.",
      classification: 'incident',
      status: 'active',
      state: 'open',
      affected: [{ customerId: desk.id(0) }],
    });
  });

  it('whose source is a number, as in Microsoft’s published example, is the same', async () => {
    const { desk, post, kinds } = await aDesk();
    const answer = await post(alertFor(desk, {}, { channels: 1, eventSource: 2, level: 3 }));
    expect([answer.status, answer.json]).toEqual([202, { incidentId: '7VX2-L9G' }]);
    expect(await kinds()).toEqual(['incident.opened']);
  });

  it('in the older schema of activity logs is the same', async () => {
    const { desk, post, read, kinds } = await aDesk();
    const alert = alertFor(desk);
    expect((await post(older(alert, subscription(desk).toUpperCase()))).json).toEqual({ incidentId: '7VX2-L9G' });
    expect((await post(alert)).status).toBe(202);
    expect(await kinds()).toEqual(['incident.opened']);
    expect(await read()).toMatchObject({ feature: 'Virtual Machines, Azure SQL Database' });
  });

  it('and the feed tell each transition once, however often and in whatever order they come', async () => {
    const { desk, post, kinds, read } = await aDesk(2);
    const tenants = [desk.tenant(0), desk.tenant(1)];
    const { azure } = desk.microsoft;
    const active = alertFor(desk);
    const forBoth = (alert: Alert) => {
      const second = structuredClone(alert);
      second.data.essentials.alertTargetIDs = [`/subscriptions/${subscription(desk, 1)}`];
      return [alert, second, alert];
    };
    azure.event({ name: '7VX2-L9G', at: desk.now(), tenants, post: 'We look' });
    for (const alert of forBoth(active)) await post(alert);
    await desk.cycle();
    for (const alert of forBoth(active)) await post(alert);
    azure.event({ name: '7VX2-L9G', at: desk.now(), post: 'We mend' });
    await desk.cycle();
    const resolved = alertFor(desk, { stage: 'Resolved' });
    for (const alert of [...forBoth(resolved), ...forBoth(active)]) await post(alert);
    await desk.cycle();
    azure.event({ name: '7VX2-L9G', at: desk.now(), status: 'Resolved' });
    await desk.cycle();
    const reviewed = alertFor(desk, { stage: 'RCA' });
    for (const alert of [...forBoth(reviewed), ...forBoth(resolved)]) await post(alert);
    azure.event({ name: '7VX2-L9G', at: desk.now(), eventType: 'RCA' });
    await desk.cycle();
    expect(await kinds()).toEqual([
      'incident.opened',
      'incident.customers-affected',
      'incident.posted',
      'incident.resolved',
      'incident.review-published',
    ]);
    const incident = await read();
    expect(incident).toMatchObject({ state: 'resolved', status: 'postIncidentReviewPublished' });
    expect(incident.affected.map(({ customerId }) => customerId).sort()).toEqual([desk.id(0), desk.id(1)].sort());
    expect(incident.posts.map(({ text }) => text)).toEqual(['We look', 'We mend']);
  });

  it('that comes again costs reads and one row of the list, and sends nothing', async () => {
    const { desk, post } = await aDesk();
    await post(alertFor(desk));
    const health = desk.memory.of('health').counts;
    const customers = desk.memory.of('customers').counts;
    const before = { health: { ...health }, customers: { ...customers }, sends: desk.bus.counts.sends };
    await post(alertFor(desk, { communicationId: 'another' }));
    expect([health.get - before.health.get, health.written - before.health.written]).toEqual([3, 1]);
    expect([customers.get - before.customers.get, customers.written - before.customers.written]).toEqual([2, 0]);
    expect(desk.bus.counts.sends).toBe(before.sends);
  });

  it('of a subscription that nobody knows, or of another monitor, is taken, logged and left', async () => {
    const { desk, post, entries } = await aDesk();
    const writes = desk.memory.of('health').counts.written;
    const foreign = alertFor(desk);
    foreign.data.essentials.alertTargetIDs = ['/subscriptions/1ebbc8b9-321a-5102-b6da-1652888de4c9'];
    const metric = alertFor(desk);
    metric.data.essentials.monitoringService = 'Platform';
    for (const alert of [foreign, metric]) {
      const answer = await post(alert);
      expect([answer.status, answer.json]).toEqual([202, { ignored: true }]);
    }
    expect(desk.memory.of('health').counts.written).toBe(writes);
    expect(entries.filter(({ event }) => event === 'health.alert-ignored')).toHaveLength(2);
  });

  it.each<[string, TokenParts | null, number]>([
    ['Azure Monitor', azureMonitor, 202],
    ['an operator', { claims: { oid: 'o', roles: ['Desk.Operate'] } }, 202],
    ['a reader', { claims: { oid: 'o', roles: ['Desk.Read'] } }, 403],
    ['a person with the role of Azure Monitor', { claims: { ...azureMonitor.claims, scp: 'access' } }, 401],
    ['an application without a role', { claims: { azp: 'other', oid: 'o' } }, 401],
    ['a token for another audience', { ...azureMonitor, audience: 'other' }, 401],
    ['nobody', null, 401],
  ])('from %s', async (_who, as, status) => {
    const { desk, post } = await aDesk();
    expect((await post(alertFor(desk), as)).status).toBe(status);
  });
});

describe('a body that is sent as an alert', () => {
  it.each<[string, (desk: HealthDesk) => unknown, number]>([
    ['nothing', () => '', 400],
    ['truncated JSON', () => sampleText.slice(0, 400), 400],
    ['a list', () => [], 400],
    ['another schema', (desk) => ({ ...alertFor(desk), schemaId: 'somethingElse' }), 400],
    ['no tracking id', (desk) => alertFor(desk, { trackingId: null }), 400],
    ['an endless tracking id', (desk) => alertFor(desk, { trackingId: 'x'.repeat(101) }), 400],
    ['no context', (desk) => ({ ...alertFor(desk), data: { ...alertFor(desk).data, alertContext: null } }), 400],
    ['more than is taken', (desk) => alertFor(desk, { communication: 'x'.repeat(limits.bodyBytes) }), 413],
    ['a byte order mark', (desk) => `\uFEFF${JSON.stringify(alertFor(desk))}`, 202],
    ['fields that nobody knows', (desk) => alertFor(desk, { brandNew: { deep: [] } }), 202],
    ['letters of another case', (desk) => ({ ...alertFor(desk), schemaId: 'AzureMonitorCommonAlertSchema' }), 202],
  ])('with %s', async (_what, body, status) => {
    const { desk, post } = await aDesk();
    expect((await post(body(desk))).status).toBe(status);
  });

  it.each<[string, Properties, Record<string, unknown>]>([
    ['impacted services of broken JSON', { impactedServices: '[{"ServiceName":' }, { feature: 'Virtual Machines' }],
    ['impacted services of another shape', { impactedServices: '{"a":1}' }, { feature: 'Virtual Machines' }],
    ['no services', { impactedServices: null, service: null }, { feature: '' }],
    ['scripts', { communication: '<p>Hi</p><script>x()</script>', title: '<b>T</b>' }, { impact: 'Hi', title: 'T' }],
    ['a date without a zone', { impactStartTime: '2026-11-02T08:00:00' }, { startedAt: '2026-11-02T08:00:00.000Z' }],
    ['a date that is none', { impactStartTime: 'soon' }, { startedAt: '2026-11-02T09:00:01.000Z' }],
    ['an unknown type', { incidentType: 'Mystery' }, { classification: 'incident' }],
    ['a type in small letters', { incidentType: 'actionrequired' }, { classification: 'advisory' }],
    [
      'maintenance',
      { incidentType: 'Maintenance', stage: 'InProgress' },
      { classification: 'planned-change', status: 'inProgress' },
    ],
    ['an unknown stage', { stage: 'Pondering' }, { status: 'pondering', state: 'open' }],
    ['no stage', { stage: null }, { status: 'active', state: 'open' }],
    [
      'an end',
      { stage: 'Resolved', impactMitigationTime: '2026-11-02T09:00:00Z' },
      { endedAt: '2026-11-02T09:00:00.000Z' },
    ],
    [
      'a security event',
      { incidentType: 'Security', communication: 'secret' },
      { impact: 'https://app.azure.com/h/7VX2-L9G', feature: '' },
    ],
  ])('with %s is read', async (_what, properties, shown) => {
    const { desk, post, read } = await aDesk();
    expect((await post(alertFor(desk, properties))).status).toBe(202);
    const incident = await read();
    expect(incident).toMatchObject(shown);
    expect(JSON.stringify(incident)).not.toContain('<');
  });

  it('is read whichever optional field is missing', async () => {
    for (const part of ['essentials', 'alertContext', 'properties'] as const) {
      const { desk, post } = await aDesk();
      const place = (alert: Alert) => (part === 'properties' ? alert.data.alertContext.properties : alert.data[part]);
      const needed = ['alertTargetIDs', 'properties', 'trackingId', 'monitoringService'];
      for (const name of Object.keys(place(alertFor(desk))).filter((one) => !needed.includes(one))) {
        const alert = alertFor(desk);
        place(alert)[name] = undefined;
        expect([name, (await post(alert)).status]).toEqual([name, 202]);
      }
    }
  });
});
