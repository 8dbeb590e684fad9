import { createHash } from 'node:crypto';
import type { EscalationRow } from '../../shared/escalations/escalation.ts';
import { escalationsOf, partitionOf } from '../../shared/escalations/escalation-store.ts';
import { owedRows } from '../../shared/platform/outbox.ts';
import { noFaults } from '../simulation/faults.ts';
import type { FilingFault } from './filing-faults.ts';
import { createFilingHost, type FilingHost } from './filing-host.ts';
import { noHabits, startPeople, usualHabits, type People } from './filing-people.ts';
import { nothingPlanted, type FilingPlant } from './filing-plants.ts';
import { createFilingWorld, type FilingWorld } from './filing-world.ts';

const minuteMs = 60_000;
/** How late the desk may be with what it owes once nothing fails any more: a sweep's grace, its minute, a lost lock, late messages. */
const catchUpMs = 12 * minuteMs;
const quietWithinMs = 300 * minuteMs;

export type FilingOutcome = {
  wrong: string[];
  met: ReadonlySet<FilingFault>;
  waking: string;
  trace: readonly string[];
};

/** One run of one seed: trouble for some minutes, then none, until every escalation is at an end; then everything is looked at. */
export async function runFiling(seed: number, plant: FilingPlant = nothingPlanted): Promise<FilingOutcome> {
  const world = await createFilingWorld(seed);
  const { sim, faults, waking } = world;
  const host = createFilingHost(world, { plant });
  const people = startPeople(world, host, usualHabits);
  await host.run(minuteMs + Math.floor(sim.random() ** 2 * 15 * minuteMs));
  faults.stop();
  const wrong = await untilQuiet(world, host, people);
  return { wrong: [...wrong, ...(await wrongAtTheEnd(world, people))], met: faults.met, waking, trace: sim.trace };
}

/**
 * One filing that nothing disturbs, except that its instance is killed at the calls that `killAt` counts (1 is the first; each
 * count begins after the kill before).
 */
export async function fileWithKills(killAt: readonly number[]): Promise<{ wrong: string[]; callsAfterwards: number }> {
  const world = await createFilingWorld(1, { requests: 1, faults: { ...noFaults, hits: () => false, met: new Set() } });
  const left = [...killAt];
  let calls = 0;
  const killsNow = () => {
    calls++;
    if (calls !== left[0]) return false;
    left.shift();
    calls = 0;
    return true;
  };
  const host = createFilingHost(world, { plant: nothingPlanted, killsNow });
  const people = startPeople(world, host, noHabits);
  const wrong = await untilQuiet(world, host, people);
  return { wrong: [...wrong, ...(await wrongAtTheEnd(world, people))], callsAfterwards: calls };
}

export const hashOfTrace = ({ trace }: FilingOutcome): string =>
  createHash('sha256').update(trace.join('\n')).digest('hex');

const endStates = new Set<EscalationRow['state']>(['closed', 'cancelled', 'awaiting-filing']);

async function untilQuiet(world: FilingWorld, host: FilingHost, people: People): Promise<string[]> {
  const { sim, bus, memory, microsoft, requests } = world;
  const table = memory.tables('escalations');
  const places = [...new Set([...requests.keys()].map(partitionOf))];
  const since = sim.now();
  while (sim.now() - since < quietWithinMs) {
    await host.run(minuteMs);
    for (const ticket of microsoft.tickets.values()) ticket.status = 'Closed';
    const owed = (await Promise.all(places.map(async (pk) => owedRows(table, pk)))).flat();
    if (owed.length === 0 && bus.all().length === 0 && people.areDone()) {
      const rows = (await Promise.all([...requests.keys()].map(async (id) => escalationsOf(table, id)))).flat();
      if (rows.every(({ state }) => endStates.has(state))) return [];
    }
    if (sim.now() - since <= catchUpMs) continue;
    const late = owed.filter(({ columns }) => Date.parse(String(columns.dueAt)) < sim.now() - catchUpMs);
    if (late.length > 0) return late.map(({ rk }) => `${rk} is owed for too long`);
  }
  return ['it never becomes quiet'];
}

async function wrongAtTheEnd(world: FilingWorld, people: People): Promise<string[]> {
  const wrong = [...world.wrong];
  for (const { name, commits } of world.microsoft.tickets.values()) {
    if (commits !== 1) wrong.push(`${name} was committed ${String(commits)} times`);
  }
  const expected = new Set<string>();
  for (const requestId of world.requests.keys()) {
    const [row, ...more] = await escalationsOf(world.memory.tables('escalations'), requestId);
    if (!row || more.length > 0) {
      wrong.push(`${requestId} has no or several escalations`);
      continue;
    }
    wrong.push(...wrongEnd(world, row, [...(people.accepted.get(requestId) ?? [])]));
    for (let version = 1; version <= row.version; version++) expected.add(`${row.id} ${String(version)}`);
  }
  return [...wrong, ...wrongTales(world, expected)];
}

/** `ids`: what those who asked for it were told as its name. */
function wrongEnd({ microsoft, requests }: FilingWorld, row: EscalationRow, ids: readonly string[]): string[] {
  const own = [...microsoft.tickets.values()].filter(({ name }) => name.startsWith(`desk-${row.id}`));
  const number = own[0]?.number;
  const isOver = requests.get(row.requestIds[0] ?? '')?.state === 'closed';
  const end = `${row.id} ended ${row.state} with ${String(row.caseNumber)}, its ticket is ${String(number)}`;
  return [
    ...(ids.length === 1 && ids[0] === row.id ? [] : [`${row.id} was answered as ${ids.join(' and ')}`]),
    ...(own.length > 1 ? [`${row.id} has several tickets`] : []),
    ...(isAtItsEnd(row, { number, isOver }) ? [] : [end]),
  ];
}

/** Each event was told to its request and to its portal; nothing else was. */
function wrongTales({ told, notices }: FilingWorld, expected: ReadonlySet<string>): string[] {
  return [
    ...[...expected].filter((key) => !told.has(key)).map((key) => `${key} was never told`),
    ...[...told.keys()].filter((key) => !expected.has(key)).map((key) => `${key} is told and is not`),
    ...(notices.size === expected.size ? [] : [`${String(notices.size)} notices of ${String(expected.size)} events`]),
  ];
}

/** Filed and followed to its end; waiting for a person, and then surely not filed; or taken back with its request. */
function isAtItsEnd(row: EscalationRow, { number, isOver }: { number: string | undefined; isOver: boolean }): boolean {
  if (row.state === 'closed') return number !== undefined && row.caseNumber === number;
  if (row.state === 'awaiting-filing') return number === undefined && !isOver;
  return row.state === 'cancelled' && number === undefined && isOver;
}
