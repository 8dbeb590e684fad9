import { secondMs } from '../core/clock.ts';
import { HttpFailure } from '../platform/http.ts';
import { matchClassification, matchService, wordsOf, type Offered } from './azure-classification.ts';
import {
  guarded,
  hasLeft,
  isBelow,
  noAnswer,
  openSession,
  type AzureSupportOptions,
  type Session,
} from './azure-session.azuresupport.ts';
import {
  isAbsent,
  packetTrouble,
  readOffers,
  readOperation,
  readPutAnswer,
  readTicket,
  readTrouble,
  supportPath,
  ticketBody,
  ticketPath,
} from './azure-ticket.azuresupport.ts';
import type { FileOutcome, FilingChannel, FilingJob, Passing, Refused } from './filing-channel.ts';
import type { Packet } from './packet.ts';

/**
 * Files technical cases by the Azure Support API in the customer's subscription, on behalf of the customer. Never at tenant level:
 * there the ticket would be the partner's own. Source: Microsoft docs, "Support Tickets - Create" (api-version 2024-04-01).
 */
export function azureSupportChannel(options: AzureSupportOptions): FilingChannel {
  return {
    prepare: async (job, packet) =>
      guarded(async () => {
        const trouble = packetTrouble(packet);
        if (trouble) return trouble;
        const session = await openSession(options, job);
        const composed = await compose({ options, session, packet });
        return typeof composed === 'string'
          ? { kind: 'prepared' as const, submit: async () => submit({ options, session, packet }, job, composed) }
          : composed;
      }),
    find: async (job) =>
      guarded(async () => {
        const session = await openSession(options, job);
        const answer = await session.call({ method: 'GET', path: ticketPath(job) });
        if (answer.status === 200) return { kind: 'found' as const, case: readTicket(answer.body) };
        if (isAbsent(answer)) return { kind: 'absent' as const };
        return readTrouble(answer, session.now());
      }),
    progress: async (job, operation) =>
      guarded(async () => {
        if (!isBelow(options, supportPath(job.subscriptionId), operation)) return { kind: 'ended' as const };
        const session = await openSession(options, job);
        const answer = await session.call({ method: 'GET', url: operation });
        if (answer.status === 200 || answer.status === 202) return readOperation(answer, session.now());
        const trouble = readTrouble(answer, session.now());
        // An operation that cannot be read any more ends nothing: the ticket's name tells.
        return trouble.kind === 'passing' && !trouble.doubt ? trouble : { kind: 'ended' as const };
      }),
  };
}

type Composing = { options: AzureSupportOptions; session: Session; packet: Packet };

/** Services and classifications are read anew for every ticket, as Microsoft asks: their ids change. */
async function compose(composing: Composing): Promise<string | Passing | Refused> {
  const { packet } = composing;
  const words = wordsOf(packet.title, packet.description);
  const services = await readList(composing, servicesPath);
  if (!Array.isArray(services)) return services;
  const service = matchService(services, { words, resourceId: packet.resourceId });
  if (!service) return nothingFits;
  const offered = await readList(
    composing,
    `${servicesPath}/${encodeURIComponent(lastPart(service.id))}/problemClassifications`,
  );
  if (!Array.isArray(offered)) return offered;
  const classification = matchClassification(offered, words);
  if (!classification) return nothingFits;
  return ticketBody(packet, { serviceId: service.id, problemClassificationId: classification.id });
}

const servicesPath = '/providers/Microsoft.Support/services';
const lastPart = (id: string): string => id.slice(id.lastIndexOf('/') + 1);

/** A list that is empty may be so for a moment only. */
const nothingFits: Passing = {
  kind: 'passing',
  reason: 'no service offered',
  doubt: { kind: 'refused', code: 'no-service-fits' },
};

const listPages = 10;
/** Reading a list starts no further page after this time: a step has two minutes, and the ticket must still be put. */
const listMs = 24 * secondMs;

/** All pages of a list of the catalogue. */
async function readList({ options, session }: Composing, path: string): Promise<Offered[] | Passing | Refused> {
  const offers: Offered[] = [];
  const startedAt = session.now();
  let next: string | undefined;
  for (let page = 0; page < listPages; page++) {
    const answer = await session.call({ method: 'GET', ...(next === undefined ? { path } : { url: next }) });
    if (answer.status !== 200) return readTrouble(answer, session.now());
    const read = readOffers(answer.body);
    offers.push(...read.offers);
    next = read.nextLink;
    if (next === undefined || !isBelow(options, path, next)) return offers;
    if (session.now() - startedAt > listMs) return { kind: 'passing', reason: 'the list of services is slow' };
  }
  return offers;
}

/** A list that moved between reading and putting is read once more: a refusal for it is definite, nothing was made. */
async function submit(composing: Composing, job: FilingJob, body: string): Promise<FileOutcome> {
  const outcome = await put(composing.session, job, body);
  if (outcome.kind !== 'refused' || outcome.code !== 'classification-refused') return outcome;
  const anew = await guarded(async () => compose(composing));
  return typeof anew === 'string' ? put(composing.session, job, anew) : anew;
}

/** The one call that can make a ticket: once it has left, silence means that nobody knows. */
async function put(session: Session, job: FilingJob, body: string): Promise<FileOutcome> {
  try {
    return readPutAnswer(await session.call({ method: 'PUT', path: ticketPath(job), body }), session.now());
  } catch (error) {
    if (!(error instanceof HttpFailure)) throw error;
    return hasLeft(error) ? { kind: 'unknown', reason: error.reason } : noAnswer(error);
  }
}
