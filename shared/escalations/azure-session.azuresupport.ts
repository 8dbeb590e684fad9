import * as z from 'zod';
import { secondMs, type Clock } from '../core/clock.ts';
import { HttpFailure, type Http, type HttpAnswer, type HttpCall } from '../platform/http.ts';
import { TokenFailure, type TokenSource } from '../platform/tokens.ts';
import { apiVersion } from './azure-ticket.azuresupport.ts';
import type { Passing, Refused } from './filing-channel.ts';

export type AzureSupportOptions = {
  http: Http;
  tokens: TokenSource;
  clock: Clock;
  /** Such as `https://management.azure.com`, without a trailing slash. */
  managementBaseUrl: string;
};

/** Where a ticket is (to be) put, and as whom. */
export type TicketPlace = {
  connectionId: string;
  customerTenantId: string;
  partnerTenantId: string;
  tokenWay: 'app' | 'delegated';
  subscriptionId: string;
  ticketName: string;
};

/** Where the desk calls on behalf of a customer, and as whom. */
export type SubscriptionPlace = Omit<TicketPlace, 'ticketName'>;

/** Each call of a step is bounded, so that all of them stay within the two minutes of a function. */
const callMs = 12 * secondMs;
const answerBytes = 4 * 1024 * 1024;

/** Calls by a path below the management endpoint, or by an address that Microsoft gave. */
export type Session = {
  now(): number;
  call(
    target: { method: HttpCall['method']; body?: string } & ({ path: string } | { url: string }),
  ): Promise<HttpAnswer>;
};

/** Why a place is no customer's, before anything is called: a ticket there would be the partner's own. */
class ForeignPlace extends Error {
  override readonly name = 'ForeignPlace';
  readonly refused: Refused;

  constructor(code: 'own-tenant' | 'subscription-unknown') {
    super(code);
    this.refused = { kind: 'refused', code };
  }
}

const guid = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i;

function checkPlace({ customerTenantId, partnerTenantId, subscriptionId }: SubscriptionPlace): void {
  if (customerTenantId.toLowerCase() === partnerTenantId.toLowerCase()) throw new ForeignPlace('own-tenant');
  // Without a subscription the address would be one at tenant level.
  if (!guid.test(subscriptionId)) throw new ForeignPlace('subscription-unknown');
}

/**
 * Calls on behalf of the customer: the customer's token in `Authorization`, the partner's in `x-ms-authorization-auxiliary`.
 * Source: Microsoft docs, "Support Tickets - Create", on behalf of (api-version 2024-04-01).
 */
export async function openSession(options: AzureSupportOptions, place: SubscriptionPlace): Promise<Session> {
  checkPlace(place);
  const want = { resource: 'azure' as const, connectionId: place.connectionId, way: place.tokenWay };
  const [customer, partner] = await Promise.all([
    options.tokens({ ...want, tenantId: place.customerTenantId }),
    options.tokens({ ...want, tenantId: place.partnerTenantId }),
  ]);
  return {
    now: () => options.clock.now(),
    call: async ({ method, body, ...target }) =>
      options.http({
        method,
        url: 'url' in target ? target.url : `${options.managementBaseUrl}${target.path}?api-version=${apiVersion}`,
        headers: {
          authorization: `Bearer ${customer}`,
          'x-ms-authorization-auxiliary': `Bearer ${partner}`,
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body }),
        timeoutMs: callMs,
        maxBytes: answerBytes,
      }),
  };
}

/** What Microsoft gives as an address is followed only below `path`: tokens go nowhere else, and never to tenant level. */
export function isBelow({ managementBaseUrl }: AzureSupportOptions, path: string, url: string): boolean {
  if (!URL.canParse(url)) return false;
  const [given, ours] = [new URL(url), new URL(`${managementBaseUrl}${path}`)];
  return given.origin === ours.origin && given.pathname.toLowerCase().startsWith(ours.pathname.toLowerCase());
}

/** Whether the call can have had an effect although there was no answer. */
export const hasLeft = ({ reason }: HttpFailure): boolean => reason !== 'refused-address' && reason !== 'circuit-open';

export const noAnswer = ({ reason, retryAfterSeconds }: HttpFailure): Passing => ({
  kind: 'passing',
  reason,
  ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
});

/** Around calls that make nothing: trouble of the network or of a token becomes an answer. */
export async function guarded<T>(work: () => Promise<T>): Promise<T | Passing | Refused> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ForeignPlace) return error.refused;
    if (error instanceof HttpFailure) return noAnswer(error);
    if (error instanceof TokenFailure) return tokenTrouble(error);
    // Half an answer, or a gateway's page with status 200.
    if (error instanceof SyntaxError || error instanceof z.ZodError)
      return { kind: 'passing', reason: 'unreadable answer' };
    throw error;
  }
}

const aboutCredentials: ReadonlySet<TokenFailure['reason']> = new Set([
  'invalid-grant',
  'grant-dead',
  'no-grant',
  'client-refused',
  'sign-in-policy',
]);

function tokenTrouble({ reason, code, retryAfterSeconds }: TokenFailure): Passing | Refused {
  if (reason === 'throttled' || reason === 'away') {
    return {
      kind: 'passing',
      reason: `token ${reason}`,
      ...(retryAfterSeconds !== undefined && { retryAfterSeconds }),
    };
  }
  const upstream = code ?? reason;
  if (aboutCredentials.has(reason)) {
    const doubt = { kind: 'refused', code: 'credential-refused', upstream } as const;
    return { kind: 'passing', reason: `token ${upstream}`, doubt };
  }
  return { kind: 'refused', code: 'not-consented', upstream };
}
