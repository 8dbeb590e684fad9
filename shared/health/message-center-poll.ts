import * as z from 'zod';
import { minuteMs, toIso, type Clock } from '../core/clock.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { shardKey } from '../customers/customer.ts';
import { isPolled, type Member } from '../customers/health-shards.ts';
import type { RelayDeps } from '../customers/relay.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { queryAll, type Table } from '../platform/table.ts';
import { healthEvents } from './events.ts';
import { foldMessages } from './message-center-fold.ts';
import { nextTurn, planMessages } from './message-center-plan.ts';
import { readMessages } from './message-center-read.ts';
import {
  feedsOf,
  messageCenterRelay,
  readKnownMessages,
  rememberOps,
  type MessageCenterHead,
} from './message-center-shard.ts';
import type { MessageSource } from './message-center.ts';
import { endPlannedChange } from './planned-change-end.ts';
import { createRecordIncident } from './record-incident.ts';
import { memberOf, shardPartition, stateOf, type ShardState } from './shard.ts';
import { tellNews } from './tell-news.ts';

type PollMessagesDeps = RelayDeps & { clock: Clock; cloud: DeskCloud; source: MessageSource };

const messageSchema = z.object({
  kind: z.literal('message-center'),
  connectionId: z.string(),
  shard: z.number().int(),
});

/** Whom there was no time or patience for is asked soon, and not only in the next turn. */
const resumeMs = minuteMs;

/**
 * One reading of Message center for a shard: planned changes become incidents of their own kind, in the same storage. Like a poll
 * cycle, what it learned counts as known only with the transaction that ends it; everything before may be done again.
 */
export function createPollMessageCenter(deps: PollMessagesDeps): QueueHandler {
  const relay = messageCenterRelay(deps);
  const record = createRecordIncident(deps);
  const table = deps.tables('health');
  return async (message, scope) => {
    messageSchema.parse(message.body);
    const baton = await relay.take(message);
    const head = baton?.head.value;
    if (!baton || !head || !deps.cloud.connections.some(({ id }) => id === head.connectionId)) return;
    const now = deps.clock.now();
    const [{ members, health }, known] = await Promise.all([
      readTenantsOf(table, shardPartition(head.connectionId, head.shard)),
      readKnownMessages(table, baton.pk),
    ]);
    const feeds = feedsOf(baton.state);
    const readings = await readMessages(deps, planMessages({ head, feeds, health, now }, members));
    const serviceIds = new Map(Object.entries(health.names).map(([id, name]) => [name.toLowerCase(), id]));
    const folded = foldMessages({ head, feeds, known, members, readings, serviceIds, now });

    const healthShard = shardKey(head.connectionId, head.shard);
    await tellNews(table, { healthShard, news: folded.news, record, now }, scope);
    for (const id of folded.ended) await endPlannedChange(table, id, now);

    const turn = nextTurn(head, deps.clock.now());
    const { resumeAt } = readings;
    const dueAt = resumeAt === undefined ? turn : Math.min(turn, Math.max(resumeAt, now + resumeMs));
    const ops = rememberOps({ feeds, known }, folded);
    if (!(await relay.pass(baton, { head: headAfter(head, now, resumeAt !== undefined), dueAt, ops }, scope))) {
      scope.log(healthEvents.cycleRace, { shard: baton.pk });
      return;
    }
    const failed = [...readings.outcomes.values()].filter(({ kind }) => kind === 'failed').length;
    const news = folded.news.length;
    scope.log(healthEvents.messages, { shard: baton.pk, tenants: members.length, failed, news });
  };
}

const headAfter = (
  { connectionId, shard, cycleAt, isUnfinished }: MessageCenterHead,
  now: number,
  isCutShort: boolean,
): MessageCenterHead => ({
  connectionId,
  shard,
  cycleAt: isUnfinished && cycleAt !== undefined ? cycleAt : toIso(now),
  ...(isCutShort && { isUnfinished: true }),
});

/** The members of a shard and what its service health knows of them, in one query. */
async function readTenantsOf(table: Table, pk: string): Promise<{ members: Member[]; health: ShardState }> {
  const rows = await queryAll(table, { pk, from: 'M|', to: 'T' });
  const members = rows.filter(({ rk }) => rk.startsWith('M|')).map(memberOf);
  return {
    members: members.filter(isPolled),
    health: stateOf(rows.find(({ rk }) => rk === 'S')),
  };
}
