import { aWish, startClients } from './clients.ts';
import { noFaults } from './faults.ts';
import { createHost } from './host.ts';
import { nothingPlanted } from './plant.ts';
import { lookAtTheEnd, untilQuiet } from './run.ts';
import { createWorld } from './world.ts';

/**
 * One request that is taken in and taken back, all its notices delivered, and nothing that fails, except that the instance is
 * killed at the calls that `killAt` counts (1 is the first; each count begins after the kill before).
 */
export async function runWithCrashes(killAt: readonly number[]): Promise<{ wrong: string[]; callsAfterwards: number }> {
  const world = await createWorld(1, () => noFaults);
  const left = [...killAt];
  let calls = 0;
  let isWatching = true;
  const killsNow = () => {
    if (!isWatching) return false;
    calls++;
    if (calls !== left[0]) return false;
    left.shift();
    calls = 0;
    return true;
  };
  const host = createHost(world, { instances: 1, plant: nothingPlanted, killsNow });
  const habits = { twin: false, close: true, askAgain: false, reuse: false };
  const clients = startClients(world, host, [aWish('north', 1, { key: 'key-1', habits })]);
  const wrong = await untilQuiet(world, host, clients);
  isWatching = false;
  const end = await lookAtTheEnd(world, host, clients);
  return { wrong: [...wrong, ...end.wrong, ...end.stale], callsAfterwards: calls };
}
