import * as z from 'zod';
import { minuteMs } from '../core/clock.ts';
import { encodeKey } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import type { Row, Tables } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { DeskCloud } from './cloud.ts';
import { ensureRelay } from './ensure-relay.ts';
import { createRelay, type Relay, type RelayDeps } from './relay.ts';

/**
 * What the directory does in turns: reads who was hinted at, the resellers, through whom customers are served, a page of the list,
 * the audit records.
 */
export const turnKinds = ['hints', 'resellers', 'served', 'list', 'changes'] as const;
export type TurnKind = (typeof turnKinds)[number];

/** When a kind of turn is due next (ISO), how often it failed in a row, and what stands in its way. */
const turnSchema = z.object({
  dueAt: z.string(),
  failures: z.number(),
  trouble: z.object({ code: z.enum(['throttled', 'away', 'refused', 'unreadable']), since: z.string() }).optional(),
});
export type Turn = z.output<typeof turnSchema>;

/** How far audit records are read: those since `since` (ISO); inside a reading of several pages, when it began and where it stands. */
const changesSchema = z.object({
  since: z.string(),
  startedAt: z.string().optional(),
  continuation: z.string().optional(),
  pages: z.number(),
});
export type ChangesRead = z.output<typeof changesSchema>;

const headSchema = z.object({
  generation: z.number(),
  dueAt: z.string(),
  connectionId: z.string(),
  /** When the pass that is under way began; absent between passes. */
  passStartedAt: z.string().optional(),
  continuation: z.string().optional(),
  pages: z.number(),
  /** Items of this pass that could not be read: who is missing then cannot be told. */
  skipped: z.number(),
  lastDoneAt: z.string().optional(),
  /** Shards are numbered from 0; −1 before the first customer. */
  lastShard: z.number(),
  failures: z.number(),
  /** Absent kinds: see `turnsOf`. */
  turns: z.partialRecord(z.enum(turnKinds), turnSchema).optional(),
  /** Partner Center is left alone until then (ISO): the calls of the last turn, or what it asked for. */
  pacedUntil: z.string().optional(),
  changes: changesSchema.optional(),
});

/** The directory of one connection: where its pass stands and when the next is due. */
export type Directory = Omit<z.output<typeof headSchema>, 'generation' | 'dueAt'>;

export const directoryPartition = (connectionId: string): string => `directory|${encodeKey(connectionId)}`;

export const directoryRelay = (deps: RelayDeps): Relay<Directory> =>
  createRelay<Directory>(deps, {
    table: 'customers',
    head: rowKind(headSchema),
    body: ({ connectionId }) => ({ kind: 'directory', connectionId }),
  });

const emptyDirectory = (connectionId: string): Directory => ({
  connectionId,
  pages: 0,
  skipped: 0,
  lastShard: -1,
  failures: 0,
});

/** A directory that is this late has lost its wake, and gets a new one. */
const lostAfterMs = 10 * minuteMs;

export type EnsureDirectory = (scope: Scope) => Promise<{ started: number }>;

/**
 * Sees to it that the directory of every connection is being kept: starts what never began and what lost its wake. What is due
 * follows from the stored head, so it does not matter how often or how late this is called.
 */
export function createEnsureDirectory(deps: RelayDeps & { cloud: DeskCloud }): EnsureDirectory {
  const ensuring = {
    table: deps.tables('customers'),
    relay: directoryRelay(deps),
    clock: deps.clock,
    legOf: (row: Row) => rowKind(headSchema).fromRow(row),
    overdueMs: lostAfterMs,
  };
  return async (scope) => {
    let started = 0;
    for (const { id } of deps.cloud.connections) {
      const place = { pk: directoryPartition(id), first: emptyDirectory(id) };
      if ((await ensureRelay(ensuring, place, scope)).started) started++;
    }
    return { started };
  };
}

/** How many shards a connection has, when its directory was last read to the end, and which of its turns are in trouble. */
type DirectoryState = {
  shards: number;
  lastDoneAt?: string | undefined;
  troubles: (NonNullable<Turn['trouble']> & { turn: TurnKind })[];
};

type ReadDirectoryState = (connectionId: string) => Promise<DirectoryState>;

export const createDirectoryState = ({ tables }: { tables: Tables<'customers'> }): ReadDirectoryState => {
  const table = tables('customers');
  return async (connectionId) => {
    const row = await table.get(directoryPartition(connectionId), 'H');
    if (!row) return { shards: 0, troubles: [] };
    const { lastShard, lastDoneAt, turns } = rowKind(headSchema).fromRow(row);
    const troubles = turnKinds.flatMap((turn) => {
      const trouble = turns?.[turn]?.trouble;
      return trouble ? [{ turn, ...trouble }] : [];
    });
    return { shards: lastShard + 1, lastDoneAt, troubles };
  };
};
