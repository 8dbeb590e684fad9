import * as z from 'zod';
import { fromIso, minuteMs, secondMs, toIso } from '../core/clock.ts';
import { unavailable } from '../core/errors.ts';
import { encodeKey } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { rowKind } from '../platform/row.ts';
import { isRefusal, writeOver, type Row, type Table } from '../platform/table.ts';
import { isOpen, type EscalationRow } from './escalation.ts';
import { readEscalation } from './escalation-store.ts';
import type { OpenCase } from './open-case.ts';

/**
 * Which escalation carries the case of an incident: one row per partner connection and incident. It is written before the
 * escalation's own row, so that of two who begin at once one is first; it counts as long as that escalation carries a case with room.
 */
const claimRow = rowKind(z.strictObject({ escalationId: z.string(), at: z.iso.datetime() }));
const rk = 'case';
const pkOf = (connectionId: string, incidentId: string): string =>
  `incident|${encodeKey(connectionId)}|${encodeKey(incidentId)}`;

/** So long a claim counts whose escalation is not there yet. After that its writer has died. */
export const unwrittenMs = minuteMs;
/** And so long its writer may take: well below, since two clocks are compared. */
const writingMs = 30 * secondMs;

/** An open case that others may share: it is, or will be, filed by this desk, and has room. */
export const mayBeJoined = (row: EscalationRow): boolean =>
  isOpen(row.state) &&
  row.state !== 'joined' &&
  row.state !== 'handed-off' &&
  row.state !== 'accepted' &&
  requestsOf(row) < limits.requestsPerCase;

type Shared = Pick<EscalationRow, 'joined'>;
const requestsOf = ({ joined = [] }: Shared): number => joined.length + 1;

/** Whether one case has room for all that share either. */
export const haveRoom = (one: Shared, other: Shared): boolean =>
  requestsOf(one) + requestsOf(other) <= limits.requestsPerCase;

type About = { connectionId: string; incidentIds: readonly string[] };

/** The open cases of these incidents that have room, in the order of the incidents. */
export async function readOpenCases(table: Table, { connectionId, incidentIds }: About): Promise<OpenCase[]> {
  const found = await Promise.all(
    incidentIds.map(async (incidentId): Promise<OpenCase[]> => {
      const row = await table.get(pkOf(connectionId, incidentId), rk);
      const held = row && (await readEscalation(table, claimRow.fromRow(row).escalationId));
      if (!held || !mayBeJoined(held.row)) return [];
      const { id: escalationId, caseNumber, createdAt: beganAt } = held.row;
      return [{ incidentId, escalationId, caseNumber, beganAt }];
    }),
  );
  return found.flat();
}

export type Claimed = {
  /** Those whose case the escalation now carries. */
  incidentIds: string[];
  /** Another escalation that carries the case of one of them, or is just about to. */
  heldBy?: string;
  atMs: number;
};

type Claiming = About & { escalationId: string; nowMs: number };

/**
 * Claims the cases of incidents for an escalation, always in one order. Stops at the first that another has, and gives the others
 * back, unless `isOfOwn`: then it takes what is free. Throws a table refusal where somebody was quicker in between.
 */
export async function claimIncidents(table: Table, claiming: Claiming, isOfOwn = false): Promise<Claimed> {
  const { connectionId, escalationId, nowMs } = claiming;
  const claimed: string[] = [];
  for (const incidentId of [...new Set(claiming.incidentIds)].sort()) {
    const heldBy = await claimOne(table, incidentId, claiming);
    if (heldBy === undefined) claimed.push(incidentId);
    else if (!isOfOwn) {
      await freeIncidents(table, { id: escalationId, connectionId, incidentIds: claimed });
      return { incidentIds: [], heldBy, atMs: nowMs };
    }
  }
  return { incidentIds: claimed, atMs: nowMs };
}

/**
 * Makes sure of the claims of an escalation that is there: takes back what is free or void. Returns who else carries a case of them.
 * Writes also what it has, so that whoever found it void before the escalation was there loses the race.
 */
export async function renewClaims(table: Table, claiming: Claiming): Promise<string | undefined> {
  let heldBy: string | undefined;
  for (const incidentId of claiming.incidentIds.toSorted())
    heldBy = (await claimOne(table, incidentId, claiming)) ?? heldBy;
  return heldBy;
}

/** Returns who has it already. Whoever loses a race looks again here: what it was about to do was decided before. */
async function claimOne(table: Table, incidentId: string, claiming: Claiming): Promise<string | undefined> {
  const pk = pkOf(claiming.connectionId, incidentId);
  const columns = claimRow.toColumns({ escalationId: claiming.escalationId, at: toIso(claiming.nowMs) });
  for (let tries = 1; ; tries++) {
    const there = await table.get(pk, rk);
    const heldBy = there && (await holderOf(table, there, claiming));
    if (heldBy !== undefined) return heldBy;
    try {
      await table.transact(pk, [writeOver(there, { rk, columns })]);
      return undefined;
    } catch (error) {
      if (!isRefusal(error) || tries === 5) throw error;
    }
  }
}

async function holderOf(table: Table, row: Row, { escalationId, nowMs }: Claiming): Promise<string | undefined> {
  const claim = claimRow.fromRow(row);
  if (claim.escalationId === escalationId) return undefined;
  const held = await readEscalation(table, claim.escalationId);
  const isWritten = held !== undefined && held.row.state !== 'joined';
  const counts = isWritten ? mayBeJoined(held.row) : nowMs - fromIso(claim.at) < unwrittenMs;
  return counts ? claim.escalationId : undefined;
}

/** Must be asked before the row of a claimed case is written. Throws `unavailable` where others may hold its claim for void by now. */
export function checkStillClaimed({ incidentIds, atMs }: Claimed, nowMs: number): void {
  if (incidentIds.length > 0 && nowMs - atMs > writingMs) throw unavailable('storage', undefined);
}

/** Lets go of what an escalation has claimed. Idempotent; what another has taken over stays. */
export async function freeIncidents(
  table: Table,
  { id, connectionId, incidentIds = [] }: Pick<EscalationRow, 'id' | 'connectionId' | 'incidentIds'>,
): Promise<void> {
  for (const incidentId of incidentIds) {
    const pk = pkOf(connectionId, incidentId);
    const row = await table.get(pk, rk);
    if (row === undefined || claimRow.fromRow(row).escalationId !== id) continue;
    try {
      await table.transact(pk, [{ kind: 'delete', rk, etag: row.etag }]);
    } catch (error) {
      if (!isRefusal(error)) throw error;
    }
  }
}
