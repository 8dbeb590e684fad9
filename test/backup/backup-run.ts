import { exportDesk } from '../../scripts/backup/export.ts';
import { restoreDesk } from '../../scripts/backup/restore.ts';
import { stages, type Unit } from '../../scripts/backup/units.ts';
import { rebuildLists } from '../../shared/requests/rebuild-lists.ts';
import { tableNames, type TableName } from '../../shared/platform/resources.ts';
import type { Table } from '../../shared/platform/table.ts';
import { drawnFaults, noFaults } from '../simulation/faults.ts';
import { aWish, drawnWishes, startClients, type Wish } from '../simulation/clients.ts';
import { createHost } from '../simulation/host.ts';
import { leftovers, storedRequests, wrongIndex, wrongRequests, type Stored } from '../simulation/invariants.ts';
import { nothingPlanted } from '../simulation/plant.ts';
import { untilQuiet } from '../simulation/run.ts';
import { createWorld, type World } from '../simulation/world.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { memoryScan, memoryShelf } from './memory-scan.ts';

const minuteMs = 60_000;

/** Portals send, the desk works, storage has its troubles, and meanwhile an export reads, a few rows at a time. */
export async function runBackup(seed: number): Promise<{ wrong: string[]; corrections: number; during: number }> {
  const world = await createWorld(seed, drawnFaults);
  const { sim, memory } = world;
  const torn = watchGroups(memory);
  const host = createHost(world, { instances: 2, plant: nothingPlanted });
  const clients = startClients(world, host, [...drawnWishes(world), ...someMore(world)]);
  await host.run(Math.floor(sim.random() * minuteMs));

  const backup = sim.newProcess('backup');
  const pageRows = () => 1 + Math.floor(sim.random() * 3);
  const clock = sim.clockOf(backup);
  const turn = async (label: string) => {
    await sim.turn(backup, label);
    await clock.sleep(Math.floor(sim.random() ** 2 * 3_000));
  };
  const before = clients.wishes.filter(({ taken }) => taken.length > 0);
  const shelf = memoryShelf();
  const exporting = exportDesk(
    { scan: (name) => memoryScan(memory.of(name), { pageRows, turn }), clock, say: () => undefined },
    shelf,
    `backup-${String(seed)}`,
  );
  const over = new Set<string>();
  const done = () => over.add('export');
  exporting.then(done, done);
  for (let tries = 0; tries < 600 && over.size === 0; tries++) await host.run(1_000);
  if (over.size === 0) return { wrong: ['the export never ends'], corrections: 0, during: 0 };
  const manifest = await exporting;
  const during = clients.wishes.filter(({ taken }) => taken.length > 0).length - before.length;
  await host.run(Math.floor(sim.random() * 3 * minuteMs));
  world.faults.stop();
  await untilQuiet(world, host, clients);

  const restored = await restoredWorld(world, shelf);
  const wrong = [...torn, ...wrongRightAway(restored, before)];
  const again = clients.wishes.filter(({ key }) => key !== undefined).map((wish) => ({ ...wish, isDone: false }));
  const secondHost = createHost(restored, { instances: 2, plant: nothingPlanted });
  const repeating = startClients(restored, secondHost, again);
  wrong.push(...(await untilQuiet(restored, secondHost, repeating)));
  wrong.push(...wrongInTheEnd(restored, clients.wishes));
  const corrections = manifest.files.filter(({ corrects }) => corrects !== undefined).length;
  return { wrong, corrections, during };
}

const someMore = ({ sim }: World): Wish[] =>
  Array.from({ length: 24 }, (_, nth) =>
    aWish('north', 100 + nth, {
      key: `more-${String(nth)}`,
      habits: { twin: false, close: sim.random() < 0.7, askAgain: false, reuse: false },
    }),
  );

