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
  const fire = async (timer: string) => catalogue.timers.find(({ name }) => name === timer)!.handle(scope);
  await fire('sweep');
  for (let page = 0; page < 4; page++) await cycle(1);
  const cloud = {
    cloud: 'global',
    connections: [{ id: partner.id, tenantId: partner.tenantId, clientId: partner.clientId, role: 'direct' }],
    endpoints: { graphBaseUrl: '', partnerCenterBaseUrl: '', azureManagementBaseUrl: '' },
    healthPollMinutes: 5,
    customerSyncMinutes: 1_440,
  } as const;
  const queries = { tables, clock, cloud, customers: createCustomerStore({ tables }) };
  const idOf = (slug: string) => customerIdOf('global', customers.find((one) => one.slug === slug)!.tenantId);
  return { microsoft, queries, cycle, fire, idOf, now: () => new Date(clock.now()).toISOString() };
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

  it('reads Message center slowly: what was planned, what changed, and whom it may not ask', async () => {
    const { microsoft, queries, cycle, fire, idOf } = await aDeskAtMicrosoft();
    await cycle();
    await fire('pollServiceHealth');
    await cycle(1);
    const planned = async (more: object = {}) =>
      (await listIncidents(queries, aPerson, { classification: 'planned-change', ...more })).items;
    expect((await planned()).map(({ id, service, state }) => [id, service, state]).sort()).toEqual([
      ['MC1180211', 'Exchange', 'open'],
      ['MC1181311', 'microsoftteams', 'open'],
      ['MC1182411', 'DynamicsCRM', 'open'],
    ]);
    expect((await listIncidents(queries, aPerson, {})).items.every(({ source }) => source === 'microsoft365')).toBe(
      true,
    );
    const exchange = await readIncident(queries, aPerson, 'MC1180211');
    expect(exchange).toMatchObject({ status: 'actionRequired', isMajorChange: true, feature: '' });
    expect(exchange.affected).toHaveLength(customers.length - 1);
    expect(exchange.posts.map(({ text }) => text)).toEqual([
      'Client submission (SMTP AUTH) will take OAuth only.\nMove devices and scripts before the date.',
    ]);
    const unread = await customerHealth(queries, aPerson, idOf('umberleigh'));
    expect(unread.messageCenter).toMatchObject({ lastGoodAt: null, trouble: { code: 'not-consented' } });

    const tenantId = customers.find(({ slug }) => slug === 'aldercote')!.tenantId;
    const body = '<p>Moved to <i>spring</i>.</p><script>x()</script>';
    await microsoft.control({ scenario: { message: { id: 'MC1180211', body } } });
    await microsoft.control({ scenario: { message: { id: 'MC9', services: ['Planner'], customers: [tenantId] } } });
    await microsoft.control({ fault: { match: 'graph.messages.get', status: 403, times: 1 } });
    await cycle(6 * 60);
    expect((await readIncident(queries, aPerson, 'MC1180211')).posts.map(({ text }) => text)).toEqual([
      'Moved to spring.',
    ]);
    await cycle(6 * 60);
    expect((await readIncident(queries, aPerson, 'MC9')).affected).toMatchObject([{ customerId: idOf('aldercote') }]);
    await cycle(12 * 60);
    expect((await planned({ state: 'resolved' })).map(({ id }) => id)).toEqual(['MC1182411']);
    const { calls } = (await microsoft.told()).body as { calls: { path: string; status: number }[] };
    expect(calls.filter(({ path }) => path.endsWith('/messages')).map(({ status }) => status)).toContain(403);
  });
});
