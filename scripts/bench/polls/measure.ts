import { hourMs, minuteMs } from '../../../shared/core/clock.ts';
import { incidentPartition, affectedPrefix, affectedRow } from '../../../shared/health/incident.ts';
import { aFleet, type Fleet } from './fleet.ts';

/** What polling costs at one size, on average per cycle of five minutes. */
export type Measured = {
  tenants: number;
  gets: number;
  tokens: number;
  busOps: number;
  tableOps: number;
  kib: number;
  /** Of the desk at work: what was on the heap during a cycle beyond what is there between cycles. */
  heapMib: number;
  /** Virtual seconds from the first read of a cycle to the last. */
  cycleSeconds: number;
  refused: number;
  details: number;
  /** Virtual seconds after which 95 % of the tenants were in an event. */
  toldSeconds: number;
  postedSeconds: number;
};

const cyclesPerHour = 12;
const mib = 1024 * 1024;

const heapMib = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / mib;
};

const costsOf = ({ microsoft, memory, bus, handled }: Fleet) => {
  const tables = ['health', 'customers'].map((name) => memory.of(name).counts);
  return {
    ...microsoft.counts,
    // A message costs its send and its receipt; a settlement is an operation too.
    busOps: bus.counts.sends + 2 * handled(),
    tableOps: tables.reduce((sum, { get, query, transact }) => sum + get + query + transact, 0),
  };
};

/** Runs until `done` or for an interval, in steps; returns the virtual seconds that passed. */
async function secondsUntil(fleet: Fleet, done: () => boolean): Promise<number> {
  const start = fleet.clock.now();
  while (!done() && fleet.clock.now() - start < 15 * minuteMs) await fleet.pass(1_000);
  return (fleet.clock.now() - start) / 1_000;
}

const eventsOf = (fleet: Fleet): Record<string, unknown>[] =>
  fleet.bus.all().flatMap(({ queue, message }) => (queue === 'desk-events' ? [message.body] : []));

const affected = (fleet: Fleet): number =>
  [...(fleet.memory.of('health').partitions.get(incidentPartition('EX900001')) ?? [])]
    .filter(([rk]) => rk.startsWith(affectedPrefix))
    .reduce((sum, [rk, { columns }]) => {
      const row = { pk: '', rk, etag: '', columns };
      return sum + Object.keys(affectedRow.fromRow(row).customers).length;
    }, 0);

async function measure(tenants: number): Promise<Measured> {
  const fleet = await aFleet(tenants);
  const first = fleet.clock.now();
  await secondsUntil(fleet, () => fleet.microsoft.counts.gets >= tenants);
  const cycleSeconds = (fleet.clock.now() - first) / 1_000;
  await fleet.pass(10 * minuteMs);

  const resting = heapMib();
  const before = costsOf(fleet);
  const start = fleet.clock.now();
  let busiest = resting;
  for (let cycle = 0; cycle < cyclesPerHour; cycle++) {
    await fleet.pass((5 * minuteMs) / 2);
    if (cycle < 2) busiest = Math.max(busiest, heapMib());
    await fleet.pass((5 * minuteMs) / 2);
  }
  const cycles = ((fleet.clock.now() - start) / hourMs) * cyclesPerHour;
  const after = costsOf(fleet);
  const each = (name: keyof typeof after) => (after[name] - before[name]) / cycles;

  fleet.microsoft.change('serviceDegradation', true);
  const toldSeconds = await secondsUntil(fleet, () => affected(fleet) >= tenants * 0.95);
  await fleet.pass(6 * minuteMs);
  const told = eventsOf(fleet).length;
  fleet.microsoft.change('serviceDegradation', true);
  const postedSeconds = await secondsUntil(fleet, () => eventsOf(fleet).length > told);
  return {
    tenants,
    gets: each('gets'),
    tokens: each('tokens'),
    busOps: each('busOps'),
    tableOps: each('tableOps'),
    kib: each('bytes') / 1024,
    heapMib: busiest,
    cycleSeconds,
    refused: fleet.microsoft.counts.refused,
    details: fleet.microsoft.counts.details,
    toldSeconds,
    postedSeconds,
  };
}

console.log(JSON.stringify(await measure(Number(process.argv[2]))));
