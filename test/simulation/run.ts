import { createHash } from 'node:crypto';
import { drawnWishes, startClients, type Clients } from './clients.ts';
import { drawnFaults, type FaultKind } from './faults.ts';
import { createHost, type Host } from './host.ts';
import {
  leaks,
  leftovers,
  owed,
  staleRows,
  storedRequests,
  wrongIndex,
  wrongNotices,
  wrongRequests,
} from './invariants.ts';
import { nothingPlanted, type Plant } from './plant.ts';
import { createWorld, type World } from './world.ts';
import { wrongAnswersAfterwards } from './afterwards.ts';

const minuteMs = 60_000;
/** How late the desk may be with what it owes once nothing fails any more: a sweep's grace, its minute, and a lost lock. */
const catchUpMs = 6 * minuteMs;
const quietWithinMs = 180 * minuteMs;
const lookEveryMs = 20_000;

export type Outcome = { wrong: string[]; stale: number; met: ReadonlySet<FaultKind>; trace: readonly string[] };

/** One run of one seed: trouble for some minutes, then none, until all is quiet; then everything is looked at. */
export async function runSeed(seed: number, plant: Plant = nothingPlanted): Promise<Outcome> {
  const world = await createWorld(seed, drawnFaults);
  const { sim } = world;
  const instances = 1 + Math.floor(sim.random() * 2);
  const host = createHost(world, { instances, plant });
  const clients = startClients(world, host, drawnWishes(world));
  await host.run(minuteMs + Math.floor(sim.random() ** 2 * 5 * minuteMs));
  world.faults.stop();
  const wrong = await untilQuiet(world, host, clients);
  const end = await lookAtTheEnd(world, host, clients);
  return { wrong: [...wrong, ...end.wrong], stale: end.stale.length, met: world.faults.met, trace: sim.trace };
}

export const hashOfTrace = ({ trace }: Outcome): string => createHash('sha256').update(trace.join('\n')).digest('hex');

/** Lets time pass until nothing is owed and everyone was answered. */
export async function untilQuiet(world: World, host: Host, clients: Clients): Promise<string[]> {
  const { sim, bus } = world;
  const since = sim.now();
  while (sim.now() - since < quietWithinMs) {
    await host.run(lookEveryMs);
    const rows = owed(world);
    if (rows.length === 0 && bus.all().length === 0 && clients.areDone()) return [];
    if (sim.now() - since <= catchUpMs) continue;
    const late = rows.filter(({ columns }) => Date.parse(String(columns.dueAt)) < sim.now() - catchUpMs);
    if (late.length > 0) return late.map(({ pk, rk }) => `${pk} ${rk} is owed for too long`);
  }
  return ['it never becomes quiet'];
}

/** What is wrong once all is quiet, and which rows of lists are of no use any more. */
export async function lookAtTheEnd(
  world: World,
  host: Host,
  clients: Clients,
): Promise<{ wrong: string[]; stale: string[] }> {
  const stored = storedRequests(world);
  const wrong = [
    ...clients.wrong,
    ...leftovers(world),
    ...wrongRequests(clients.wishes, stored),
    ...wrongNotices(world, stored),
    ...wrongIndex(world, stored),
    ...leaks(world),
    ...(await wrongAnswersAfterwards(world, host, { clients, heads: stored.map(({ head }) => head) })),
  ];
  return { wrong, stale: staleRows(world, stored) };
}
