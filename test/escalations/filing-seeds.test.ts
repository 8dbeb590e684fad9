import { describe, expect, it } from 'vitest';
import { runInThreads } from '../simulation/pool.ts';
import { filingFaultKinds } from './filing-faults.ts';
import { filingPlants } from './filing-plants.ts';
import { fileWithKills, hashOfTrace, runFiling } from './filing-run.ts';
import type { FilingDone, FilingJob } from './filing-worker.ts';

/** `SEEDS` asks for more runs; `SEED` replays one, and shows every turn it took. */
const seedsWanted = Number(process.env.SEEDS ?? 10_000);
const replayed = process.env.SEED === undefined ? undefined : Number(process.env.SEED);
const perJob = 100;
/** Many times what the rarest of the planted bugs takes. */
const plantSeeds = 3_000;

const work = async (jobs: readonly FilingJob[]) =>
  runInThreads<FilingDone>(new URL('./filing-worker.ts', import.meta.url), jobs);

async function replayOne(seed: number): Promise<unknown[]> {
  const { wrong, trace } = await runFiling(seed);
  console.log(trace.join('\n'));
  return wrong;
}

/** What was wrong with any of the seeds, or with the run as a whole. */
async function runMany(): Promise<unknown[]> {
  const jobs = Array.from({ length: Math.ceil(seedsWanted / perJob) }, (_, at): FilingJob => ({
    kind: 'seeds',
    from: 1 + at * perJob,
    count: Math.min(perJob, seedsWanted - at * perJob),
  }));
  const done = await work(jobs);
  const wrong: unknown[] = done.flatMap(({ found }) => found);
  const runs = done.reduce((sum, one) => sum + one.runs, 0);
  if (runs !== seedsWanted) wrong.push(`${String(runs)} of ${String(seedsWanted)} seeds were run`);
  const met = new Set(done.flatMap((one) => one.met));
  const unmet = filingFaultKinds.filter((kind) => !met.has(kind));
  if (runs >= 1_000 && unmet.length > 0) wrong.push({ unmet });
  return wrong;
}

describe('filing under faults at every call', () => {
  it(
    `files nothing twice and forgets nothing in ${replayed === undefined ? `${String(seedsWanted)} seeds` : `seed ${String(replayed)}`}`,
    { timeout: 60_000 + seedsWanted * 60 },
    async () => {
      expect(await (replayed === undefined ? runMany() : replayOne(replayed))).toEqual([]);
    },
  );

  it('runs the same from the same seed, alone and after others, here and in another thread', async () => {
    const seeds = [3, 1_415, 92_653];
    const here = [];
    for (const seed of seeds) here.push(hashOfTrace(await runFiling(seed)));
    const again = [];
    for (const seed of seeds.toReversed()) again.unshift(hashOfTrace(await runFiling(seed)));
    const there = [];
    for (const from of seeds) there.push(...(await work([{ kind: 'seeds', from, count: 1 }])).map(({ hash }) => hash));
    expect(again).toEqual(here);
    expect(there).toEqual(here);
    expect(new Set(here).size).toBe(seeds.length);
  });

  it('finds every bug that is planted', { timeout: 300_000 }, async () => {
    const done = await work(filingPlants.map((_, at): FilingJob => ({ kind: 'plant', at, seeds: plantSeeds })));
    const titles = filingPlants.map(([title]) => title);
    const missed = titles.filter((title) => !done.some(({ found }) => found[0]?.startsWith(`${title}: `)));
    expect(missed).toEqual([]);
  });
});

describe('a filing whose instance is killed', () => {
  it('at any call, and at any call of the recovery from that, is made once', { timeout: 300_000 }, async () => {
    const { wrong, callsAfterwards: calls } = await fileWithKills([]);
    expect(wrong).toEqual([]);
    expect(calls).toBeGreaterThan(40);
    const done = await work(Array.from({ length: calls }, (_, at): FilingJob => ({ kind: 'kills', first: at + 1 })));
    expect(done.flatMap(({ found }) => found)).toEqual([]);
    expect(done.reduce((sum, { runs }) => sum + runs, 0)).toBeGreaterThan(calls * 20);
  });
});
