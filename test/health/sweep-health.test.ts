import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { directoryPartition } from '../../shared/customers/directory.ts';
import { owedPartition } from '../../shared/health/incident-wakes.ts';
import { incidentPartition } from '../../shared/health/incident.ts';
import { shardPartition } from '../../shared/health/shard.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

/** A desk of one broken and one sound connection that owes a poll and an incident event, and whose bus has lost both. */
async function anOwingDesk() {
  const desk = aHealthDesk();
  await desk.begin(2);
  const broken = { id: 'apac', tenantId: 'partner', clientId: 'client', role: 'direct' } as const;
  Object.assign(desk.cloud, { connections: [broken, ...desk.cloud.connections] });
  desk.microsoft.issue({ id: 'EX1', at: desk.now(), tenants: [desk.tenant(0)] });
  await desk.cycle();
  for (const held of desk.bus.all()) desk.bus.complete(held);
  await desk.advance(8 * 60_000);
  return desk;
}

/** Lets every read of this partition fail. */
function breakPartition(desk: HealthDesk, name: string, pk: string) {
  const { table } = desk.memory.of(name);
  const real = { ...table };
  const cut = async () => Promise.reject(unavailable('storage', new Error('cut')));
  table.get = async (at, rk) => (at === pk ? cut() : real.get(at, rk));
  table.query = async (query) => (query.pk === pk ? cut() : real.query(query));
}

const unreadable = { v: 1, id: 7 };

describe('the sweep of health', () => {
  it('sends again what polls and incidents have owed for too long', async () => {
    const desk = await anOwingDesk();
    expect(await desk.sweep(desk.scope)).toEqual({ owed: 2, oldestMs: 480_000, poisoned: 0, failed: 0 });
    expect(new Set(desk.bus.all().map(({ queue }) => queue))).toEqual(new Set(['health-polls', 'desk-events']));
  });

  it.each<[string, (desk: HealthDesk) => unknown, number]>([
    [
      'the directory of another connection',
      (desk) => {
        breakPartition(desk, 'customers', directoryPartition('apac'));
      },
      2,
    ],
    [
      'an unreadable head of another connection',
      async (desk) =>
        desk
          .tables('customers')
          .transact(directoryPartition('apac'), [{ kind: 'insert', rk: 'H', columns: unreadable }]),
      1,
    ],
    [
      'an unreadable mark of another incident',
      async (desk) => desk.tables('health').transact(owedPartition, [{ kind: 'insert', rk: '0', columns: unreadable }]),
      1,
    ],
  ])('is not held up by %s', async (_name, breakIt, failed) => {
    const desk = await anOwingDesk();
    await breakIt(desk);
    expect(await desk.sweep(desk.scope)).toMatchObject({ owed: 2, failed });
    expect(desk.entries.filter(({ event }) => event === 'health.sweep-failed')).toHaveLength(failed);
  });

  it('sends an incident’s events although the shard fails, and the shard’s poll although the incident fails', async () => {
    for (const [pk, sent] of [
      [shardPartition('emea', 0), 'desk-events'],
      [incidentPartition('EX1'), 'health-polls'],
      [owedPartition, 'health-polls'],
    ] as const) {
      const desk = await anOwingDesk();
      breakPartition(desk, 'health', pk);
      expect(await desk.sweep(desk.scope)).toMatchObject({ owed: 1, failed: 1 });
      expect(desk.bus.all().map(({ queue }) => queue)).toEqual([sent]);
    }
  });
});
