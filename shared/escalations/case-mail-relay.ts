import * as z from 'zod';
import { minuteMs, toIso } from '../core/clock.ts';
import { encodeKey } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { ensureRelay } from '../customers/ensure-relay.ts';
import { createRelay, type Leg, type Relay, type RelayDeps } from '../customers/relay.ts';
import { rowKind } from '../platform/row.ts';
import type { Row } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';

const headSchema = z.object({
  generation: z.number(),
  dueAt: z.string(),
  connectionId: z.string(),
  /** Mails are read from here on (ISO, the mailbox's time). */
  since: z.string(),
  /** The last turn did not come to the end: the next one goes on at `since` exactly, without looking back. */
  isUnfinished: z.boolean().optional(),
  lastReadAt: z.string().optional(),
  failures: z.number(),
  trouble: z
    .object({
      reason: z.enum(['throttled', 'away', 'refused', 'unreadable']),
      status: z.number().optional(),
      since: z.string(),
    })
    .optional(),
});

/** How far the case mailbox of a connection is read. */
export type CaseMailHead = Omit<z.output<typeof headSchema>, keyof Leg>;

const headRow = rowKind(headSchema);

const caseMailPartition = (connectionId: string): string => `case-mail|${encodeKey(connectionId)}`;

export const caseMailRelay = (deps: RelayDeps): Relay<CaseMailHead> =>
  createRelay<CaseMailHead>(deps, {
    table: 'escalations',
    head: headRow,
    body: ({ connectionId }) => ({ kind: 'case-mail', connectionId }),
  });

/** How each case mailbox is being read, for people who look after the desk; what nobody has begun to read has no times. */
export async function caseMailStates(deps: RelayDeps & { cloud: DeskCloud }): Promise<Record<string, unknown>[]> {
  const relay = caseMailRelay(deps);
  const read = deps.cloud.connections.filter(({ caseMailbox }) => caseMailbox !== undefined);
  return Promise.all(
    read.map(async ({ id }) => {
      const { lastReadAt, trouble } = (await relay.read(caseMailPartition(id))).head?.value ?? {};
      return { connectionId: id, lastReadAt: lastReadAt ?? null, ...(trouble && { trouble }) };
    }),
  );
}

/** A mailbox that is this late has lost its wake, and gets a new one. */
const lostAfterMs = 10 * minuteMs;

export type EnsureCaseMail = (scope: Scope) => Promise<{ started: number }>;

/**
 * Sees to it that the case mailbox of every connection that has one is being read. The first reading begins a little before now:
 * what lies in the mailbox from earlier times is of no case of the desk.
 */
export function createEnsureCaseMail(deps: RelayDeps & { cloud: DeskCloud }): EnsureCaseMail {
  const ensuring = {
    table: deps.tables('escalations'),
    relay: caseMailRelay(deps),
    clock: deps.clock,
    legOf: (row: Row) => headRow.fromRow(row),
    overdueMs: lostAfterMs,
  };
  return async (scope) => {
    let started = 0;
    for (const { id, caseMailbox } of deps.cloud.connections) {
      if (caseMailbox === undefined) continue;
      const since = toIso(deps.clock.now() - limits.caseMailOverlapMs);
      const first = { connectionId: id, since, failures: 0 };
      if ((await ensureRelay(ensuring, { pk: caseMailPartition(id), first }, scope)).started) started++;
    }
    return { started };
  };
}
