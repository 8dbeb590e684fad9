import { describe, expect, it } from 'vitest';
import { fleetHealth } from '../../shared/health/fleet.ts';
import { listCustomerIncidents, listIncidents, readIncident } from '../../shared/health/incident-queries.ts';
import { anAzureDesk, azureOf, json } from './azure-desk.ts';
import { aPerson } from './callers.ts';
import type { HealthDesk } from './health-desk.ts';

const kindsOf = async (desk: HealthDesk) => (await desk.events()).map((event) => event.type);

describe('the Azure feed of a shard', () => {
  it('costs a quiet cycle one query for each tenant with Azure, and Microsoft 365 nothing', async () => {
    const { desk, azure } = await anAzureDesk(5, 3);
    azure.extraSubscriptions.set(desk.tenant(0), ['b0000000-0000-4000-8000-000000000000']);
    await desk.cycle();
    const table = desk.memory.of('health').counts;
    const before = {
      ...table,
      graph: desk.microsoft.graphCalls().length,
      customers: desk.memory.of('customers').counts.get,
    };
    azure.calls.length = 0;
    await desk.cycle();
    expect(azure.calls.map(({ kind, tenantId }) => [kind, tenantId])).toEqual(
      [0, 1, 2].map((n) => ['graph', desk.tenant(n)]),
    );
    expect(desk.microsoft.graphCalls().length - before.graph).toBe(5);
    // One query and one transaction for each of the two feeds.
    expect([table.get - before.get, table.query - before.query, table.transact - before.transact]).toEqual([0, 2, 2]);
    expect(desk.memory.of('customers').counts.get).toBe(before.customers);
  });

  it('asks for what is active, and what changed since the last good read less ten minutes', async () => {
    const { desk, azure } = await anAzureDesk(1, 1);
    const good = Date.parse(desk.now());
    await desk.cycle();
    const { query } = azure.calls.at(-1)!;
    expect(query).toMatch(/^ServiceHealthResources \| where type =~ 'microsoft\.resourcehealth\/events'/);
    expect(query).toContain("status =~ 'Active'");
    const after = Date.parse(/updatedAt > datetime\(([^)]+)\)/.exec(query!)![1]!);
    expect(good - after).toBe(600_000);
  });

  it('is unknown, and says what mends it, where the subscriptions of an Azure plan cannot be seen', async () => {
    const { desk } = await anAzureDesk(2, 1);
    await desk.customers.change([desk.id(1)], (customer) => ({ ...customer, services: ['azure', 'OrgLiveID'] }));
    const remedy =
      'Give the desk’s application, or the partner’s people, the role Reader on the customer’s Azure subscriptions.';
    const { detailsAt } = (await desk.customers.get(desk.id(1)))!;
    const trouble = { code: 'role-lacking', since: detailsAt, remedy };
    expect(await azureOf(desk, 1)).toMatchObject({ status: 'unknown', asOf: null, coverage: { trouble } });
    expect(await azureOf(desk, 0)).toMatchObject({ status: 'healthy' });
  });

  it('is not there for shards without Azure', async () => {
    const { desk, azure } = await anAzureDesk(3, 0);
    expect(await desk.ensureAzure(desk.scope)).toEqual({ azureShards: 0, azureStarted: 0 });
    await desk.cycle();
    expect(azure.calls).toEqual([]);
    expect(await azureOf(desk, 0)).toBeUndefined();
  });

  it('tells an incident from beginning to review, each transition once, with its updates', async () => {
    const { desk, azure } = await anAzureDesk(3, 2);
    const tenants = [desk.tenant(0), desk.tenant(1)];
    azure.event({ name: '7VX2-L9G', at: desk.now(), tenants, post: 'We <b>look</b> at it' });
    await desk.cycle();
    await desk.cycle();
    azure.event({ name: '7VX2-L9G', at: desk.now(), post: 'Repair goes on' });
    await desk.cycle();
    expect(await azureOf(desk, 0)).toMatchObject({ status: 'degraded', incidentIds: ['7VX2-L9G'], asOf: desk.now() });
    expect((await desk.customers.get(desk.id(0)))!.openAzureIncidentIds).toHaveLength(1);
    azure.event({ name: '7VX2-L9G', at: desk.now(), status: 'Resolved', impactMitigationTime: desk.now() });
    await desk.cycle();
    azure.event({ name: '7VX2-L9G', at: desk.now(), eventType: 'RCA', post: 'Why it was' });
    await desk.cycle();
    expect(await kindsOf(desk)).toEqual([
      'incident.opened',
      'incident.posted',
      'incident.resolved',
      'incident.review-published',
      'incident.posted',
    ]);
    const incident = await readIncident(desk.queryDeps, aPerson, '7VX2-L9G');
    expect(incident).toMatchObject({
      source: 'azure',
      service: 'azure',
      feature: 'Virtual Machines',
      state: 'resolved',
    });
    expect(incident.posts.map(({ text }) => text)).toEqual(['We look at it', 'Repair goes on', 'Why it was']);
    expect(incident.affected.map(({ customerId }) => customerId).sort()).toEqual([desk.id(0), desk.id(1)].sort());
    expect(await azureOf(desk, 0)).toMatchObject({ status: 'healthy', incidentIds: [] });
    expect((await desk.customers.get(desk.id(0)))!.openAzureIncidentIds).toBeUndefined();
  });

  it('lists planned changes only when they are asked for, and colours nothing by them or by advisories', async () => {
    const { desk, azure } = await anAzureDesk(1, 1);
    const tenants = [desk.tenant(0)];
    azure.event({ name: 'PLAN-1', at: desk.now(), tenants, eventType: 'PlannedMaintenance' });
    azure.event({ name: 'ADV-1', at: desk.now(), tenants, eventType: 'HealthAdvisory' });
    await desk.cycle();
    expect(await azureOf(desk, 0)).toMatchObject({ status: 'advisory', incidentIds: ['ADV-1'] });
    expect((await desk.customers.get(desk.id(0)))!.openAzureIncidentIds!.map(({ id }) => id)).toEqual(['ADV-1']);
    const listed = async (classification?: 'planned-change') => {
      const all = await listIncidents(desk.queryDeps, aPerson, { classification });
      const own = await listCustomerIncidents(desk.queryDeps, aPerson, { customerId: desk.id(0), classification });
      return [all, own].map(({ items }) => items.map(({ id }) => id));
    };
    expect(await listed()).toEqual([['ADV-1'], ['ADV-1']]);
    expect(await listed('planned-change')).toEqual([['PLAN-1'], ['PLAN-1']]);
  });

  it('counts Azure in the fleet, also customers whose Azure was never read', async () => {
    const { desk, azure } = await anAzureDesk(4, 3);
    azure.event({ name: 'A1', at: desk.now(), tenants: [desk.tenant(0)] });
    await desk.cycle();
    const counts = async () => (await fleetHealth(desk.queryDeps, aPerson, { service: 'azure' })).services[0];
    expect(await counts()).toMatchObject({ asOf: desk.now(), counts: { degraded: 1, healthy: 2, unknown: 0 } });
    azure.faults.graph.set(desk.tenant(1), { status: 500 });
    for (let n = 0; n < 4; n++) await desk.cycle();
    expect(await counts()).toMatchObject({ counts: { degraded: 1, healthy: 1, unknown: 1 } });
    const fleet = await fleetHealth(desk.queryDeps, aPerson, {});
    expect(fleet).toMatchObject({ notCovered: 0, asOf: desk.now() });
  });

  it('goes on with the subscriptions that the directory finds, and without those it does not find', async () => {
    const { desk, azure } = await anAzureDesk(2, 1);
    expect(await desk.customers.bySubscription(desk.tenant(0).replace(/^0/, 'A'))).toBe(desk.id(0));
    desk.microsoft.tenants[0]!.hasAzure = false;
    desk.microsoft.tenants[1]!.hasAzure = true;
    await desk.cycle(8 * 1_440);
    await desk.cycle();
    azure.calls.length = 0;
    await desk.cycle();
    expect(azure.calls.map(({ tenantId }) => tenantId)).toEqual([desk.tenant(1)]);
    expect(await desk.customers.bySubscription(desk.tenant(0).replace(/^0/, 'a'))).toBeUndefined();
    expect(await azureOf(desk, 0)).toBeUndefined();
  });

  it('keeps going by itself, and is started again by the timer where its wake was lost', async () => {
    const { desk, azure } = await anAzureDesk(1, 1);
    for (let n = 0; n < 12; n++) await desk.cycle();
    expect(azure.calls).toHaveLength(12);
    for (const held of desk.bus.all()) desk.bus.complete(held);
    await desk.advance(11 * 60_000);
    expect(await desk.ensureAzure(desk.scope)).toEqual({ azureShards: 1, azureStarted: 1 });
    await desk.drain();
    expect(azure.calls).toHaveLength(13);
  });

  it('is sent again by the sweep where the bus lost it', async () => {
    const { desk, azure } = await anAzureDesk(1, 1);
    for (const held of desk.bus.all()) desk.bus.complete(held);
    await desk.advance(8 * 60_000);
    expect(await desk.sweep(desk.scope)).toMatchObject({ owed: 2, failed: 0 });
    await desk.drain();
    expect(azure.calls).toHaveLength(1);
  });
});

