import { isOver } from './escalatable.ts';
import type { Rule } from './readiness-rule.ts';

/** Whether there is anything to judge. */
export const subjectRules: readonly Rule[] = [
  {
    code: 'request-over',
    stage: 0,
    effect: 'blocks',
    holds: ({ request }) => isOver(request),
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
];
