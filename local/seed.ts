import { createHash } from 'node:crypto';
import { TableServiceClient, TableClient } from '@azure/data-tables';
import type { Caller } from '../shared/core/caller.ts';
import { systemClock } from '../shared/core/clock.ts';
import { systemIds } from '../shared/core/ids.ts';
import { seedContracts } from '../shared/escalations/contract-store.ts';
import { createPolicies } from '../shared/notices/reach-policies.ts';
import { sentPolicySchema } from '../shared/notices/reach-policy.ts';
import { azureTable } from '../shared/platform/azure-tables.table.ts';
import { tableNames, type TableName } from '../shared/platform/resources.ts';
import type { Table } from '../shared/platform/table.ts';
import { portalPartition, registerPortalOp, type Portal } from '../shared/portals/portal.ts';
import { defaultStatement } from '../shared/statement/default-statement.ts';
import { createStatements } from '../shared/statement/published-statement.ts';
import { portals as seedPortals } from './microsoft/seed-world.ts';
import { seededIdNames, seedVehicles } from './vehicle-seeds.ts';

/** The same secret in every world, so that a restart on old data keeps its signatures; it protects nothing but this machine. */
const secretOf = (name: string): string =>
  `whsec_${createHash('sha256').update(`csp-support-desk:secret:${name}`).digest('base64')}`;

export type SeededPortal = { id: string; clientId: string; tenantId: string; customerTenantIds: readonly string[] };

export const portalSeeds: readonly (SeededPortal & { inboundSecret: string; outboundSecret: string })[] =
  seedPortals.map((portal) => ({
    id: portal.name,
    clientId: portal.clientId,
    tenantId: portal.tenantId,
    customerTenantIds: portal.customerTenantIds,
    inboundSecret: secretOf(`${portal.name}-inbound`),
    outboundSecret: secretOf(`${portal.name}-outbound`),
  }));

const insecure = { allowInsecureConnection: true };

/** A desk table over the world's connection string, as the desk itself would open it. */
export const openTable = (connectionString: string, name: TableName): Table =>
  azureTable(TableClient.fromConnectionString(connectionString, name, insecure), systemClock);

/** Makes every table, and publishes a statement and contracts where there are none. Safe to run again. */
export async function seedDesk(settings: Record<string, string>): Promise<void> {
  const storage = settings.STORAGE ?? '';
  const service = TableServiceClient.fromConnectionString(storage, insecure);
  for (const name of tableNames) await service.createTable(name);
  const desk = openTable(storage, 'desk');
  const statements = createStatements({ table: desk, clock: systemClock });
  if ((await statements.currentStatement()).version === 0) await statements.publish(defaultStatement);
  for (const id of connectionIds(settings)) await seedContracts(desk, id, seedVehicles(id, Date.now()));
}

const connectionIds = (settings: Record<string, string>): string[] =>
  (JSON.parse(settings.PARTNER_CONNECTIONS ?? '[]') as { id: string }[]).map(({ id }) => id);

/** Puts the ids of the seeded contracts into the vault. */
export async function seedContractIds(settings: Record<string, string>): Promise<void> {
  for (const id of connectionIds(settings)) {
    const { accessId, contractId } = seededIdNames(id);
    await putSecret(settings, accessId, '0000-LOCAL-ACCESS');
    await putSecret(settings, contractId, '0000-LOCAL-CONTRACT');
  }
}

const pagerDutyKey = 'LocalPagerDutyRoutingKey00000000';

/** Two people, whom the inbox stands for: by webhook and PagerDuty, and their room in Teams. Published where nothing is. */
export async function seedReachPolicy(settings: Record<string, string>, inbox: string): Promise<void> {
  const policies = createPolicies({
    table: openTable(settings.STORAGE ?? '', 'desk'),
    clock: systemClock,
    ids: systemIds,
    urlFault: () => undefined,
    versions: {
      put: async (name, value) => {
        await putSecret(settings, name, value);
        return { value, version: '1', createdAt: Date.now() };
      },
    },
  });
  if ((await policies.read()).version > 0) return;
  const seeder: Caller = { kind: 'person', id: 'local', name: 'Local', tenantId: '', objectId: '', roles: new Set() };
  const sent = sentPolicySchema.parse({
    people: [
      { id: 'olav', name: 'Olav Vakt', phone: '+4721000001', windows: 'always', targets: ['olav'] },
      { id: 'mia', name: 'Mia Vakt', phone: '+4721000002', windows: 'always', targets: ['pagerduty'] },
    ],
    targets: [
      { id: 'olav', kind: 'webhook', url: `${inbox}/people/olav`, secret: secretOf('reach-olav') },
      { id: 'pagerduty', kind: 'pagerduty', url: `${inbox}/pagerduty/v2/enqueue`, routingKey: pagerDutyKey },
      { id: 'room', kind: 'teams', url: `${inbox}/teams/room` },
    ],
    teams: [
      {
        id: 'duty',
        name: 'On duty',
        people: ['olav', 'mia'],
        steps: [
          { do: 'notify', target: 'room' },
          { do: 'notify', person: 'olav' },
          { do: 'wait', minutes: 5 },
          { do: 'if-unacknowledged' },
          { do: 'notify', person: 'mia' },
          { do: 'wait', minutes: 5 },
          { do: 'repeat', times: 2 },
        ],
      },
    ],
    rules: [{ team: 'duty' }],
  });
  await policies.replace({ caller: seeder, sent, seen: () => undefined });
}

/** Registers a portal with its customers, and puts its secrets into the vault. */
export async function seedPortal(
  settings: Record<string, string>,
  { portal, inbox, customers }: { portal: (typeof portalSeeds)[number]; inbox: string; customers: string[] },
): Promise<void> {
  const names = { inbound: `portal-${portal.id}-inbound`, outbound: `portal-${portal.id}-outbound` };
  await putSecret(settings, names.inbound, portal.inboundSecret);
  await putSecret(settings, names.outbound, portal.outboundSecret);
  const row: Portal = {
    id: portal.id,
    name: `Portal ${portal.id}`,
    customers,
    application: { tenantId: portal.tenantId, clientId: portal.clientId },
    inbound: { kind: 'standard-webhooks', secretName: names.inbound },
    outbound: { url: `${inbox}/portals/${portal.id}`, secretName: names.outbound },
    disabled: false,
  };
  await openTable(settings.STORAGE ?? '', 'portals').transact(portalPartition, [registerPortalOp(row)]);
}

async function putSecret(settings: Record<string, string>, name: string, value: string): Promise<void> {
  const identity = new URL(settings.IDENTITY_ENDPOINT ?? '');
  identity.searchParams.set('resource', 'https://vault.azure.net');
  identity.searchParams.set('api-version', '2019-08-01');
  const given = await fetch(identity, { headers: { 'x-identity-header': settings.IDENTITY_HEADER ?? '' } });
  const { access_token: token } = (await given.json()) as { access_token: string };
  const vault = (settings.KEY_VAULT_URI ?? '').replace(/\/$/, '');
  const answer = await fetch(`${vault}/secrets/${name}?api-version=7.4`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ value }),
  });
  if (!answer.ok) throw new Error(`the vault did not take ${name}: ${String(answer.status)} ${await answer.text()}`);
}
