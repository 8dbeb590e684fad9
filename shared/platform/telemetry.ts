import type { InvocationContext } from '@azure/functions';

/** One line of the desk's log: a stable event id, fields without personal data, and the correlation id that joins a story. */
export type LogEntry = {
  event: string;
  level: 'info' | 'warn' | 'error';
  correlationId: string;
  fields: Record<string, unknown>;
};

export type Log = (entry: LogEntry) => void;

/** Where the lines of one invocation go: the host joins them to its own record of that invocation. */
export type LogFor = (context: InvocationContext) => Log;

/** One line of JSON through the invocation's own log, so that operators can query by event id and correlation id. */
export const contextLog: LogFor = (context) => (entry) => {
  const line = JSON.stringify(entry);
  if (entry.level === 'error') context.error(line);
  else if (entry.level === 'warn') context.warn(line);
  else context.info(line);
};

/** A kind of log line. Wording is nobody's to invent: each capability declares its events once, in its `events.ts`. */
export type LogEvent = { readonly id: string; readonly level: LogEntry['level'] };

/** What travels with one call or message through all the code it touches. */
export type Scope = {
  correlationId: string;
  log(event: LogEvent, fields?: Record<string, unknown>): void;
};

export const scopeFor = (log: Log, correlationId: string): Scope => ({
  correlationId,
  log: (event, fields = {}) => {
    log({ event: event.id, level: event.level, correlationId, fields });
  },
});

/** An error as log fields: name and message of it and of its causes, without bodies. */
export function errorFields(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { error: String(error) };
  const cause = error.cause instanceof Error ? `${error.cause.name}: ${error.cause.message}` : undefined;
  return { error: `${error.name}: ${error.message}`, stack: error.stack, ...(cause && { cause }) };
}
