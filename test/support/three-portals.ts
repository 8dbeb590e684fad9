import { createCustomerStore } from '../../shared/customers/customer-store.ts';
import { customerIdOf, type Customer } from '../../shared/customers/customer.ts';
import { seedContracts } from '../../shared/escalations/contract-store.ts';
import { seedVehicles } from '../../local/vehicle-seeds.ts';
import { projectIncident, writeSightings } from '../../shared/health/incident-lists.ts';
import { createRecordIncident } from '../../shared/health/record-incident.ts';
import { shardPartition, stateOp, stateText } from '../../shared/health/shard.ts';
import { portalPartition, registerPortalOp } from '../../shared/portals/portal.ts';
import { defaultStatement } from '../../shared/statement/default-statement.ts';
import { createStatements } from '../../shared/statement/published-statement.ts';
import { deskTenant } from '../portals/entra-issuer.ts';
import { aDesk, type Desk, type DeskOptions } from './a-desk.ts';

export type PortalName = 'north' | 'south' | 'west';
export const portalNames: readonly PortalName[] = ['north', 'south', 'west'];

/** One of something per portal. */
export const perPortal = async <T>(of: (portal: PortalName) => Promise<T>): Promise<Record<PortalName, T>> => ({
  north: await of('north'),
  south: await of('south'),
  west: await of('west'),
});

/** Stands in every text that belongs to a portal's customers, so that it is found wherever it must not be. */
export const canary = (portal: PortalName): string => `canary-of-${portal}`;

/** The two customers of a portal, by their tenants. */
const tenantsOf = {
  north: ['11111111-aaaa-4111-8111-111111111111', '11111111-bbbb-4111-8111-111111111111'],
  south: ['22222222-aaaa-4222-8222-222222222222', '22222222-bbbb-4222-8222-222222222222'],
  west: ['33333333-aaaa-4333-8333-333333333333', '33333333-bbbb-4333-8333-333333333333'],
} as const;

const connectionId = 'contoso-emea';
const healthShard = `${connectionId}|0`;

const customersNamed = (portal: PortalName) =>
  tenantsOf[portal].map((tenantId, n) => ({
    tenantId,
    customerId: customerIdOf('global', tenantId),
    domain: `${canary(portal)}-${String(n)}.example`,
    externalRef: { system: 'psa', id: `${canary(portal)}-${String(n)}` },
  }));
/** Made once: they are asked for at every call. */
const customers = { north: customersNamed('north'), south: customersNamed('south'), west: customersNamed('west') };

export const customersOf = (portal: PortalName) => customers[portal];

/** Incidents by whom they affect. */
export const incidents = { north: 'EX100001', south: 'EX200002', west: 'EX400004', all: 'EX300003' } as const;

export const inboundSecret = (portal: PortalName): string =>
  `whsec_${Buffer.from(`inbound secret of the portal ${portal}`).toString('base64')}`;

export const aSentRequest = (portal: PortalName, more: Record<string, unknown> = {}) => ({
  customer: { customerId: customersOf(portal)[0]?.customerId },
  title: `Mail is late, says ${canary(portal)}`,
  description: `Outgoing mail waits for an hour at ${canary(portal)}.`,
  severity: 'moderate',
  service: 'Exchange',
  category: 'technical',
  contact: { name: canary(portal), email: `${canary(portal)}@customer.example` },
  evidence: { messageId: canary(portal) },
  ...more,
});

/** A desk with three portals that share nothing but an incident; each has a request, and that request an escalation. */
export async function threePortals(options: DeskOptions = {}) {
  const desk = await aDesk(options);
  const store = createCustomerStore(desk);
  const portals = desk.tables('portals');
  await createStatements({ table: desk.tables('desk'), clock: desk.clock }).publish(defaultStatement);
  await seedContracts(desk.tables('desk'), connectionId, seedVehicles(connectionId, desk.clock.now()));
  for (const portal of portalNames) {
    desk.outside.secrets.set(`${portal}-inbound`, inboundSecret(portal));
    const row = {
      id: portal,
      name: canary(portal),
      customers: customersOf(portal).map(({ customerId }) => customerId),
      application: { tenantId: deskTenant, clientId: `application-of-${portal}` },
      inbound: { kind: 'standard-webhooks' as const, secretName: `${portal}-inbound` },
      disabled: false,
    };
    await portals.transact(portalPartition, [registerPortalOp(row)]);
    for (const [n, { domain, externalRef }] of customersOf(portal).entries()) {
      const customer = aCustomer(portal, n);
      await store.insert(customer);
      await store.pointDomains(customer.customerId, { add: [domain], remove: [] });
      await store.pointRefs(customer.customerId, { add: [externalRef], remove: [] });
    }
  }
  await putHealth(desk);

  const tokens = {
    ...desk.tokens,
    ...(await perPortal(async (portal) => desk.portalToken(`application-of-${portal}`))),
  };
  const created = await perPortal(async (portal) => create(desk, portal, tokens));
  await desk.settle();
  return { ...desk, tokens, created, store };
}

