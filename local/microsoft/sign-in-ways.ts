/** How the next sign-ins of the integration account go. */
export const signInWays = ['as-usual', 'denied', 'foreign-account', 'without-mfa'] as const;
export type SignInWay = (typeof signInWays)[number];

/** What the account has signed in for; the code is good once. `tenantId`: where the account is at home. */
export type AuthorizationCode = {
  code: string;
  tenantId: string;
  redirectUri: string;
  challenge: string;
  nonce: string;
  hasMfa: boolean;
};
