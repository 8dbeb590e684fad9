import { isOpen } from './escalation.ts';
import { microsoftClocksOf } from './escalation-clocks.ts';
import { readEscalation, readFacts } from './escalation-store.ts';
import type { EscalationDeps } from './ports.ts';

/** Microsoft's clocks of an escalation, for its requests: of the case that it shares, where it has joined another. */
export async function openCaseClocks(
  deps: Pick<EscalationDeps, 'tables' | 'clock'>,
  escalationId: string,
): Promise<ReturnType<typeof microsoftClocksOf>> {
  const table = deps.tables('escalations');
  const own = await readEscalation(table, escalationId);
  const held = own?.row.joinedTo === undefined ? own : await readEscalation(table, own.row.joinedTo);
  if (!held || !isOpen(held.row.state)) return [];
  return microsoftClocksOf(held.row, deps.clock.now(), { facts: await readFacts(table, held.row.id) });
}
