/** An API of Microsoft that the desk calls in a tenant. */
export type TokenResource = 'graph' | 'partnercenter' | 'azure';

/** Which token: for which API, in whose tenant, through which partner connection, as the application or for its person. */
export type TokenWant = {
  tenantId: string;
  resource: TokenResource;
  connectionId: string;
  /** `app` unless said otherwise; `delegated` acts for the person whose refresh token the vault holds (GDAP, Partner Center). */
  way?: 'app' | 'delegated';
};

/** An access token that stays good for at least the next minutes. Throws {@link TokenFailure}. */
export type TokenSource = (want: TokenWant) => Promise<string>;

/**
 * Why there is no token. Of the tenant: `not-consented` (the application is there, its permission is not), `app-missing` (the
 * application is not there), `tenant-unknown`, `sign-in-policy` (Conditional Access, MFA) and `no-relationship` (the person is
 * nobody there). Of the partner: `grant-dead` (its refresh token), `no-grant` (the vault holds none) and `client-refused` (its
 * application cannot prove itself: federated credential or certificate). `invalid-grant` is every other definite
 * refusal. `throttled` and `away` pass; everything else lasts until a person acts.
 */
export type TokenFailureReason =
  | 'not-consented'
  | 'app-missing'
  | 'tenant-unknown'
  | 'sign-in-policy'
  | 'no-relationship'
  | 'grant-dead'
  | 'no-grant'
  | 'client-refused'
  | 'invalid-grant'
  | 'throttled'
  | 'away';

/** No token. `code` is Microsoft's, such as `AADSTS70021`. */
export class TokenFailure extends Error {
  override readonly name = 'TokenFailure';
  readonly reason: TokenFailureReason;
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    reason: TokenFailureReason,
    message: string,
    more: { code?: string; retryAfterSeconds?: number; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.reason = reason;
    this.code = more.code;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}
