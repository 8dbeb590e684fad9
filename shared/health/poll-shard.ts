import * as z from 'zod';
import { fromIso, minuteMs, toIso, type Clock } from '../core/clock.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import { shardKey } from '../customers/customer.ts';
import type { Member } from '../customers/health-shards.ts';
import type { HeldBaton, RelayDeps } from '../customers/relay.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { countLevels } from './count-levels.ts';
import { healthEvents } from './events.ts';
import { foldCycle } from './fold-cycle.ts';
import { planCycle } from './plan-cycle.ts';
import { readTenants, type Outcome } from './read-tenants.ts';
import { createRecordIncident } from './record-incident.ts';
import type { ServiceHealthSource } from './service-health.ts';
import { memberOf, shardRelay, stateOf, stateOp, stateText, type ShardHead, type ShardState } from './shard.ts';
import { tellCustomers } from './tell-customers.ts';
import { tellNews } from './tell-news.ts';

type PollShardDeps = RelayDeps & {
  clock: Clock;
  cloud: DeskCloud;
  customers: Pick<CustomerStore, 'change' | 'merge'>;
  source: ServiceHealthSource;
};

const messageSchema = z.object({ kind: z.literal('shard'), connectionId: z.string(), shard: z.number().int() });

/**
 * One cycle of one shard: reads its tenants, tells what happened, writes what changed, and owes the next cycle. What it learned
 * counts as known only with the transaction that ends it. Incidents are written before that, by Microsoft's revision, so another
 * run may write them again; customers' rows after it, and the next cycle sees to what this one did not come to.
 */
export function createPollShard(deps: PollShardDeps): QueueHandler {
  const relay = shardRelay(deps);
  const record = createRecordIncident(deps);
  return async (message, scope) => {
    messageSchema.parse(message.body);
    const baton = await relay.take(message);
    if (!baton || !deps.cloud.connections.some(({ id }) => id === baton.head.value.connectionId)) return;
    const committed = { head: baton.head.value, state: stateOf(baton.state) };
    const now = deps.clock.now();
    const intervalMs = deps.cloud.healthPollMinutes * minuteMs;
    const owed = { customerIds: baton.head.value.untold ?? [], before: now + intervalMs };
    const late = await tellCustomers(deps, committed, owed);

    const before = committed.state;
    const members = baton.members.map(memberOf).filter((member) => member.leftAt === undefined);
    const outcomes = await readTenants(deps, planCycle({ head: baton.head.value, state: before, now }, members));
    const folded = foldCycle({ head: baton.head.value, state: before, members, outcomes, now });
    const healthShard = shardKey(baton.head.value.connectionId, baton.head.value.shard);
    await tellNews(deps.tables('health'), { healthShard, news: folded.issues, record, now }, scope);

    const untold = new Set([...folded.customers, ...late.filter((id) => id in folded.state.tenants)]);
    for (const id of Object.keys(before.tenants)) if (!(id in folded.state.tenants)) untold.add(id);
    const head = headAfter(deps, { baton, members, state: folded.state, untold, now });
    const text = stateText(folded.state);
    const ops = text === stateText(before) ? [] : [stateOp(text)];
    const dueAt = Math.max(now + intervalMs, deps.clock.now());
    const passed = await relay.pass(baton, { head, dueAt, ops }, scope);
    if (!passed) {
      scope.log(healthEvents.cycleRace, { shard: baton.pk });
      return;
    }
    await tellCustomers(deps, { head, state: folded.state }, { customerIds: untold, before: dueAt });
    scope.log(healthEvents.cycle, { shard: baton.pk, tenants: members.length, ...summary(outcomes) });
  };
}

type Ended = {
  baton: HeldBaton<ShardHead>;
  members: readonly Member[];
  state: ShardState;
  untold: ReadonlySet<string>;
  now: number;
};

function headAfter({ cloud }: PollShardDeps, { baton, members, state, untold, now }: Ended): ShardHead {
  const { connectionId, shard } = baton.head.value;
  const cycleAt = toIso(now);
  const ids = members.map((member) => member.customerId);
  const counted = countLevels({ head: { cycleAt }, state }, ids, {
    now: fromIso(cycleAt),
    pollMinutes: cloud.healthPollMinutes,
  });
  return {
    connectionId,
    shard,
    cycleAt,
    tenants: members.length,
    ...counted,
    ...(untold.size > 0 && { untold: [...untold] }),
  };
}

/** How many tenants came out how: one log line per cycle, none per call. */
function summary(outcomes: ReadonlyMap<string, Outcome>): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const outcome of outcomes.values()) {
    const name = outcome.kind === 'failed' ? outcome.code : outcome.kind;
    counts[name] = (counts[name] ?? 0) + 1;
  }
  return counts;
}
