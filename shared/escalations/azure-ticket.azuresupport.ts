import * as z from 'zod';
import type { CaseState, FileOutcome, FilingJob, Passing, Refused } from './filing-channel.ts';
import type { Packet } from './packet.ts';
import { retryAfterSeconds, type HttpAnswer } from '../platform/http.ts';

/** The shapes of Microsoft.Support, api-version 2024-04-01 (Azure REST API specifications), as far as the desk uses them. */
export const apiVersion = '2024-04-01';

const offeredSchema = z.object({
  id: z.string(),
  properties: z.object({ displayName: z.string(), resourceTypes: z.array(z.string()).nullish() }),
});
const offersSchema = z.object({ value: z.array(offeredSchema) });

export const readOffers = (body: string) =>
  offersSchema.parse(JSON.parse(body)).value.map(({ id, properties }) => ({
    id,
    displayName: properties.displayName,
    resourceTypes: properties.resourceTypes ?? [],
  }));

const ticketSchema = z.object({
  properties: z.object({
    supportTicketId: z.string().nullish(),
    status: z.string().nullish(),
    severity: z.string().nullish(),
    isTemporaryTicket: z.string().nullish(),
    supportEngineer: z.object({ emailAddress: z.string().nullish() }).nullish(),
  }),
});

/** A number counts once it is final: 16 digits, and not that of a ticket still being set up. Texts come in any case. */
export function readTicket(body: string): CaseState {
  const { properties } = ticketSchema.parse(JSON.parse(body));
  const { supportTicketId, status, severity, isTemporaryTicket, supportEngineer } = properties;
  const isFinal = isTemporaryTicket?.toLowerCase() !== 'yes' && /^\d{16}$/.test(supportTicketId ?? '');
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

/** Consent to read the customer's diagnostics is the customer's to give: the desk says no. */
export function ticketBody(packet: Packet, chosen: { serviceId: string; problemClassificationId: string }): string {
  const { contact } = packet;
  const isCritical = packet.severity === 'A';
  return JSON.stringify({
    properties: {
      title: packet.title,
      description: descriptionOf(packet),
      severity: severities[packet.severity],
      ...chosen,
      advancedDiagnosticConsent: 'No',
      require24X7Response: isCritical,
      problemStartTime: packet.startedAt,
      contactDetails: {
        firstName: contact.firstName,
        lastName: contact.lastName,
        preferredContactMethod: isCritical && contact.phone !== undefined ? 'phone' : 'email',
        primaryEmailAddress: contact.email,
        ...(contact.phone !== undefined && { phoneNumber: contact.phone }),
        preferredTimeZone: packet.timeZone,
        country: contact.country,
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

export const ticketPath = ({ subscriptionId, ticketName }: FilingJob): string =>
  `/subscriptions/${encodeURIComponent(subscriptionId)}/providers/Microsoft.Support/supportTickets/${encodeURIComponent(ticketName)}`;

const errorSchema = z.object({ error: z.object({ code: z.string().nullish(), message: z.string().nullish() }) });

function readError(body: string): { code: string; message: string } {
  try {
    const { error } = errorSchema.parse(JSON.parse(body));
    return { code: error.code ?? '', message: error.message ?? '' };
  } catch {
    return { code: '', message: '' };
  }
}

const isPassingStatus = (status: number): boolean => status === 408 || status === 429 || status >= 500;

const planPattern = /support\s*plan|supportplan|high\s*tier/i;

/** What a refusal means. `upstream` is Microsoft's code alone: its message may quote the ticket. */
function readRefusal(status: number, body: string): Refused {
  const { code, message } = readError(body);
  const upstream = /^[\w.-]{1,80}$/.test(code) ? code : `HTTP ${String(status)}`;
  if ((status === 403 || status === 400) && planPattern.test(`${code} ${message}`)) {
    return { kind: 'refused', code: 'plan', upstream };
  }
  if (status === 401) return { kind: 'refused', code: 'credential-refused', upstream };
  if (status === 403) return { kind: 'refused', code: 'rights-missing', upstream };
  if (/subscriptionnotfound|invalidsubscriptionid/i.test(code)) {
    return { kind: 'refused', code: 'subscription-unknown', upstream };
  }
  return { kind: 'refused', code: 'rejected', upstream };
}

/** What no second try of a read would change. Everything else that is refused may be a token, a rollout or a gateway. */
const isLasting = ({ code, upstream = '' }: Refused): boolean =>
  code === 'plan' || code === 'subscription-unknown' || /^(linked)?authorizationfailed$/i.test(upstream);

/** An answer to a call that makes nothing. Only a refusal that is known to last is one; any other passes or lasts a day. */
export function readTrouble(answer: HttpAnswer, nowMs: number): Passing | Refused {
  if (isPassingStatus(answer.status)) return passing(answer, nowMs);
  const refused = readRefusal(answer.status, answer.body);
  return isLasting(refused) ? refused : doubtful(refused);
}

const doubtful = (doubt: Refused): Passing => ({ kind: 'passing', reason: doubt.upstream ?? doubt.code, doubt });

function passing(answer: HttpAnswer, nowMs: number): Passing {
  const seconds = retryAfterSeconds(answer, nowMs);
  return {
    kind: 'passing',
    reason: `HTTP ${String(answer.status)}`,
    ...(seconds !== undefined && { retryAfterSeconds: seconds }),
  };
}

/**
 * An answer to the call that makes a ticket. 429 says that it was not taken; a conflict, a time-out and every failure of the
 * server leave open whether it was.
 */
export function readPutAnswer(answer: HttpAnswer, nowMs: number): FileOutcome {
  const { status, body, headers } = answer;
  const seconds = retryAfterSeconds(answer, nowMs);
  const again = seconds === undefined ? {} : { retryAfterSeconds: seconds };
  if (status === 202) {
    const operation = headers['azure-asyncoperation'] ?? headers.location;
    return { kind: 'accepted', ...(operation !== undefined && { operation }), ...again };
  }
  if (status === 200 || status === 201) return readMade(body);
  if (status === 429) return passing(answer, nowMs);
  if (status >= 400 && status < 500 && ![408, 409].includes(status)) {
    const refused = readRefusal(status, body);
    return status === 401 ? doubtful(refused) : refused;
  }
  return { kind: 'unknown', reason: `HTTP ${String(status)}`, ...again };
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
  const parsed = operationSchema.safeParse(parseOr(answer.body));
  if (!parsed.success) return { kind: 'ended' };
  const { status, error } = parsed.data;
  if (/^(failed|canceled|cancelled)$/i.test(status)) return readRefusal(400, JSON.stringify({ error: error ?? {} }));
  return /^succeeded$/i.test(status) ? { kind: 'ended' } : running;
}

function parseOr(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
