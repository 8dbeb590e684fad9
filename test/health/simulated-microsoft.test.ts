import { describe, expect, it } from 'vitest';
import { createDesk } from '../../functions/desk.ts';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
import { systemClock, type Clock } from '../../shared/core/clock.ts';
import { createCustomerStore } from '../../shared/customers/customer-store.ts';
import { customerIdOf } from '../../shared/customers/customer.ts';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { fleetHealth } from '../../shared/health/fleet.ts';
import { listIncidents, readIncident } from '../../shared/health/incident-queries.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { createHttp } from '../../shared/platform/node-http.http.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { runningMicrosoft } from '../local-microsoft/running-microsoft.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { aPerson } from './callers.ts';

/** The desk as it is deployed, over memory tables and bus, and real HTTP to the simulated Microsoft. */
async function aDeskAtMicrosoft() {
  const microsoft = await runningMicrosoft();
  const clock: Clock = { ...systemClock, now: () => microsoft.clock.now() };
  const schedules = { HEALTH_POLL_SCHEDULE: '0 */5 * * * *', SWEEP_SCHEDULE: '0 * * * * *' };
  const settings = { ...microsoft.settings, ...schedules, STORAGE: 'memory', SERVICE_BUS: 'memory' };
  const parsed = readConfig(settings);
  if (!parsed.ok) throw new Error(parsed.wrong.join());
  const { tables } = memoryTables();
  const held = memoryBus(() => clock.now());
  const random = seededRandom(3);
  const http = createHttp({ clock });
  const services = { clock, ids: seededIds(random), random, tables, bus: held.bus, http, guardedHttp: http };
  const busProbe = { ping: async () => Promise.resolve(), deadLetters: async () => Promise.resolve({}) };
  const { catalogue } = createDesk({ ...services, busProbe }, parsed.config);
  const { scope } = capturedLog();
  const polls = catalogue.queues.find(({ queue }) => queue === 'health-polls')!;

  const run = async (): Promise<void> => {
    for (;;) {
      const next = held.ready().find(({ queue }) => queue === 'health-polls');
      if (!next) return;
      await polls.handle(wakeMessageSchema.parse(next.message.body), scope);
      held.complete(next);
    }
  };
  const cycle = async (minutes = 5): Promise<void> => {
    await microsoft.advance(minutes * 60);
    await run();
  };
  await catalogue.timers.find(({ name }) => name === 'sweep')!.handle(scope);
  for (let page = 0; page < 4; page++) await cycle(1);
  await catalogue.timers.find(({ name }) => name === 'pollServiceHealth')!.handle(scope);
  const cloud = {
    cloud: 'global',
    connections: [{ id: partner.id, tenantId: partner.tenantId, clientId: partner.clientId, role: 'direct' }],
    endpoints: { graphBaseUrl: '', partnerCenterBaseUrl: '', azureManagementBaseUrl: '' },
    healthPollMinutes: 5,
    customerSyncMinutes: 1_440,
  } as const;
  const queries = { tables, clock, cloud, customers: createCustomerStore({ tables }) };
  const idOf = (slug: string) => customerIdOf('global', customers.find((one) => one.slug === slug)!.tenantId);
  return { microsoft, queries, cycle, idOf, now: () => new Date(clock.now()).toISOString() };
}

