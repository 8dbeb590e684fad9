import { findingAsTrouble, troubleView } from '../customers/coverage.ts';
import type { CustomerHealth } from './health-answers.ts';
import type { ShardHead, TenantState } from './shard.ts';

/**
 * Why a tenant was not read, as its answer shows it: a trouble of its own, or the finding of its shard that explains it. What
 * it is merely warned of gives way to a finding.
 */
export function coverageTrouble(
  head: Pick<ShardHead, 'findings'>,
  tenant: Pick<TenantState, 'trouble' | 'finding'> | undefined,
): CustomerHealth['coverage']['trouble'] {
  const finding = head.findings?.find(({ code }) => code === tenant?.finding);
  const own = tenant?.trouble;
  if (own && (own.isNotice !== true || !finding)) return troubleView(own);
  return finding && findingAsTrouble(finding);
}
