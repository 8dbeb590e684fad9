import { isRefusal } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { commitChange, stepWake, type Change, type Held } from './escalation-store.ts';
import { isFiledByDesk } from './channel-table.ts';
import { escalationEvents } from './events.ts';
import type { FilingJob } from './filing-channel.ts';
import type { EscalationDeps } from './ports.ts';

/** One step of one escalation: what was read, the wake that it is the effect of, and how to end it. */
export type Step = { deps: EscalationDeps; held: Held; done: string | undefined; scope: Scope; settleMs: number };

/**
 * Ends a step by a change in place of its wake. False where another worker was quicker: then that one's change counts, and this
 * step has had no effect.
 */
export async function endStep(step: Step, change: Omit<Change, 'held' | 'done'>): Promise<boolean> {
  try {
    await commitChange(step.deps, { ...change, held: step.held, done: step.done }, step.scope);
    return true;
  } catch (error) {
    if (!isRefusal(error)) throw error;
    step.scope.log(escalationEvents.overtaken, { escalationId: step.held.row.id });
    return false;
  }
}

/** Ends a step with another one later. */
export const goOnAt = async (step: Step, { after, dueAt }: { after: Held['row']; dueAt: number }): Promise<boolean> =>
  endStep(step, { after, wakes: [stepWake(after, dueAt)] });

/** The ticket of an escalation by the Azure channel. */
export function jobOf({ deps, held: { row } }: Pick<Step, 'deps' | 'held'>): FilingJob | undefined {
  const connection = deps.connections(row.connectionId);
  if (!connection || row.subscriptionId === undefined || row.ticketName === undefined) return undefined;
  if (!isFiledByDesk(row.channel)) return undefined;
  return {
    channel: row.channel,
    escalationId: row.id,
    ticketName: row.ticketName,
    connectionId: row.connectionId,
    customerTenantId: row.tenantId,
    partnerTenantId: connection.tenantId,
    tokenWay: row.tokenWay,
    subscriptionId: row.subscriptionId,
  };
}
