import { secondMs, type Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Random } from '../core/ids.ts';
import type { Bus } from './bus.ts';
import type { WakeMessage } from './outbox.ts';
import type { QueueFunction } from './queue-handler.ts';
import { errorFields, type LogEvent } from './telemetry.ts';

type PostponeDeps = { bus: Bus; clock: Pick<Clock, 'now'>; random: Random };

const postponeEvents = {
  postponed: { id: 'queue.postponed', level: 'warn' },
} as const satisfies Record<string, LogEvent>;

const againMs = { least: 20 * secondMs, spread: 20 * secondMs };

/**
 * A queue function that waits for what is away. An abandoned message comes back at once, so that ten deliveries burn within
 * seconds; a fresh one, later, takes its place. It costs nothing but the bus: storage may be the part that is away.
 */
export const postponing = (fn: QueueFunction, { bus, clock, random }: PostponeDeps): QueueFunction => ({
  ...fn,
  handle: async (message, scope) => {
    try {
      await fn.handle(message, scope);
    } catch (error) {
      if (!isAppError(error, 'unavailable')) throw error;
      const now = clock.now();
      const notBefore = now + againMs.least + Math.round(againMs.spread * random());
      const again = { id: againId(message, now), body: message, correlationId: scope.correlationId, notBefore };
      await bus.send(fn.queue, [again]);
      scope.log(postponeEvents.postponed, { function: fn.name, ...errorFields(error) });
    }
  },
});

/**
 * One id per row and twenty seconds. The sweep adds a message to a row every two minutes, and each would live for as long as
 * something is away: so the duplicate window folds those that are postponed at the same time. None is mistaken for the message
 * that it replaces, which was postponed at least twenty seconds ago.
 */
const againId = ({ table, pk, rk }: WakeMessage, now: number): string =>
  `${hashOf(table, pk, rk)}.p${String(Math.floor(now / againMs.least))}`;
