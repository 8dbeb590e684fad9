const declined = 'Whoever signed in declined. Start again, and accept.';
const administrator =
  'An administrator of the partner has to consent: let a Global Administrator grant admin consent to the application, then start again.';
const multifactor =
  'The sign-in had no multifactor authentication. Enrol the integration account in it, and start again.';
const stranger = 'The account is not one of the partner’s own tenant. Start again with the integration account.';
const late = 'The answer of the sign-in was too old, or used already. Start again.';
const unbegun = 'The sign-in was not begun by this desk. Start again.';
const desk =
  'Microsoft does not take the desk’s own proof: look at the application’s federated credential, or its certificate.';

/** What to do, by Microsoft's code or the desk's own word. Source: Microsoft docs, "Microsoft Entra authentication error codes". */
const words: Readonly<Record<string, string>> = {
  access_denied: declined,
  AADSTS65004: declined,
  consent_required: administrator,
  AADSTS65001: administrator,
  AADSTS90094: administrator,
  AADSTS50074: multifactor,
  AADSTS50076: multifactor,
  AADSTS50079: multifactor,
  'mfa-missing': `${multifactor} Partner Center refuses tokens without it; nothing was kept.`,
  AADSTS53003: 'Conditional Access of the partner stopped the sign-in.',
  AADSTS50020: stranger,
  AADSTS50034: stranger,
  'foreign-tenant': `${stranger} Nothing was kept.`,
  AADSTS50105: 'The account is not assigned to the application: assign it, or let everybody use the application.',
  AADSTS54005: late,
  AADSTS70008: late,
  AADSTS50148: unbegun,
  AADSTS501481: unbegun,
  AADSTS9002327: 'The redirect address is registered for a single-page application: register it under Web.',
  AADSTS70021: desk,
  AADSTS700211: desk,
  AADSTS700212: desk,
  AADSTS700213: desk,
  AADSTS700023: desk,
  AADSTS700024: desk,
  AADSTS700027: desk,
  'client-refused': desk,
  'answer-misfit': 'Microsoft’s answer was not for this sign-in. Nothing was kept; start again.',
  'no-refresh-token': 'Microsoft gave no refresh token. Nothing was kept; start again.',
  'vault-away':
    'The refresh token could not be kept, and a sign-in is good once: start again when the vault is there. Is its secret deleted there? Recover it.',
  away: 'Microsoft’s sign-in did not answer, and a sign-in is good once: start again.',
  throttled: 'Microsoft’s sign-in asks for a pause: start again in some minutes.',
  interrupted: 'The desk was interrupted, and a sign-in is good once: start again.',
};

/** A sentence for a person about an end that was no success. */
const consentWords = (code: string): string => words[code] ?? `Microsoft refused: ${code}. Start again.`;

const states = {
  waiting: 'Waiting for somebody to sign in.',
  exchanging: 'Signed in; the desk is at work.',
  expired: 'Nobody signed in in time. Start again.',
  done: 'The desk may act for the partner’s integration account.',
} as const;

export const standingWords = (state: keyof typeof states | 'failed', code = ''): string =>
  state === 'failed' ? consentWords(code) : states[state];
