import { sources, type BoundaryRule, type RulesInForce } from './boundary-rule.ts';
import { technicalRules } from './technical-rules.ts';

const { billingSupport, escalating, ours } = sources;

/** Counts up with every change of the rules below; kept with what they decide. */
export const builtInVersion = 3;

const billing: readonly BoundaryRule[] = [
  {
    id: 'billing-partners-own-bill',
    services: ['*'],
    category: 'billing',
    sign: 'partner-bill',
    boundary: 'microsoft',
    source: billingSupport,
    because: "what Microsoft bills to the partner is settled with Microsoft's billing support in Partner Center",
  },
  {
    id: 'billing-bought-elsewhere',
    services: ['*'],
    category: 'billing',
    sign: 'bought-elsewhere',
    boundary: 'customer',
    source: ours,
    because: 'what the customer bought from Microsoft itself only the customer can ask about',
  },
  {
    id: 'billing',
    services: ['*'],
    category: 'billing',
    boundary: 'partner',
    source: billingSupport,
    because:
      "billing of a CSP customer is the partner's; the partner asks Microsoft where an invoice of Microsoft's is wrong",
  },
];

const subscription: readonly BoundaryRule[] = [
  {
    id: 'subscription-bought-elsewhere',
    services: ['*'],
    category: 'subscription',
    sign: 'bought-elsewhere',
    boundary: 'customer',
    source: ours,
    because: 'what the customer bought from Microsoft itself only the customer can change',
  },
  {
    id: 'subscription-publisher',
    services: ['*'],
    category: 'subscription',
    sign: 'publisher',
    boundary: 'publisher',
    source: escalating,
    because: 'a third-party product of the marketplace is activated by its publisher',
  },
  {
    id: 'azure-subscription-work',
    services: ['azure'],
    category: 'subscription',
    sign: 'azure-subscription-work',
    boundary: 'microsoft',
    source: escalating,
    because: 'Azure quota, transfer and de-provisioning of subscriptions go through Azure support',
  },
  {
    id: 'subscription-stuck',
    services: ['*'],
    category: 'subscription',
    sign: 'stuck',
    boundary: 'microsoft',
    source: ours,
    because: "provisioning runs at Microsoft: what does not end there is not mended from the partner's side",
  },
  {
    id: 'subscription-unavailable',
    services: ['azure'],
    category: 'subscription',
    sign: 'outage',
    boundary: 'microsoft',
    source: ours,
    because: "a subscription that has become unavailable is not mended from the partner's side",
  },
  {
    id: 'subscription',
    services: ['*'],
    category: 'subscription',
    boundary: 'partner',
    source: billingSupport,
    because: 'purchase, licences, renewal and cancellation are done by the partner in Partner Center',
  },
];

const advisory: readonly BoundaryRule[] = [
  {
    id: 'advisory-other-product',
    services: ['*'],
    category: 'advisory',
    sign: 'other-product',
    boundary: 'publisher',
    source: escalating,
    because: "advice on another maker's product is its publisher's",
  },
  {
    id: 'advisory-publisher',
    services: ['*'],
    category: 'advisory',
    sign: 'publisher',
    boundary: 'publisher',
    source: escalating,
    because: 'third-party products of the marketplace are explained by their publisher',
  },
  {
    id: 'advisory-product-wish',
    services: ['*'],
    category: 'advisory',
    sign: 'product-wish',
    boundary: 'microsoft',
    source: ours,
    because: 'only Microsoft changes its products; the partner passes the wish on',
  },
  {
    id: 'advisory',
    services: ['*'],
    category: 'advisory',
    boundary: 'partner',
    source: escalating,
    because: "advice and how-to are not break-fix and are the partner's own work",
  },
];

/** Who solves it, after the partner's own rules. The first rule that fits decides; none says nothing. */
export const boundaryRules: readonly BoundaryRule[] = [...billing, ...subscription, ...advisory, ...technicalRules];

/** Where the partner has none of its own. */
export const builtInRules: RulesInForce = { version: { own: 0, builtIn: builtInVersion }, rules: boundaryRules };
