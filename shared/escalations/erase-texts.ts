import { hashOf } from '../core/hash.ts';
import { contended } from '../platform/contended.ts';
import type { Table, TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { isUnfiled, type EscalationRow } from './escalation.ts';
import {
  commitChange,
  contentIn,
  escalationsOf,
  eventWake,
  partitionOf,
  readContentRows,
  readEscalation,
  stemOf,
  textKeys,
} from './escalation-store.ts';
import { cancelled } from './filing.ts';
import type { EscalationDeps } from './ports.ts';
import { leaveCase } from './tend-joined.ts';

/** The `webhook-id` under which a portal is told of an escalation's event. */
export const noticeIdOf = (of: { escalationId: string; version: number; requestId: string }): string =>
  hashOf('escalation.updated', of.escalationId, String(of.version), of.requestId).slice(0, 26);

/** What an erasure needs to know of a request's escalations, and what it does to them. */
export const createEscalationTexts = (deps: EscalationDeps) => ({
  of: async (requestId: string, escalationIds: readonly string[]) => {
    const table = deps.tables('escalations');
    const own = await escalationsOf(table, requestId);
    const others = escalationIds.filter((id) => !own.some((row) => row.id === id));
    const joined = await Promise.all(others.map(async (id) => readEscalation(table, id)));
    const content = own.length === 0 ? [] : await readContentRows(table, stemOf(requestId));
    return [...own, ...joined.flatMap((held) => held?.row ?? [])].map((row) => ({
      escalationId: row.id,
      state: row.state,
      vehicle: row.vehicle,
      channel: row.channel,
      caseNumber: row.caseNumber,
      filedAt: row.filedAt,
      filed: filedOf(row),
      needsTexts: isUnfiled(row.state) && contentIn(content, row.id).packet !== undefined,
      noticeIds: Array.from({ length: row.version }, (_, n) =>
        noticeIdOf({ escalationId: row.id, version: n + 1, requestId }),
      ),
    }));
  },
  erase: async (requestId: string, scope: Scope) => eraseTexts(deps, requestId, scope),
});

/** Who claimed a case has seen its packet and the link; who began a filing may have ended it. */
function filedOf({ caseNumber, claimedBy, intentAt, joinedTo }: EscalationRow): 'yes' | 'maybe' | 'no' {
  // The case that it shares was filed with another's words.
  if (joinedTo !== undefined) return 'no';
  if (caseNumber !== undefined) return 'yes';
  return claimedBy !== undefined || intentAt !== undefined ? 'maybe' : 'no';
}

/**
 * Removes packets and the reasons that people gave, and takes back what nobody has filed. A case that may exist is looked for as
 * before: without a packet it cannot be put again. Idempotent.
 */
export async function eraseTexts(deps: EscalationDeps, requestId: string, scope: Scope): Promise<void> {
  const table = deps.tables('escalations');
  for (const { id } of (await escalationsOf(table, requestId)).filter(isWithoutCase)) {
    await contended(deps, async () => takeBack(deps, id, scope));
  }
  await contended(deps, async () => removeTexts(table, requestId));
}

const isWithoutCase = ({ state, intentAt }: EscalationRow): boolean =>
  (isUnfiled(state) || state === 'joined') && intentAt === undefined;

async function takeBack(deps: EscalationDeps, id: string, scope: Scope): Promise<void> {
  const held = await readEscalation(deps.tables('escalations'), id);
  if (held === undefined || !isWithoutCase(held.row)) return;
  const note = 'The person who sent the request was erased before a case was filed.';
  if (held.row.state === 'joined') {
    await leaveCase(deps, { id, what: 'cancelled', note: 'The person who sent the request was erased.' }, scope);
    return;
  }
  const nowMs = deps.clock.now();
  const row = { ...held.row, claimedUntil: undefined, parkedReason: undefined };
  const { after, event } = cancelled(row, nowMs, note);
  await commitChange(deps, { held, after, event, wakes: [eventWake(event, nowMs)] }, scope);
}

const removedAtOnce = 100;

async function removeTexts(table: Table, requestId: string): Promise<void> {
  const rows = (await readContentRows(table, stemOf(requestId))).filter(({ rk }) => textKeys.test(rk));
  const ops = rows.map(({ rk }): TableOp => ({ kind: 'delete', rk }));
  for (let at = 0; at < ops.length; at += removedAtOnce) {
    await table.transact(partitionOf(requestId), ops.slice(at, at + removedAtOnce));
  }
}
