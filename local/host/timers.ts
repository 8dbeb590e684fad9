import type { WorldClock } from '../world-clock.ts';
import type { RegisteredFunction } from './core-api.ts';
import type { RpcTypedData } from './core-types.ts';
import type { Invoker } from './invoke.ts';
import { parseNcrontab, type Schedule } from './ncrontab.ts';

/** A tick that fires this much after its time was missed, not merely handled. */
const pastDueAfterMs = 1_000;
const longestTimeoutMs = 2 ** 31 - 1;
const monitoredFromMs = 60_000;
/** .NET's `default(DateTime)`, which the platform gives until a timer has run. */
const never = '0001-01-01T00:00:00';

export type Timer = {
  name: string;
  start(): void;
  /** A stopped timer keeps its place: what it missed fires once, past due, when it goes on. */
  setEnabled(isEnabled: boolean): void;
  /** What a function gets that is run by hand; its schedule is untouched. */
  manualInput(): RpcTypedData;
  stop(): void;
};

type Options = { fn: RegisteredFunction; expression: string; clock: WorldClock; invoker: Invoker };

/**
 * One timer trigger. It fires on the world's clock in UTC and never twice at once; ticks that were missed (the clock
 * jumped, the last run took long, the timer was stopped) give one call with `isPastDue`. The status lives in memory.
 * Throws where the schedule is wrong.
 */
export function createTimer({ fn, expression, clock, invoker }: Options): Timer {
  const schedule = parseNcrontab(expression);
  const isMonitored = isScheduleMonitored(fn, schedule, clock.now());
  let nextMs = schedule.next(clock.now());
  let last: { atMs: number } | undefined;
  let handle: NodeJS.Timeout | undefined;
  let isEnabled = true;
  let isRunning = false;
  let isStarted = false;

  const timerInput = (isPastDue: boolean): RpcTypedData => {
    const status = {
      Last: last ? isoOffset(last.atMs) : never,
      Next: isoOffset(nextMs),
      LastUpdated: last ? isoOffset(last.atMs) : never,
    };
    return {
      json: JSON.stringify({
        Schedule: { AdjustForDST: true },
        ScheduleStatus: isMonitored ? status : null,
        IsPastDue: isPastDue,
      }),
    };
  };

  const fire = (isPastDue: boolean) => {
    isRunning = true;
    const firedAtMs = clock.now();
    const invoked = invoker.invoke(fn, { input: timerInput(isPastDue) });
    const done = () => {
      isRunning = false;
      last = { atMs: firedAtMs };
      nextMs = schedule.next(firedAtMs);
      tick();
    };
    // A failed run is not repeated: Microsoft docs, timer trigger, "Retry behavior". The invoker has logged it.
    invoked.then(done, done);
  };

  const tick = () => {
    clearTimeout(handle);
    if (!isStarted || !isEnabled || isRunning) return;
    const lateMs = clock.now() - nextMs;
    if (lateMs >= 0) fire(lateMs > pastDueAfterMs);
    else handle = setTimeout(tick, Math.min(-lateMs, longestTimeoutMs));
  };

  clock.onJump(tick);
  return {
    name: fn.name,
    start: () => {
      isStarted = true;
      if (fn.trigger.binding.runOnStartup === true && isEnabled) fire(false);
      else tick();
    },
    setEnabled: (value) => {
      isEnabled = value;
      tick();
    },
    manualInput: () => timerInput(false),
    stop: () => {
      isStarted = false;
      clearTimeout(handle);
    },
  };
}

/** Microsoft docs, timer trigger: `useMonitor` is true unless the schedule recurs more often than once a minute. */
function isScheduleMonitored(fn: RegisteredFunction, schedule: Schedule, nowMs: number): boolean {
  const chosen = fn.trigger.binding.useMonitor;
  if (typeof chosen === 'boolean') return chosen;
  const first = schedule.next(nowMs);
  return schedule.next(first) - first >= monitoredFromMs;
}

/** Times as the platform writes them into the timer object. */
function isoOffset(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+00:00');
}
