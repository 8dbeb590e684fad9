import { describe, expect, it } from 'vitest';
import { isOpen, type EscalationRow } from '../../shared/escalations/escalation.ts';
import { escalationsOf, partitionOf, readEvents } from '../../shared/escalations/escalation-store.ts';
import { owedRows } from '../../shared/platform/outbox.ts';
import { members, runJoining, type Member } from './joining-simulation.ts';

type Run = Awaited<ReturnType<typeof runJoining>>;

/** What is wrong at the end of a run, in words; empty for a good one. */
async function findings(seed: number): Promise<{ wrong: string[]; shared: number; tickets: number }> {
  const run = await runJoining(seed);
  const table = run.stores.tables('escalations');
  const rows = (await Promise.all(members.map(async (one) => escalationsOf(table, one.requestId)))).flat();
  const wrong = [
    ...ticketsOf(run, rows),
    ...rows.filter((row) => isOpen(row.state)).map((row) => `${row.id} is still ${row.state}`),
    ...(run.bus.all().length > 0 ? ['messages are left'] : []),
    ...members.flatMap((one) => foreignTo(run, one)),
  ];
  for (const row of rows) wrong.push(...(await untold(run, row)));
  for (const row of rows.filter(({ joinedTo }) => joinedTo !== undefined)) wrong.push(...newsOf(run, row, rows));
  for (const { requestId } of members) {
    if ((await owedRows(table, partitionOf(requestId))).length > 0) wrong.push(`${requestId} is owed something`);
  }
  const shared = rows.filter((row) => row.joinedTo !== undefined).length;
  return { wrong: wrong.map((what) => `seed ${String(seed)}: ${what}`), shared, tickets: run.microsoft.tickets.size };
}

/** Nobody wants a case of its own here except who has left one: the others share. */
function ticketsOf({ microsoft }: Run, rows: EscalationRow[]): string[] {
  const tickets = [...microsoft.tickets.values()];
  const mayBe = 1 + rows.filter((row) => row.leftBy !== undefined).length;
  return [
    ...(tickets.length > mayBe ? [`${String(tickets.length)} cases of one incident`] : []),
    ...tickets.filter((ticket) => ticket.commits !== 1).map((ticket) => `${ticket.name} was filed twice`),
  ];
}

async function untold({ stores, applied }: Run, { id }: EscalationRow): Promise<string[]> {
  const events = await readEvents(stores.tables('escalations'), id);
  const told = new Set(applied.filter((one) => one.escalation.id === id).map((one) => one.escalation.version));
  return events
    .filter(({ what, version }) => what !== 'request-joined' && what !== 'request-left' && !told.has(version))
    .map(({ version }) => `${id} event ${String(version)} was never told`);
}

/** The states of the ticket, in the order in which a request heard them. */
const heardBy = ({ applied }: Run, id: string): string[] =>
  applied
    .filter((one) => one.escalation.id === id)
    .sort((a, b) => a.escalation.version - b.escalation.version)
    .flatMap(({ note }) => (note?.startsWith('Microsoft: ') ? [note] : []));

/** A request hears each word of the case that it shares once, without a gap, and to the end where it stayed. */
function newsOf(run: Run, row: EscalationRow, rows: EscalationRow[]): string[] {
  const said = heardBy(run, row.joinedTo ?? '');
  const heard = heardBy(run, row.id);
  const from = said.indexOf(heard[0] ?? '');
  const isWhole = heard.length === 0 || heard.join() === said.slice(from, from + heard.length).join();
  const lead = rows.find(({ id }) => id === row.joinedTo);
  const isToEnd = row.state !== 'closed' || (heard.at(-1) === said.at(-1) && lead?.joined?.includes(row.id) === true);
  const what = `${row.id} heard ${heard.join()} of ${said.join()}`;
  return isWhole && isToEnd ? [] : [what];
}

function foreignTo(run: Run, { portalId, requestId }: Member): string[] {
  const others = members.filter((one) => one.portalId !== portalId);
  const heard = [
    ...run.notices.filter((one) => one.portalId === portalId).map(({ data }) => data),
    JSON.stringify(run.applied.filter((one) => one.requestId === requestId)),
  ].join();
  return others
    .filter((one) => heard.includes(one.requestId) || heard.includes(one.customerId))
    .map((one) => `${portalId} saw ${one.requestId}`);
}

/** `SEEDS` asks for more runs. */
const count = Math.ceil(Number(process.env.SEEDS ?? 10_000) / 100);

describe('sharing a case under faults and crashes at every call', () => {
  it(
    'makes one case, tells each news once to each who shares it, and forgets nobody',
    { timeout: 600_000 },
    async () => {
      const wrong: string[] = [];
      let shared = 0;
      let withTicket = 0;
      for (let seed = 1; seed <= count; seed++) {
        const found = await findings(seed);
        wrong.push(...found.wrong);
        shared += found.shared;
        withTicket += found.tickets > 0 ? 1 : 0;
      }
      expect(wrong).toEqual([]);
      // The runs do share, and do file.
      expect([shared > count, withTicket > count / 2]).toEqual([true, true]);
    },
  );
});
