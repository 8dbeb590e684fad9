import { describe, expect, it } from 'vitest';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { feedTrouble, readFeedState } from '../../shared/health/feed-state.ts';
import { fleetHealth } from '../../shared/health/fleet.ts';
import type { Table } from '../../shared/platform/table.ts';
import { aPerson, aPortal } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

const minutes = 60_000;

const exchange = async (desk: HealthDesk, portal = false) => {
  const caller = portal ? aPortal(desk.id(0), desk.id(1)) : aPerson;
  const { services, notCovered } = await fleetHealth(desk.queryDeps, caller, { service: 'Exchange' });
  return { ...services[0]!.counts, notCovered };
};

describe('the fleet', () => {
  it('calls no tenant healthy for longer than the customer’s own answer does', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.faults.set(desk.tenant(0), { status: 500 });
    for (let cycle = 0; cycle < 2; cycle++) await desk.cycle();
    expect(await exchange(desk)).toMatchObject({ healthy: 2, unknown: 0, notCovered: 0 });
    await desk.advance(5 * minutes);
    expect((await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) })).services[0]!.status).toBe(
      'unknown',
    );
    expect((await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(1) })).services[0]!.status).toBe(
      'healthy',
    );
    expect(await exchange(desk)).toMatchObject({ healthy: 1, unknown: 1, notCovered: 1 });
    expect(await exchange(desk, true)).toMatchObject({ healthy: 1, unknown: 1, notCovered: 1 });
  });

  it('counts as not covered who is in a shard that no cycle has ever read, and readiness tells of it', async () => {
    const desk = aHealthDesk();
    desk.microsoft.addTenants(3);
    await desk.ensureDirectory(desk.scope);
    const minute = async () => {
      await desk.drain((kind) => kind === 'directory');
      await desk.advance(minutes);
    };
    for (let n = 0; n < 5; n++) await minute();
    const feed = async () => readFeedState({ ...desk, bus: desk.bus.bus });
    expect(await fleetHealth(desk.queryDeps, aPerson, {})).toMatchObject({ asOf: null, notCovered: 3 });
    expect(feedTrouble(await feed())).toBeUndefined();
    for (let n = 0; n < 15; n++) await minute();
    expect(await feed()).toMatchObject({ shards: 1, staleShards: 1 });
    expect(feedTrouble(await feed())).toBe('no shard has been read for three intervals');
    const { findings, ...age } = await feed();
    expect(findings).toEqual([]);
    expect(await desk.ensurePolling(desk.scope)).toMatchObject(age);
  });

  it('costs one row a shard and feed while everybody counted was read lately', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    const before = desk.memory.of('health').counts.get;
    await exchange(desk);
    expect(desk.memory.of('health').counts.get - before).toBe(2);
  });
});

describe('an answer during a cycle', () => {
  /** The desk's tables, with a cycle just before a shard’s head is read. */
  const interrupted = (desk: HealthDesk) => {
    let isDone = false;
    const tables = (name: string): Table => {
      const table = desk.tables(name);
      return {
        ...table,
        get: async (pk, rk) => {
          if (rk !== 'H' || !pk.startsWith('shard|') || isDone) return table.get(pk, rk);
          isDone = true;
          // What was asked for together with the head is answered first.
          await new Promise((done) => setImmediate(done));
          desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0)] });
          await desk.cycle();
          return table.get(pk, rk);
        },
      };
    };
    return { ...desk.queryDeps, tables };
  };

  it('shows no services that are older than it says', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    const { asOf, services } = await customerHealth(interrupted(desk), aPerson, { customerId: desk.id(0) });
    expect({ asOf, status: services[0]!.status }).toEqual({ asOf: desk.now(), status: 'degraded' });
  });

  it('counts no services of a portal’s customers that are older than it says', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    const { asOf, services } = await fleetHealth(interrupted(desk), aPortal(desk.id(0)), {});
    expect({ asOf, counts: services[0]!.counts }).toMatchObject({ asOf: desk.now(), counts: { degraded: 1 } });
  });
});
