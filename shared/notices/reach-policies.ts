import type { Caller } from '../core/caller.ts';
import { toIso, type Clock } from '../core/clock.ts';
import { notFound } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { Precondition } from '../platform/if-match.ts';
import { rowKind } from '../platform/row.ts';
import type { SecretVersions } from '../platform/secret.ts';
import type { Table } from '../platform/table.ts';
import { createVersioned } from '../platform/versioned.ts';
import { checkPolicy, secretOf, type ReachChecks } from './reach-checks.ts';
import {
  policySchema,
  type Policy,
  type PolicyAnswer,
  type SentPolicy,
  type SentTarget,
  type Target,
} from './reach-policy.ts';

export type PoliciesDeps = ReachChecks & {
  /** Table `desk`. */
  table: Table;
  clock: Clock;
  ids: Pick<Ids, 'newId'>;
  versions: Pick<SecretVersions, 'put'>;
};

export type Policies = {
  /** In force, at most 30 s old; undefined where none was published. */
  current(): Promise<Policy | undefined>;
  /** One that was in force when a page began. */
  version(version: number): Promise<Policy | undefined>;
  /** As storage has it now. */
  read(version?: number): Promise<PolicyAnswer>;
  /** Throws `invalid-body`, and what `seen` throws where the caller has not seen the version before. */
  replace(change: { caller: Caller; sent: SentPolicy; seen: Precondition }): Promise<PolicyAnswer>;
};

/** The policy by which people are reached; every version is kept, because pages that run go on by the one they began with. */
export function createPolicies(deps: PoliciesDeps): Policies {
  const { table, clock } = deps;
  const published = createVersioned({ table, clock, pk: 'reach-policy', row: rowKind(policySchema) });
  const answer = async (policy: Policy | undefined) => answerOf(policy, clock.now());
  return {
    current: async () => published.current(),
    version: async (version) => published.read(version),
    read: async (version) => {
      if (version === 0) return answer(undefined);
      const found = await published.read(version);
      if (found === undefined && version !== undefined) throw notFound();
      return answer(found);
    },
    replace: async ({ caller, sent, seen }) => {
      const before = await published.read();
      seen(before?.version ?? 0);
      const known = before?.targets ?? [];
      checkPolicy(sent, known, deps);
      const targets: Target[] = [];
      for (const target of sent.targets) targets.push(await keepTarget(deps, target, known));
      const head = { at: toIso(clock.now()), by: caller.id };
      return answer(await published.publish((version) => ({ ...sent, ...head, targets, version }), seen));
    },
  };
}

/** A secret that was sent goes to the vault under a name of its own, so that pages that run keep the one they have. */
async function keepTarget(
  { ids, versions }: Pick<PoliciesDeps, 'ids' | 'versions'>,
  sent: SentTarget,
  known: readonly Target[],
): Promise<Target> {
  const before = known.find(({ id, kind }) => id === sent.id && kind === sent.kind);
  const [, value] = secretOf(sent);
  const secretName = value === undefined ? (before?.secretName ?? '') : `reach-${sent.id}-${ids.newId()}`;
  if (value !== undefined) await versions.put(secretName, value);
  const { id, includeTitle } = sent;
  if (sent.kind !== 'teams') return { id, includeTitle, secretName, kind: sent.kind, url: sent.url };
  const host = sent.url === undefined ? (before?.kind === 'teams' ? before.host : '') : new URL(sent.url).hostname;
  return { id, includeTitle, secretName, kind: sent.kind, host };
}

const nothing = { people: [], teams: [], rules: [], calendars: [], targets: [] };

/** Names of secrets are the desk's own business, and their values nobody's. */
async function answerOf(policy: Policy | undefined, nowMs: number): Promise<PolicyAnswer> {
  const { findingsOf } = await import('./reach-windows.ts');
  const findings = findingsOf(policy, nowMs);
  if (policy === undefined) return { version: 0, ...nothing, findings };
  const targets = policy.targets.map((target) => ({ ...target, secretName: undefined }));
  return { ...policy, targets, findings };
}
