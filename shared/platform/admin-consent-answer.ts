import { refusedBy, type ConsentAnswer } from './finish-consent.ts';

export type AdminConsentSaid = { state: 'consented' | 'not-consented'; said: string };

/**
 * What Entra says of an administrator's consent by a link, which ends at the same address as a sign-in; undefined where the
 * browser comes from a sign-in. Anybody can write such an address: nothing is believed of it, and nothing kept.
 * Source: Microsoft docs, "Admin consent on the Microsoft identity platform".
 */
export function adminConsentSaid(
  answer: ConsentAnswer & { admin_consent?: string | undefined },
): AdminConsentSaid | undefined {
  const { state = '', code, error, admin_consent: consent } = answer;
  if (code !== undefined || (consent === undefined && (state !== '' || error === undefined))) return undefined;
  const isGiven = error === undefined && consent?.toLowerCase() === 'true';
  return isGiven ? given : notGiven(refusedBy(answer));
}

const given: AdminConsentSaid = {
  state: 'consented',
  said: 'Microsoft says that the application has been given its consent. The desk asks Microsoft itself, within minutes.',
};

const notGiven = (code: string): AdminConsentSaid => ({
  state: 'not-consented',
  said: `Microsoft says that the consent was not given (${code}). Open the link again, as an administrator who may consent for the whole tenant.`,
});
