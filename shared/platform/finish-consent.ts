import { fromIso, hourMs, secondMs, toIso, type Clock } from '../core/clock.ts';
import { AppError, isAppError } from '../core/errors.ts';
import { consentEvents, withEnded, withTaken, type Consent, type ConsentEnd } from './partner-consent.ts';
import type { ConsentConnection, ConsentExchange, SignedIn } from './consent-exchange.entra.ts';
import type { ConsentRows } from './consent-rows.ts';
import { consentKeySecret } from './start-consent.ts';
import { isSigned, proofsOf, readState, type ConsentTicket } from './consent-state.ts';
import { grantEvents, hasPut, type Grant, type GrantRows } from './partner-grant.ts';
import { SecretMissing, type ReadSecret, type SecretVersions } from './secret.ts';
import type { Scope } from './telemetry.ts';
import { TokenFailure } from './tokens.ts';

/** What one read at Partner Center tells about a sign-in. */
export type SignInProof = { mfa: 'proven' | 'missing' | 'untold'; read: NonNullable<Consent['read']>; code?: string };

export type FinishConsentDeps = {
  clock: Clock;
  connections: readonly ConsentConnection[];
  exchange: Pick<ConsentExchange, 'redeem' | 'accessToken'>;
  /** Asks Partner Center with an access token; a silence of Partner Center's is an answer, too. */
  prove: (accessToken: string) => Promise<SignInProof>;
  rows: ConsentRows;
  grants: Pick<GrantRows, 'change' | 'mayPut'>;
  readSecret: ReadSecret;
  versions: Pick<SecretVersions, 'put'>;
  secretName: (connectionId: string) => string;
};

/** What the browser brought from Entra. */
export type ConsentAnswer = {
  state?: string | undefined;
  code?: string | undefined;
  error?: string | undefined;
  error_description?: string | undefined;
};

/** Thrown where the sign-in came to nothing, with the code that says why. */
class NoConsent extends Error {
  override readonly name = 'NoConsent';
  readonly code: string;

  constructor(code: string) {
    super(code);
    this.code = code;
  }
}

/**
 * Takes the answer of a sign-in, once, and keeps its refresh token. A state that the desk did not sign, or whose time is over, costs
 * neither a read nor a write of storage. Nothing worse than what is there replaces it: a token whose sign-in lacks what Partner
 * Center asks for is not kept. Throws `invalid-query`, `illegal-transition` or `unavailable`: nothing has happened yet then, or its
 * end could not be noted, which shows as interrupted though the token may be kept.
 */
export function createFinishConsent(deps: FinishConsentDeps) {
  return async (answer: ConsentAnswer, scope: Scope): Promise<ConsentEnd> => {
    const { key, ticket, connection } = await signedTicket(deps, answer.state);
    const { connectionId, id } = ticket;
    await deps.rows.change(connectionId, (consents) => withTaken(consents, id, deps.clock.now()));
    const end = await ended(deps, { key, ticket, connection, answer }, scope);
    await deps.rows.change(connectionId, (consents) =>
      withEnded(consents, { id, end, endedAt: toIso(deps.clock.now()) }),
    );
    scope.log(end.state === 'done' ? consentEvents.given : consentEvents.failed, { connectionId, id, ...end });
    return end;
  };
}

const noState = () =>
  new AppError(
    'invalid-query',
    'This is not the answer to a sign-in that the desk waits for, or its time is over. Start again.',
  );

async function signedTicket({ readSecret, clock, connections }: FinishConsentDeps, state: string | undefined) {
  const sent = state === undefined ? undefined : readState(state);
  if (sent === undefined) throw noState();
  const { ticket } = sent;
  const connection = connections.find(({ id }) => id === ticket.connectionId);
  if (clock.now() >= fromIso(ticket.expiresAt) || connection === undefined) throw noState();
  try {
    const key = await readSecret(consentKeySecret);
    if (isSigned(key, sent)) return { key, ticket, connection };
  } catch (error) {
    // Nobody has ever asked this desk for a sign-in.
    if (!(error instanceof SecretMissing)) throw error;
  }
  throw noState();
}

