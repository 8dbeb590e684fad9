import { refusals } from './filing-channel.ts';
import type { Case } from './readiness-case.ts';
import { ofFiling, type Rule } from './readiness-rule.ts';
import { lackingRights, type LackingRights } from './rights.ts';

const remedies: Record<LackingRights, string> = {
  'rights-missing':
    'Give the desk Support Request Contributor on the subscription; where a person has it, let an administrator force the escalation, and that person files it.',
  'not-consented': "Have the customer's administrator consent to the desk's application.",
  'credential-refused': "Mend the connection's federated credential or its refresh token.",
  'subscription-unknown':
    'Check whether the subscription was cancelled or moved, and read the customer directory again.',
};

const lacks = ({ product, subscriptionId, rights }: Case, code: LackingRights): boolean =>
  product === 'azure' && subscriptionId !== undefined && rights?.state === 'refused' && rights.code === code;

/**
 * Whether the desk may file in the customer's subscription, as Microsoft itself said. Doubts only: an administrator may know of a
 * person who may, or that it has changed since.
 */
export const rightsRules: readonly Rule[] = ofFiling([
  ...lackingRights.map((code): Rule => ({
    code: code === 'rights-missing' ? code : `rights-${code}`,
    stage: 2,
    effect: 'doubts',
    holds: (c) => lacks(c, code),
    text: () => refusals[code].text,
    remedy: remedies[code],
  })),
  {
    code: 'rights-unverified',
    stage: 2,
    effect: 'doubts',
    holds: ({ channel, rights }) => channel === 'azure-support' && rights?.state === 'unknown',
    text: ({ rights }) =>
      `Microsoft did not say whether the desk may file in the subscription (${rights?.state === 'unknown' ? rights.reason : ''}), and has not said so within a day.`,
    remedy: 'Try again in a minute; if it is urgent, let an administrator force the escalation.',
  },
]);
