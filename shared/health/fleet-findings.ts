import { findingRemedy } from '../customers/coverage.ts';
import type { Fleet } from './health-answers.ts';
import type { Finding, ShardHead, ShardState } from './shard.ts';

/** What stands over a shard, and over how many of how many customers. */
export type ShardFindings = { connectionId: string; tenants: number; findings: readonly Finding[] };

/** Of a whole shard as its last cycle counted, or of some of its customers. */
export function shardFindings(
  head: Pick<ShardHead, 'connectionId' | 'tenants' | 'findings'>,
  own?: { state: ShardState; customerIds: readonly string[] },
): ShardFindings {
  const { connectionId, tenants, findings = [] } = head;
  if (!own) return { connectionId, tenants, findings };
  const { state, customerIds } = own;
  const counted = findings.map((finding) => ({
    ...finding,
    tenants: customerIds.filter((id) => state.tenants[id]?.finding === finding.code).length,
  }));
  return { connectionId, tenants: customerIds.length, findings: counted.filter((finding) => finding.tenants > 0) };
}

/**
 * One finding for all shards that have it: Microsoft's and the application's for everybody, that of a refresh token for each
 * connection. `share` is of the customers that it could concern.
 */
export function findingsOver(shards: readonly ShardFindings[]): Fleet['findings'] {
  const byKey = Map.groupBy(
    shards.flatMap(({ connectionId, findings }) => findings.map((finding) => ({ connectionId, finding }))),
    ({ connectionId, finding }) => `${finding.code}|${finding.code === 'token' ? connectionId : ''}`,
  );
  return [...byKey.values()].flatMap((same) => {
    const [first] = same;
    if (!first) return [];
    const { code } = first.finding;
    const own = code === 'token' ? { connectionId: first.connectionId } : {};
    const concerned = shards.filter(({ connectionId }) => code !== 'token' || connectionId === first.connectionId);
    const all = sum(concerned.map(({ tenants }) => tenants));
    return [
      {
        code,
        since: same.map(({ finding }) => finding.since).sort()[0] ?? first.finding.since,
        ...own,
        share: all === 0 ? 0 : Math.round((sum(same.map(({ finding }) => finding.tenants)) / all) * 1_000) / 1_000,
        remedy: findingRemedy(code),
      },
    ];
  });
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0);
