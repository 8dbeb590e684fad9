import { parentPort } from 'node:worker_threads';
import { runWithCrashes } from './crashes.ts';
import type { FaultKind } from './faults.ts';
import type { Done, Found, Job } from './pool.ts';
import { hashOfTrace, runSeed } from './run.ts';

// Faults make errors by the thousand; nobody reads where from.
Error.stackTraceLimit = 0;

async function seeds(from: number, count: number): Promise<Done> {
  const found: Found[] = [];
  let stale = 0;
  const met = new Set<FaultKind>();
  let hash = '';
  for (let seed = from; seed < from + count; seed++) {
    const outcome = await runSeed(seed);
    found.push(...outcome.wrong.map((what) => ({ where: `SEED=${String(seed)}`, what })));
    for (const kind of outcome.met) met.add(kind);
    if (outcome.stale > 0) stale++;
    if (seed === from) hash = hashOfTrace(outcome);
  }
  return { runs: count, stale, found, met: [...met], hash };
}

/** Kills at the `first` call, and then again at each call that is left until all is quiet. */
async function crashes(first: number): Promise<Done> {
  const found: Found[] = [];
  const one = await runWithCrashes([first]);
  const note = (where: string, wrong: string[]) => found.push(...wrong.map((what) => ({ where, what })));
  note(`killed at call ${String(first)}`, one.wrong);
  for (let second = 1; second <= one.callsAfterwards; second++) {
    const { wrong } = await runWithCrashes([first, second]);
    note(`killed at call ${String(first)} and ${String(second)} calls later`, wrong);
  }
  return { runs: 1 + one.callsAfterwards, stale: 0, found, met: [], hash: '' };
}

parentPort?.on('message', (job: Job) => {
  const work = job.kind === 'seeds' ? seeds(job.from, job.count) : crashes(job.first);
  void work.then((done) => parentPort?.postMessage(done));
});
