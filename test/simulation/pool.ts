import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { FaultKind } from './faults.ts';

/** A stretch of seeds, or every second kill after one first kill. */
export type Job = { kind: 'seeds'; from: number; count: number } | { kind: 'crashes'; first: number };

export type Found = { where: string; what: string };
export type Done = {
  runs: number;
  /** Runs that left a row on a list that its request had left. */
  stale: number;
  found: Found[];
  /** Kinds of trouble that did occur. */
  met: FaultKind[];
  /** Of the first run's trace. */
  hash: string;
};

/** Nearly all that a run makes is garbage at its end. */
const resourceLimits = { maxYoungGenerationSizeMb: 64 };

export const runJobs = async (jobs: readonly Job[]): Promise<Done[]> =>
  runInThreads<Done>(new URL('./worker.ts', import.meta.url), jobs);

/** Does the jobs in as many threads as there are cores, each in plain Node: twice as fast as inside the test runner. */
export async function runInThreads<Result>(file: URL, jobs: readonly object[]): Promise<Result[]> {
  const left = [...jobs];
  const done: Result[] = [];
  const work = async (): Promise<void> => {
    if (left.length === 0) return;
    const worker = new Worker(file, { resourceLimits });
    try {
      for (let job = left.shift(); job; job = left.shift()) done.push(await ask<Result>(worker, job));
    } finally {
      await worker.terminate();
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, work));
  return done;
}

const ask = async <Result>(worker: Worker, job: object): Promise<Result> =>
  new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (done: Result) => {
      worker.off('error', reject);
      resolve(done);
    });
    worker.postMessage(job);
  });

export const sumOf = (done: readonly Done[]) => ({
  runs: done.reduce((sum, { runs }) => sum + runs, 0),
  stale: done.reduce((sum, { stale }) => sum + stale, 0),
  met: new Set(done.flatMap(({ met }) => met)),
  found: done.flatMap(({ found }) => found).map(({ where, what }) => `${where}: ${what}`),
});
