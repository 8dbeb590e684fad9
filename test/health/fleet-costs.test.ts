import { beforeAll, describe, expect, it } from 'vitest';
import { createProjectIncident } from '../../shared/health/project-incident.ts';
import { createAnnounce } from '../../shared/notices/announce.ts';
import { createEntraTokens } from '../../shared/platform/entra-tokens.entra.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { portalPartition, registerPortalOp } from '../../shared/portals/portal.ts';
import { aPortal } from '../portals/a-portal.ts';
import { scriptedHttp } from '../support/scripted-http.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

const tenants = 1_000;
const shards = 4;
const authority = 'https://login.example';
const portalIds = ['harbour', 'meadow', 'summit'];

const connection = { id: 'emea', tenantId: 'partner', clientId: 'client' };

/** The desk's own token source over a scripted Entra, whose tokens live as long as Microsoft's. */
function entra() {
  const { http, calls } = scriptedHttp(({ url, body }) => {
    const tenantId = new URL(url).pathname.split('/')[1] ?? '';
    const api = new URLSearchParams(body).get('scope')?.startsWith('https://graph') ? 'graph' : 'other';
    return { json: { access_token: `${api} ${tenantId}`, expires_in: 3_599 } };
  });
  const tokens: NonNullable<NonNullable<Parameters<typeof aHealthDesk>[0]>['tokens']> = (clock) =>
    createEntraTokens({
      http,
      clock,
      authority,
      audiences: { graph: 'https://graph.example', partnercenter: 'https://pc.example', azure: 'https://arm.example' },
      connections: [connection],
      clientAssertion: async () => Promise.resolve('assertion'),
      readSecret: async () => Promise.resolve('refresh'),
    }).tokens;
  return { tokens, requests: () => calls.length };
}

type Counted = 'health' | 'customers' | 'deliveries';
type Counts = Record<Counted, { operations: number; transactions: number }>;

function countsOf(desk: HealthDesk): Counts {
  const of = (name: string) => {
    const { get, query, transact } = desk.memory.of(name).counts;
    return { operations: get + query + transact, transactions: transact };
  };
  return { health: of('health'), customers: of('customers'), deliveries: of('deliveries') };
}

/** What `work` costs: calls of Graph, table operations by table, and sends. */
async function costOf<T>(desk: HealthDesk, work: () => Promise<T>) {
  const before = { tables: countsOf(desk), gets: desk.microsoft.graphCalls().length, sends: desk.bus.counts.sends };
  const result = await work();
  const after = countsOf(desk);
  const of = (name: Counted) => ({
    operations: after[name].operations - before.tables[name].operations,
    transactions: after[name].transactions - before.tables[name].transactions,
  });
  return {
    result,
    gets: desk.microsoft.graphCalls().length - before.gets,
    sends: desk.bus.counts.sends - before.sends,
    health: of('health'),
    customers: of('customers'),
    deliveries: of('deliveries'),
  };
}

/** Handles what is owed to portals by the desk's own projection, and returns the notices that it made. */
async function announceAll(desk: HealthDesk) {
  const { tables, clock } = desk;
  const registry = createPortalRegistry({ table: tables('portals'), clock });
  const announce = createAnnounce({ table: tables('deliveries'), bus: desk.bus.bus, clock, registry });
  const project = createProjectIncident({ tables, announce, portalIds: async () => Promise.resolve(portalIds) });
  const deliveries = desk.memory.of('deliveries').partitions;
  const rows = () =>
    [...deliveries].flatMap(([pk, partition]) =>
      [...partition.keys()].filter((rk) => rk.startsWith('D|')).map((rk) => `${pk} ${rk}`),
    );
  const before = new Set(rows());
  for (const held of desk.bus.all().filter(({ queue }) => queue === 'desk-events')) {
    await project(wakeMessageSchema.parse(held.message.body), desk.scope);
    desk.bus.complete(held);
  }
  return rows().filter((row) => !before.has(row)).length;
}

