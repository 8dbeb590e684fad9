import * as z from 'zod';
import { secondMs } from '../core/clock.ts';
import { deleteWake, readWake, sendWakes, wakeOp } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { wins } from '../platform/table.ts';
import type { EscalationDeps } from './ports.ts';
import { tendJoined } from './tend-joined.ts';

const joinBodySchema = z.object({ kind: z.literal('escalation-join'), escalationId: z.string() });

const laterMs = 15 * secondMs;

/** Consumer of queue `escalations`: makes the other half of a joining or leaving, in the partition of the case. */
export function createJoinCase(deps: EscalationDeps): QueueHandler {
  return async ({ pk, rk, body }, scope) => {
    const table = deps.tables('escalations');
    const { escalationId } = joinBodySchema.parse(body);
    if (!(await readWake(table, { pk, rk }))) return;
    if ((await tendJoined(deps, escalationId, scope)) === 'done') {
      await deleteWake(table, { pk, rk });
      return;
    }
    const dueAt = deps.clock.now() + laterMs;
    const wake = { id: `join|${escalationId}|later`, queue: 'escalations' as const, dueAt, body };
    if (!(await wins(table, pk, [{ kind: 'delete', rk }, wakeOp(wake, scope)]))) return;
    await sendWakes(deps, { place: { table: 'escalations', pk }, wakes: [wake] }, scope);
  };
}
