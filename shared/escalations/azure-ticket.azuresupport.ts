import * as z from 'zod';
import type { CaseState, FileOutcome, FilingJob, Passing, Refused } from './filing-channel.ts';
import type { Packet } from './packet.ts';
import { jsonOf, retryAfterSeconds, type HttpAnswer } from '../platform/http.ts';
import { doubtful, isLasting, isOfSubscription, readRefusal } from './azure-refusal.ts';
import { alpha3Of } from './country-code.ts';

/** The shapes of Microsoft.Support, api-version 2024-04-01 (Azure REST API specifications), as far as the desk uses them. */
export const apiVersion = '2024-04-01';

const offeredSchema = z.object({
  id: z.string(),
  properties: z.object({ displayName: z.string(), resourceTypes: z.array(z.string()).nullish() }),
});
const offersSchema = z.object({ value: z.array(offeredSchema), nextLink: z.string().nullish() });

/** One page of a list of services or problem classifications. */
export function readOffers(body: string) {
  const { value, nextLink } = offersSchema.parse(JSON.parse(body));
  const offers = value.map(({ id, properties }) => ({
    id,
    displayName: properties.displayName,
    resourceTypes: properties.resourceTypes ?? [],
  }));
  return { offers, nextLink: nextLink ?? undefined };
}

const ticketSchema = z.object({
  properties: z.object({
    supportTicketId: z.string().nullish(),
    status: z.string().nullish(),
    severity: z.string().nullish(),
    isTemporaryTicket: z.string().nullish(),
    supportEngineer: z.object({ emailAddress: z.string().nullish() }).nullish(),
  }),
});

/** A number counts once it is final: 14 to 16 digits, and not that of a ticket still being set up. Texts come in any case. */
export function readTicket(body: string): CaseState {
  const { properties } = ticketSchema.parse(JSON.parse(body));
  const { supportTicketId, status, severity, isTemporaryTicket, supportEngineer } = properties;
  const isFinal = isTemporaryTicket?.toLowerCase() !== 'yes' && /^\d{14,16}$/.test(supportTicketId ?? '');
  return {
    status: status ?? 'Open',
    isClosed: status?.toLowerCase() === 'closed',
    ...(isFinal && supportTicketId && { number: supportTicketId }),
    ...(severity && { severity: severity.toLowerCase() }),
    ...(supportEngineer?.emailAddress && { engineer: supportEngineer.emailAddress }),
  };
}

const severities = { A: 'critical', B: 'moderate', C: 'minimal' } as const;
const descriptionCharacters = 24_000;

/** Why no ticket can be made of a packet, which Microsoft would only say later and less clearly. */
export function packetTrouble({ contact, severity }: Packet): Refused | undefined {
  if (severity === 'A' && contact.phone === undefined) return { kind: 'refused', code: 'phone-missing' };
  return alpha3Of(contact.country) === undefined ? { kind: 'refused', code: 'country-unknown' } : undefined;
}

/** Consent to read the customer's diagnostics is the customer's to give: without a record of it the desk says no. */
export function ticketBody(packet: Packet, chosen: { serviceId: string; problemClassificationId: string }): string {
  const { contact } = packet;
  const isCritical = packet.severity === 'A';
  return JSON.stringify({
    properties: {
      title: packet.title,
      description: descriptionOf(packet),
      severity: severities[packet.severity],
      ...chosen,
      advancedDiagnosticConsent: packet.diagnosticConsent?.given === true ? 'Yes' : 'No',
      require24X7Response: isCritical,
      problemStartTime: packet.startedAt,
      contactDetails: {
        firstName: contact.firstName,
        lastName: contact.lastName,
        preferredContactMethod: isCritical && contact.phone !== undefined ? 'phone' : 'email',
        primaryEmailAddress: contact.email,
        ...(contact.phone !== undefined && { phoneNumber: contact.phone }),
        preferredTimeZone: packet.timeZone,
        country: alpha3Of(contact.country),
        preferredSupportLanguage: packet.language,
      },
      ...(packet.resourceId !== undefined && { technicalTicketDetails: { resourceId: packet.resourceId } }),
    },
  });
}

function descriptionOf(packet: Packet): string {
  const lines = [
    ...(packet.impact === undefined ? [] : [`Impact: ${packet.impact}`]),
    ...(packet.affectedUsers === undefined ? [] : [`Affected users: ${String(packet.affectedUsers)}`]),
    ...(packet.tried.length === 0 ? [] : ['Tried:', ...packet.tried.map((item) => `- ${item}`)]),
    ...(packet.incidentIds.length === 0 ? [] : [`Incidents: ${packet.incidentIds.join(', ')}`]),
  ];
  return [...(lines.length > 0 ? [lines.join('\n')] : []), packet.description]
    .join('\n\n')
    .slice(-descriptionCharacters);
}

