import type { Clock } from '../../shared/core/clock.ts';
import { startOfTest } from './builders.ts';

type Sleeper = { at: number; order: number; wake: () => void };

/** Virtual time for a run: whoever waits is woken at its time, those of one time in an order of chance. */
export function virtualTime(random: () => number) {
  let now = startOfTest;
  const sleepers: Sleeper[] = [];
  const until = async (at: number): Promise<void> =>
    new Promise((wake) => {
      sleepers.push({ at: Math.max(at, now), order: random(), wake });
    });
  const clock = (skewMs: () => number): Clock => ({
    now: () => now + skewMs(),
    // What waits a second waits for something that has gone wrong: here nothing does.
    sleep: async (ms) => (ms >= 1_000 ? new Promise<never>(() => undefined) : Promise.resolve()),
    deadline: () => new AbortController().signal,
  });
  return {
    now: () => now,
    wait: async (ms: number) => until(now + ms),
    until,
    clock,
    /** The time of the next who waits. */
    nextAt: (): number | undefined => (sleepers.length === 0 ? undefined : Math.min(...sleepers.map(({ at }) => at))),
    /** Moves on and wakes who is due; ends when all that follows at once has happened. */
    moveTo: async (at: number): Promise<void> => {
      now = Math.max(now, at);
      const due = sleepers.filter((one) => one.at <= now).sort((a, b) => a.order - b.order);
      for (const one of due) {
        sleepers.splice(sleepers.indexOf(one), 1);
        one.wake();
      }
      await new Promise((resolve) => setImmediate(resolve));
    },
  };
}
export type VirtualTime = ReturnType<typeof virtualTime>;
