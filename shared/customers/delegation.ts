import * as z from 'zod';
import { minuteMs } from '../core/clock.ts';
import { encodeKey } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import type { Row, Tables } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { CloudName, DeskCloud } from './cloud.ts';
import { createDirectoryState } from './directory.ts';
import { ensureRelay } from './ensure-relay.ts';
import { createRelay, type Leg, type Relay, type RelayDeps } from './relay.ts';

/** Why the list is not known as it should be; `since`: when that began (ISO). */
const feedTroubleSchema = z.object({
  reason: z.enum(['throttled', 'away', 'refused', 'unreadable', 'roles-unread']),
  status: z.number().optional(),
  since: z.string(),
});
export type DelegationTrouble = z.output<typeof feedTroubleSchema>;

const headSchema = z.object({
  generation: z.number(),
  dueAt: z.string(),
  connectionId: z.string(),
  /** When the pass that is under way began; absent between passes. */
  passStartedAt: z.string().optional(),
  /** Address of the next page of the list. */
  next: z.string().optional(),
  pages: z.number(),
  /** Items of this pass that could not be read. */
  skipped: z.number(),
  /** The list of this pass was read to its end; what remains are roles. */
  isListed: z.boolean().optional(),
  /** When the list was last read to its end. */
  lastReadAt: z.string().optional(),
  /** As of when the customers' rows say what is known. */
  appliedAt: z.string().optional(),
  failures: z.number(),
  trouble: feedTroubleSchema.optional(),
});

/** The delegated admin relationships of one connection: where the reading stands and when the next is due. */
export type DelegationHead = Omit<z.output<typeof headSchema>, keyof Leg>;

const headRow = rowKind(headSchema);

export const delegationPartition = (connectionId: string): string => `delegation|${encodeKey(connectionId)}`;

export const delegationRelay = (deps: RelayDeps): Relay<DelegationHead> =>
  createRelay<DelegationHead>(deps, {
    table: 'customers',
    head: headRow,
    body: ({ connectionId }) => ({ kind: 'delegation', connectionId }),
  });

/** Microsoft docs: GDAP is not offered by 21Vianet. */
const hasDelegation = (cloud: CloudName): boolean => cloud !== 'china';

/** A relay that is this late has lost its wake, and gets a new one. */
const lostAfterMs = 10 * minuteMs;

export type EnsureDelegation = (scope: Scope) => Promise<{ started: number }>;

/**
 * Sees to it that the relationships of every connection are being read: begins once there are customers whose they are, and
 * starts again what lost its wake.
 */
export function createEnsureDelegation(deps: RelayDeps & { cloud: DeskCloud }): EnsureDelegation {
  const table = deps.tables('customers');
  const relay = delegationRelay(deps);
  const ensuring = {
    table,
    relay,
    clock: deps.clock,
    legOf: (row: Row) => headRow.fromRow(row),
    overdueMs: lostAfterMs,
  };
  const directory = createDirectoryState(deps);

  const ensure = async (connectionId: string, scope: Scope): Promise<boolean> => {
    if ((await directory(connectionId)).lastDoneAt === undefined) return false;
    const first = { connectionId, pages: 0, skipped: 0, failures: 0 };
    return (await ensureRelay(ensuring, { pk: delegationPartition(connectionId), first }, scope)).started;
  };

  return async (scope) => {
    let started = 0;
    if (!hasDelegation(deps.cloud.cloud)) return { started };
    for (const { id } of deps.cloud.connections) if (await ensure(id, scope)) started++;
    return { started };
  };
}

/** How the reading of relationships stands: `not-offered` in a cloud without them. */
export type DelegationState = {
  offered: boolean;
  lastReadAt?: string | undefined;
  trouble?: DelegationTrouble | undefined;
};

export type ReadDelegationState = (connectionId: string) => Promise<DelegationState>;

export const createDelegationState = (
  { tables }: { tables: Tables<'customers'> },
  { cloud }: { cloud: CloudName },
): ReadDelegationState => {
  const table = tables('customers');
  return async (connectionId) => {
    if (!hasDelegation(cloud)) return { offered: false };
    const row = await table.get(delegationPartition(connectionId), 'H');
    if (!row) return { offered: true };
    const { lastReadAt, trouble } = headRow.fromRow(row);
    return { offered: true, lastReadAt, trouble };
  };
};
