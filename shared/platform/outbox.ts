import { fromIso, minuteMs, toIso, type Clock } from '../core/clock.ts';
import { isAppError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { afterPrefix, oldestFirst } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import * as z from 'zod';
import { messageIdCharacters, type Bus, type OutMessage } from './bus.ts';
import { queues, type QueueName } from './resources.ts';
import { rowKind } from './row.ts';
import { isRefusal, queryAll, type Row, type Table, type TableOp } from './table.ts';
import { errorFields, type LogEvent, type Scope } from './telemetry.ts';
import { failureColumns, isPoisoned, nextTryAt } from './wake-failures.ts';

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
    ...failureColumns,
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
  rowUnreadable: { id: 'outbox.row-unreadable', level: 'error' },
  notSent: { id: 'outbox.not-sent', level: 'warn' },
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

/** Once the wake has had its effect. Fine where another worker was first. */
export async function deleteWake(table: Table, { pk, rk }: Pick<WakeMessage, 'pk' | 'rk'>): Promise<void> {
  try {
    await table.transact(pk, [{ kind: 'delete', rk }]);
  } catch (error) {
    if (!isRefusal(error, 'missing')) throw error;
  }
}

const batchSize = 100;

type SweepPartitionDeps = { bus: Bus; clock: Clock; table: Table };

/**
 * `owed`: rows that nobody has consumed; `oldestMs`: the age of the oldest; `unsent`: rows that could not be sent again;
 * `poisoned`: rows that are set aside, because their consumer has failed at them for a day.
 */
export type SweptPartition = { owed: number; oldestMs: number; unsent: number; poisoned: number };

/**
 * Sends again every wake of one partition that has been owed for longer than the grace time. Which attempt it is follows from
 * the age, so that the duplicate window never swallows a later try and two sweeps at once send one message. A row whose consumer
 * failed has its time (see wake-failures). A row that nobody can read, a message that is refused and a queue that is away hold up nothing else; they are logged and counted.
 */
export async function sweepPartition(
  { bus, clock, table }: SweepPartitionDeps,
  place: Place,
  scope: Scope,
): Promise<SweptPartition> {
  const now = clock.now();
  const rows = await queryAll(table, {
    pk: place.pk,
    from: prefix,
    to: `${prefix}${oldestFirst(now - limits.outboxGraceMs)}`,
  });
  const messages: Owed[] = [];
  let unreadable = 0;
  let poisoned = 0;
  for (const row of rows) {
    try {
      const owed = wakeRow.fromRow(row);
      if (isPoisoned(owed, now)) poisoned++;
      if (nextTryAt(owed) <= now) messages.push(owedMessage(place, { rk: row.rk, ...owed }, now));
    } catch (error) {
      unreadable++;
      scope.log(outboxEvents.rowUnreadable, { ...place, rk: row.rk, ...errorFields(error) });
    }
  }
  let sent = 0;
  for (const [queue, group] of Map.groupBy(messages, (item) => item.queue)) {
    for (let at = 0; at < group.length; at += batchSize) {
      const batch = group.slice(at, at + batchSize).map((item) => item.message);
      sent += await sendAgain(bus, { place, queue, batch }, scope);
    }
  }
  const ages = rows.map((row) => now - dueOf(row)).filter(Number.isFinite);
  return {
    owed: rows.length,
    oldestMs: Math.max(0, ...ages.slice(0, 1)),
    unsent: unreadable + messages.length - sent,
    poisoned,
  };
}

type Owed = { queue: QueueName; message: OutMessage };

type OwedRow = ReturnType<typeof wakeRow.fromRow> & Pick<Row, 'rk'>;

function owedMessage(place: Place, { rk, queue, dueAt, correlationId, body }: OwedRow, now: number): Owed {
  const id = rk.slice(prefix.length + dueAt.length + 1);
  const attempt = Math.floor((now - fromIso(dueAt)) / (2 * minuteMs));
  const wake = { id, queue, dueAt: fromIso(dueAt), body };
  return { queue, message: wakeMessage(place, wake, { correlationId, attempt }) };
}

/** Sends one owed wake again by what its row says. False where it cannot be sent now: then the sweep does. */
export async function sendOwed(
  { bus, clock }: Pick<SweepPartitionDeps, 'bus' | 'clock'>,
  { place, row }: { place: Place; row: Row },
  scope: Scope,
): Promise<boolean> {
  const owed = owedMessage(place, { rk: row.rk, ...wakeRow.fromRow(row) }, clock.now());
  return (await sendAgain(bus, { place, queue: owed.queue, batch: [owed.message] }, scope)) === 1;
}

/** By its key, which an unreadable row has too. */
const dueOf = ({ rk }: Row): number => fromIso(rk.slice(prefix.length).split('|')[0] ?? '');

type Batch = { place: Place; queue: QueueName; batch: readonly OutMessage[] };

/** Returns how many were sent. Where the bus is there and refuses the batch, each of its messages goes alone. */
async function sendAgain(bus: Bus, { place, queue, batch }: Batch, scope: Scope): Promise<number> {
  try {
    await bus.send(queue, batch);
    return batch.length;
  } catch (error) {
    if (isAppError(error, 'unavailable') || batch.length === 1) {
      const [only] = batch.length === 1 ? batch : [];
      scope.log(outboxEvents.notSent, { ...place, queue, messageId: only?.id, ...errorFields(error) });
      return 0;
    }
  }
  let sent = 0;
  for (const message of batch) sent += await sendAgain(bus, { place, queue, batch: [message] }, scope);
  return sent;
}

/** All wakes of a partition, due or not: for readiness and tests. */
export async function owedRows(table: Table, pk: string): Promise<Row[]> {
  return queryAll(table, { pk, from: prefix, to: afterPrefix(prefix) });
}