/** Everything of Microsoft.Support that belongs to a customer's subscription. */
export const supportPath = (subscriptionId: string): string =>
  `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Support/`;

export const ticketPath = ({ subscriptionId, ticketName }: Pick<FilingJob, 'subscriptionId' | 'ticketName'>): string =>
  `${supportPath(subscriptionId)}supportTickets/${encodeURIComponent(ticketName)}`;

/** What was asked for is not there. A subscription that is not found says nothing about its tickets. */
export const isAbsent = ({ status, body }: HttpAnswer): boolean =>
  status === 404 && !/SubscriptionNotFound|InvalidSubscriptionId/i.test(body);

const isPassingStatus = (status: number): boolean => status === 408 || status === 429 || status >= 500;

/** An answer to a call that makes nothing. Only a refusal that is known to last is one; any other passes or lasts a day. */
export function readTrouble(answer: HttpAnswer, nowMs: number): Passing | Refused {
  if (isPassingStatus(answer.status)) return passing(answer, nowMs);
  const refused = readRefusal(answer.status, answer.body);
  return isLasting(refused) ? refused : doubtful(refused);
}

function passing(answer: HttpAnswer, nowMs: number): Passing {
  const seconds = retryAfterSeconds(answer, nowMs);
  return {
    kind: 'passing',
    reason: `HTTP ${String(answer.status)}`,
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
  };
}

/** What an answer to a call that changes something says of it, apart from success. */
function readChange(answer: HttpAnswer, nowMs: number): Passing | Refused | Unknown {
  const { status, body } = answer;
  if (status === 429) return passing(answer, nowMs);
  if (status >= 400 && status < 500 && status !== 408) {
    const refused = readRefusal(status, body);
    if (status === 401) return doubtful(refused);
    // A conflict that is the subscription's made nothing; any other may be one with what was made before.
    if (status !== 409 || isOfSubscription(refused)) return refused;
  }
  const seconds = retryAfterSeconds(answer, nowMs);
  const again = seconds === undefined ? {} : { retryAfterSeconds: seconds };
  return { kind: 'unknown', reason: `HTTP ${String(status)}`, ...again };
}

type Unknown = Extract<FileOutcome, { kind: 'unknown' }>;

/** An answer to a call that writes on a ticket: as for one that makes it. */
export const readMadeAnswer = (answer: HttpAnswer, nowMs: number): { kind: 'done' } | Passing | Refused | Unknown =>
  answer.status === 200 || answer.status === 201 ? { kind: 'done' } : readChange(answer, nowMs);

/**
 * An answer to the call that makes a ticket. 429 says that it was not taken; a conflict, a time-out and every failure of the
 * server leave open whether it was.
 */
export function readPutAnswer(answer: HttpAnswer, nowMs: number): FileOutcome {
  const { status, body, headers } = answer;
  if (status === 202) {
    const operation = headers['azure-asyncoperation'] ?? headers.location;
    const seconds = retryAfterSeconds(answer, nowMs);
    const again = seconds === undefined ? {} : { retryAfterSeconds: seconds };
    return { kind: 'accepted', ...(operation !== undefined && { operation }), ...again };
  }
  return status === 200 || status === 201 ? readMade(body) : readChange(answer, nowMs);
}

function readMade(body: string): FileOutcome {
  try {
    return { kind: 'filed', case: readTicket(body) };
  } catch {
    return { kind: 'unknown', reason: 'unreadable answer' };
  }
}

const operationSchema = z.object({
  status: z.string(),
  error: z.object({ code: z.string().nullish(), message: z.string().nullish() }).nullish(),
});

/** How an operation stands; a failed one made no ticket, and says why as a refused call does. */
export function readOperation(
  answer: HttpAnswer,
  nowMs: number,
): { kind: 'running'; retryAfterSeconds?: number } | { kind: 'ended' } | Refused {
  const seconds = retryAfterSeconds(answer, nowMs);
  const running = { kind: 'running' as const, ...(seconds !== undefined && { retryAfterSeconds: seconds }) };
  if (answer.status === 202) return running;
  const parsed = operationSchema.safeParse(jsonOf(answer.body));
  if (!parsed.success) return { kind: 'ended' };
  const { status, error } = parsed.data;
  if (/^(failed|canceled|cancelled)$/i.test(status)) {
    // Trouble of the server's own: the name tells whether there is a ticket, and if not it is put again.
    if (/internal|unavailable|time-?out|toomanyrequests|throttl/i.test(error?.code ?? '')) return { kind: 'ended' };
    return readRefusal(400, JSON.stringify({ error: error ?? {} }));
  }
  return /^succeeded$/i.test(status) ? { kind: 'ended' } : running;
}
