import { toIso } from '../core/clock.ts';
import type { FindingCode } from '../customers/coverage.ts';
import type { Outcome } from './read-tenants.ts';
import type { Finding } from './shard.ts';

/** What of a cycle concerns more than single tenants. `explained`: whom it explains; `pauseUntil`: nobody is to be asked before. */
export type Wide = { findings: Finding[]; explained: ReadonlyMap<string, FindingCode>; pauseUntil: number };

/** With fewer than this, most is nobody in particular. */
const minTenants = 3;

/**
 * Trouble of Microsoft's, of the application or of the partner's grant is one finding of the shard and no tenant's own: most of
 * those asked could not be answered, the application as a whole was throttled, or the refresh token is dead.
 */
export function wideFindings(
  outcomes: ReadonlyMap<string, Outcome>,
  { before, now }: { before: readonly Finding[] | undefined; now: number },
): Wide {
  const asked = [...outcomes.values()].filter(({ kind }) => kind !== 'skipped').length;
  const failedBy = (code: FindingCode): number =>
    [...outcomes.values()].filter((outcome) => outcome.kind === 'failed' && outcome.code === code).length;
  const isMost = (code: FindingCode): boolean => failedBy(code) >= minTenants && failedBy(code) * 2 > asked;
  const application = [...outcomes.values()].flatMap((outcome) =>
    outcome.kind === 'failed' && outcome.scope === 'application' ? [outcome.notBefore ?? now] : [],
  );
  const standing = {
    'microsoft-down': isMost('microsoft-down'),
    throttled: application.length > 0 || isMost('throttled'),
  };
  const explained = new Map<string, FindingCode>();
  for (const [customerId, outcome] of outcomes) {
    const code = explanationOf(outcome);
    if (code === 'token' || (code !== undefined && standing[code])) explained.set(customerId, code);
  }
  const codes = [...new Set(explained.values())].sort();
  return {
    findings: codes.map((code) => ({
      code,
      since: before?.find((one) => one.code === code)?.since ?? toIso(now),
      tenants: [...explained.values()].filter((one) => one === code).length,
    })),
    explained,
    pauseUntil: Math.max(now, ...application),
  };
}

function explanationOf(outcome: Outcome): FindingCode | undefined {
  if (outcome.kind === 'read') return undefined;
  if (outcome.kind === 'failed' && outcome.scope === 'connection') return 'token';
  const { code } = outcome;
  return code === 'microsoft-down' || code === 'throttled' ? code : undefined;
}
