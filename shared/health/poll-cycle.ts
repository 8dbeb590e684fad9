import * as z from 'zod';
import { minuteMs, toIso, type Clock } from '../core/clock.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { shardKey } from '../customers/customer.ts';
import type { Member } from '../customers/health-shards.ts';
import type { Relay, RelayDeps } from '../customers/relay.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import type { Row } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { Counted } from './count-levels.ts';
import { healthEvents } from './events.ts';
import { foldCycle } from './fold-cycle.ts';
import { planCycle } from './plan-cycle.ts';
import { readTenants, type Outcome } from './read-tenants.ts';
import { createRecordIncident } from './record-incident.ts';
import type { ServiceHealthSource } from './service-health.ts';
import { stateOp, stateText, type Finding, type ShardHead, type ShardState } from './shard.ts';
import { tellNews } from './tell-news.ts';
import { wideFindings } from './wide-findings.ts';

export type PollCycleDeps = RelayDeps & { clock: Clock; cloud: DeskCloud };

/** What a shard has committed. Nothing else may reach a customer's row, or a run that died could leave there what nobody knows of. */
export type Committed<State = ShardState> = { head: ShardHead; state: State };

/** `before`: when the next cycle may begin (ms since the epoch). */
export type Telling = { customerIds: Iterable<string>; before: number };

export type CycleReading<One, State> = { members: readonly One[]; before: State; now: number };

/** What is a feed's own about a cycle of a shard. */
export type Feed<One extends Member, State extends ShardState> = {
  kind: string;
  relay: Relay<ShardHead>;
  stateOf: (row: Row | undefined) => State;
  /** Those of the rows that are read. */
  membersOf: (rows: readonly Row[]) => One[];
  /** How the tenants of a cycle are read, and the state that the feed remembers once they are. */
  reading: (cycle: CycleReading<One, State>) => {
    source: ServiceHealthSource;
    remember: (folded: ShardState) => State;
  };
  count: (
    shard: { head: Pick<ShardHead, 'cycleAt'>; state: State },
    customerIds: readonly string[],
    at: { now: number; pollMinutes: number },
  ) => Counted;
  /** Brings customers' rows to what is committed; returns those that could not be told. */
  tell: (committed: Committed<State>, telling: Telling) => Promise<string[]>;
  foundWide?: (connectionId: string, findings: readonly Finding[], scope: Scope) => Promise<void>;
};

/**
 * One cycle of one shard: reads its tenants, tells what happened, writes what changed, and owes the next cycle. What it learned
 * counts as known only with the transaction that ends it. Incidents are written before that, by Microsoft's revision, so another
 * run may write them again; customers' rows after it, and the next cycle sees to what this one did not come to.
 */
export function createPollCycle<One extends Member, State extends ShardState>(
  deps: PollCycleDeps,
  feed: Feed<One, State>,
): QueueHandler {
  const record = createRecordIncident(deps);
  const messageSchema = z.object({ kind: z.literal(feed.kind), connectionId: z.string(), shard: z.number().int() });
  const intervalMs = deps.cloud.healthPollMinutes * minuteMs;
  return async (message, scope) => {
    messageSchema.parse(message.body);
    const baton = await feed.relay.take(message);
    if (!baton || !deps.cloud.connections.some(({ id }) => id === baton.head.value.connectionId)) return;
    const committed = { head: baton.head.value, state: feed.stateOf(baton.state) };
    const { connectionId, shard, findings, untold: owed = [] } = committed.head;
    const now = deps.clock.now();
    const late = await feed.tell(committed, { customerIds: owed, before: now + intervalMs });

    const before = committed.state;
    const members = feed.membersOf(baton.members);
    const plan = planCycle({ head: committed.head, state: before, now }, members);
    const { source, remember } = feed.reading({ members, before, now });
    const outcomes = await readTenants({ source, clock: deps.clock }, plan, findings !== undefined);
    const wide = wideFindings(outcomes, { before: findings, now });
    await feed.foundWide?.(connectionId, wide.findings, scope);
    const { explained } = wide;
    const folded = foldCycle({ head: committed.head, state: before, members, outcomes, explained, now });
    const healthShard = shardKey(connectionId, shard);
    await tellNews(deps.tables('health'), { healthShard, news: folded.issues, record, now }, scope);

    const state = remember(folded.state);
    const gone = Object.keys(before.tenants).filter((id) => !(id in state.tenants));
    const untold = new Set([...folded.customers, ...late.filter((id) => id in state.tenants), ...gone]);
    const cycleAt = toIso(now);
    const ids = members.map(({ customerId }) => customerId);
    const head: ShardHead = {
      connectionId,
      shard,
      cycleAt,
      tenants: members.length,
      ...feed.count({ head: { cycleAt }, state }, ids, { now, pollMinutes: deps.cloud.healthPollMinutes }),
      ...(untold.size > 0 && { untold: [...untold] }),
      ...(wide.findings.length > 0 && { findings: wide.findings }),
    };
    const text = stateText(state);
    const ops = text === stateText(before) ? [] : [stateOp(text)];
    const dueAt = Math.max(now + intervalMs, deps.clock.now(), wide.pauseUntil);
    if (!(await feed.relay.pass(baton, { head, dueAt, ops }, scope))) {
      scope.log(healthEvents.cycleRace, { shard: baton.pk });
      return;
    }
    await feed.tell({ head, state }, { customerIds: untold, before: dueAt });
    scope.log(healthEvents.cycle, { shard: baton.pk, tenants: members.length, ...summary(outcomes) });
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
