import { describe, expect, it } from 'vitest';
import { escalationsOf, partitionOf } from '../../shared/escalations/escalation-store.ts';
import { owedRows } from '../../shared/platform/outbox.ts';
import { requestIds, runFiling } from './filing-simulation.ts';

type Run = Awaited<ReturnType<typeof runFiling>>;

/** What is wrong at the end of a run, in words; empty for a good one. */
async function findings(seed: number, settleMs?: number): Promise<string[]> {
  const run = await runFiling(seed, settleMs);
  const wrong = [...run.microsoft.tickets.values()]
    .filter((ticket) => ticket.commits !== 1)
    .map((ticket) => `${ticket.name} was committed ${String(ticket.commits)} times`);
  for (const requestId of requestIds) wrong.push(...(await findingsOf(run, requestId)));
  if (run.bus.all().length > 0) wrong.push('messages are left');
  return wrong.map((what) => `seed ${String(seed)}: ${what}`);
}

async function findingsOf({ microsoft, stores, told }: Run, requestId: string): Promise<string[]> {
  const table = stores.tables('escalations');
  const [row, ...more] = await escalationsOf(table, requestId);
  if (!row || more.length > 0) return [`${requestId} has no or several escalations`];
  const ticket = microsoft.tickets.get(`desk-${row.id}`);
  const isFiled = row.state === 'closed' && ticket !== undefined && row.caseNumber === ticket.number;
  const isTurned = row.state === 'awaiting-filing' && ticket === undefined;
  const owed = await owedRows(table, partitionOf(requestId));
  const untold = Array.from({ length: row.version }, (_, at) => at + 1).filter(
    (version) => !told.has(`${row.id} ${String(version)}`),
  );
  return [
    ...(isFiled || isTurned ? [] : [`${row.id} ended ${row.state}, ticket ${String(ticket?.number)}`]),
    ...untold.map((version) => `${row.id} event ${String(version)} was never told`),
    ...(owed.length === 0 ? [] : [`${row.id} still owes something`]),
  ];
}

const seeds = (count: number) => Array.from({ length: count }, (_, seed) => seed + 1);

describe('filing under faults at every call', () => {
  it('makes exactly one ticket of each escalation, and forgets none', { timeout: 120_000 }, async () => {
    const wrong: string[] = [];
    for (const seed of seeds(300)) wrong.push(...(await findings(seed)));
    expect(wrong).toEqual([]);
  });

  it('is found out where the settle horizon is too short', { timeout: 120_000 }, async () => {
    const wrong: string[] = [];
    for (const seed of seeds(300)) {
      wrong.push(...(await findings(seed, 1_000)));
      if (wrong.some((what) => what.includes('committed 2 times'))) break;
    }
    expect(wrong.join('\n')).toContain('committed 2 times');
  });
});
