import { parentPort } from 'node:worker_threads';
import type { FilingFault } from './filing-faults.ts';
import { filingPlants } from './filing-plants.ts';
import { fileWithKills, hashOfTrace, runFiling } from './filing-run.ts';

/** A stretch of seeds, every second kill after one first kill, or the seeds until one of the planted bugs is found. */
export type FilingJob =
  | { kind: 'seeds'; from: number; count: number }
  | { kind: 'kills'; first: number }
  | { kind: 'plant'; at: number; seeds: number };

export type FilingDone = {
  runs: number;
  found: string[];
  met: FilingFault[];
  /** Of the first run's trace. */
  hash: string;
};

// Faults make errors by the thousand; nobody reads where from.
Error.stackTraceLimit = 0;

async function seeds(from: number, count: number): Promise<FilingDone> {
  const found: string[] = [];
  const met = new Set<FilingFault>();
  let hash = '';
  for (let seed = from; seed < from + count; seed++) {
    const outcome = await runFiling(seed);
    found.push(...outcome.wrong.map((what) => `SEED=${String(seed)} (${outcome.waking}): ${what}`));
    for (const kind of outcome.met) met.add(kind);
    if (seed === from) hash = hashOfTrace(outcome);
  }
  return { runs: count, found, met: [...met], hash };
}

/** Kills at the `first` call, and then again at each call that is left until all is quiet. */
async function kills(first: number): Promise<FilingDone> {
  const one = await fileWithKills([first]);
  const found = one.wrong.map((what) => `killed at call ${String(first)}: ${what}`);
  for (let second = 1; second <= one.callsAfterwards; second++) {
    const { wrong } = await fileWithKills([first, second]);
    found.push(...wrong.map((what) => `killed at call ${String(first)} and ${String(second)} calls later: ${what}`));
  }
  return { runs: 1 + one.callsAfterwards, found, met: [], hash: '' };
}

/** What was found of the planted bug; empty where it was not. */
async function plant(at: number, most: number): Promise<FilingDone> {
  const [title = '', expected = /^/, planted = {}] = filingPlants[at] ?? [];
  for (let seed = 1; seed <= most; seed++) {
    const { wrong } = await runFiling(seed, planted);
    const found = wrong.find((what) => expected.test(what));
    if (found !== undefined) return { runs: seed, found: [`${title}: ${found}`], met: [], hash: '' };
  }
  return { runs: most, found: [], met: [], hash: '' };
}

const workOf = async (job: FilingJob): Promise<FilingDone> => {
  if (job.kind === 'seeds') return seeds(job.from, job.count);
  return job.kind === 'kills' ? kills(job.first) : plant(job.at, job.seeds);
};

parentPort?.on('message', (job: FilingJob) => {
  void workOf(job).then((done) => parentPort?.postMessage(done));
});
