import { dayMs, fromIso } from '../core/clock.ts';
import { troubleRemedies } from '../customers/coverage.ts';
import { isAlive, standingOf, type Standing } from '../customers/delegation-rules.ts';
import { hasDelegatedAccess, type Case } from './readiness-case.ts';
import { ofFiling, type Rule } from './readiness-rule.ts';

/** Whether somebody has to enter the customer's tenant to file, in a cloud where relationships let people in. */
const isByPerson = ({ isCommercial, product, channel, delegation }: Case): boolean =>
  !isCommercial && (product !== 'azure' || channel === 'assisted') && delegation?.offered !== false;

/** How the partner's people stand in the customer's tenant; undefined where nobody knows, or where nobody has to enter it. */
const delegationIn = (c: Case): Standing | undefined =>
  isByPerson(c) && c.customer?.gdap ? standingOf(c.customer.gdap, c.nowMs) : undefined;

/** A list of relationships that is older may hide that one was ended. */
const listLastsMs = dayMs;

/** What is not known of the relationship although it has to be. */
function unknownIn(c: Case): string | undefined {
  const { customer, delegation, nowMs } = c;
  if (!isByPerson(c) || customer === undefined) return undefined;
  if (!customer.gdap) return 'The delegated admin relationships (GDAP) of the customer have not been read';
  if (!isAlive(customer.gdap, nowMs)) return undefined;
  const isOld = delegation !== undefined && nowMs - fromIso(delegation.lastReadAt ?? '1970-01-01') > listLastsMs;
  if (isOld) return 'The list of delegated admin relationships (GDAP) is older than a day';
  if (standingOf(customer.gdap, nowMs) !== 'role-unknown') return undefined;
  return 'The roles of the delegated admin relationship (GDAP) have not been read';
}

/** In Azure any role of the relationship lets a person in, and the role on the subscription does the rest. */
const lacksRole = (c: Case): boolean =>
  delegationIn(c) === 'role-lacking' && (c.product !== 'azure' || c.customer?.gdap?.roleIds?.length === 0);

function troubleIn({ delegation }: Case): string {
  const trouble = delegation?.trouble;
  if (!trouble) return '';
  return ` (${trouble.reason}${trouble.status ? ` ${String(trouble.status)}` : ''} since ${trouble.since})`;
}

/**
 * Whoever files by hand needs a living relationship in the customer's tenant, and outside Azure a role that may file. Doubts only:
 * an administrator may know of another right. Microsoft docs: GDAP FAQ; report problems on behalf of a customer.
 */
export const delegationRules: readonly Rule[] = ofFiling([
  {
    code: 'access-missing',
    stage: 2,
    effect: 'blocks',
    holds: (c) => !c.isCommercial && !hasDelegatedAccess(c),
    text: () => "There is no living right in the customer's tenant: no consent and no delegated relationship.",
    remedy: "Ask the customer's administrator to consent, or request a delegated relationship (GDAP).",
  },
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
    holds: lacksRole,
    text: () => 'No access assignment of the delegated admin relationship (GDAP) gives a role that may file.',
    remedy: troubleRemedies['role-lacking'],
  },
  {
    code: 'gdap-unknown',
    stage: 2,
    effect: 'doubts',
    holds: (c) => unknownIn(c) !== undefined,
    text: (c) => `${unknownIn(c) ?? ''}${troubleIn(c)}.`,
    remedy:
      'Nothing while it is being read for the first time; else see the connection’s refresh token and the permission DelegatedAdminRelationship.Read.All.',
  },
]);
