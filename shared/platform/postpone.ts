import { secondMs, type Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import type { Ids, Random } from '../core/ids.ts';
import type { Bus } from './bus.ts';
import type { QueueFunction } from './queue-handler.ts';
import { errorFields, type LogEvent } from './telemetry.ts';

type PostponeDeps = { bus: Bus; clock: Pick<Clock, 'now'>; ids: Pick<Ids, 'newId'>; random: Random };

const postponeEvents = {
  postponed: { id: 'queue.postponed', level: 'warn' },
} as const satisfies Record<string, LogEvent>;

const againMs = { least: 20 * secondMs, spread: 20 * secondMs };

/**
 * A queue function that waits for what is away. An abandoned message comes back at once, so that ten deliveries burn within
 * seconds; a fresh one, later, takes its place. It costs nothing but the bus: storage may be the part that is away.
 */
export const postponing = (fn: QueueFunction, { bus, clock, ids, random }: PostponeDeps): QueueFunction => ({
  ...fn,
  handle: async (message, scope) => {
    try {
      await fn.handle(message, scope);
    } catch (error) {
      if (!isAppError(error, 'unavailable')) throw error;
      const notBefore = clock.now() + againMs.least + Math.round(againMs.spread * random());
      // An id of its own: the duplicate window must not take it for the message that it replaces.
      const again = { id: ids.newId(), body: message, correlationId: scope.correlationId, notBefore };
      await bus.send(fn.queue, [again]);
      scope.log(postponeEvents.postponed, { function: fn.name, ...errorFields(error) });
    }
  },
});
