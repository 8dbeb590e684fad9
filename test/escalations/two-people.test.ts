import { describe, expect, it } from 'vitest';
import { runInThreads } from '../simulation/pool.ts';
import { aBeginning, runTwoPeople } from './two-people-run.ts';
import type { TwoPeopleDone, TwoPeopleJob } from './two-people-worker.ts';

/** `SEEDS` asks for more runs. */
const seedsWanted = Number(process.env.SEEDS ?? 10_000);
const perJob = 250;

describe('two or three people and one packet', () => {
  it(
    `file no case twice, and leave none that nobody is asked about, in ${String(seedsWanted)} seeds`,
    { timeout: 60_000 + seedsWanted * 20 },
    async () => {
      const jobs = Array.from({ length: Math.ceil(seedsWanted / perJob) }, (_, at): TwoPeopleJob => ({
        from: 1 + at * perJob,
        count: Math.min(perJob, seedsWanted - at * perJob),
      }));
      const done = await runInThreads<TwoPeopleDone>(new URL('./two-people-worker.ts', import.meta.url), jobs);
      expect(done.flatMap(({ wrong }) => wrong)).toEqual([]);
      expect(done.reduce((sum, { runs }) => sum + runs, 0)).toBe(seedsWanted);
    },
  );

  it('are found to file twice where a claim is freed at its end without a question', { timeout: 60_000 }, async () => {
    const beginning = await aBeginning();
    const wrong = new Set<string>();
    for (let seed = 1; seed <= 2_000 && !wrong.has('2 cases were filed'); seed++) {
      for (const what of await runTwoPeople(beginning, seed, true)) wrong.add(what);
    }
    expect([...wrong]).toContain('a case was filed, and nobody is asked for it');
    expect([...wrong]).toContain('2 cases were filed');
  });
});
