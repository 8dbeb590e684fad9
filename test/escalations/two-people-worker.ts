import { parentPort } from 'node:worker_threads';
import { aBeginning, runTwoPeople } from './two-people-run.ts';

// Refusals by the thousand; nobody reads where from.
Error.stackTraceLimit = 0;

export type TwoPeopleJob = { from: number; count: number };
export type TwoPeopleDone = { runs: number; wrong: string[] };

const beginning = aBeginning();

async function runAll({ from, count }: TwoPeopleJob): Promise<TwoPeopleDone> {
  const wrong: string[] = [];
  for (let seed = from; seed < from + count; seed++) {
    for (const what of await runTwoPeople(await beginning, seed)) wrong.push(`SEED=${String(seed)}: ${what}`);
  }
  return { runs: count, wrong };
}

parentPort?.on('message', (job: TwoPeopleJob) => {
  void runAll(job).then((done) => parentPort?.postMessage(done));
});
