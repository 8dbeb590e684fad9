import type { BoundaryRule } from './boundary-rule.ts';
import { signWords, type Sign } from './boundary-signs.ts';
import type { Category } from './request.ts';
import { isAmong } from './service-groups.ts';
import type { Opinion } from './service-of.ts';
import type { Boundary } from './triage-answer.ts';
import { found, readable } from './words.ts';

/** What a boundary is decided from. */
export type Case = {
  /** Readable text of what is complained of. */
  complaint: string;
  category: Category | null;
  service: string | null;
  kind?: string | undefined;
  hasLikelyIncident: boolean;
  hasOpenIncident: boolean;
  isOtherProduct: boolean;
};

export type BoundaryOpinion = Opinion<Boundary> & { rule?: string };

/** Whose it is to solve: by the first rule that fits. */
export function boundaryOf(asked: Case, rules: readonly BoundaryRule[]): BoundaryOpinion {
  const rule = rules.find((one) => fits(one, asked));
  if (rule === undefined) return { value: null, source: 'rule', reason: 'boundary unknown: no rule fits' };
  const { boundary, because, source } = rule;
  return {
    value: boundary,
    source: 'rule',
    reason: `boundary ${boundary ?? 'unknown'}: ${because} (${source})`,
    rule: rule.id,
  };
}

function fits({ services, category, kind, sign, words }: BoundaryRule, asked: Case): boolean {
  return (
    (category === '*' || category === asked.category) &&
    isAmong(asked.service, services) &&
    (kind === undefined || kind === asked.kind) &&
    (sign === undefined || isSeen(sign, asked)) &&
    (words === undefined || found(asked.complaint, listOf(words)).length > 0)
  );
}

function isSeen(sign: Sign, asked: Case): boolean {
  if (sign === 'live-incident') return asked.hasLikelyIncident;
  if (sign === 'open-incident') return asked.hasOpenIncident;
  if (sign === 'other-product') return asked.isOtherProduct;
  return found(asked.complaint, signWords[sign]).length > 0;
}

/** Words as a person writes them, as rules look for them; a star at the end stands for any ending. */
const listOf = (words: readonly string[]): string =>
  words.map((word) => readable(word).trim() + (word.endsWith('*') ? '*' : '')).join(', ');
