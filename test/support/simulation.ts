import type { Clock } from '../../shared/core/clock.ts';
import type { Random } from '../../shared/core/ids.ts';
import { seededRandom } from './seeded.ts';

/** A simulated instance of the desk (or a client). Killed, it never runs again: its awaits stay open for ever. */
export type SimProcess = {
  name: string;
  alive: boolean;
  /** Called once when it is killed: those who waited for its answer learn that there will be none. */
  ended: Set<() => void>;
};

type Waiting = { process: SimProcess; label: string; resume: () => void };
type Sleeping = { at: number; order: number; process: SimProcess; fire: () => void };

/** What moves a run besides the calls that wait. */
export type Surroundings = {
  /** Called before each step; may hand out work and kill. Idle: nobody waits for a turn, so that time is about to move. */
  between?: (isIdle: boolean) => void;
  /** Called when a process is about to get its turn; may kill it. */
  beforeTurn?: (process: SimProcess) => void;
  /** When something outside the processes is due, such as a message; undefined when nothing is. */
  nextAt?: () => number | undefined;
};

/**
 * Runs real code over simulated ports, one step at a time: every port call waits for its turn, and the seed decides whose turn
 * it is. Time moves only when nobody waits for a turn. The same seed gives the same run, and the same trace of turns.
 */
export function createSimulation(seed: number, start = Date.parse('2026-11-02T09:00:00.000Z')) {
  const random: Random = seededRandom(seed);
  const waiting: Waiting[] = [];
  const sleeping: Sleeping[] = [];
  const trace: string[] = [];
  let now = start;
  let order = 0;

  /** Resolves when the seed gives this call its turn. */
  const turn = async (process: SimProcess, label: string): Promise<void> =>
    new Promise((resume) => {
      if (process.alive) waiting.push({ process, label, resume });
    });

  const clockOf = (process: SimProcess): Clock => {
    const after = (ms: number, fire: () => void) => {
      const timer = { at: now + ms, order: order++, process, fire };
      if (process.alive) sleeping.push(timer);
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
    if (!process.alive) return;
    trace.push(`${String(now - start)} ${process.name} is killed`);
    process.alive = false;
    for (const list of [waiting, sleeping]) {
      for (let at = list.length - 1; at >= 0; at--) if (list[at]?.process === process) list.splice(at, 1);
    }
    for (const end of process.ended) end();
  };

  /** Gives one waiting call its turn. Returns false when nobody waits. */
  const step = async (beforeTurn: Surroundings['beforeTurn']): Promise<boolean> => {
    if (waiting.length === 0) return false;
    const [chosen] = waiting.splice(Math.floor(random() * waiting.length), 1);
    if (!chosen) return false;
    beforeTurn?.(chosen.process);
    if (chosen.process.alive) {
      trace.push(`${String(now - start)} ${chosen.process.name} ${chosen.label}`);
      chosen.resume();
    }
    await settle();
    return true;
  };

  const nextSleeper = (): Sleeping | undefined => {
    let next: Sleeping | undefined;
    for (const timer of sleeping) {
      if (!next || timer.at < next.at || (timer.at === next.at && timer.order < next.order)) next = timer;
    }
    return next;
  };

  /** Moves time to what is due next, by `until`. Returns false when nothing is. */
  const wake = async (until: number, nextAt: Surroundings['nextAt']): Promise<boolean> => {
    const sleeper = nextSleeper();
    const outside = nextAt?.();
    const isOutside = outside !== undefined && outside > now && (sleeper === undefined || outside < sleeper.at);
    const at = isOutside ? outside : sleeper?.at;
    if (at === undefined || at > until) return false;
    now = Math.max(now, at);
    if (!isOutside && sleeper) {
      sleeping.splice(sleeping.indexOf(sleeper), 1);
      sleeper.fire();
      await settle();
    }
    return true;
  };

  return {
    random,
    now: () => now,
    /** Every turn that was given, with its time since the start in milliseconds. */
    trace,
    newProcess: (name: string): SimProcess => ({ name, alive: true, ended: new Set() }),
    turn,
    kill,
    clockOf,
    /** Runs until `ms` of simulated time have passed and nobody waits for a turn. */
    run: async (ms: number, { between, beforeTurn, nextAt }: Surroundings = {}): Promise<void> => {
      const until = now + ms;
      do between?.(waiting.length === 0);
      while ((await step(beforeTurn)) || (await wake(until, nextAt)));
      now = until;
    },
  };
}

export type Simulation = ReturnType<typeof createSimulation>;

/** Lets everything run that does not wait for a port: promises only, so one turn of the event loop is enough. */
const settle = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
