import { describe, expect, it } from 'vitest';
import { runInThreads } from '../simulation/pool.ts';
import { plants, type Plant } from './histories/plants.ts';
import { runHistory } from './histories/run.ts';
import type { Done, Stretch } from './histories/worker.ts';

/** `SEEDS` asks for more runs; `SEED` replays one, and shows what happened in it. */
const seedsWanted = Number(process.env.SEEDS ?? 10_000);
const replayed = process.env.SEED === undefined ? undefined : Number(process.env.SEED);
const perJob = 100;

async function replayOne(seed: number): Promise<string[]> {
  const { wrong, trace } = await runHistory(seed);
  console.log(trace.join('\n'));
  return wrong;
}

/** What a planted bug makes wrong. The real code may also die of it, which without a plant fails the run. */
async function wrongWithPlant(seed: number, plant: Plant): Promise<string[]> {
  try {
    return (await runHistory(seed, plant)).wrong;
  } catch (error) {
    return [`died of ${String(error)}`];
  }
}

async function runMany(): Promise<string[]> {
  const stretches = Array.from({ length: Math.ceil(seedsWanted / perJob) }, (_, at): Stretch => ({
    from: 1 + at * perJob,
    count: Math.min(perJob, seedsWanted - at * perJob),
  }));
  const done = await runInThreads<Done>(new URL('./histories/worker.ts', import.meta.url), stretches);
  const runs = done.reduce((sum, one) => sum + one.runs, 0);
  const found = done.flatMap((one) => one.found);
  return runs === seedsWanted ? found : [...found, `${String(runs)} of ${String(seedsWanted)} seeds were run`];
}

describe('histories of incidents through polls that fail, overlap and lag', () => {
  it(
    `give the events of the plain model in ${replayed === undefined ? `${String(seedsWanted)} seeds` : `seed ${String(replayed)}`}`,
    { timeout: 60_000 + seedsWanted * 60 },
    async () => {
      expect(await (replayed === undefined ? runMany() : replayOne(replayed))).toEqual([]);
    },
  );

  it('are the same from the same seed', async () => {
    const [first, second] = [await runHistory(7), await runHistory(7)];
    expect(second).toEqual(first);
    expect(await runHistory(8)).not.toEqual(first);
  });

  it.each(plants)('show within a few hundred seeds that %s', { timeout: 120_000 }, async (_name, expected, plant) => {
    const found: string[] = [];
    for (let seed = 1; seed <= 300 && !found.some((what) => expected.test(what)); seed++) {
      found.push(...(await wrongWithPlant(seed, plant)));
    }
    expect(found.join('\n')).toMatch(expected);
  });
});
