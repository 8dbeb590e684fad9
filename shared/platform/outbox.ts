import { fromIso, minuteMs, toIso, type Clock } from '../core/clock.ts';
import { hashOf } from '../core/hash.ts';
import { afterPrefix, oldestFirst } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import * as z from 'zod';
import { messageIdCharacters, type Bus, type OutMessage } from './bus.ts';
import { queues, type QueueName } from './resources.ts';
import { rowKind } from './row.ts';
import { queryAll, type Row, type Table, type TableOp } from './table.ts';
import type { LogEvent, Scope } from './telemetry.ts';

/**
 * A wake-up that is owed: written in the same transaction as the change that owes it, removed by the consumer together with its
 * effect. The row is the truth; the message only makes it quick. A due time in the future is the same row with a later time.
 */
export type Wake = {
  /** Names the effect: unique within its partition. */
  id: string;
  queue: QueueName;
  dueAt: number;
  /** Ids that the consumer needs. */
  body: Record<string, unknown>;
};

/** What the message of a wake carries: where its row stands, and the row's body. */
export const wakeMessageSchema = z.object({
  v: z.literal(1),
  table: z.string(),
  pk: z.string(),
  rk: z.string(),
  body: z.record(z.string(), z.unknown()),
});
export type WakeMessage = z.output<typeof wakeMessageSchema>;

const queueNames = Object.keys(queues) as [QueueName, ...QueueName[]];
const wakeRow = rowKind(
  z.object({
    queue: z.enum(queueNames),
    dueAt: z.iso.datetime(),
    correlationId: z.string(),
    body: z.record(z.string(), z.unknown()),
  }),
);

const prefix = 'O|';

export const wakeKey = (wake: Pick<Wake, 'id' | 'dueAt'>): string => `${prefix}${oldestFirst(wake.dueAt)}|${wake.id}`;

export const wakeOp = (wake: Wake, scope: Scope): TableOp => ({
  kind: 'insert',
  rk: wakeKey(wake),
  columns: wakeRow.toColumns({
    queue: wake.queue,
    dueAt: toIso(wake.dueAt),
    correlationId: scope.correlationId,
    body: wake.body,
  }),
});

type Place = { table: string; pk: string };

/** The message that wakes the consumer of `wake` for the `attempt`th time. */
function wakeMessage({ table, pk }: Place, wake: Wake, more: { correlationId: string; attempt: number }): OutMessage {
  const rk = wakeKey(wake);
  const attempt = String(more.attempt);
  const readable = `${hashOf(table, pk).slice(0, 8)}|${rk}.${attempt}`;
  return {
    id: readable.length <= messageIdCharacters ? readable : `${hashOf(table, pk, rk)}.${attempt}`,
    body: { v: 1, table, pk, rk, body: wake.body } satisfies WakeMessage,
    correlationId: more.correlationId,
    ...(more.attempt === 0 && { notBefore: wake.dueAt }),
  };
}

const outboxEvents = {
  sendDelayed: { id: 'outbox.send-delayed', level: 'warn' },
  sweptRows: { id: 'outbox.swept', level: 'info' },
} as const satisfies Record<string, LogEvent>;

/**
 * Sends the wakes of a transaction that has just been committed. Never throws and never waits longer than a second: where the
 * bus is away or silent, the sweep sends later.
 */
export async function sendWakes(
  { bus, clock }: { bus: Bus; clock: Clock },
  { place, wakes }: { place: Place; wakes: readonly Wake[] },
  scope: Scope,
): Promise<void> {
  const byQueue = Map.groupBy(wakes, (wake) => wake.queue);
  const stopWaiting = new AbortController();
  const send = async () => {
    for (const [queue, group] of byQueue) {
      const messages = group.map((wake) =>
        wakeMessage(place, wake, { correlationId: scope.correlationId, attempt: 0 }),
      );
      await bus.send(queue, messages);
    }
    return 'sent';
  };
  try {
    const outcome = await Promise.race([
      send(),
      clock.sleep(limits.sendWaitMs, stopWaiting.signal).then(
        () => 'silent',
        () => 'sent',
      ),
    ]);
    if (outcome === 'silent') scope.log(outboxEvents.sendDelayed, { reason: 'no answer within a second' });
  } catch (error) {
    scope.log(outboxEvents.sendDelayed, { reason: String(error) });
  } finally {
    stopWaiting.abort();
  }
}

/** The wake row, or undefined when its effect has been had already. */
export async function readWake(table: Table, { pk, rk }: Pick<WakeMessage, 'pk' | 'rk'>): Promise<Row | undefined> {
  return table.get(pk, rk);
}

const batchSize = 100;

/**
 * Sends again every wake of one partition that has been owed for longer than the grace time. Which attempt it is follows from
 * the age, so that the duplicate window never swallows a later try and two sweeps at once send one message.
 * Returns how many rows are owed and the age of the oldest in milliseconds.
 */
export async function sweepPartition(
  { bus, clock, table }: { bus: Bus; clock: Clock; table: Table },
  place: Place,
): Promise<{ owed: number; oldestMs: number }> {
  const now = clock.now();
  const rows = await queryAll(table, {
    pk: place.pk,
    from: prefix,
    to: `${prefix}${oldestFirst(now - limits.outboxGraceMs)}`,
  });
  const messages = rows.map((row) => {
    const { queue, dueAt, correlationId, body } = wakeRow.fromRow(row);
    const id = row.rk.slice(prefix.length + dueAt.length + 1);
    const attempt = Math.floor((now - fromIso(dueAt)) / (2 * minuteMs));
    const wake = { id, queue, dueAt: fromIso(dueAt), body };
    return { queue, dueAt, message: wakeMessage(place, wake, { correlationId, attempt }) };
  });
  for (const [queue, group] of Map.groupBy(messages, (item) => item.queue)) {
    for (let at = 0; at < group.length; at += batchSize) {
      await bus.send(
        queue,
        group.slice(at, at + batchSize).map((item) => item.message),
      );
    }
  }
  const oldest = messages[0];
  return { owed: messages.length, oldestMs: oldest ? now - fromIso(oldest.dueAt) : 0 };
}

/** All wakes of a partition, due or not: for readiness and tests. */
export async function owedRows(table: Table, pk: string): Promise<Row[]> {
  return queryAll(table, { pk, from: prefix, to: afterPrefix(prefix) });
}
