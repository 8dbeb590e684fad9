import { join } from 'node:path';
import { buildDeployRoot } from '../scripts/build.ts';
import { createDelegationState } from '../shared/customers/delegation.ts';
import { createDirectoryState } from '../shared/customers/directory.ts';
import { customerIdOf, customerRange, customerRow, type Customer } from '../shared/customers/customer.ts';
import type { CloudName } from '../shared/customers/cloud.ts';
import { overdueMs } from '../shared/health/ensure-polling.ts';
import { readConfig, settingNames } from '../shared/platform/config.ts';
import { headOf, shardPartition } from '../shared/health/shard.ts';
import type { TableName } from '../shared/platform/resources.ts';
import { queryAll } from '../shared/platform/table.ts';
import { until } from './call-desk.ts';
import { callers, deskApiAudience, deskTenantId } from './microsoft/seed-world.ts';
import { openTable, portalSeeds, seedContractIds, seedDesk, seedPortal, seedReachPolicy } from './seed.ts';
import type { Stack } from './stack-file.ts';
import { startWorld, type RunningWorld, type WorldOptions } from './world.ts';

export type DeskWorld = { world: RunningWorld; stack: Stack };

export type DeskWorldOptions = Pick<WorldOptions, 'folder' | 'portBase' | 'supervise' | 'signal' | 'hostFolder'> & {
  /** Settings that win over the world's own: those of the desk that are set in this environment. */
  env?: Record<string, string | undefined>;
  /** A deploy root that is built already. */
  root?: string;
};

const tokenLifetimeSeconds = 24 * 60 * 60;

/** The settings of the desk, and what belongs to them, that an environment holds. */
function ownSettings(env: Record<string, string | undefined>): Record<string, string> {
  const names = new Set([...settingNames, 'STORAGE__credential', 'SERVICE_BUS__credential', 'DESK_LOCAL_LOG']);
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => names.has(entry[0]) && (entry[1] ?? '') !== ''),
  );
}

/** Brings the whole local world up, seeded, its directory read and every customer polled once. */
export async function startDeskWorld(options: DeskWorldOptions): Promise<DeskWorld> {
  const env = ownSettings(options.env ?? {});
  const root = options.root ?? join(options.folder, 'dist');
  if (options.root === undefined) await buildDeployRoot(root);
  const foreignMicrosoft = env.ENTRA_AUTHORITY !== undefined;
  let inbox = '';
  const world = await startWorld({
    folder: options.folder,
    env,
    root,
    ...(options.portBase !== undefined && { portBase: options.portBase }),
    ...(options.supervise !== undefined && { supervise: options.supervise }),
    ...(options.signal && { signal: options.signal }),
    ...(options.hostFolder && { hostFolder: options.hostFolder }),
    hostSettings: { HEALTH_POLL_SCHEDULE: '0 */5 * * * *', SWEEP_SCHEDULE: '0 * * * * *', MICROSOFT_CLOUD: 'global' },
    beforeHost: async (settings) => {
      requireSound(settings);
      inbox = `http://${settings.OUTBOUND_ALLOW?.split(',')[0] ?? ''}`;
      await seedDesk(settings);
      if (foreignMicrosoft) return;
      await seedContractIds(settings);
      await seedReachPolicy(settings, inbox);
      for (const portal of portalSeeds) {
        const customers = portal.customerTenantIds.map((tenantId) => customerIdOf(cloudOf(settings), tenantId));
        await seedPortal(settings, { portal, inbox, customers });
      }
    },
  });
  try {
    return await settleIn(world, { foreignMicrosoft });
  } catch (error) {
    await world.stop();
    throw error;
  }
}

/** The desk would come up with nothing but its livez and readyz: whoever starts a world wants to read why at once. */
function requireSound(settings: Record<string, string>): void {
  const read = readConfig(settings);
  if (!read.ok) throw new Error(`The settings are wrong: ${read.wrong.join('; ')}`);
}

const cloudOf = (settings: Record<string, string>): CloudName => (settings.MICROSOFT_CLOUD ?? 'global') as CloudName;

async function settleIn(world: RunningWorld, { foreignMicrosoft }: { foreignMicrosoft: boolean }): Promise<DeskWorld> {
  await fire(world, 'sweep');
  const customers = await until('the first directory sync', async () => syncedCustomers(world), 60_000);
  const shares = portalSeeds.map((portal, index) => ({
    portal,
    customers: foreignMicrosoft
      ? customers.filter((_, at) => at % portalSeeds.length === index)
      : customers.filter((customer) => portal.customerTenantIds.includes(customer.tenantId)),
  }));
  if (foreignMicrosoft) {
    for (const { portal, customers: share } of shares) {
      const ids = share.map((customer) => customer.customerId);
      await seedPortal(world.settings, { portal, inbox: world.addresses.inbox, customers: ids });
    }
  }
  await pollOnce(world);
  // The sweep begins what waits for the directory.
  await fire(world, 'sweep');
  await until('the first look at delegated relationships', async () => delegationsLookedAt(world), 60_000);
  return { world, stack: await describe(world, { shares, foreignMicrosoft }) };
}