describe('the desk at the simulated Microsoft', () => {
  it('knows every customer, what is wrong, and whom it cannot read', async () => {
    const { queries, cycle, idOf, now } = await aDeskAtMicrosoft();
    await cycle();
    const page = await queries.customers.page({ limit: 100 });
    expect(page.customers).toHaveLength(customers.length);
    const withAzure = customers.find(({ azureSubscriptionId }) => azureSubscriptionId !== undefined)!;
    expect((await queries.customers.get(idOf(withAzure.slug)))!.azureSubscriptionIds).toEqual([
      withAzure.azureSubscriptionId,
    ]);

    const hurt = await customerHealth(queries, aPerson, idOf('aldercote'));
    expect(hurt).toMatchObject({ asOf: now(), coverage: { lastGoodAt: now() } });
    const exchange = hurt.services.find(({ id }) => id === 'Exchange')!;
    expect(exchange).toMatchObject({ name: 'Exchange Online', status: 'degraded' });
    expect(exchange.incidentIds).toHaveLength(1);

    const unread = await customerHealth(queries, aPerson, idOf('umberleigh'));
    expect(unread).toMatchObject({ asOf: null, coverage: { trouble: { code: 'not-consented' } } });
    expect(unread.services.every(({ status }) => status === 'unknown')).toBe(true);

    const fleet = await fleetHealth(queries, aPerson, {});
    expect(fleet).toMatchObject({ asOf: now(), notCovered: 1 });
    const incident = await readIncident(queries, aPerson, exchange.incidentIds[0]!);
    expect(incident).toMatchObject({ state: 'open', service: 'Exchange', classification: 'incident' });
    expect(incident.affected).toHaveLength(5);
    expect((await listIncidents(queries, aPerson, { state: 'open' })).items.length).toBeGreaterThanOrEqual(2);
  });

  it('follows a consent, an incident and a jump of three hours by itself', async () => {
    const { microsoft, queries, cycle, idOf } = await aDeskAtMicrosoft();
    const tenantId = customers.find(({ slug }) => slug === 'umberleigh')!.tenantId;
    await microsoft.control({ scenario: { consent: { tenantId, granted: true } } });
    await microsoft.control({
      scenario: {
        incident: {
          id: 'TM9900001',
          service: 'Microsoft Teams',
          classification: 'incident',
          status: 'serviceInterruption',
          customers: [tenantId],
        },
      },
    });
    await cycle();
    const teams = async () => {
      const { services } = await customerHealth(queries, aPerson, idOf('umberleigh'));
      return services.find(({ id }) => id === 'microsoftteams');
    };
    expect(await teams()).toMatchObject({ status: 'down', incidentIds: ['TM9900001'] });
    await microsoft.control({ scenario: { incident: { id: 'TM9900001', status: 'serviceRestored', post: 'Over.' } } });
    await cycle();
    expect(await teams()).toMatchObject({ status: 'healthy', incidentIds: [] });
    const incident = await readIncident(queries, aPerson, 'TM9900001');
    expect(incident).toMatchObject({ state: 'resolved', affected: [{ customerId: idOf('umberleigh') }] });
    expect(incident.posts.at(-1)!.text).toBe('Over.');
    await cycle(180);
    expect(await teams()).toMatchObject({ status: 'healthy' });
  });

  it('follows an incident of Azure, for customers with subscriptions alone, also where Resource Graph or Azure refuses', async () => {
    const { microsoft, queries, cycle, idOf, now } = await aDeskAtMicrosoft();
    const both = ['aldercote', 'muellersdorf'];
    const tenants = customers.map(({ tenantId }) => tenantId);
    const incident = { id: '7VX2-L9G', service: 'Azure', classification: 'incident', status: 'investigating' };
    await microsoft.control({ scenario: { incident: { ...incident, customers: tenants, post: 'We look.' } } });
    await cycle();
    const azure = async (slug: string) => {
      const { services } = await customerHealth(queries, aPerson, idOf(slug));
      return services.find(({ id }) => id === 'azure');
    };
    for (const slug of both) {
      expect(await azure(slug)).toMatchObject({ name: 'Azure', status: 'degraded', incidentIds: ['7VX2-L9G'] });
    }
    const { affected, posts, source } = await readIncident(queries, aPerson, '7VX2-L9G');
    expect(affected.map(({ customerId }) => customerId).sort()).toEqual(both.map(idOf).sort());
    expect({ source, texts: posts.map(({ text }) => text) }).toEqual({ source: 'azure', texts: ['We look.'] });
    expect(await azure('brennmoor')).toBeUndefined();

    await microsoft.control({ fault: { match: 'arm.resourceGraph.post', status: 404, times: 2 } });
    await microsoft.control({ scenario: { incident: { id: '7VX2-L9G', status: 'serviceRestored', post: 'Over.' } } });
    await cycle();
    for (const slug of both) expect(await azure(slug)).toMatchObject({ status: 'healthy', asOf: now() });
    await microsoft.control({ fault: { match: 'arm.resourceHealthEvents.get', status: 403, times: 100 } });
    for (let n = 0; n < 4; n++) await cycle();
    expect(await azure('aldercote')).toMatchObject({
      status: 'unknown',
      coverage: { trouble: { code: 'role-lacking', remedy: expect.stringContaining('Reader') as string } },
    });
    expect(await customerHealth(queries, aPerson, idOf('aldercote'))).toMatchObject({ asOf: now() });
    expect(await readIncident(queries, aPerson, '7VX2-L9G')).toMatchObject({ state: 'resolved' });
  });
});
