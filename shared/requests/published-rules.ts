import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { toIso, type Clock } from '../core/clock.ts';
import { notFound } from '../core/errors.ts';
import { rowKind } from '../platform/row.ts';
import type { Table } from '../platform/table.ts';
import { createVersioned } from '../platform/versioned.ts';
import type { BoundaryRule, RulesInForce } from './boundary-rule.ts';
import { boundaryRules, builtInVersion } from './boundary-rules.ts';
import type { Precondition } from './if-match.ts';
import { ownRuleSchema, type OwnRule } from './own-rules.ts';
import { actorOf } from './request-rules.ts';
import type { RulesAnswer } from './rules-answer.ts';

/** As kept: what was valid once is read for ever, so signs are only ever added. */
const keptRuleSchema = z.object({
  ...ownRuleSchema.shape,
  services: z.array(z.string()),
  kind: z.string().optional(),
});

const publishedSchema = z.object({
  version: z.number(),
  rules: z.array(keptRuleSchema),
  at: z.iso.datetime(),
  /** Who overrode: an id, not a name. */
  by: z.object({ kind: z.string(), id: z.string() }),
  /** The desk's own rules that these were put before. */
  builtIn: z.number(),
});
type Published = z.output<typeof publishedSchema>;

export type PublishedRules = {
  /** The rules in force, at most 30 s old. */
  inForce(): Promise<RulesInForce>;
  /** As storage has them; with `version`, as the partner's own were then. Throws `not-found`. */
  read(version?: number): Promise<RulesAnswer>;
  /** Replaces the partner's own rules by the next version. `seen` throws where the caller has not seen the one before. */
  replace(change: { caller: Caller; rules: OwnRule[]; seen: Precondition }): Promise<RulesAnswer>;
};

/** The partner's own boundary rules stand before the desk's; every version is kept, because requests were judged by it. */
export function createPublishedRules({ table, clock }: { table: Table; clock: Clock }): PublishedRules {
  const published = createVersioned({ table, clock, pk: 'boundary-rules', row: rowKind(publishedSchema) });
  const effective = createEffective();
  return {
    inForce: async () => effective(await published.current()),
    read: async (version) => {
      if (version === 0) return answerOf(undefined);
      const found = await published.read(version);
      if (found === undefined && version !== undefined) throw notFound();
      return answerOf(found);
    },
    replace: async ({ caller, rules, seen }) =>
      answerOf(
        await published.publish(
          (version) => ({
            version,
            rules,
            at: toIso(clock.now()),
            by: actorOf(caller),
            builtIn: builtInVersion,
          }),
          seen,
        ),
      ),
  };
}

const asRule = (rule: z.output<typeof keptRuleSchema>): BoundaryRule => ({
  ...rule,
  source: 'own rule of this partner',
});

/** Put together once for each version that comes. */
function createEffective() {
  let last: { of: Published | undefined; rules: RulesInForce } | undefined;
  return (own: Published | undefined): RulesInForce => {
    if (last === undefined || last.of !== own) {
      const rules = [...(own?.rules ?? []).map(asRule), ...boundaryRules];
      last = { of: own, rules: { version: { own: own?.version ?? 0, builtIn: builtInVersion }, rules } };
    }
    return last.rules;
  };
}

const answerOf = (own: Published | undefined): RulesAnswer => ({
  version: own?.version ?? 0,
  builtInVersion,
  ...(own && { overridden: { at: own.at, by: own.by, builtInVersion: own.builtIn } }),
  rules: [
    ...(own?.rules ?? []).map((rule) => ({ ...asRule(rule), origin: 'own' as const })),
    ...boundaryRules.map((rule) => ({ ...rule, origin: 'built-in' as const })),
  ],
});
