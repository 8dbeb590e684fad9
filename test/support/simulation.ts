import type { Clock } from '../../shared/core/clock.ts';
import type { Random } from '../../shared/core/ids.ts';
import { seededRandom } from './seeded.ts';

/** Thrown into nobody: the marker of a process that was killed, so that the harness can tell its end from a failure. */
export class Killed extends Error {
  override readonly name = 'Killed';
}

type Waiting = { process: SimProcess; resume: () => void };
type Sleeping = { at: number; order: number; process: SimProcess | undefined; fire: () => void };

/** A simulated instance of the desk (or a client). Killed, it never runs again: its awaits stay open for ever. */
export type SimProcess = { name: string; alive: boolean };

/**
 * Runs real code over simulated ports, one step at a time: every port call waits for its turn, and the seed decides whose turn
 * it is. Time moves only when nobody waits for a turn. The same seed gives the same run.
 */
export function createSimulation(seed: number, start = Date.parse('2026-11-02T09:00:00.000Z')) {
  const random: Random = seededRandom(seed);
  const waiting: Waiting[] = [];
  const sleeping: Sleeping[] = [];
  let now = start;
  let order = 0;
  let steps = 0;

  const turn = async (process: SimProcess): Promise<void> =>
    new Promise((resume) => {
      if (process.alive) waiting.push({ process, resume });
    });

  const clockOf = (process: SimProcess): Clock => {
    const after = (ms: number, fire: () => void) => {
      const timer = { at: now + ms, order: order++, process, fire };
      sleeping.push(timer);
      return () => {
        const index = sleeping.indexOf(timer);
        if (index >= 0) sleeping.splice(index, 1);
      };
    };
    return {
      now: () => now,
      sleep: async (ms, signal) =>
        new Promise((resolve, reject) => {
          if (signal?.aborted) {
            reject(signal.reason as Error);
            return;
          }
          const cancel = after(ms, resolve);
          signal?.addEventListener('abort', () => {
            cancel();
            reject(signal.reason as Error);
          });
        }),
      deadline: (ms) => {
        const controller = new AbortController();
        after(ms, () => {
          controller.abort(new DOMException('The deadline has passed.', 'TimeoutError'));
        });
        return controller.signal;
      },
    };
  };

  const kill = (process: SimProcess): void => {
    process.alive = false;
    for (const list of [waiting, sleeping]) {
      for (let at = list.length - 1; at >= 0; at--) if (list[at]?.process === process) list.splice(at, 1);
    }
  };

  /** Gives one waiting call its turn. Returns false when nobody waits. */
  const step = async (): Promise<boolean> => {
    const index = Math.floor(random() * waiting.length);
    const [chosen] = waiting.splice(index, 1);
    if (!chosen) return false;
    steps++;
    chosen.resume();
    await settle();
    return true;
  };

  /** Moves time to the next sleeper that is due by `until`. Returns false when there is none. */
  const wake = async (until: number): Promise<boolean> => {
    let next: Sleeping | undefined;
    for (const timer of sleeping) {
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    if (!next || next.at > until) return false;
    sleeping.splice(sleeping.indexOf(next), 1);
    now = Math.max(now, next.at);
    next.fire();
    await settle();
    return true;
  };

  return {
    random,
    now: () => now,
    steps: () => steps,
    newProcess: (name: string): SimProcess => ({ name, alive: true }),
    turn,
    kill,
    clockOf,
    /** Runs until `ms` of simulated time have passed and nobody waits for a turn; `between` is called before each step. */
    run: async (ms: number, between: () => void = () => undefined): Promise<void> => {
      const until = now + ms;
      for (;;) {
        between();
        if (await step()) continue;
        if (await wake(until)) continue;
        break;
      }
      now = until;
    },
  };
}

/** Lets everything run that does not wait for a port: promises only, so one turn of the event loop is enough. */
const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
