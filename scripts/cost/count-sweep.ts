import { aFleet, type Fleet } from '../bench/polls/fleet.ts';
import { lineOf, type Line, type Work } from './work.ts';
import { workOf } from './ports.ts';

/** One sweep of the whole desk, when nothing is missing and nothing is owed. */
async function quietSweep({ memory, bus, tick, entries }: Fleet): Promise<Work> {
  // The first ones start what a fresh desk lacks.
  for (let n = 0; n < 3; n++) await tick('sweep');
  return workOf({ memory, bus, calls: [], entries }, async () => {
    await tick('sweep');
    return { runs: 1, received: 0 };
  });
}

/** What the sweep costs by the number of shards. */
export async function countSweep(shardTenants: number): Promise<Line> {
  return lineOf(await quietSweep(await aFleet(shardTenants)), await quietSweep(await aFleet(2 * shardTenants)));
}
