import { createDesk } from '../../functions/desk.ts';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
import { systemClock, type Clock } from '../../shared/core/clock.ts';
import { createCustomerStore } from '../../shared/customers/customer-store.ts';
import { customerIdOf } from '../../shared/customers/customer.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { createGrantRows } from '../../shared/platform/partner-grant.ts';
import { createHttp } from '../../shared/platform/node-http.http.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { runningMicrosoft } from '../local-microsoft/running-microsoft.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

/** The desk as it is deployed, over memory tables and bus, and real HTTP to the simulated Microsoft. */
export async function aDeskAtMicrosoft(more: Record<string, string> = {}) {
  const microsoft = await runningMicrosoft();
  const clock: Clock = { ...systemClock, now: () => microsoft.clock.now() };
  const schedules = { HEALTH_POLL_SCHEDULE: '0 */5 * * * *', SWEEP_SCHEDULE: '0 * * * * *' };
  const settings = { ...microsoft.settings, ...schedules, STORAGE: 'memory', SERVICE_BUS: 'memory', ...more };
  const parsed = readConfig(settings);
  if (!parsed.ok) throw new Error(parsed.wrong.join());
  const { tables } = memoryTables();
  const held = memoryBus(() => clock.now());
  const random = seededRandom(3);
  const http = createHttp({ clock });
  const services = { clock, ids: seededIds(random), random, tables, bus: held.bus, http, guardedHttp: http };
  const busProbe = { ping: async () => Promise.resolve(), deadLetters: async () => Promise.resolve({}) };
  const { catalogue } = createDesk({ ...services, busProbe }, parsed.config);
  const { scope, entries } = capturedLog();
  const polls = catalogue.queues.find(({ queue }) => queue === 'health-polls')!;

  const fire = async (timer: 'sweep' | 'pollServiceHealth'): Promise<void> => {
    await catalogue.timers.find(({ name }) => name === timer)!.handle(scope);
  };
  const sweep = async (): Promise<void> => fire('sweep');
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
  await sweep();
  for (let page = 0; page < 4; page++) await cycle(1);
  await fire('pollServiceHealth');
  const cloud = {
    cloud: 'global',
    connections: [{ id: partner.id, tenantId: partner.tenantId, clientId: partner.clientId, role: 'direct' }],
    endpoints: { graphBaseUrl: '', partnerCenterBaseUrl: '', azureManagementBaseUrl: '' },
    healthPollMinutes: 5,
    customerSyncMinutes: 1_440,
  } as const;
  const relay = { tables, bus: held.bus, clock };
  const queries = { tables, clock, cloud, customers: createCustomerStore({ tables }) };
  const idOf = (slug: string) => customerIdOf('global', customers.find((one) => one.slug === slug)!.tenantId);
  const grants = createGrantRows({ table: tables('desk'), clock });
  const now = () => new Date(clock.now()).toISOString();
  return { microsoft, catalogue, queries, relay, cycle, fire, sweep, run, grants, entries, scope, idOf, now };
}