async function restoredWorld(world: World, shelf: ReturnType<typeof memoryShelf>): Promise<World> {
  const { sim, outside } = world;
  const memory = memoryTables();
  const clock = sim.clockOf(outside);
  const { scope } = capturedLog();
  const tables = (name: TableName): Table => memory.tables(name);
  const bus = memoryBus(sim.now);
  await restoreDesk(
    {
      scan: (name) => memoryScan(memory.of(name)),
      ...{ tables, clock, scope, makeTables: async () => Promise.resolve() },
      say: () => undefined,
      rebuild: async () => rebuildLists({ tables, clock, random: sim.random, bus: bus.bus }, scope),
    },
    shelf,
  );
  const faults: World['faults'] = { ...noFaults, hits: () => false, met: new Set() };
  return { ...world, memory, bus, faults, sent: [], lines: [] };
}

const isHistory = (text: string): boolean => !text.startsWith('nobody asked for');

/** Nothing that was accepted before the export is missing, and nothing is there by halves. */
function wrongRightAway(restored: World, before: readonly Wish[]): string[] {
  const stored = storedRequests(restored);
  const titles = new Set(stored.map(({ title }) => title));
  return [
    ...before.filter(({ title }) => !titles.has(title)).map(({ title }) => `${title} was accepted and is lost`),
    ...wrongRequests([], stored).filter(isHistory),
  ];
}

/** The desk that came back works off what it owes, tells every event, and knows who repeats. */
function wrongInTheEnd(restored: World, wishes: readonly Wish[]): string[] {
  const stored = storedRequests(restored);
  const keyed = wishes.filter(({ key, taken }) => key !== undefined && taken.length > 0);
  const titles = new Map(stored.map(({ title, head }) => [title, head.id]));
  const wrongIds = keyed.filter(({ title, taken }) => titles.get(title) !== idOf(taken[0]?.text));
  return [
    ...leftovers(restored),
    ...wrongIndex(restored, stored),
    ...wrongRequests([], stored).filter(isHistory),
    ...wrongIds.map(({ title }) => `${title} has another id than it had`),
    ...untold(restored, stored),
  ];
}

const idOf = (text = '{}'): string => (JSON.parse(text) as { id: string }).id;

function untold({ portals }: World, stored: readonly Stored[]): string[] {
  const told = new Set(
    portals.receipts.map(({ portal, body }) => {
      const { data } = JSON.parse(body) as { data: { requestId: string; version: number } };
      return `${portal} ${data.requestId} ${String(data.version)}`;
    }),
  );
  return stored
    .flatMap(({ head, events }) => events.map(({ sequence }) => `${head.portalId} ${head.id} ${String(sequence)}`))
    .filter((name) => !told.has(name))
    .map((name) => `${name} was never told`);
}

/** Transactions of real writers that touch more than one group, which an export could tear. */
export function watchGroups(memory: ReturnType<typeof memoryTables>): string[] {
  const torn: string[] = [];
  for (const name of tableNames) {
    const { table } = memory.of(name);
    const units: Unit[] = stages.flat().filter((unit) => unit.table === name);
    const transact = table.transact.bind(table);
    table.transact = async (pk, ops) => {
      const groups = new Set(
        ops.flatMap(({ rk }) => {
          if (name === 'requests' && /^O\|[^|]+\|[a-z2-7]+\.\d+$/.test(rk)) return [];
          const unit = units.find((one) => one.ranges.some((range) => holds(range, pk, rk)) && one.takes({ pk, rk }));
          return [unit ? `${unit.name} ${unit.groupOf({ pk, rk })}` : 'not exported'];
        }),
      );
      if (groups.size > 1) torn.push(`${name} ${pk} ${ops.map(({ rk }) => rk).join(', ')}`);
      return transact(pk, ops);
    };
  }
  return torn;
}

const holds = (
  { fromPk, toPk = '\uffff', fromRk = '', toRk = '\uffff' }: Unit['ranges'][number],
  pk: string,
  rk: string,
) => pk >= fromPk && pk < toPk && rk >= fromRk && rk < toRk;
