import { systemClock } from '../../shared/core/clock.ts';
import { azureSupportFollower } from '../../shared/escalations/azure-follower.azuresupport.ts';
import { azureSupportChannel } from '../../shared/escalations/azure-support.azuresupport.ts';
import { filingBy } from '../../shared/escalations/channel-table.ts';
import type { CaseRef } from '../../shared/escalations/case-follower.ts';
import type { FilingJob } from '../../shared/escalations/filing-channel.ts';
import { buildPacket } from '../../shared/escalations/packet.ts';
import { createHttp } from '../../shared/platform/node-http.http.ts';
import type { TokenSource } from '../../shared/platform/tokens.ts';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
import {
  azureSupportSimulation,
  knownTokens,
  managementBaseUrl,
  type CallFault,
} from '../escalations/azure-support-simulation.ts';
import {
  aContact,
  aCustomer,
  anAzureRequest,
  customerTenant,
  partnerTenant,
  subscription,
} from '../escalations/builders.ts';
import { azure, runningMicrosoft } from '../local-microsoft/running-microsoft.ts';
import { movedClock } from '../support/moved-clock.ts';
import {
  caseFollowerContract,
  filingChannelContract,
  type CaseWorld,
  type FilingWorld,
} from './case-channel.contract.ts';

const sender = async () => aContact().email;
const escalationId = 'abcdefghijklmnopqrstuvwxy2-1';
const ticketName = `desk-${escalationId}`;

const packet = buildPacket({
  escalationId,
  cloud: 'global',
  request: anAzureRequest(),
  customer: aCustomer(),
  contact: aContact(),
  incidentIds: [],
});

type Place = Pick<FilingJob, 'customerTenantId' | 'partnerTenantId' | 'subscriptionId'>;

const jobAt = (place: Place): FilingJob => ({
  ...{ channel: 'azure-support', escalationId, ticketName, connectionId: 'north', tokenWay: 'app' },
  ...place,
});

const refAt = (place: Place, name = ticketName): CaseRef => ({
  ...{ escalationId, caseNumber: '2611020030000001', connectionId: 'north', tokenWay: 'app', ticketName: name },
  ...place,
});

/** The adapter over calls in memory. */
function inMemory() {
  const { clock, advance } = movedClock();
  let fault: { kind: string; fault: CallFault } | undefined;
  const microsoft = azureSupportSimulation({
    clock,
    partnerTenantId: partnerTenant,
    fault: (_call, kind) => {
      if (!fault || !kind.endsWith(fault.kind)) return undefined;
      const { fault: now } = fault;
      fault = undefined;
      return now;
    },
  });
  const options = { http: microsoft.http, tokens: knownTokens, clock, managementBaseUrl };
  const place: Place = {
    customerTenantId: customerTenant,
    partnerTenantId: partnerTenant,
    subscriptionId: subscription,
  };
  const loseNextAnswer = async () => {
    fault = { kind: 'put', fault: { kind: 'lost-after' } };
  };
  const failNext = async (status: number, retryAfterSeconds?: number) => {
    const headers: Record<string, string> =
      retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) };
    fault = { kind: '', fault: { kind: 'status', status, headers } };
  };
  return { microsoft, options, place, clock, advance, loseNextAnswer, failNext };
}

async function memoryFiling(): Promise<FilingWorld> {
  const { microsoft, options, place, advance, ...faults } = inMemory();
  return {
    ...faults,
    channel: filingBy({ 'azure-support': azureSupportChannel(options) }),
    job: jobAt(place),
    packet,
    cases: async () => microsoft.tickets.size,
    settle: async () => advance(60_000),
  };
}

async function memoryCase(): Promise<CaseWorld> {
  const { microsoft, options, place, clock, advance, ...faults } = inMemory();
  const prepared = await azureSupportChannel(options).prepare(jobAt(place), packet);
  if (prepared.kind === 'prepared') await prepared.submit();
  await advance(60_000);
  const ticket = () => microsoft.tickets.get(ticketName)!;
  return {
    ...faults,
    follower: azureSupportFollower({ ...options, sender }),
    ref: refAt(place),
    unknownRef: refAt(place, 'desk-unknown'),
    now: () => clock.now(),
    microsoftWrites: async (text) => {
      await advance(1_000);
      microsoft.letters.say(ticketName, `<p>${text}</p>`);
    },
    microsoftCloses: async () => {
      ticket().status = 'Closed';
    },
    letters: async () => microsoft.letters.all.filter((one) => one.direction === 'Inbound').map(({ body }) => body),
    isClosed: async () => ticket().status === 'Closed',
    severity: async () => String(ticket().properties.severity),
  };
}

