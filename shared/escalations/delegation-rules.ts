import { troubleRemedies } from '../customers/coverage.ts';
import { standingOf, type Standing } from '../customers/delegation-rules.ts';
import type { Case } from './readiness-case.ts';
import type { Rule } from './readiness-rule.ts';

/** How the partner's people stand in the customer's tenant; undefined where nobody knows, or where nobody has to enter it. */
function delegationIn({ isCommercial, product, channel, customer, nowMs }: Case): Standing | undefined {
  const isByPerson = !isCommercial && (product !== 'azure' || channel === 'assisted');
  return isByPerson && customer?.gdap ? standingOf(customer.gdap, nowMs) : undefined;
}

/**
 * Whoever files by hand needs a living relationship in the customer's tenant, and outside Azure a role that may file. Doubts only:
 * an administrator may know of another right. Microsoft docs: GDAP FAQ; report problems on behalf of a customer.
 */
export const delegationRules: readonly Rule[] = [
  {
    code: 'gdap-missing',
    stage: 2,
    effect: 'doubts',
    holds: (c) => delegationIn(c) === 'none',
    text: () => 'The partner has no delegated admin relationship (GDAP) with the customer, so nobody can file there.',
    remedy: 'Request a delegated admin relationship with the role Service Support Administrator.',
  },
  {
    code: 'gdap-not-approved',
    stage: 2,
    effect: 'doubts',
    holds: (c) => delegationIn(c) === 'pending',
    text: () => 'The delegated admin relationship (GDAP) waits for the approval of the customer.',
    remedy: 'Send the approval link to a Global Administrator of the customer.',
  },
  {
    code: 'gdap-expired',
    stage: 2,
    effect: 'doubts',
    holds: (c) => delegationIn(c) === 'ended',
    text: ({ customer }) =>
      `The delegated admin relationship (GDAP) is over${customer?.gdap?.endsAt === undefined ? '' : ` since ${customer.gdap.endsAt}`}.`,
    remedy: troubleRemedies['gdap-expired'],
  },
  {
    code: 'role-lacking',
    stage: 2,
    effect: 'doubts',
    holds: (c) => c.product !== 'azure' && delegationIn(c) === 'role-lacking',
    text: () => 'No access assignment of the delegated admin relationship (GDAP) gives a role that may file.',
    remedy: troubleRemedies['role-lacking'],
  },
];