type Answered = { key: string; ticket: ConsentTicket; connection: ConsentConnection; answer: ConsentAnswer };

async function ended(deps: FinishConsentDeps, answered: Answered, scope: Scope): Promise<ConsentEnd> {
  try {
    return await granted(deps, answered, scope);
  } catch (error) {
    if (error instanceof NoConsent) return { state: 'failed', code: error.code };
    if (error instanceof TokenFailure) return { state: 'failed', code: error.code ?? error.reason };
    if (isAppError(error, 'unavailable')) return { state: 'failed', code: 'vault-away' };
    throw error;
  }
}

async function granted(deps: FinishConsentDeps, answered: Answered, scope: Scope): Promise<ConsentEnd> {
  const { key, ticket, connection, answer } = answered;
  const { connectionId, id } = ticket;
  if (answer.code === undefined) throw new NoConsent(refusedBy(answer));
  const { verifier, nonce } = proofsOf(key, ticket);
  const signedIn = await deps.exchange.redeem(connection, { code: answer.code, verifier });
  checkSignedIn(signedIn, connection, nonce);
  if (signedIn.refreshToken === undefined) throw new NoConsent('no-refresh-token');
  const proof = await proven(deps, connection, signedIn.refreshToken);
  if (proof.mfa === 'missing') throw new NoConsent('mfa-missing');
  const stored = await keep(deps, connectionId, signedIn.refreshToken);
  const grantedAt = toIso(stored.createdAt);
  const account = signedIn.claims?.account;
  let dead: Grant['dead'];
  await deps.grants.change(connectionId, (grant) => {
    dead = grant.dead;
    const consent = account === undefined ? {} : { consent: { id, account } };
    return { ...hasPut(grant), createdAt: grantedAt, dueAt: toIso(deps.clock.now() + hourMs), ...consent };
  });
  if (dead) scope.log(grantEvents.recovered, { connectionId, since: dead.since });
  const { mfa, read, code } = proof;
  return { state: 'done', mfa, read, grantedAt, ...(code !== undefined && { code }) };
}

/** The code of Entra's answer, never its text: that may hold names. */
export function refusedBy({ error, error_description: description = '' }: ConsentAnswer): string {
  const [number] = /^AADSTS\d{1,10}/.exec(description) ?? [];
  const name = error !== undefined && /^[a-z_]{1,40}$/.test(error) ? error : undefined;
  return number ?? name ?? 'answer-misfit';
}

function checkSignedIn({ claims }: SignedIn, { tenantId, clientId }: ConsentConnection, nonce: string): void {
  if (claims?.audience.toLowerCase() !== clientId.toLowerCase() || claims.nonce !== nonce) {
    throw new NoConsent('answer-misfit');
  }
  if (claims.tenantId.toLowerCase() !== tenantId.toLowerCase()) throw new NoConsent('foreign-tenant');
}

/** One exchange of the new refresh token, and one read. Only a definite refusal of the exchange is an end. */
async function proven(
  deps: FinishConsentDeps,
  connection: ConsentConnection,
  refreshToken: string,
): Promise<SignInProof> {
  try {
    return await deps.prove(await deps.exchange.accessToken(connection, refreshToken));
  } catch (error) {
    const passes = error instanceof TokenFailure && (error.reason === 'away' || error.reason === 'throttled');
    if (!passes) throw error;
    return { mfa: 'untold', read: 'unproven', code: error.reason };
  }
}

const keepWaitsMs = [secondMs, 3 * secondMs];

/**
 * The token is there once: a vault that loses an answer is asked again; a second version of the same does no harm. A renewal that is
 * at work is waited for, since its token would lie on top of this one.
 */
async function keep({ versions, grants, clock, secretName }: FinishConsentDeps, connectionId: string, token: string) {
  while (!(await grants.mayPut(connectionId))) await clock.sleep(secondMs);
  const name = secretName(connectionId);
  for (const waitMs of keepWaitsMs) {
    try {
      return await versions.put(name, token);
    } catch (error) {
      if (!isAppError(error, 'unavailable')) throw error;
      await clock.sleep(waitMs);
    }
  }
  return versions.put(name, token);
}