describe('a fleet of 1,000 customers', () => {
  const source = entra();
  const desk = aHealthDesk({ tokens: source.tokens });

  beforeAll(async () => {
    const outbound = { url: 'https://portal.example/hook', secretName: 'out' };
    const portals = portalIds.map((id) => registerPortalOp(aPortal({ id, customers: 'all', outbound })));
    await desk.tables('portals').transact(portalPartition, portals);
    await desk.begin(tenants);
    await desk.cycle();
  }, 60_000);

  it('costs a quiet cycle 1,000 GETs, 12 bus operations and 8 table operations', async () => {
    await desk.untilDue();
    const { result: handled, ...cost } = await costOf(desk, async () => desk.drain());
    expect(handled).toBe(shards);
    expect(cost.gets).toBe(tenants);
    // Each message is received and completed; a send each.
    expect(2 * handled + cost.sends).toBeLessThanOrEqual(12);
    expect(cost.health.operations + cost.customers.operations).toBeLessThanOrEqual(8);
    expect(cost.deliveries.operations).toBe(0);
  });

  it('costs the timers one read a shard, and the sweep another', async () => {
    const polling = await costOf(desk, async () => desk.ensurePolling(desk.scope));
    expect(polling.result).toMatchObject({ shards, started: 0 });
    expect(polling.health).toEqual({ operations: shards, transactions: 0 });
    expect(polling.customers).toEqual({ operations: 1, transactions: 0 });
    const swept = await costOf(desk, async () => desk.sweep(desk.scope));
    expect(swept.result).toMatchObject({ owed: 0, failed: 0 });
    // What a shard owes of service health, of Azure and of planned changes, and which incidents are marked.
    expect(swept.health).toEqual({ operations: 3 * shards + 1, transactions: 0 });
    // The directory's head says how many shards there are; what is owed by the directory, by the delegation and by a run of consents.
    expect(swept.customers).toEqual({ operations: 4, transactions: 0 });
  });

  it('asks for at most 90 tokens a cycle over an hour', { timeout: 60_000 }, async () => {
    const before = source.requests();
    for (let cycle = 0; cycle < 12; cycle++) await desk.cycle();
    const perCycle = (source.requests() - before) / 12;
    expect(perCycle).toBeLessThanOrEqual(90);
    expect(perCycle).toBeGreaterThan(50);
  });

  it('costs one incident of all of them no more than their rows, one read per revision and one notice per portal and shard', async () => {
    const everyone = desk.microsoft.tenants.map(({ id }) => id);
    for (const [change, transitions] of [
      [{ status: 'investigating' }, 1],
      [{ status: 'serviceDegradation' }, 2],
      [{ status: 'serviceRestored', isResolved: true }, 2],
    ] as const) {
      const details = desk.microsoft.detailCalls().length;
      desk.microsoft.issue({ id: 'MO1', at: desk.now(), tenants: everyone, ...change });
      await desk.untilDue();
      const cost = await costOf(desk, async () => {
        await desk.drain();
        return announceAll(desk);
      });
      expect(desk.microsoft.detailCalls().length - details).toBe(1);
      expect(cost.gets).toBe(tenants + 1);
      expect(cost.result).toBeGreaterThan(0);
      expect(cost.result).toBeLessThanOrEqual(portalIds.length * transitions * shards);
      // Transactions of polls, of the reader of details and of the projection: every customer's row, and its place in the lists.
      const transactions = cost.health.transactions + cost.customers.transactions;
      expect(transactions).toBeLessThanOrEqual((2 * tenants) / 100 + 4 * shards + 12);
      // Every operation, reads among them: a few point reads per shard, and none per customer.
      const operations = cost.health.operations + cost.customers.operations;
      expect(operations).toBeLessThanOrEqual((2 * tenants) / 100 + 11 * shards + 24);
      expect(cost.deliveries.operations).toBe(cost.result);
      // The next cycle tells the customers' rows again, and then it is quiet.
      await desk.untilDue();
      const next = await costOf(desk, async () => desk.drain());
      expect(next.customers.operations).toBeLessThanOrEqual(Math.ceil(tenants / shards / 100) * shards);
      expect(next.health.operations).toBeLessThanOrEqual(8);
    }
    await desk.untilDue();
    const quiet = await costOf(desk, async () => desk.drain());
    expect(quiet.health.operations + quiet.customers.operations).toBeLessThanOrEqual(8);
  });
});
