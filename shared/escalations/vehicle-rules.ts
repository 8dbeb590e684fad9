import type { Case, LookedAt } from './readiness-case.ts';
import { ofFiling, type Rule } from './readiness-rule.ts';

const standingText = ({ vehicle, text }: LookedAt): string => (text === undefined ? vehicle : `${vehicle} ${text}`);

/** Why the chosen one, and why not the others. */
function otherText({ looked, vehicle }: Case): string {
  const at = looked.findIndex((one) => one.vehicle === vehicle);
  const before = looked.slice(0, at).map(standingText);
  const after = looked
    .slice(at + 1)
    .map((one) => (one.text === undefined ? `${one.vehicle} could too` : standingText(one)));
  const all = [...before, ...after];
  return all.length === 0 ? '' : ` Of the others: ${all.join(', ')}.`;
}

/** By which contract and which way. */
export const vehicleRules: readonly Rule[] = ofFiling([
  {
    code: 'vehicle-not-eligible',
    stage: 2,
    effect: 'blocks',
    holds: ({ vehicle, wanted }) => vehicle === undefined && wanted?.vehicle !== undefined,
    text: ({ looked }) => `The vehicle asked for cannot carry the case: ${looked.map(standingText).join(', ')}.`,
    remedy: 'Choose another vehicle, or leave the choice to the desk.',
  },
  {
    code: 'vehicle-missing',
    stage: 2,
    effect: 'blocks',
    holds: ({ vehicle, wanted }) => vehicle === undefined && wanted?.vehicle === undefined,
    text: ({ looked, isCommercial }) =>
      `No contract can carry a ${isCommercial ? 'commercial' : 'technical'} case: ${looked.map(standingText).join(', ')}.`,
    remedy: 'Enter or renew a contract of the connection (PUT /api/vehicles/{connection}/{vehicle}).',
  },
]);

/** What is good to know of the way. */
export const channelRules: readonly Rule[] = ofFiling([
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
    holds: ({ product, subscriptionId, channel, rights }) =>
      product === 'azure' && subscriptionId !== undefined && channel === 'assisted' && rights?.state !== 'refused',
    text: () => 'Microsoft refused the Support API for this subscription within the last day, so a person files it.',
  },
  {
    code: 'vehicle-chosen',
    stage: 2,
    effect: 'notes',
    holds: ({ vehicle }) => vehicle !== undefined,
    text: (c) =>
      `Goes by ${c.vehicle ?? ''}, ${c.channel === 'assisted' ? 'filed by a person' : 'filed by the desk'}.${otherText(c)}`,
  },
]);
