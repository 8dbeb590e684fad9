import { describe, expect, it } from 'vitest';
import { runWithCrashes } from './crashes.ts';
import { runJobs, sumOf, type Job } from './pool.ts';

describe('an instance that is killed', () => {
  it('at any call, and at any call of the recovery from that, loses nothing', { timeout: 300_000 }, async () => {
    const { wrong, callsAfterwards: calls } = await runWithCrashes([]);
    expect(wrong).toEqual([]);
    expect(calls).toBeGreaterThan(40);
    const jobs = Array.from({ length: calls }, (_, at): Job => ({ kind: 'crashes', first: at + 1 }));
    const { runs, found } = sumOf(await runJobs(jobs));
    expect(found).toEqual([]);
    expect(runs).toBeGreaterThan(calls * 20);
  });
});
