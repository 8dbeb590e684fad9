import { limits } from '../../shared/core/limits.ts';
import { partitionsAtOnce } from '../../shared/platform/sweep.ts';

/**
 * What nobody can count before a desk has run: how much comes in, how fast others answer, and what the platform does beside. Each
 * is an assumption. Put your own figures here and run `npm run cost`.
 */
export const assumptions = {
  days: 30,
  /** Minutes between two ticks and between two looks into a case mailbox: what a deployment sets unless told otherwise. */
  sweepMinutes: 1,
  pollTimerMinutes: 5,
  mailboxMinutes: 5,
  /** Requests of a customer in a month. */
  requestsPerCustomer: 1.5,
  /** Of a hundred requests so many become a case at Microsoft, and of those so many by the Azure Support API, which is read to be followed. */
  escalatedPercent: 10,
  azurePercent: 25,
  /** Days for which a case is open, and Microsoft's mails for an assisted one. */
  caseDays: 4,
  mailsPerCase: 6,
  /** Calls by which portals and people look something up, for a customer and a day. */
  lookUpsPerCustomerDay: 1,
  /** Incidents of Microsoft in a month. Each hits this part of the shards, and every customer in them: it begins, gets worse, ends. */
  incidents: 60,
  incidentShardPercent: 10,
  portals: 3,
  caseMailboxes: 1,
  /** Months for which rows of requests, cases and notices have been kept. */
  keptMonths: 24,
  /** How long an answer takes (milliseconds), and what one of Microsoft's costs a whole core, which an instance of 2 GB has. */
  microsoftMs: 250,
  storageMs: 10,
  busMs: 15,
  processorMsPerCall: 4,
  /** What a run has under way at a time: the polls at Microsoft, and the sweep at storage. Limits of the desk's own. */
  callsAtOnce: limits.healthConcurrency,
  sweptAtOnce: partitionsAtOnce,
  /** The least time that a run is billed (seconds). Microsoft docs: "Azure Functions Flex Consumption plan hosting", billing. */
  leastRunSeconds: 1,
  /**
   * Runs of a function that a busy instance has at a time; host.json lets messages be four. Time is billed while an instance works,
   * once for all that run on it: a function that is seldom busy is billed for each run alone, and one that always is for no more
   * instances than this takes.
   */
  runsAtOnce: 2,
  /** What goes out with a call to Microsoft, its token with it, and for an answer of the desk's (bytes). */
  callBytes: 2_500,
  answerBytes: 8_000,
  /** Reads of secrets that no job counts, in a minute: of an instance that always works, each time its cache is over; and what the vault logs of a read (bytes). */
  secretReadsPerMinute: 60_000 / limits.cacheMs,
  auditBytesPerSecretRead: 1_500,
  /** What Application Insights keeps of the host itself, whatever the desk does (bytes a day). */
  hostLogBytesPerDay: 5_000_000,
  /** Blob operations of the Functions host: writes at a tick of a timer, and renewals of its own leases in a minute. */
  hostWritesPerTick: 2,
  hostLeasesPerMinute: 12,
  /** Questions in a minute and queue by which the platform decides on instances, and receives that find nothing. */
  busQuestionsPerQueueMinute: 8,
} as const;

/** Memory of an instance in GB, of the default size and of the smallest, which has a quarter of a core. */
export const memories = { usual: 2, least: 0.5 } as const;

/** How many customers, and what a month may cost at most on a public network (US dollars). */
export const sizes = [
  { customers: 10, aim: 20 },
  { customers: 1_000, aim: 75 },
  { customers: 50_000, aim: 1_500 },
] as const;
