import { microsoft as microsoftOf } from '../../functions/desk-microsoft.ts';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
import { systemClock, toIso, type Clock } from '../../shared/core/clock.ts';
import type { Customer } from '../../shared/customers/customer.ts';
import { bestDelegation } from '../../shared/customers/delegation-rules.ts';
import { graphDelegation } from '../../shared/customers/delegation-source.graph.ts';
import { azureRightsProbe } from '../../shared/escalations/azure-rights.azuresupport.ts';
import { azureSupportChannel } from '../../shared/escalations/azure-support.azuresupport.ts';
import { learnCapability, putContract } from '../../shared/escalations/contract-store.ts';
import { gatherFacts } from '../../shared/escalations/gather-facts.ts';
import { decide } from '../../shared/escalations/readiness.ts';
import { readConfig } from '../../shared/platform/config.ts';
import { createHttp } from '../../shared/platform/node-http.http.ts';
import type { RunningMicrosoft } from '../local-microsoft/running-microsoft.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { aConnection, aCustomer, anAzureRequest, aRequest, someContracts } from './builders.ts';
import { aDesk } from './desk.ts';

const customer = customers.find((one) => one.azureSubscriptionId !== undefined)!;
const { tenantId } = customer;
const subscriptionId = customer.azureSubscriptionId!;
const otherRole = '88d8e3e3-8f55-4a1e-953a-9b9898b8876b';
const supportRole = 'f023fd81-a637-4b56-95fd-791ac0226033';

/** How things stand at Microsoft. */
export type Rights = {
  product: 'azure' | 'microsoft365';
  way: 'app' | 'gdap';
  consent: boolean;
  gdap: 'active' | 'pending' | 'expired' | 'role-lacking' | 'no-roles';
  role: 'none' | 'reader' | 'contributor';
  plan: 'passes' | 'refused' | 'known-refused';
  reseller: boolean;
  connection: 'direct' | 'reseller' | 'provider';
};

const granted: Record<Rights['gdap'], string[]> = {
  active: [supportRole],
  pending: [supportRole],
  expired: [supportRole],
  'role-lacking': [otherRole],
  'no-roles': [],
};

async function arrange(microsoft: RunningMicrosoft, rights: Rights): Promise<void> {
  const { role, reseller, plan, gdap, consent } = rights;
  const days = gdap === 'expired' ? -1 : 300;
  const endsAt = toIso(microsoft.clock.now() + days * 86_400_000);
  const answers = [
    await microsoft.control({ scenario: { consent: { tenantId, granted: consent } } }),
    await microsoft.control({
      scenario: { gdap: { tenantId, endsAt, roles: granted[gdap], pending: gdap === 'pending' } },
    }),
    await microsoft.control({
      scenario: { azure: { tenantId, role, reseller, plan: plan === 'passes' ? 'passes' : 'refused' } },
    }),
  ];
  if (answers.some(({ status }) => status !== 204)) throw new Error(answers.map(({ text }) => text).join());
}

/** The desk's own parts at Microsoft, as the composition builds them: tokens, rights, channel and relationships. */
function parts(microsoft: RunningMicrosoft) {
  const clock: Clock = { ...systemClock, now: () => microsoft.clock.now() };
  const config = readConfig({
    ...microsoft.settings,
    ...{ STORAGE: 'memory', SERVICE_BUS: 'memory' },
    ...{ HEALTH_POLL_SCHEDULE: '0 */5 * * * *', SWEEP_SCHEDULE: '0 * * * * *' },
  });
  if (!config.ok) throw new Error(config.wrong.join());
  const http = createHttp({ clock });
  const random = seededRandom(5);
  const services = { clock, ids: seededIds(random), random, tables: memoryTables().tables, http, guardedHttp: http };
  const busProbe = { ping: async () => Promise.resolve(), deadLetters: async () => Promise.resolve({}) };
  const { tokens } = microsoftOf({ ...services, bus: memoryBus(clock.now).bus, busProbe }, config.config);
  const connections = config.config.PARTNER_CONNECTIONS;
  const endpoints = {
    graphBaseUrl: microsoft.settings.GRAPH_BASE_URL!,
    partnerCenterBaseUrl: microsoft.settings.PARTNER_CENTER_BASE_URL!,
    azureManagementBaseUrl: microsoft.settings.AZURE_MANAGEMENT_BASE_URL!,
  };
  const cloud = { cloud: 'global', connections, endpoints, healthPollMinutes: 5, customerSyncMinutes: 1_440 } as const;
  const azure = { http, tokens, clock, managementBaseUrl: endpoints.azureManagementBaseUrl };
  return { clock, azure, source: graphDelegation({ http, tokens, clock, cloud }) };
}

