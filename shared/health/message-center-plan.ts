import { dayMs, fromIso, hourMs } from '../core/clock.ts';
import { hashOf, shardOf } from '../core/hash.ts';
import { limits } from '../core/limits.ts';
import type { Member } from '../customers/health-shards.ts';
import type { MessageCenterHead, TenantFeed, TenantFeeds } from './message-center-shard.ts';
import { slots } from './plan-cycle.ts';
import type { ReadTenant } from './service-health.ts';
import { lastGoodAt, type ShardState } from './shard.ts';

/** Microsoft's clocks and replicas lag; asking again for an hour of posts costs nothing where they are known. */
const overlapMs = hourMs;
/** A tenant that buys a service sees its old posts, which no filter by change brings. */
const crossesWeek = slots(7 * dayMs);

/** `isWatched`: the tenant's posts were read before, so what it newly lists is news. */
export type PlannedReading = ReadTenant & { customerId: string; isWatched: boolean };

type Planning = { head: MessageCenterHead; feeds: TenantFeeds; health: ShardState; now: number };

/** Who is asked now, by the way that last worked for the tenant's service health; those never read come first. */
export function planMessages({ head, feeds, health, now }: Planning, members: readonly Member[]): PlannedReading[] {
  return members
    .filter(({ customerId }) => isDue(feeds[customerId], head, now))
    .map(({ customerId, tenantId }) => {
      const goodAt = lastGoodAt(head, feeds[customerId]);
      const since = goodAt === undefined ? undefined : fromIso(goodAt);
      const isWhole = since === undefined || crossesWeek(customerId, since, now);
      return {
        customerId,
        tenantId,
        connectionId: head.connectionId,
        way: health.tenants[customerId]?.way ?? 'app',
        isWatched: since !== undefined,
        changedAfter: isWhole ? undefined : since - overlapMs,
      } satisfies PlannedReading;
    })
    .sort((a, b) => Number(a.isWatched) - Number(b.isWatched));
}

function isDue(feed: TenantFeed | undefined, head: MessageCenterHead, now: number): boolean {
  if (head.isUnfinished && (feed?.good === 'cycle' || feed?.trouble)) return false;
  return feed?.notBefore === undefined || fromIso(feed.notBefore) <= now;
}

/** The shard's next turn. Every shard has its own time within the interval, so that not all are read at once. */
export function nextTurn({ connectionId, shard }: MessageCenterHead, now: number): number {
  const chance = hashOf('message-center', connectionId, String(shard));
  const slot = shardOf(chance) * 32 + shardOf(chance.slice(1));
  const interval = limits.messageCenterIntervalMs;
  const offset = Math.floor((slot * interval) / 1_024);
  return (Math.floor((now - offset) / interval) + 1) * interval + offset;
}
