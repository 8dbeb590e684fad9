import type { Case } from './readiness-case.ts';
import type { Rule } from './readiness-rule.ts';

/** What hangs on the sale: Azure cases are filed on its subscription, billing at Partner Center. */
const hangsOnSale = ({ product, isCommercial }: Case): boolean => product === 'azure' || isCommercial;

/** Partner Center's words; what it leaves out or does not know bars nobody: Azure itself is asked (`rights-…`). */
const mayBeReseller: ReadonlySet<string> = new Set(['reseller', 'none', 'unknown']);

/** Who may act. Microsoft docs: report problems on behalf of a customer (October 2023). */
export const partyRules: readonly Rule[] = [
  {
    code: 'publisher-must-act',
    stage: 1,
    effect: 'redirects',
    party: 'publisher',
    holds: ({ request }) => request.boundary === 'publisher',
    text: () => "A third party's product: its publisher supports it, not Microsoft.",
    remedy: 'Hand over to the publisher.',
  },
  {
    code: 'customers-own-contract',
    stage: 1,
    effect: 'redirects',
    party: 'customer',
    holds: ({ vehicle }) => vehicle === 'customer-own',
    text: ({ wanted }) =>
      wanted?.vehicle === 'customer-own'
        ? "Under the customer's own contract only the customer can file."
        : "No contract of the partner's can carry the case, but the customer has one of its own, under which only it can file.",
    remedy: 'Hand over to the customer with the packet.',
  },
  {
    code: 'provider-must-act',
    stage: 1,
    effect: 'redirects',
    party: 'provider',
    holds: (c) => c.connection?.role === 'reseller' && hangsOnSale(c),
    text: ({ isCommercial }) =>
      isCommercial
        ? 'Billing and subscriptions of an indirect reseller are settled by its provider.'
        : 'An indirect reseller cannot open Azure cases; the provider of the subscription can.',
    remedy: 'Hand over to the indirect provider.',
  },
  {
    code: 'not-reseller-of-record',
    stage: 1,
    effect: 'redirects',
    party: 'customer',
    holds: (c) =>
      hangsOnSale(c) && c.customer !== undefined && !mayBeReseller.has(c.customer.relationship.toLowerCase()),
    text: ({ customer }) =>
      `The partner is not the customer's reseller (Partner Center says: ${customer?.relationship ?? ''}), and only a reseller can open this case.`,
    remedy: 'Hand over to the customer, who asks whoever sold it the subscription.',
  },
];
