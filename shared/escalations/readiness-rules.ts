import { delegationRules } from './delegation-rules.ts';
import { hasDelegatedAccess, type Case, type Eligibility } from './readiness-case.ts';
import type { Rule } from './readiness-rule.ts';

const descriptionCharacters = 10;

const standing: Record<Exclude<Eligibility, 'eligible'>, string> = {
  'wrong-category': 'is not for this category',
  missing: 'has no contract',
  expired: 'has expired',
  'used-up': 'has no incidents left',
  'product-not-covered': 'does not cover the product',
};

const lookedText = ({ looked }: Case): string =>
  looked
    .map(({ vehicle, eligibility }) => (eligibility === 'eligible' ? vehicle : `${vehicle} ${standing[eligibility]}`))
    .join(', ');

const incidentText = ({ liveIncidents }: Case): string =>
  liveIncidents.map((incident) => `${incident.id} (${incident.title})`).join(', ');

const isCritical = ({ request }: Case): boolean => request.severity === 'critical';

/** The gate. Order is the order of the reasons. Microsoft docs: escalating to Microsoft; report problems on behalf of a customer. */
export const readinessRules: readonly Rule[] = [
  {
    code: 'request-over',
    stage: 0,
    effect: 'blocks',
    holds: ({ request }) => ['resolved', 'closed'].includes(request.state),
    text: ({ request }) => `The request is ${request.state}.`,
    remedy: 'Reopen the request first.',
  },
  {
    code: 'request-erased',
    stage: 0,
    effect: 'blocks',
    holds: ({ request }) => request.erasedAt !== undefined,
    text: () => 'The person who sent it was erased, and with it everything that Microsoft could be told.',
    remedy: 'Take in a new request of somebody who can be asked.',
  },
  {
    code: 'category-unknown',
    stage: 0,
    effect: 'blocks',
    holds: ({ request }) => request.category === null,
    text: () => 'Nobody has said whether this is billing, subscription management or technical.',
    remedy: 'Set the category of the request.',
  },
  {
    code: 'customer-unknown',
    stage: 0,
    effect: 'blocks',
    holds: ({ customer }) => customer === undefined,
    text: () => 'The customer is not in the directory.',
    remedy: 'Wait for the next directory read, or assign the request to a customer.',
  },
  {
    code: 'customer-left',
    stage: 0,
    effect: 'blocks',
    holds: ({ customer }) => customer?.leftAt !== undefined,
    text: () => 'The customer is no longer a customer of this partner.',
    remedy: 'Tell the customer to ask its present partner.',
  },
  {
    code: 'connection-unknown',
    stage: 0,
    effect: 'blocks',
    holds: ({ customer, connection }) => customer !== undefined && connection === undefined,
    text: () => "The customer's partner connection is not configured.",
    remedy: 'Add the connection to PARTNER_CONNECTIONS.',
  },
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
    holds: ({ wanted }) => wanted?.vehicle === 'customer-own',
    text: () => "Under the customer's own contract only the customer can file.",
    remedy: 'Hand over to the customer with the packet.',
  },
  {
    code: 'provider-must-act',
    stage: 1,
    effect: 'redirects',
    party: 'provider',
    holds: ({ connection, product, isCommercial }) =>
      connection?.role === 'reseller' && (product === 'azure' || isCommercial),
    text: ({ isCommercial }) =>
      isCommercial
        ? 'Billing and subscriptions of an indirect reseller are settled by its provider.'
        : 'An indirect reseller cannot open Azure cases; the provider of the subscription can.',
    remedy: 'Hand over to the indirect provider.',
  },
  {
    code: 'advisory',
    stage: 2,
    effect: 'blocks',
    holds: ({ request }) => request.category === 'advisory',
    text: () => 'Advice is not break-fix: it is the work of the partner or of its advisory hours.',
    remedy: 'Answer it yourself, or set another category if something is broken.',
  },
  {
    code: 'boundary-partner',
    stage: 2,
    // Not a bar: whoever escalates says with it that the partner's own diagnosis did not solve it.
    effect: 'notes',
    holds: ({ request }) => request.boundary === 'partner',
    text: () => 'By its kind this is for the partner to solve first.',
    remedy: 'Do the checks for the service; escalate what they do not solve, and say what was tried.',
  },
  {
    code: 'boundary-customer',
    stage: 2,
    effect: 'doubts',
    holds: ({ request }) => request.boundary === 'customer',
    text: () => "The fault lies in the customer's own environment.",
    remedy: 'Help the customer to mend it, or let an administrator force the escalation with a reason.',
  },
  {
    code: 'incident-live',
    stage: 2,
    effect: 'waits',
    holds: ({ liveIncidents, joins }) => liveIncidents.length > 0 && joins === undefined,
    text: (c) => `Microsoft is already working on it: ${incidentText(c)}.`,
    remedy: 'Wait for the incident to end; if this is something else, let an administrator force the escalation.',
  },
  {
    code: 'case-joined',
    stage: 2,
    effect: 'notes',
    holds: ({ joins }) => joins !== undefined,
    text: ({ joins }) =>
      `A case of ${joins?.incidentId ?? ''} is open already (${joins?.escalationId ?? ''}): it is shared.`,
    remedy: 'If this is something else, force it, or name a vehicle, to get a case of its own.',
  },
  {
    code: 'description-missing',
    stage: 2,
    effect: 'blocks',
    holds: ({ request }) => request.description.trim().length < descriptionCharacters && !request.evidence,
    text: () => 'There is neither a description nor evidence that Microsoft could work with.',
    remedy: 'Ask the customer what happens, since when, and to whom.',
  },
  {
    code: 'vehicle-not-eligible',
    stage: 2,
    effect: 'blocks',
    holds: ({ vehicle, wanted }) => vehicle === undefined && wanted?.vehicle !== undefined,
    text: (c) => `The vehicle asked for cannot carry the case: ${lookedText(c)}.`,
    remedy: 'Choose another vehicle, or leave the choice to the desk.',
  },
  {
    code: 'vehicle-missing',
    stage: 2,
    effect: 'blocks',
    holds: ({ vehicle, wanted }) => vehicle === undefined && wanted?.vehicle === undefined,
    text: (c) => `No contract can carry a technical case: ${lookedText(c)}.`,
    remedy: 'Enter or renew a contract of the connection (Premier, Advanced or Signature).',
  },
  {
    code: 'access-missing',
    stage: 2,
    effect: 'blocks',
    holds: (c) => !c.isCommercial && !hasDelegatedAccess(c),
    text: () => "There is no living right in the customer's tenant: no consent and no delegated relationship.",
    remedy: "Ask the customer's administrator to consent, or request a delegated relationship (GDAP).",
  },
  ...delegationRules,
  {
    code: 'contact-missing',
    stage: 2,
    effect: 'blocks',
    holds: ({ contact }) => contact === undefined,
    text: () => 'Microsoft must be able to reach the partner, and no contact is configured.',
    remedy: "Enter the partner's contact in the support statement.",
  },
  {
    code: 'phone-missing',
    stage: 2,
    effect: 'blocks',
    holds: (c) => isCritical(c) && c.contact !== undefined && c.contact.phone === undefined,
    text: () => 'A critical case needs a telephone number at which the partner is reached round the clock.',
    remedy: "Add a telephone number to the partner's contact, or lower the severity.",
  },
  {
    code: 'impact-unstated',
    stage: 2,
    effect: 'notes',
    holds: (c) => isCritical(c) && c.request.businessImpact === undefined,
    text: () => 'The business impact is not stated; Microsoft may lower a critical case without it.',
    remedy: 'Say in the case what stands still and what it costs.',
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
    code: 'subscription-assumed',
    stage: 2,
    effect: 'notes',
    holds: ({ channel, resourceId, customer }) =>
      channel === 'azure-support' && resourceId === undefined && (customer?.azureSubscriptionIds.length ?? 0) > 1,
    text: ({ subscriptionId }) => `No resource is named; the case goes to subscription ${subscriptionId ?? ''}.`,
    remedy: 'Give evidence.resourceId to choose another.',
  },
  {
    code: 'subscription-unknown',
    stage: 2,
    effect: 'notes',
    holds: ({ product, subscriptionId }) => product === 'azure' && subscriptionId === undefined,
    text: () => 'The desk knows no Azure subscription of the customer, so a person files it.',
  },
  {
    code: 'channel-refused',
    stage: 2,
    effect: 'notes',
    holds: ({ product, subscriptionId, channel }) =>
      product === 'azure' && subscriptionId !== undefined && channel === 'assisted',
    text: () => 'Microsoft refused the Support API for this subscription within the last day, so a person files it.',
  },
  {
    code: 'vehicle-chosen',
    stage: 2,
    effect: 'notes',
    holds: ({ vehicle }) => vehicle !== undefined,
    text: ({ vehicle, channel }) =>
      `Goes by ${vehicle ?? ''}, ${channel === 'assisted' ? 'filed by a person' : 'filed by the desk'}.`,
  },
];
