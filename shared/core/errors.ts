/** Every way in which the desk refuses a call: closed, so that a new code does not compile without its status and title. */
export const errorCatalogue = {
  'malformed-json': { status: 400, title: 'The body is not JSON' },
  'invalid-body': { status: 400, title: 'The body does not fit' },
  'invalid-query': { status: 400, title: 'The query does not fit' },
  'invalid-header': { status: 400, title: 'A header does not fit' },
  'invalid-cursor': { status: 400, title: 'The cursor is not one of ours' },
  unauthenticated: { status: 401, title: 'No valid credentials' },
  forbidden: { status: 403, title: 'Not allowed for this caller' },
  'not-found': { status: 404, title: 'Not found' },
  'already-exists': { status: 409, title: 'Taken already' },
  'illegal-transition': { status: 409, title: 'Not possible in this state' },
  'idempotency-key-reused': { status: 409, title: 'The key was used for another body' },
  'webhook-id-reused': { status: 409, title: 'The webhook id was used for another body' },
  'escalation-not-ready': { status: 409, title: 'Not ready to escalate' },
  'claimed-by-another': { status: 409, title: 'Claimed by another person' },
  'filing-held': { status: 409, title: 'Filing waits until it is known what Microsoft has' },
  'setting-missing': { status: 409, title: 'A setting of the desk is missing' },
  'erasure-blocked': { status: 409, title: 'Something still needs what is to be erased' },
  conflict: { status: 409, title: 'Changed by another call at the same time' },
  'etag-mismatch': { status: 412, title: 'The resource has changed' },
  'body-too-large': { status: 413, title: 'The body is too large' },
  'unsupported-media-type': { status: 415, title: 'The media type of the body is not taken' },
  'unknown-customer': { status: 422, title: 'No such customer' },
  'if-match-required': { status: 428, title: 'If-Match is required' },
  'too-many-requests': { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'Something went wrong' },
  unavailable: { status: 503, title: 'A part of the desk is away' },
} as const satisfies Record<string, { status: number; title: string }>;

export type ErrorCode = keyof typeof errorCatalogue;

export type FieldError = { path: string; message: string };

export type ErrorExtras = {
  cause?: unknown;
  /** Sent as `Retry-After`. */
  retryAfterSeconds?: number;
  /** Where a body or query does not fit. */
  errors?: FieldError[];
  /** Further members of the problem document, safe to show. */
  members?: Record<string, unknown>;
};

/** A refusal: the call cannot be served. `detail` is shown to the caller; secrets and foreign bodies belong in `cause`. */
export class AppError extends Error {
  override readonly name = 'AppError';
  readonly code: ErrorCode;
  readonly detail: string;
  readonly extras: ErrorExtras;

  constructor(code: ErrorCode, detail: string, extras: ErrorExtras = {}) {
    super(`${code}: ${detail}`, { cause: extras.cause });
    this.code = code;
    this.detail = detail;
    this.extras = extras;
  }
}

/** One body for every id that is unknown or belongs to somebody else, so that the two cannot be told apart. */
export const notFound = (): AppError => new AppError('not-found', 'There is no such resource, or it is not yours.');

export const unavailable = (part: string, cause: unknown): AppError =>
  new AppError(
    'unavailable',
    `The ${part} cannot be reached. Nothing was changed that was not acknowledged; try again.`,
    {
      cause,
      retryAfterSeconds: 5,
    },
  );

export const isAppError = (error: unknown, code?: ErrorCode): error is AppError =>
  error instanceof AppError && (code === undefined || error.code === code);
