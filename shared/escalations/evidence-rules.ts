import {
  hasEvidence,
  leastWords,
  leastWordsCritical,
  missingForForm,
  saysWhatWasTried,
  wordsIn,
} from './case-evidence.ts';
import type { Case } from './readiness-case.ts';
import { ofFiling, type Rule } from './readiness-rule.ts';

const isCritical = ({ request }: Case): boolean => request.severity === 'critical';
const isTechnical = ({ request }: Case): boolean => request.category === 'technical';
const says = ({ request }: Case, words: number): boolean =>
  wordsIn(request.description) >= words || hasEvidence(request);

/** What Microsoft will ask for. A bar is only that without which nobody there can begin; the rest comes back as a question. */
export const evidenceRules: readonly Rule[] = ofFiling([
  {
    code: 'description-missing',
    stage: 2,
    effect: 'blocks',
    holds: (c) => !says(c, leastWords),
    text: () => 'There is neither a description nor evidence that Microsoft could work with.',
    remedy: 'Ask the customer what happens, since when, and to whom.',
  },
  {
    code: 'evidence-thin',
    stage: 2,
    effect: 'doubts',
    holds: (c) => isCritical(c) && isTechnical(c) && says(c, leastWords) && !says(c, leastWordsCritical),
    text: () => 'A critical case with so few words and no evidence would come back as a question.',
    remedy: 'Say what happens, since when and to whom, or give evidence (an error, an example, a resource).',
  },
  {
    code: 'form-incomplete',
    stage: 2,
    effect: 'doubts',
    holds: (c) => isCritical(c) && isTechnical(c) && missingForForm(c.request, c.product) !== undefined,
    text: ({ request, product }) => `The form of the portal asks for ${missingForForm(request, product) ?? ''}.`,
    remedy: 'Put it into the evidence of the request (environmentId, environmentUrl or workspaceId).',
  },
  {
    code: 'start-unstated',
    stage: 2,
    effect: 'notes',
    holds: ({ request }) => request.startedAt === undefined,
    text: () => 'Nobody said since when; the time of the request is used.',
  },
  {
    code: 'evidence-missing',
    stage: 2,
    effect: 'notes',
    holds: ({ request }) => (request.missingEvidence ?? []).length > 0,
    text: ({ request }) => `Microsoft will ask for: ${(request.missingEvidence ?? []).join(' ')}`,
    remedy: 'Put it into the case as far as it can be had; what is missing at filing comes back as a question.',
  },
  {
    code: 'checks-unstated',
    stage: 2,
    // Not a bar: whoever escalates says with it that the partner's own diagnosis did not solve it.
    effect: 'notes',
    holds: (c) => isTechnical(c) && !saysWhatWasTried(c.request),
    text: ({ request }) =>
      ['Nobody said what was tried.', ...((request.checks ?? []).length > 0 ? ['To be looked at first:'] : [])]
        .concat(request.checks ?? [])
        .join(' '),
    remedy: 'Do the checks for the service, and say in evidence.tried what came of them.',
  },
]);
