import { parentPort } from 'node:worker_threads';
import { runHistory } from './run.ts';

export type Stretch = { from: number; count: number };
export type Done = { runs: number; events: number; found: string[] };

// Faults make errors by the thousand; nobody reads where from.
Error.stackTraceLimit = 0;

async function run({ from, count }: Stretch): Promise<Done> {
  const found: string[] = [];
  let events = 0;
  for (let seed = from; seed < from + count; seed++) {
    const outcome = await runHistory(seed);
    events += outcome.events;
    found.push(...outcome.wrong.map((what) => `SEED=${String(seed)}: ${what}`));
  }
  return { runs: count, events, found };
}

parentPort?.on('message', (stretch: Stretch) => {
  void run(stretch).then((done) => parentPort?.postMessage(done));
});
