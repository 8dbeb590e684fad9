import * as z from 'zod';
import type { QueueFunction, QueueHandler } from '../shared/platform/queue-handler.ts';

const bodySchema = z.object({ kind: z.string() });

/** Every kind of event of the desk, on one queue: what happened, and who makes it known. */
export function deskEventsFunction(handlers: Readonly<Record<string, QueueHandler>>): QueueFunction {
  return {
    name: 'projectDeskEvents',
    queue: 'desk-events',
    handle: async (message, scope) => {
      const { kind } = bodySchema.parse(message.body);
      const handler = Object.hasOwn(handlers, kind) ? handlers[kind] : undefined;
      if (handler === undefined) throw new Error(`nobody handles desk events of kind ${kind}`);
      await handler(message, scope);
    },
  };
}
