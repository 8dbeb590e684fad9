import type { Sign } from './boundary-signs.ts';
import type { Category } from './request.ts';
import type { Boundary, RulesVersion } from './triage-answer.ts';

export type BoundaryRule = {
  /** Stable: what was decided is kept with it. */
  id: string;
  /** Ids of services, groups of them (`service-groups.ts`), or `*`: any, and none. */
  services: readonly string[];
  /** `*`: any, and none. */
  category: Category | '*';
  /** A kind of Azure resource; left out: any. */
  kind?: string;
  sign?: Sign;
  /** Words of a partner's own rule, of which the text must say one. */
  words?: readonly string[];
  /** Null: the desk knows that it cannot say. */
  boundary: Boundary | null;
  /** Where the rule comes from. */
  source: string;
  because: string;
};

/** Where rules come from. */
export const sources = {
  customerSupport: 'Microsoft docs: Customer support in the CSP program',
  billingSupport: 'Microsoft docs: Provide billing support',
  escalating: 'Microsoft docs: Escalate problems to Microsoft',
  ours: 'our default',
} as const;

/** The rules that decide, in order, and their version. */
export type RulesInForce = { version: RulesVersion; rules: readonly BoundaryRule[] };
