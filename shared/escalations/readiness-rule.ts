import type { Party } from './escalation.ts';
import type { Case } from './readiness-case.ts';

/** What a rule does when it holds. A `waits` and a `doubts` give way to force; a `notes` only explains. */
export type Effect = 'blocks' | 'doubts' | 'redirects' | 'waits' | 'notes';

/**
 * A rule of the gate, as data. `stage` 0 asks whether there is anything to judge, 1 who must act, 2 whether it can be filed now;
 * a stage is judged only when the ones before let the case through.
 */
export type Rule = {
  code: string;
  stage: 0 | 1 | 2;
  effect: Effect;
  holds: (c: Case) => boolean;
  text: (c: Case) => string;
  remedy?: string;
  party?: Party;
  /** Asks what only a case of its own needs: not judged where the request shares the case of another. */
  isOfFiling?: true;
};

export const ofFiling = (rules: readonly Rule[]): Rule[] => rules.map((rule) => ({ ...rule, isOfFiling: true }));
