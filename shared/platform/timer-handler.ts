import type { InvocationContext, Timer } from '@azure/functions';
import type { Ids } from '../core/ids.ts';
import { errorFields, scopeFor, type LogFor, type LogEvent, type Scope } from './telemetry.ts';

/** A timer function: its schedule is the name of a setting. What it does follows from stored watermarks, never from the tick. */
export type TimerFunction = {
  name: string;
  scheduleSetting: string;
  handle: (scope: Scope) => Promise<Record<string, unknown>>;
};

const timerEvents = {
  ran: { id: 'timer.ran', level: 'info' },
  failed: { id: 'timer.failed', level: 'error' },
} as const satisfies Record<string, LogEvent>;

/** One summary line per run; a failure is logged and thrown, so that the platform shows the run as failed. */
export function handleTimer(fn: TimerFunction, deps: { logFor: LogFor; ids: Pick<Ids, 'newId'> }) {
  return async (timer: Timer, context: InvocationContext): Promise<void> => {
    const scope = scopeFor(deps.logFor(context), deps.ids.newId());
    try {
      const summary = await fn.handle(scope);
      scope.log(timerEvents.ran, { function: fn.name, isPastDue: timer.isPastDue, ...summary });
    } catch (error) {
      scope.log(timerEvents.failed, { function: fn.name, ...errorFields(error) });
      throw error;
    }
  };
}
