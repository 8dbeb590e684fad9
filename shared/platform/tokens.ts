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

export type TokenFailureReason = 'not-consented' | 'tenant-unknown' | 'invalid-grant' | 'throttled' | 'away';

/**
 * No token. `not-consented`, `tenant-unknown` and `invalid-grant` last until a person acts; `throttled` and `away` pass.
 * `invalid-grant` is every other definite refusal too; `code` says which (such as `AADSTS70021`).
 */
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
