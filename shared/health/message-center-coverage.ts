import { troubleView } from '../customers/coverage.ts';
import { parseShardKey, type Customer } from '../customers/customer.ts';
import { isPolled } from '../customers/health-shards.ts';
import type { Tables } from '../platform/table.ts';
import type { CustomerHealth } from './health-answers.ts';
import { feedsOf, messageCenterHeadOf, messageCenterPartition } from './message-center-shard.ts';
import { lastGoodAt } from './shard.ts';

/** How well a customer's planned changes are known; undefined before its shard's feed begins. Two point reads. */
export async function messageCenterCoverage(
  { tables }: { tables: Tables<'health'> },
  { customerId, healthShard, ...member }: Pick<Customer, 'customerId' | 'healthShard' | 'leftAt' | 'isExcluded'>,
): Promise<Pick<CustomerHealth['coverage'], 'lastGoodAt' | 'nextDueAt' | 'trouble'> | undefined> {
  const { connectionId, shard } = parseShardKey(healthShard);
  const table = tables('health');
  const pk = messageCenterPartition(connectionId, shard);
  const row = await table.get(pk, 'H');
  if (!row) return undefined;
  const head = messageCenterHeadOf(row);
  const feed = feedsOf(await table.get(pk, 'S'))[customerId];
  return {
    lastGoodAt: lastGoodAt(head, feed) ?? null,
    nextDueAt: isPolled(member) ? head.dueAt : null,
    ...(feed?.trouble && { trouble: troubleView(feed.trouble) }),
  };
}
