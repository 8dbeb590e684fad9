import * as z from 'zod';
import { secondMs, type Clock } from '../core/clock.ts';
import { HttpFailure, type Http, type HttpAnswer, type HttpCall } from '../platform/http.ts';
import { TokenFailure, type TokenSource } from '../platform/tokens.ts';
import { matchClassification, matchService, resourceTypeOf, wordsOf } from './azure-classification.ts';
import {
  apiVersion,
  readOffers,
  readOperation,
  readPutAnswer,
  readTicket,
  readTrouble,
  ticketBody,
  ticketPath,
} from './azure-ticket.azuresupport.ts';
import type { FileOutcome, FilingChannel, FilingJob, Passing, Refused } from './filing-channel.ts';
import type { Packet } from './packet.ts';

export type AzureSupportOptions = {
  http: Http;
  tokens: TokenSource;
  clock: Clock;
  /** Such as `https://management.azure.com`, without a trailing slash. */
  managementBaseUrl: string;
};

/** Five calls at most in one step, each bounded, stay within the two minutes of a function. */
const callMs = 12 * secondMs;
const answerBytes = 4 * 1024 * 1024;

type Tokens = { authorization: string; auxiliary: string };
type Session = { options: AzureSupportOptions; tokens: Tokens };

/**
 * Files technical cases by the Azure Support API in the customer's subscription, on behalf of the customer: the customer's token
 * in `Authorization`, the partner's in `x-ms-authorization-auxiliary`. Never at tenant level: there the ticket would be the partner's own.
 * Source: Microsoft docs, "Support Tickets - Create" (api-version 2024-04-01).
 */
export function azureSupportChannel(options: AzureSupportOptions): FilingChannel {
  return {
    prepare: async (job, packet) =>
      guarded(async () => {
        const session = await open(options, job);
        const body = await compose(session, packet);
        return typeof body === 'string'
          ? { kind: 'prepared' as const, submit: async () => put(session, job, body) }
          : body;
      }),
    find: async (job) =>
      guarded(async () => {
        const answer = await call(await open(options, job), { method: 'GET', path: ticketPath(job) });
        if (answer.status === 200) return { kind: 'found' as const, case: readTicket(answer.body) };
        if (answer.status === 404 && !isForeign404(answer)) return { kind: 'absent' as const };
        return readTrouble(answer, options.clock.now());
      }),
    progress: async (job, operation) =>
      guarded(async () => {
        // The address is the other side's word: tokens go nowhere but to the management endpoint.
        if (!isOurs(options, operation)) return { kind: 'ended' as const };
        const answer = await call(await open(options, job), { method: 'GET', url: operation });
        if (answer.status === 200 || answer.status === 202) return readOperation(answer, options.clock.now());
        const trouble = readTrouble(answer, options.clock.now());
        // An operation that cannot be read any more ends nothing: the ticket's name tells.
        return trouble.kind === 'passing' && !trouble.doubt ? trouble : { kind: 'ended' as const };
      }),
  };
}

/** A subscription that is not found says nothing about the ticket. */
const isForeign404 = (answer: HttpAnswer): boolean => /SubscriptionNotFound|InvalidSubscriptionId/i.test(answer.body);

function isOurs({ managementBaseUrl }: AzureSupportOptions, url: string): boolean {
  return URL.canParse(url) && new URL(url).origin === new URL(managementBaseUrl).origin;
}

/** The two tokens of a place. */
export async function open(
  options: AzureSupportOptions,
  job: Pick<FilingJob, 'connectionId' | 'tokenWay' | 'customerTenantId' | 'partnerTenantId'>,
): Promise<Session> {
  const want = { resource: 'azure' as const, connectionId: job.connectionId, way: job.tokenWay };
  const [customer, partner] = await Promise.all([
    options.tokens({ ...want, tenantId: job.customerTenantId }),
    options.tokens({ ...want, tenantId: job.partnerTenantId }),
  ]);
  return { options, tokens: { authorization: `Bearer ${customer}`, auxiliary: `Bearer ${partner}` } };
}

type Target = { method: HttpCall['method']; body?: string } & ({ path: string } | { url: string });

export async function call({ options, tokens }: Session, target: Target): Promise<HttpAnswer> {
  const url = 'url' in target ? target.url : `${options.managementBaseUrl}${target.path}?api-version=${apiVersion}`;
  return options.http({
    method: target.method,
    url,
    headers: {
      authorization: tokens.authorization,
      'x-ms-authorization-auxiliary': tokens.auxiliary,
      accept: 'application/json',
      ...(target.body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(target.body !== undefined && { body: target.body }),
    timeoutMs: callMs,
    maxBytes: answerBytes,
  });
}

/** Services and classifications are read anew for every ticket, as Microsoft asks: their ids change. */
async function compose(session: Session, packet: Packet): Promise<string | Passing | Refused> {
  const now = () => session.options.clock.now();
  const words = wordsOf(packet.title, packet.description, packet.resourceId);
  const services = await call(session, { method: 'GET', path: '/providers/Microsoft.Support/services' });
  if (services.status !== 200) return readTrouble(services, now());
  const service = matchService(readOffers(services.body), { words, resourceType: resourceTypeOf(packet.resourceId) });
  if (!service) return { kind: 'passing', reason: 'no service offered' };
  const path = `/providers/Microsoft.Support/services/${encodeURIComponent(lastPart(service.id))}/problemClassifications`;
  const offered = await call(session, { method: 'GET', path });
  if (offered.status !== 200) return readTrouble(offered, now());
  const classification = matchClassification(readOffers(offered.body), words);
  if (!classification) return { kind: 'passing', reason: 'no classification offered' };
  return ticketBody(packet, { serviceId: service.id, problemClassificationId: classification.id });
}

const lastPart = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** The one call that can make a ticket: once it has left, silence means that nobody knows. */
async function put(session: Session, job: FilingJob, body: string): Promise<FileOutcome> {
  try {
    const answer = await call(session, { method: 'PUT', path: ticketPath(job), body });
    return readPutAnswer(answer, session.options.clock.now());
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return error.reason === 'refused-address'
      ? { kind: 'passing', reason: error.reason }
      : { kind: 'unknown', reason: error.reason };
  }
}

/** Around calls that make nothing: trouble of the network or of a token becomes an answer. */
export async function guarded<T>(work: () => Promise<T>): Promise<T | Passing | Refused> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof HttpFailure) return { kind: 'passing', reason: error.reason };
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
