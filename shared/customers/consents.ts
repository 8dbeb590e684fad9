import * as z from 'zod';
import { encodeKey } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import { createRelay, type Leg, type Relay, type RelayDeps } from './relay.ts';

/** What came of one customer. `refused` carries Partner Center's code, which says what is missing. */
export type Granted = { kind: 'granted' | 'already' } | { kind: 'refused'; code: string };

/** Grants the application's delegated permissions in one tenant. Throws SourceFailure for what passes by itself. */
export type GrantConsent = (one: { runId: string; connectionId: string; tenantId: string }) => Promise<Granted>;

/** `unknown`: was named, and is no customer of the connection (any more). */
export const consentOutcomes = [
  'granted',
  'already',
  'refused',
  'would-grant',
  'no-relationship',
  'excluded',
  'unknown',
] as const;

const countsSchema = z.partialRecord(z.enum(consentOutcomes), z.number());

const headSchema = z.object({
  generation: z.number(),
  dueAt: z.string(),
  runId: z.string(),
  connectionId: z.string(),
  isDryRun: z.boolean(),
  /** Whom the run is about; absent: every customer of the connection. */
  customerIds: z.array(z.string()).optional(),
  startedAt: z.string(),
  endedAt: z.string().optional(),
  /** The last customer that is done. */
  after: z.string().optional(),
  done: z.number(),
  counts: countsSchema,
  failures: z.number(),
});

/** A run over many customers: where it stands. Times are ISO texts. */
export type ConsentRun = Omit<z.output<typeof headSchema>, keyof Leg>;

const consentRunRow = rowKind(headSchema);

/** Whoever asks again while a run of the connection is under way gets that run: one partition per connection. */
export const consentPartition = (connectionId: string): string => `consents|${encodeKey(connectionId)}`;

export const consentRelay = (deps: RelayDeps): Relay<ConsentRun> =>
  createRelay<ConsentRun>(deps, {
    table: 'customers',
    head: consentRunRow,
    body: ({ connectionId, runId }) => ({ kind: 'consents', connectionId, runId }),
  });

const resultSchema = z.object({
  customerId: z.string(),
  outcome: z.enum(consentOutcomes),
  code: z.string().optional(),
  at: z.string(),
});
export type ConsentResult = z.output<typeof resultSchema>;
export const consentResultRow = rowKind(resultSchema);
export const consentResultPartition = (runId: string): string => `consent-results|${runId}`;
