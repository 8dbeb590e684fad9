import { describe, expect, it } from 'vitest';
import { setExcluded } from '../../shared/customers/set-excluded.ts';
import { markLeft } from '../../shared/customers/mark-left.ts';
import { createHealthShards } from '../../shared/health/shard-members.ts';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';

const memberOf = async (desk: HealthDesk, n: number) => (await desk.shards.members('emea', 0)).get(desk.id(n))!;

/** The shards as one writer sees them: `between` happens after it has read the members for the first time. */
function shardsAfter(desk: HealthDesk, between: () => Promise<unknown>) {
  const shards = createHealthShards({ tables: desk.tables, bus: desk.bus.bus, clock: desk.clock });
  let isFirst = true;
  const members: typeof shards.members = async (connectionId, shard) => {
    const read = await shards.members(connectionId, shard);
    if (isFirst) {
      isFirst = false;
      await between();
    }
    return read;
  };
  return { ...shards, members };
}

const passOf = (desk: HealthDesk) => ({
  connectionId: 'emea',
  lastShard: 0,
  lastDoneAt: desk.now(),
  isWhole: true,
});

const exclude = async (desk: HealthDesk, n: number, isExcluded: boolean) =>
  setExcluded({ store: desk.customers, shards: desk.shards, azureFeed: desk.azureFeed }, desk.id(n), isExcluded);

describe('a member that several write', () => {
  it('stays excluded, or included, when the directory writes at the same moment that it missed it', async () => {
    for (const isExcluded of [true, false]) {
      const desk = aHealthDesk();
      await desk.begin(1);
      if (!isExcluded) await exclude(desk, 0, true);
      const shards = shardsAfter(desk, async () => exclude(desk, 0, isExcluded));
      await markLeft({ ...desk, store: desk.customers, shards }, passOf(desk), new Set());
      expect((await memberOf(desk, 0)).isExcluded ?? false).toBe(isExcluded);
      expect((await memberOf(desk, 0)).missedAt).toBe(desk.now());
    }
  });

  it('stays gone when somebody excludes it at the moment that it leaves', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    const leftAt = desk.now();
    const { table } = desk.memory.of('health');
    const real = { ...table };
    let isFirst = true;
    table.transact = async (pk, ops) => {
      if (!isFirst) return real.transact(pk, ops);
      isFirst = false;
      await desk.shards.put('emea', 0, [{ ...(await memberOf(desk, 0)), leftAt }]);
      return real.transact(pk, ops);
    };
    await exclude(desk, 0, true);
    expect(await memberOf(desk, 0)).toMatchObject({ leftAt, isExcluded: true });
  });

  it('keeps what the directory wrote at the moment that its delegation became known', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    const { table } = desk.memory.of('health');
    const real = { ...table };
    const missedAt = desk.now();
    const other = await memberOf(desk, 0);
    let isFirst = true;
    table.transact = async (pk, ops) => {
      if (isFirst && ops.some(({ rk }) => rk === `M|${desk.id(0)}`)) {
        isFirst = false;
        await desk.shards.put('emea', 0, [{ ...other, missedAt }]);
      }
      return real.transact(pk, ops);
    };
    await desk.shards.change(
      'emea',
      0,
      new Map([[desk.id(0), (member) => ({ ...member, delegation: { endsAt: missedAt } })]]),
    );
    expect(await memberOf(desk, 0)).toEqual({ ...other, missedAt, delegation: { endsAt: missedAt } });
  });
});
