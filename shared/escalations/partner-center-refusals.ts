/**
 * What Partner Center says when it does not let the desk read or write a service request, and what to do about it. Source:
 * Microsoft docs, "Partner Center REST error codes" and "Partner Center authentication" (App+User calls need a claim of MFA).
 */
export const partnerCenterRefusals = {
  'partner-center-mfa': {
    text: "Partner Center wants a sign-in with multifactor authentication behind the desk's refresh token.",
    remedy:
      'Sign the integration account in again with multifactor authentication, so that a new refresh token is stored.',
  },
  'partner-center-audience': {
    text: "Partner Center does not take the desk's token: it was issued for another API.",
    remedy: 'Check MICROSOFT_CLOUD and the connection: the audience must be that of Partner Center in this cloud.',
  },
  'partner-center-sign-in': {
    text: "Partner Center does not accept the desk's sign-in.",
    remedy: 'Sign the integration account of the connection in again, and see that it is neither disabled nor blocked.',
  },
  'partner-center-policy': {
    text: "A Conditional Access policy blocks the desk's integration account at Partner Center.",
    remedy: 'Exempt the integration account from the policy or meet it, then let it sign in again.',
  },
  'partner-center-app-only': {
    text: 'Service requests are read for a person only, and the desk came as an application.',
    remedy: 'Store a refresh token of the integration account for the connection (Secure Application Model).',
  },
  'partner-center-role': {
    text: "The desk's integration account has no role at Partner Center that may handle service requests.",
    remedy: 'Give it a role for support requests at Partner Center, and Service Support Administrator through GDAP.',
  },
  'partner-center-no-relationship': {
    text: 'Partner Center knows no commercial relationship with this customer.',
    remedy: 'Check in Partner Center whether the customer has left, and whether the right connection is used.',
  },
  'partner-center-rejected': {
    text: 'Partner Center rejected what the desk sent.',
    remedy: 'Write the note or the change in Partner Center by hand; the text is on the escalation.',
  },
} as const;
export type PartnerCenterRefusal = keyof typeof partnerCenterRefusals;

const byCode: Record<string, PartnerCenterRefusal> = {
  '401 900421': 'partner-center-mfa',
  '401 900420': 'partner-center-audience',
  '401 400': 'partner-center-sign-in',
  '401 800001': 'partner-center-sign-in',
  '403 900309': 'partner-center-policy',
  '403 900329': 'partner-center-app-only',
  '403 20002': 'partner-center-no-relationship',
  '403 2032': 'partner-center-role',
  '403 900308': 'partner-center-role',
  '403 900150': 'partner-center-role',
};

/** The same code comes with different statuses, and the same status with different codes: the pair decides, then the status. */
export function partnerCenterRefusalOf(status: number | undefined, code: string | undefined): PartnerCenterRefusal {
  const known = byCode[`${String(status)} ${code ?? ''}`];
  if (known !== undefined) return known;
  if (status === undefined || status === 401) return 'partner-center-sign-in';
  return status === 403 ? 'partner-center-role' : 'partner-center-rejected';
}
