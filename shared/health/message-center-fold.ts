import { toIso } from '../core/clock.ts';
import type { Member } from '../customers/health-shards.ts';
import type { IssueNews } from './fold-cycle.ts';
import type { FeedOutcome, Listed, MessageReadings } from './message-center-read.ts';
import type {
  KnownMessage,
  KnownMessages,
  MessageCenterHead,
  TenantFeed,
  TenantFeeds,
} from './message-center-shard.ts';
import { hasEnded, isLongOver, plannedChange, type ServiceIds } from './planned-change.ts';
import { lastGoodAt } from './shard.ts';

type Reading = {
  head: MessageCenterHead;
  feeds: TenantFeeds;
  known: KnownMessages;
  members: readonly Member[];
  readings: MessageReadings;
  serviceIds: ServiceIds;
  now: number;
};

/** `ended`: ids of planned changes whose time came since the last reading. */
type FoldedMessages = { feeds: TenantFeeds; known: KnownMessages; news: IssueNews[]; ended: string[] };

/** Adds a reading to what the shard knew. Pure: the same answers give the same state and the same news. */
export function foldMessages(reading: Reading): FoldedMessages {
  const { readings, members, now } = reading;
  const present = new Set(members.map(({ customerId }) => customerId));
  const known: KnownMessages = {};
  for (const [id, before] of Object.entries(reading.known)) {
    if (isLongOver(before, now)) continue;
    known[id] = { ...before, customers: before.customers.filter((customerId) => present.has(customerId)) };
  }
  const news = [...readings.listed.values()].flatMap((listed) => take(reading, known, listed));
  const ended: string[] = [];
  for (const [id, message] of Object.entries(known)) {
    if (message.isOver === true || !hasEnded(message.endsAt, now)) continue;
    known[id] = { ...message, isOver: true };
    ended.push(id);
  }
  const feeds = members.map(({ customerId }) => [customerId, feedAfter(reading, customerId)] as const);
  return { feeds: Object.fromEntries(feeds), known, news, ended };
}

function take({ serviceIds, now }: Reading, known: KnownMessages, { message, customers }: Listed): IssueNews[] {
  const before = known[message.id];
  if (!before && isLongOver(message, now)) return [];
  const isNewer = !before || before.revision < message.revision;
  const seen = new Set(before?.customers);
  const newOnes = [...customers].filter(([customerId]) => !seen.has(customerId));
  if (!isNewer && newOnes.length === 0) return [];
  const { revision, endsAt } = isNewer ? message : before;
  known[message.id] = {
    ...(!isNewer && before),
    revision,
    ...(endsAt !== undefined && { endsAt }),
    customers: [...seen, ...newOnes.map(([customerId]) => customerId)].sort(),
  } satisfies KnownMessage;
  const issue = plannedChange(message, serviceIds, now);
  const links = newOnes.map(([customerId, isWatched]) => ({ customerId, announced: isWatched && !issue.isResolved }));
  return [{ issue, shownBy: [], links }];
}

function feedAfter({ head, feeds, readings, now }: Reading, customerId: string): TenantFeed {
  const before = feeds[customerId];
  const outcome: FeedOutcome | undefined = readings.outcomes.get(customerId);
  if (outcome?.kind === 'read') return { good: 'cycle' };
  const good = lastGoodAt(head, before);
  if (!outcome) return head.isUnfinished ? { ...before } : { ...before, ...(good !== undefined && { good }) };
  const since = before?.trouble?.code === outcome.code ? before.trouble.since : toIso(now);
  return {
    ...(good !== undefined && { good }),
    trouble: { code: outcome.code, since },
    ...(outcome.notBefore !== undefined && { notBefore: toIso(outcome.notBefore) }),
  };
}