export type ThreePortals = Awaited<ReturnType<typeof threePortals>>;

type Tokens = Desk['tokens'] & Record<PortalName, string>;

/** A request that came by the portal's own token, and its escalation by an operator. */
async function create(desk: Desk, portal: PortalName, tokens: Tokens) {
  const sent = await desk.call('POST', '/api/requests', { as: tokens[portal], body: aSentRequest(portal) });
  const requestId = (sent.json as { id?: string }).id ?? '';
  const path = `/api/requests/${requestId}/escalation`;
  const body = { force: true, reason: `for ${canary(portal)}` };
  const begun = await desk.call('POST', path, { as: tokens.admin, body });
  const escalationId = (begun.json as { id?: string }).id;
  if (sent.status !== 201 || escalationId === undefined) throw new Error(`not set up: ${sent.text} ${begun.text}`);
  return { requestId, escalationId };
}

function aCustomer(portal: PortalName, n: number): Customer {
  const { customerId, tenantId, domain, externalRef } = customersOf(portal)[n] ?? {
    customerId: '',
    tenantId: '',
    domain: '',
  };
  return {
    customerId,
    connectionId,
    tenantId,
    name: `${canary(portal)} ${String(n)}`,
    initialDomain: `${canary(portal)}${String(n)}.onmicrosoft.example`,
    domains: [domain],
    relationship: 'reseller',
    azureSubscriptionIds: [],
    access: { way: 'app' },
    healthShard,
    openIncidentIds: [{ id: incidents[portal], revision: '2026-11-02T08:00:00.000Z' }],
    coverage: {},
    detailsAt: '2026-11-01T00:00:00.000Z',
    externalRefs: externalRef ? [externalRef] : [],
  };
}

/** An incident that affects every customer of these portals, as a poll would have left it. */
export async function putIncident(
  desk: Pick<Desk, 'tables' | 'held' | 'clock' | 'log'>,
  { id, startedAt, whose }: { id: string; startedAt: string; whose: readonly PortalName[] },
): Promise<void> {
  const text = `Mail is late for ${whose.map(canary).join(' and ')}.`;
  const issue = {
    id,
    service: 'Exchange',
    serviceName: 'Exchange Online',
    feature: 'Mail',
    title: whose.length > 1 ? 'Mail is late for many.' : text,
    impact: 'Mail is late.',
    classification: 'incident' as const,
    status: 'serviceDegradation',
    isResolved: false,
    startedAt,
    revision: '2026-11-02T08:00:00.000Z',
    posts: [{ at: '2026-11-02T08:00:00.000Z', kind: 'regular', text: whose.length > 1 ? 'For many.' : text }],
  };
  const affected = whose.flatMap((portal) => customersOf(portal).map(({ customerId }) => customerId));
  const links = affected.map((customerId) => ({ customerId, announced: true }));
  const record = createRecordIncident({ tables: desk.tables, bus: desk.held.bus, clock: desk.clock });
  const incident = await record(
    { news: { issue, shownBy: [], links }, healthShard, now: desk.clock.now() },
    desk.log.scope,
  );
  const table = desk.tables('health');
  await projectIncident(table, incident);
  const sightings = affected.map((customerId) => ({ customerId, incident, firstSeenAt: issue.revision }));
  await writeSightings(table, healthShard, sightings);
}

async function putHealth(desk: Desk): Promise<void> {
  const startedAt = '2026-11-02T07:00:00.000Z';
  for (const portal of portalNames) await putIncident(desk, { id: incidents[portal], startedAt, whose: [portal] });
  await putIncident(desk, { id: incidents.all, startedAt, whose: portalNames });
  const tenants = Object.fromEntries(
    portalNames.flatMap((portal) =>
      customersOf(portal).map(({ customerId }) => [
        customerId,
        {
          good: '2026-11-02T09:00:00.000Z',
          services: { Exchange: 'serviceDegradation' },
          open: [incidents[portal], incidents.all],
          past: [],
        },
      ]),
    ),
  );
  await desk
    .tables('health')
    .transact(shardPartition(connectionId, 0), [
      stateOp(stateText({ names: { Exchange: 'Exchange Online' }, issues: {}, tenants })),
    ]);
}
