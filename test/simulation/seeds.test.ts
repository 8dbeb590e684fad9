import { describe, expect, it } from 'vitest';
import { faultKinds } from './faults.ts';
import { runJobs, sumOf, type Job } from './pool.ts';
import { hashOfTrace, runSeed } from './run.ts';

/** `SEEDS` asks for more runs; `SEED` replays one, and shows every turn it took. */
const seedsWanted = Number(process.env.SEEDS ?? 10_000);
const replayed = process.env.SEED === undefined ? undefined : Number(process.env.SEED);
const perJob = 100;

describe('intake, outbox and delivery under faults at every call', () => {
  it.runIf(replayed !== undefined)('replays one seed', { timeout: 60_000 }, async () => {
    const { wrong, trace } = await runSeed(replayed ?? 0);
    console.log(trace.join('\n'));
    expect(wrong).toEqual([]);
  });

  it.skipIf(replayed !== undefined)(
    `loses nothing and doubles nothing in ${String(seedsWanted)} seeds`,
    { timeout: 60_000 + seedsWanted * 60 },
    async () => {
      const jobs = Array.from({ length: Math.ceil(seedsWanted / perJob) }, (_, at): Job => ({
        kind: 'seeds',
        from: 1 + at * perJob,
        count: Math.min(perJob, seedsWanted - at * perJob),
      }));
      const { runs, stale, found, met } = sumOf(await runJobs(jobs));
      expect(found).toEqual([]);
      expect(runs).toBe(seedsWanted);
      // Few seeds may not have met everything; many have.
      expect([...met].sort()).toEqual((runs < 1_000 ? [...met] : [...faultKinds]).sort());
      expect(stale).toBeLessThanOrEqual(runs / 100);
    },
  );

  it(
    'runs the same from the same seed, alone and after others, here and in another thread',
    { timeout: 60_000 },
    async () => {
      const seeds = [3, 1_415, 92_653];
      const here = [];
      for (const seed of seeds) here.push(hashOfTrace(await runSeed(seed)));
      const again = [];
      for (const seed of seeds.toReversed()) again.unshift(hashOfTrace(await runSeed(seed)));
      const there = [];
      for (const from of seeds)
        there.push(...(await runJobs([{ kind: 'seeds', from, count: 1 }])).map(({ hash }) => hash));
      expect(again).toEqual(here);
      expect(there).toEqual(here);
      expect(new Set(here).size).toBe(seeds.length);
    },
  );
});