/** Fires a timer function now, as the platform does on request. */
async function fire(world: RunningWorld, timer: 'sweep' | 'pollServiceHealth'): Promise<void> {
  const answer = await fetch(`${world.addresses.baseUrl}/admin/functions/${timer}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ input: '' }),
  });
  if (answer.status !== 202) throw new Error(`the host did not fire ${timer}: ${String(answer.status)}`);
}

async function readCustomers(world: RunningWorld): Promise<Customer[]> {
  const table = openTable(world.settings.STORAGE ?? '', 'customers');
  const rows = await queryAll(table, customerRange);
  return rows.map((row) => customerRow.fromRow(row)).filter((customer) => customer.leftAt === undefined);
}

/** Every customer, once the directory of each connection has been read to its end. */
async function syncedCustomers(world: RunningWorld): Promise<Customer[] | undefined> {
  const directory = createDirectoryState(worldTables(world));
  for (const { id } of connectionsOf(world)) {
    if ((await directory(id)).lastDoneAt === undefined) return undefined;
  }
  return readCustomers(world);
}

/** True once each connection's relationships were read, or could not be: a foreign Microsoft may not show them. */
async function delegationsLookedAt(world: RunningWorld): Promise<true | undefined> {
  const read = createDelegationState(worldTables(world), { cloud: cloudOf(world.settings) });
  const states = await Promise.all(connectionsOf(world).map(async ({ id }) => read(id)));
  const isDone = states.every(({ offered, lastReadAt, trouble }) => (!offered || lastReadAt) ?? trouble);
  return isDone ? true : undefined;
}

/** Each shard's last cycle, and when the next is due. */
async function cyclesOf(world: RunningWorld): Promise<{ pk: string; cycleAt?: string | undefined; dueAt: string }[]> {
  const directory = createDirectoryState(worldTables(world));
  const health = openTable(world.settings.STORAGE ?? '', 'health');
  const cycles = [];
  for (const { id } of connectionsOf(world)) {
    const { shards } = await directory(id);
    for (let shard = 0; shard < shards; shard++) {
      const pk = shardPartition(id, shard);
      const row = await health.get(pk, 'H');
      const { cycleAt, dueAt } = row ? headOf(row) : { cycleAt: undefined, dueAt: '' };
      cycles.push({ pk, cycleAt, dueAt });
    }
  }
  return cycles;
}

/** Has every shard polled that never was, or whose next cycle is overdue because this world's data are of an earlier day. */
async function pollOnce(world: RunningWorld): Promise<void> {
  const state = (await (await fetch(world.addresses.controlUrl)).json()) as { now: string };
  const overdueBefore = new Date(Date.parse(state.now) - overdueMs).toISOString();
  const before = await cyclesOf(world);
  const overdue = before.filter(({ cycleAt, dueAt }) => cycleAt === undefined || dueAt < overdueBefore);
  await fire(world, 'pollServiceHealth');
  await until(
    'the first poll',
    async () => {
      const now = new Map((await cyclesOf(world)).map(({ pk, cycleAt }) => [pk, cycleAt]));
      const isPolled = ({ pk, cycleAt }: (typeof overdue)[number]) =>
        now.get(pk) !== undefined && now.get(pk) !== cycleAt;
      return overdue.every(isPolled) ? true : undefined;
    },
    60_000,
  );
}

const worldTables = (world: RunningWorld) => ({
  tables: (name: TableName) => openTable(world.settings.STORAGE ?? '', name),
});

const connectionsOf = (world: RunningWorld) =>
  JSON.parse(world.settings.PARTNER_CONNECTIONS ?? '[]') as { id: string }[];

type Share = { portal: (typeof portalSeeds)[number]; customers: Customer[] };

async function describe(
  world: RunningWorld,
  { shares, foreignMicrosoft }: { shares: Share[]; foreignMicrosoft: boolean },
): Promise<Stack> {
  const { addresses, settings } = world;
  const token = async (claims: Record<string, unknown>, lifetimeSeconds = tokenLifetimeSeconds) =>
    issueToken(addresses.controlUrl, claims, lifetimeSeconds);
  const people = async () =>
    Object.fromEntries(
      await Promise.all(
        callers.map(async ({ key, oid, name, roles }) => [key, await token({ oid, name, roles })] as [string, string]),
      ),
    );
  const [reader] = callers;
  return {
    baseUrl: addresses.baseUrl,
    ...(!foreignMicrosoft && {
      tokens: {
        ...(await people()),
        expired: await token({ oid: reader.oid, name: reader.name, roles: reader.roles }, -3_600),
      },
    }),
    portals: await Promise.all(
      shares.map(async ({ portal, customers }) => ({
        id: portal.id,
        ...(!foreignMicrosoft && { token: await token({ azp: portal.clientId }) }),
        inboundSecret: portal.inboundSecret,
        outboundSecret: portal.outboundSecret,
        customers: customers.map(asListed),
      })),
    ),
    microsoft: { baseUrl: addresses.microsoft, controlUrl: addresses.controlUrl },
    storage: settings.STORAGE ?? '',
    serviceBus: settings.SERVICE_BUS ?? '',
    inbox: addresses.inbox,
    pid: process.pid,
  };
}

const asListed = (customer: Customer): Stack['portals'][number]['customers'][number] => ({
  customerId: customer.customerId,
  tenantId: customer.tenantId,
  domain: customer.domains.find((domain) => domain !== customer.initialDomain) ?? customer.initialDomain,
  name: customer.name,
  ...(customer.azureSubscriptionIds[0] !== undefined && { azureSubscriptionId: customer.azureSubscriptionIds[0] }),
});

async function issueToken(
  controlUrl: string,
  claims: Record<string, unknown>,
  lifetimeSeconds: number,
): Promise<string> {
  const answer = await fetch(`${controlUrl}/tokens`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ tenantId: deskTenantId, audience: deskApiAudience, claims, lifetimeSeconds }),
  });
  if (!answer.ok) throw new Error(`no token: ${String(answer.status)} ${await answer.text()}`);
  return ((await answer.json()) as { token: string }).token;
}