describe('Resource Graph', () => {
  it.each([400, 403, 404])(
    'that answers %i is remembered for a day, and each subscription is asked',
    async (status) => {
      const { desk, azure } = await anAzureDesk(2, 2);
      azure.extraSubscriptions.set(desk.tenant(0), ['b0000000-0000-4000-8000-000000000000']);
      await desk.cycle(8 * 1_440);
      azure.faults.graph.set(desk.tenant(0), { status });
      azure.event({ name: 'A1', at: desk.now(), tenants: [desk.tenant(0)] });
      await desk.cycle();
      azure.calls.length = 0;
      await desk.cycle();
      expect(azure.calls.map(({ kind, tenantId }) => [kind, tenantId])).toEqual([
        ['list', desk.tenant(0)],
        ['graph', desk.tenant(1)],
        ['list', desk.tenant(0)],
      ]);
      expect(azure.calls[0]!.url).toMatch(/\/events\?api-version=2025-05-01&queryStartTime=\d+\/\d+\/2026$/);
      expect(await azureOf(desk, 0)).toMatchObject({ status: 'degraded', incidentIds: ['A1'] });
      azure.faults.graph.clear();
      await desk.cycle(1_440);
      azure.calls.length = 0;
      await desk.cycle();
      expect(azure.calls.map(({ kind }) => kind)).toEqual(['graph', 'graph']);
    },
  );

  it('is followed by its skip token, and waited for where its quota is used up', async () => {
    const { desk, azure } = await anAzureDesk(1, 1);
    const subscriptionId = desk.tenant(0).replace(/^0/, 'a');
    const event = (name: string) => ({
      name,
      subscriptionId,
      properties: { Status: 'Active', EventType: 'ServiceIssue', LastUpdateTime: '2026-11-02T09:00:00Z' },
    });
    azure.options.graph.set(desk.tenant(0), ({ options: { $skipToken: token } }) => {
      const quota = {
        'x-ms-user-quota-remaining': token === undefined ? '0' : '9',
        'x-ms-user-quota-resets-after': '00:00:04',
      };
      return token === undefined
        ? json({ data: [event('A1')], $skipToken: 'two' }, quota)
        : json({ data: [event('A2'), { ...event('A3'), subscriptionId: 'of-somebody-else' }] }, quota);
    });
    await desk.advance(300_000);
    const cycle = desk.drain();
    for (let n = 0; n < 40 && azure.calls.length < 1; n++) await new Promise((resolve) => setImmediate(resolve));
    await desk.advance(3_000);
    expect(azure.calls).toHaveLength(1);
    await desk.advance(1_000);
    await cycle;
    expect(azure.calls).toHaveLength(2);
    expect((await azureOf(desk, 0))!.incidentIds).toEqual(['A1', 'A2']);
  });
});
