import type { InvocationContext } from '@azure/functions';
import * as z from 'zod';
import type { Ids } from '../core/ids.ts';
import { wakeMessageSchema, type WakeMessage } from './outbox.ts';
import type { QueueName } from './resources.ts';
import { errorFields, scopeFor, type LogFor, type LogEvent, type Scope } from './telemetry.ts';

/** One message, parsed: a wake whose row the handler verifies before it acts. */
export type QueueHandler = (message: WakeMessage, scope: Scope) => Promise<void>;

/** A queue function: its name on Azure, the queue it drinks from, and what it does with a message. */
export type QueueFunction = { name: string; queue: QueueName; handle: QueueHandler };

const kindSchema = z.object({ kind: z.string() });

/** One handler for a queue whose messages say in their body of which kind they are. */
export function handlerByKind(handlers: Readonly<Record<string, QueueHandler>>): QueueHandler {
  return async (message, scope) => {
    const { kind } = kindSchema.parse(message.body);
    const handler = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined;
    if (handler === undefined) throw new Error(`nobody handles messages of kind ${kind}`);
    await handler(message, scope);
  };
}

const queueEvents = {
  unreadable: { id: 'queue.unreadable', level: 'error' },
  failed: { id: 'queue.failed', level: 'error' },
} as const satisfies Record<string, LogEvent>;

/**
 * Turns a message into a call. A message that nobody can read is logged and thrown, so that it ends in the dead-letter queue
 * where it can be looked at; passing trouble must not reach this place (handlers reschedule), so what is thrown is a bug.
 */
export function handleQueue(fn: QueueFunction, deps: { logFor: LogFor; ids: Pick<Ids, 'newId'> }) {
  return async (message: unknown, context: InvocationContext): Promise<void> => {
    const given = context.triggerMetadata?.correlationId;
    const scope = scopeFor(deps.logFor(context), typeof given === 'string' && given !== '' ? given : deps.ids.newId());
    const parsed = wakeMessageSchema.safeParse(message);
    if (!parsed.success) {
      scope.log(queueEvents.unreadable, { function: fn.name, error: parsed.error.message });
      throw parsed.error;
    }
    try {
      await fn.handle(parsed.data, scope);
    } catch (error) {
      scope.log(queueEvents.failed, { function: fn.name, ...errorFields(error) });
      throw error;
    }
  };
}
