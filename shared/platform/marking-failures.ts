import type { Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import type { WakeMessage } from './outbox.ts';
import type { QueueFunction } from './queue-handler.ts';
import { classOf, keepPoison, kindOf } from './poison.ts';
import { tableNames, type TableName } from './resources.ts';
import type { Scalar, Tables } from './table.ts';
import { errorFields, type LogEvent, type Scope } from './telemetry.ts';
import { failedOnceMore, wakeFailuresOf } from './wake-failures.ts';

type MarkingDeps = { tables: Tables<TableName>; clock: Pick<Clock, 'now'> };

const markingEvents = {
  setAside: { id: 'queue.wake-set-aside', level: 'error' },
  notMarked: { id: 'queue.failure-not-marked', level: 'warn' },
} as const satisfies Record<string, LogEvent>;

/**
 * A queue function whose failures stand on the rows of the wakes that it failed at, so that the sweep sends those ever more rarely
 * instead of adding a dead letter every two minutes. What is away is no failure.
 */
export const markingFailures = (fn: QueueFunction, deps: MarkingDeps): QueueFunction => ({
  ...fn,
  handle: async (message, scope) => {
    try {
      await fn.handle(message, scope);
    } catch (error) {
      if (!isAppError(error, 'unavailable')) await mark(deps, { fn, message, error }, scope);
      throw error;
    }
  },
});

type Failed = { fn: QueueFunction; message: WakeMessage; error: unknown };

/** Never throws: what the handler threw is what must be told. A row that is gone or was marked by another is as good. */
async function mark(
  { tables, clock }: MarkingDeps,
  { fn, message, error: thrown }: Failed,
  scope: Scope,
): Promise<void> {
  const { pk, rk } = message;
  const name = tableNames.find((one) => one === message.table);
  if (name === undefined) return;
  try {
    const row = await tables(name).get(pk, rk);
    const marked = row && failedOnceMore(wakeFailuresOf(row), clock.now());
    if (!row || !marked) return;
    const { isSetAside, isSetAsideNow, ...failures } = marked;
    const columns: Record<string, Scalar> = { ...row.columns, ...failures };
    await tables(name).transact(pk, [{ kind: 'replace', rk, columns, etag: row.etag }]);
    if (isSetAsideNow) scope.log(markingEvents.setAside, { function: fn.name, table: name, pk, rk, ...failures });
    if (isSetAside) {
      const of = { table: name, pk, rk, queue: fn.queue, kind: kindOf(message.body) };
      await keepPoison(tables('poison'), { ...of, ...failures, error: classOf(thrown) });
    }
  } catch (error) {
    scope.log(markingEvents.notMarked, { function: fn.name, pk, rk, ...errorFields(error) });
  }
}