/** The adapter over real HTTP, and the simulated Microsoft of the local world. */
async function overHttp() {
  const microsoft = await runningMicrosoft();
  const customer = customers.find((one) => one.azureSubscriptionId !== undefined)!;
  const tokens: TokenSource = async ({ tenantId }) =>
    (await microsoft.bearer(tenantId, azure)).authorization.slice('Bearer '.length);
  const { AZURE_MANAGEMENT_BASE_URL: base = '' } = microsoft.settings;
  const options = { http: createHttp({ clock: systemClock }), tokens, clock: systemClock, managementBaseUrl: base };
  const place: Place = {
    customerTenantId: customer.tenantId,
    partnerTenantId: partner.tenantId,
    subscriptionId: customer.azureSubscriptionId!,
  };
  const fault = async (more: object) => {
    await microsoft.control({ fault: { match: 'arm.*', times: 1, ...more } });
  };
  return {
    microsoft,
    options,
    place,
    loseNextAnswer: async () => fault({ match: 'arm.*.put', status: 0, after: true }),
    failNext: async (status: number, retryAfter?: number) => fault({ status, ...(retryAfter && { retryAfter }) }),
  };
}

type Told = { name: string; tenantId: string; status: string };

async function httpFiling(): Promise<FilingWorld> {
  const { microsoft, options, place, ...faults } = await overHttp();
  return {
    ...faults,
    channel: filingBy({ 'azure-support': azureSupportChannel(options) }),
    job: jobAt(place),
    packet,
    cases: async () => {
      const tickets = (await microsoft.told()).at('tickets') as Told[];
      // Wherever it is looked for: none is the partner's own.
      if (tickets.some(({ tenantId }) => tenantId !== place.customerTenantId)) throw new Error('not the customer’s');
      return tickets.length;
    },
    settle: async () => {
      await microsoft.advance(60);
    },
  };
}

async function httpCase(): Promise<CaseWorld> {
  const { microsoft, options, place, ...faults } = await overHttp();
  const prepared = await azureSupportChannel(options).prepare(jobAt(place), packet);
  if (prepared.kind === 'prepared') await prepared.submit();
  await microsoft.advance(60);
  const path = `/arm/subscriptions/${place.subscriptionId}/providers/Microsoft.Support/supportTickets/${ticketName}`;
  const get = async (rest = '') =>
    microsoft.call(`${path}${rest}?api-version=2024-04-01`, {
      headers: await microsoft.bearer(place.customerTenantId, azure),
    });
  return {
    ...faults,
    follower: azureSupportFollower({ ...options, sender }),
    ref: refAt(place),
    unknownRef: refAt(place, 'desk-unknown'),
    now: () => microsoft.clock.now(),
    microsoftWrites: async (message) => {
      await microsoft.advance(1);
      await microsoft.control({ scenario: { ticket: { name: ticketName, status: 'Open', message } } });
    },
    microsoftCloses: async () => {
      await microsoft.control({ scenario: { ticket: { name: ticketName, status: 'Closed' } } });
    },
    letters: async () => {
      const all = (await get('/communications')).at('value/*/properties') as Record<string, string>[];
      return all.filter((one) => one.communicationDirection === 'inbound').map(({ body = '' }) => body);
    },
    isClosed: async () => (await get()).at('properties/status') === 'Closed',
    severity: async () => (await get()).textAt('properties/severity'),
  };
}

filingChannelContract('over calls in memory', memoryFiling);
filingChannelContract('over HTTP to the simulated Azure', httpFiling);
caseFollowerContract('by tickets over calls in memory', memoryCase);
caseFollowerContract('by tickets over HTTP to the simulated Azure', httpCase);