type Parts = ReturnType<typeof parts>;

/** What the desk's directory would have read of the customer's relationship. */
async function gdapOf({ source, clock }: Parts): Promise<NonNullable<Customer['gdap']>> {
  const { relationships } = await source.list(partner.id, undefined);
  const own = relationships.filter((one) => one.tenantId === tenantId);
  const read = own.map(async ({ id, status, endsAt }) => ({
    relationshipId: id,
    status,
    ...(endsAt !== undefined && { endsAt }),
    roleIds: await source.roles(partner.id, id),
  }));
  return bestDelegation(await Promise.all(read), clock.now());
}

let sequence = 0;

/** What the gate says of these rights, by facts that the desk itself read at Microsoft; `file` does what it says. */
export async function judge(microsoft: RunningMicrosoft, rights: Rights) {
  await arrange(microsoft, rights);
  const at = parts(microsoft);
  const gdap = await gdapOf(at);
  const { clock } = at;
  const known = aCustomer({
    ...{ connectionId: partner.id, tenantId, azureSubscriptionIds: [subscriptionId], gdap },
    access: { way: rights.way },
    // As a poll by the application would have left it.
    coverage: rights.consent ? {} : { trouble: { code: 'not-consented', since: toIso(clock.now()) } },
  });
  const channel = azureSupportChannel(at.azure);
  const { deps } = await aDesk({
    change: {
      clock,
      channel,
      rights: azureRightsProbe(at.azure),
      customers: { byId: async () => Promise.resolve(known) },
      connections: () => aConnection({ id: partner.id, tenantId: partner.tenantId, role: rights.connection }),
      delegation: async () => Promise.resolve({ offered: true, lastReadAt: toIso(clock.now()) }),
    },
  });
  const desk = deps.tables('desk');
  for (const contract of someContracts) await putContract(desk, partner.id, contract);
  const place = { connectionId: partner.id, channel: 'azure-support', subscriptionId } as const;
  if (rights.plan === 'known-refused') await learnCapability({ desk, clock }, { ...place, state: 'refused' });
  const n = ++sequence;
  const escalationId = `abcdefghijklmnopqrstuvwxy2-${String(n)}`;
  const request = rights.product === 'azure' ? anAzureRequest() : aRequest();
  const decision = decide(await gatherFacts(deps, { request, escalationId, leftCases: new Set() }));

  const file = async (): Promise<string> => {
    const job = {
      channel: 'azure-support',
      ...{ escalationId, ticketName: `desk-${escalationId}`, connectionId: partner.id, subscriptionId },
      ...{ customerTenantId: tenantId, partnerTenantId: partner.tenantId },
      tokenWay: rights.way === 'gdap' ? 'delegated' : 'app',
    } as const;
    const prepared = await channel.prepare(job, decision.packet!);
    const outcome = prepared.kind === 'prepared' ? await prepared.submit() : prepared;
    return outcome.kind === 'refused' ? outcome.code : outcome.kind;
  };
  return { decision, codes: decision.reasons.map(({ code }) => code), file };
}
