import { limits } from '../../shared/core/limits.ts';

export const timerNames = ['sweep', 'pollServiceHealth'] as const;
export type TimerName = (typeof timerNames)[number];

/** Minutes between two ticks. Source: local.settings.example.json, which a deployment takes over. */
export const timerMinutes: Record<TimerName, number> = { sweep: 1, pollServiceHealth: 5 };

/**
 * What nobody can count before a desk has run: how much comes in, how fast others answer, and what the platform does beside. Each
 * is an assumption. Put your own figures here and run `npm run cost`.
 */
export const assumptions = {
  days: 30,
  /** Requests of a customer in a month. */
  requestsPerCustomer: 1.5,
  /** Of a hundred requests, so many become a case at Microsoft; each is counted as an Azure case, which costs most to follow. */
  escalatedPercent: 10,
  /** Days for which such a case is open. */
  caseDays: 4,
  /** Calls by which portals and people look things up (a customer's health, a list, a request), for a customer and a day. */
  lookUpsPerCustomerDay: 1,
  /** Incidents of Microsoft in a month. Each hits a tenth of the shards whole: begins, changes, ends. */
  incidents: 60,
  incidentShardPercent: 10,
  portals: 3,
  caseMailboxes: 1,
  /** Mails of Microsoft's for a case. */
  mailsPerCase: 6,
  /** Months for which rows of requests, cases and notices have been kept. */
  keptMonths: 24,
  /** How long others take to answer (milliseconds), and what an answer of Microsoft's costs the processor. */
  microsoftMs: 250,
  storageMs: 10,
  busMs: 15,
  processorMsPerCall: 4,
  /** Calls to Microsoft that a run has under way at a time: a limit of the desk's own. */
  callsAtOnce: limits.healthConcurrency,
  /** Of an instance. No run is taken to share an instance with another, though several of a queue do: billed time is that of each. */
  memoryGb: 2,
  /** What goes out for a call to Microsoft, its token with it (bytes). Microsoft may count traffic to its own as internal. */
  callBytes: 3_000,
  /** What Application Insights adds to each run: its record of the run, and the host's lines about it (bytes, as stored). */
  telemetryBytesPerRun: 2_600,
  /** Of the host itself: metrics, heartbeats and dependencies it keeps whatever the desk does (bytes a day). */
  telemetryBytesPerDay: 15_000_000,
  /** Blob operations of the Functions host: at a tick of a timer (status, lease), and each minute for its own leases. */
  hostWritesPerTick: 2,
  hostLeasesPerMinute: 12,
  /** What the platform asks the bus in a minute and queue to decide on instances, and receives that find nothing. */
  busQuestionsPerQueueMinute: 8,
} as const;

/** How many customers, and what a month may cost at most on a public network (US dollars). */
export const sizes = [
  { customers: 10, aim: 20 },
  { customers: 1_000, aim: 75 },
  { customers: 50_000, aim: 1_500 },
] as const;
