import { fromIso, minuteMs } from '../../../shared/core/clock.ts';
import { createEnsurePolling } from '../../../shared/health/ensure-polling.ts';
import { headOf, shardPartition } from '../../../shared/health/shard.ts';
import { createSweepHealth } from '../../../shared/health/sweep-health.ts';
import { seededRandom } from '../../support/seeded.ts';
import { aStoriedDesk, shardCount, type StoriedDesk } from './desk.ts';
import { wrongInTheEnd, wrongWith } from './model.ts';
import { nothingPlanted, type Plant } from './plants.ts';
import { happen, type Story } from './story.ts';

export type Outcome = { wrong: string[]; events: number; trace: string[] };

/** More cycles than polling takes to come back after whatever happened to it. */
const calmCyclesMax = 10;

/** One history: things happen at Microsoft while polls fail and overlap; now and then all is calm, and everything is looked at. */
export async function runHistory(seed: number, plant: Plant = nothingPlanted): Promise<Outcome> {
  const random = seededRandom(seed);
  const stories: Story[] = [];
  const desk = await aStoriedDesk({ stories, random, plant });
  const trace: string[] = [];
  const wrong: string[] = [];
  await desk.drain();
  const spells = 1 + Math.floor(random() * 2);
  for (let spell = 0; spell < spells && wrong.length === 0; spell++) {
    desk.weather.isWild = random() < 0.8;
    for (let cycles = 1 + Math.floor(random() * 4); cycles > 0; cycles--) {
      for (let n = Math.floor(random() * 3); n > 0; n--)
        happen(stories, random, { now: desk.clock.now(), tenants: desk.tenants });
      await cycle(desk, 3 + Math.floor(random() * 3));
      trace.push(`${new Date(desk.clock.now()).toISOString()} ${desk.weather.isWild ? 'wild' : 'calm'} cycle`);
    }
    desk.weather.isWild = false;
    if (!(await calmDown(desk, spell === spells - 1 ? 3 : 2))) wrong.push('polling stopped');
    wrong.push(...stories.flatMap((story) => wrongWith(desk, story)));
  }
  if (wrong.length === 0) wrong.push(...(await afterwards(desk, stories)));
  trace.push(JSON.stringify(stories, (_key, value: unknown) => (value instanceof Set ? [...value] : value), 1));
  return { wrong, events: desk.bus.counts.messages, trace };
}

/** Some minutes: what the timers do, then what is due. The timers fail with storage as everything does. */
async function cycle(desk: StoriedDesk, minutes = 5): Promise<void> {
  desk.advance(minutes * minuteMs);
  await desk.drain();
  await createSweepHealth(desk.relay)(desk.scope);
  await createEnsurePolling(desk.relay)(desk.scope).catch(() => undefined);
  await desk.drain();
}

/** Cycles until every customer was read well so many times since the calm began. False when polling does not come back. */
async function calmDown(desk: StoriedDesk, wanted: number): Promise<boolean> {
  const since = desk.clock.now();
  const cycles = new Map<string, Set<string>>();
  for (let n = 0; n < calmCyclesMax; n++) {
    await cycle(desk);
    for (let shard = 0; shard < shardCount; shard++) {
      const pk = shardPartition('emea', shard);
      const stored = desk.memory.of('health').partitions.get(pk)?.get('H');
      const at = stored && headOf({ pk, rk: 'H', ...stored }).cycleAt;
      if (at !== undefined && fromIso(at) > since) cycles.set(pk, (cycles.get(pk) ?? new Set()).add(at));
    }
    if (cycles.size === shardCount && [...cycles.values()].every(({ size }) => size >= wanted)) return true;
  }
  return false;
}

/** Long enough for every reader of details that waits. */
async function afterwards(desk: StoriedDesk, stories: readonly Story[]): Promise<string[]> {
  const isOwed = () =>
    stories.some(({ id }) =>
      [...(desk.memory.of('health').partitions.get(`incident|${id}`)?.keys() ?? [])].some((rk) =>
        rk.includes('|detail|'),
      ),
    );
  for (let n = 0; n < 24 && isOwed(); n++) await cycle(desk, 20);
  return wrongInTheEnd(desk, stories);
}
