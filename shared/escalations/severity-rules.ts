import type { Case } from './readiness-case.ts';
import { ofFiling, type Rule } from './readiness-rule.ts';

const isCritical = ({ request }: Case): boolean => request.severity === 'critical';

const isCountry = (country: string): boolean => /^[A-Z]{3}$/.test(country);
const isAddress = (email: string): boolean => /^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email);

/**
 * Whom Microsoft reaches, and what justifies a severity A: an impact, and somebody who answers round the clock; without them
 * Microsoft lowers it to B. Microsoft docs: Support API (contactDetails); Azure support plans, "severity and responsiveness".
 */
export const severityRules: readonly Rule[] = ofFiling([
  {
    code: 'contact-missing',
    stage: 2,
    effect: 'blocks',
    holds: ({ contact }) => contact === undefined,
    text: () => 'Microsoft must be able to reach the partner, and no contact is configured.',
    remedy: "Enter the partner's contact in the support statement.",
  },
  {
    code: 'contact-unusable',
    stage: 2,
    effect: 'blocks',
    holds: ({ contact }) => contact !== undefined && !(isAddress(contact.email) && isCountry(contact.country)),
    text: () => "The partner's contact is not one that Microsoft takes: a mail address and a country of three letters.",
    remedy: "Mend the partner's contact in the support statement: the country by ISO 3166-1 alpha-3, such as DEU.",
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
    effect: 'doubts',
    holds: (c) => isCritical(c) && (c.request.businessImpact ?? '').trim() === '',
    text: () => 'Nothing justifies severity A: the business impact is not stated, and Microsoft would lower it.',
    remedy: 'Say what stands still and what it costs (businessImpact), or lower the severity.',
  },
  {
    code: 'duty-missing',
    stage: 2,
    effect: 'doubts',
    holds: (c) => isCritical(c) && ((c.duty?.name ?? '') === '' || (c.duty?.window ?? '') === ''),
    text: () => 'Severity A means that somebody of the partner answers round the clock, and nobody is on duty now.',
    remedy: 'Put a person with name and hours on duty (reach policy), or lower the severity.',
  },
]);
