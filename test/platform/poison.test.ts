import { InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs } from '../../shared/core/clock.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { markingFailures } from '../../shared/platform/marking-failures.ts';
import { deleteWake, owedRows, sendWakes, sweepPartition, wakeOp, type Wake } from '../../shared/platform/outbox.ts';
import { handleQueue, type QueueHandler } from '../../shared/platform/queue-handler.ts';
import { lastSweepState, rememberSweep } from '../../shared/platform/sweep.ts';
import { aDesk as aWholeDesk } from '../support/a-desk.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

const place = { table: 'requests', pk: '07' } as const;

/** A consumer that the test breaks and mends, its bus, and a sweep every minute as it is scheduled. */
async function aDesk(handle: QueueHandler) {
  const { clock, advance } = movedClock();
  const { scope, entries, log } = capturedLog();
  const store = memoryTables();
  const table = store.tables(place.table);
  const held = memoryBus(clock.now);
  const consumer = { handle };
  const fn = { name: 'projectDeskEvents', queue: 'desk-events' as const };
  const marking = markingFailures(
    { ...fn, handle: async (message, given) => consumer.handle(message, given) },
    { tables: store.tables, clock },
  );
  const consume = handleQueue(marking, { logFor: () => log, ids: seededIds(seededRandom(1)) });
  const wake: Wake = { id: 'r1|1', queue: 'desk-events', dueAt: clock.now(), body: { kind: 'test' } };
  await table.transact(place.pk, [wakeOp(wake, scope)]);
  await sendWakes({ bus: held.bus, clock }, { place, wakes: [wake] }, scope);
  const ids: string[] = [];
  const sweepOnce = async () => sweepPartition({ bus: held.bus, clock, table }, place, scope);
  const drain = async () => {
    for (let next = held.ready()[0]; next; next = held.ready()[0]) {
      if (!ids.includes(next.message.id)) ids.push(next.message.id);
      held.take(next);
      try {
        await consume(next.message.body, new InvocationContext());
        held.complete(next);
      } catch {
        held.abandon(next);
      }
    }
  };
  return {
    ...{ clock, entries, store, table, held, consumer, ids, scope, sweepOnce },
    pass: async (ms: number) => {
      const end = clock.now() + ms;
      await drain();
      while (clock.now() < end) {
        await advance(minuteMs);
        await sweepOnce();
        await drain();
      }
    },
    owed: async () => owedRows(table, place.pk),
    setAside: () => entries.filter(({ event }) => event === 'queue.wake-set-aside'),
  };
}

const broken: QueueHandler = async () => Promise.reject(new TypeError('x is not a function'));

describe('a wake whose consumer has a bug', () => {
  it('is tried ever more rarely, by a message of its own each time, and lost never', async () => {
    const desk = await aDesk(broken);
    await desk.pass(3 * hourMs);
    const minutes = desk.ids.map((id) => 2 * Number(id.slice(id.lastIndexOf('.') + 1)));
    expect(minutes).toEqual([0, 2, 6, 14, 30, 62, 122]);
    expect(desk.held.dead.length).toBe(minutes.length);
    expect(await desk.owed()).toHaveLength(1);
  });

  it('is set aside after a day: counted, told once as an error, and tried again four times a day', async () => {
    const desk = await aDesk(broken);
    await desk.pass(dayMs - hourMs);
    expect([desk.setAside(), (await desk.sweepOnce()).poisoned]).toEqual([[], 0]);
    await desk.pass(2 * hourMs);
    expect(desk.setAside()).toMatchObject([
      { level: 'error', fields: { function: 'projectDeskEvents', table: 'requests', pk: '07' } },
    ]);
    const before = desk.ids.length;
    await desk.pass(dayMs);
    expect(desk.ids.length - before).toBe(4);
    expect(new Set(desk.ids).size).toBe(desk.held.dead.length);
    expect(desk.setAside()).toHaveLength(1);
    expect(await desk.sweepOnce()).toMatchObject({ owed: 1, unsent: 0, poisoned: 1 });
  });

  it('has its effect within six hours once a deployment has mended its consumer', async () => {
    const desk = await aDesk(broken);
    await desk.pass(2 * dayMs);
    desk.consumer.handle = async (message) => deleteWake(desk.table, message);
    await desk.pass(6 * hourMs);
    expect(await desk.owed()).toEqual([]);
    expect(await desk.sweepOnce()).toMatchObject({ owed: 0, poisoned: 0 });
  });

  it('keeps the mark of its failures apart from what is merely away', async () => {
    const desk = await aDesk(async () => Promise.reject(unavailable('storage', undefined)));
    await desk.pass(10 * minuteMs);
    const [row] = await desk.owed();
    expect(row?.columns).not.toHaveProperty('failedAt');
  });

  it('shows in what is remembered of the sweep', async () => {
    const desk = await aDesk(broken);
    await desk.pass(dayMs + 2 * hourMs);
    const deps = { tables: desk.store.tables, clock: desk.clock };
    await rememberSweep(deps, await desk.sweepOnce());
    expect(await lastSweepState(deps)).toMatchObject({ owed: 1, poisoned: 1 });
  });

  it('throws what the consumer threw, also where the row cannot be marked', async () => {
    const desk = await aDesk(broken);
    const failing = { ...desk.table, get: async () => Promise.reject(unavailable('storage', undefined)) };
    const marking = markingFailures(
      { name: 'x', queue: 'desk-events', handle: broken },
      { tables: () => failing, clock: desk.clock },
    );
    const message = { v: 1 as const, ...place, rk: 'O|x', body: {} };
    await expect(marking.handle(message, desk.scope)).rejects.toThrow('x is not a function');
    expect(desk.entries.at(-1)).toMatchObject({ event: 'queue.failure-not-marked', level: 'warn' });
  });
});

describe('the desk as it is deployed', () => {
  it('marks the row of a wake that its consumer failed at', async () => {
    const desk = await aWholeDesk();
    const wake: Wake = { id: 'x', queue: 'desk-events', dueAt: desk.clock.now(), body: { kind: 'unheard-of' } };
    const table = desk.tables(place.table);
    await table.transact(place.pk, [wakeOp(wake, desk.log.scope)]);
    await sendWakes({ bus: desk.held.bus, clock: desk.clock }, { place, wakes: [wake] }, desk.log.scope);
    await expect(desk.settle()).rejects.toThrow('unheard-of');
    expect((await owedRows(table, place.pk))[0]?.columns).toMatchObject({
      failures: 1,
      failedAt: '2026-11-02T09:00:00.000Z',
    });
  });
});
