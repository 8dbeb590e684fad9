import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../shared/core/clock.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { limits } from '../../shared/core/limits.ts';
import {
  deleteWake,
  readWake,
  sendWakes,
  sweepPartition,
  wakeKey,
  wakeOp,
  type Wake,
} from '../../shared/platform/outbox.ts';
import type { Bus } from '../../shared/platform/bus.ts';
import { shardPlaces, sweep } from '../../shared/platform/sweep.ts';
import type { TableOp } from '../../shared/platform/table.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus, type BusTrouble } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';

const place = { table: 'requests', pk: '07' } as const;

async function desk(trouble: BusTrouble = {}) {
  const time = movedClock();
  const { scope, entries, log } = capturedLog();
  const store = memoryTables();
  const bus = memoryBus(time.clock.now, trouble);
  const wake: Wake = {
    id: 'r1|1',
    queue: 'desk-events',
    dueAt: time.clock.now(),
    body: { kind: 'test', requestId: 'r1' },
  };
  await store.tables(place.table).transact(place.pk, [wakeOp(wake, scope)]);
  return { time, scope, entries, log, store, bus, wake };
}

describe('the outbox', () => {
  it('sends what was just committed, with a first attempt in its id', async () => {
    const { time, scope, bus, wake } = await desk();
    await sendWakes({ bus: bus.bus, clock: time.clock }, { place, wakes: [wake] }, scope);
    const [held] = bus.ready();
    expect(held?.message.id).toMatch(/^[a-z2-7]{8}\|O\|2026-11-02T09:00:00\.000Z\|r1\|1\.0$/);
    expect(held?.message.body).toMatchObject({ v: 1, table: 'requests', pk: '07', body: { requestId: 'r1' } });
    expect(held?.message.correlationId).toBe('test-correlation');
  });

  it('names a message in at most 128 characters, however long the id of its effect is, and each effect by its own', async () => {
    const { time, scope, bus, wake } = await desk();
    const long = ['x', 'y'].map((end) => ({ ...wake, id: `${'p'.repeat(90)}${end}` }));
    await sendWakes({ bus: bus.bus, clock: time.clock }, { place, wakes: long }, scope);
    expect(bus.all().map(({ message }) => message.id)).toEqual(
      Array(2).fill(expect.stringMatching(/^[a-z2-7]{52}\.0$/)),
    );
  });

  it('waits no longer than a second for a silent bus', async () => {
    const { time, scope, bus, wake, entries } = await desk({ before: async () => new Promise(() => undefined) });
    const sending = sendWakes({ bus: bus.bus, clock: time.clock }, { place, wakes: [wake] }, scope);
    await time.advance(limits.sendWaitMs);
    await sending;
    expect(entries.map((entry) => entry.event)).toEqual(['outbox.send-delayed']);
  });

  it('goes on when the bus refuses', async () => {
    const { time, scope, bus, wake, entries } = await desk({
      before: async () => {
        throw unavailable('bus', new Error('refused'));
      },
    });
    await sendWakes({ bus: bus.bus, clock: time.clock }, { place, wakes: [wake] }, scope);
    expect(entries.map((entry) => entry.event)).toEqual(['outbox.send-delayed']);
  });

  it('sends a wake of the future no earlier than it is due', async () => {
    const { time, scope, bus } = await desk();
    const later: Wake = { id: 'r2', queue: 'deliveries', dueAt: time.clock.now() + 5 * minuteMs, body: {} };
    await sendWakes({ bus: bus.bus, clock: time.clock }, { place, wakes: [later] }, scope);
    expect(bus.ready()).toHaveLength(0);
    await time.advance(5 * minuteMs);
    expect(bus.ready()).toHaveLength(1);
  });
});

describe('a wake that had its effect', () => {
  it('is deleted once, and once more without complaint', async () => {
    const { store, wake } = await desk();
    const table = store.tables(place.table);
    const key = { pk: place.pk, rk: wakeKey(wake) };
    await deleteWake(table, key);
    expect(await readWake(table, key)).toBeUndefined();
    await deleteWake(table, key);
  });
});

describe('the sweep', () => {
  it('leaves young rows alone and sends old ones again under a new id each two minutes', async () => {
    const { time, store, bus, scope } = await desk();
    const deps = { bus: bus.bus, clock: time.clock, table: store.tables('requests') };
    expect(await sweepPartition(deps, place, scope)).toEqual({ owed: 0, oldestMs: 0, unsent: 0, poisoned: 0 });
    await time.advance(2 * minuteMs + 1);
    expect((await sweepPartition(deps, place, scope)).owed).toBe(1);
    await sweepPartition(deps, place, scope);
    await time.advance(2 * minuteMs);
    await sweepPartition(deps, place, scope);
    expect(bus.all().map((held) => held.message.id.slice(-2))).toEqual(['.1', '.2']);
  });

  const another = (wake: Wake, more: Partial<Wake>) => ({ ...wake, id: 'r2|1', ...more });

  it('sends the other rows of a partition past one that nobody can read, which it logs and counts', async () => {
    const { time, store, bus, wake, scope, entries } = await desk();
    const table = store.tables(place.table);
    const unreadable = { ...wakeOp(another(wake, { id: 'a' }), scope), columns: { v: 7 } } as TableOp;
    await table.transact(place.pk, [unreadable, wakeOp(another(wake, {}), scope)]);
    await time.advance(3 * minuteMs);
    const swept = await sweepPartition({ bus: bus.bus, clock: time.clock, table }, place, scope);
    expect(swept).toEqual({ owed: 3, oldestMs: 3 * minuteMs, unsent: 1, poisoned: 0 });
    expect(bus.all()).toHaveLength(2);
    expect(entries).toMatchObject([
      { event: 'outbox.row-unreadable', level: 'error', fields: { table: 'requests', pk: '07' } },
    ]);
  });

  it('sends the other messages of a batch past one that is refused', async () => {
    const { time, store, bus, wake, scope, entries } = await desk();
    const table = store.tables(place.table);
    await table.transact(place.pk, [wakeOp(another(wake, { body: { isBad: true } }), scope)]);
    await time.advance(3 * minuteMs);
    const refusing: Bus = {
      send: async (queue, messages) => {
        if (messages.some(({ body }) => (body.body as { isBad?: boolean }).isBad)) throw new RangeError('too large');
        await bus.bus.send(queue, messages);
      },
    };
    const swept = await sweepPartition({ bus: refusing, clock: time.clock, table }, place, scope);
    expect(swept).toMatchObject({ owed: 2, unsent: 1 });
    expect(bus.all().map(({ message }) => message.body.body)).toEqual([wake.body]);
    expect(entries).toMatchObject([{ event: 'outbox.not-sent', fields: { queue: 'desk-events' } }]);
  });

  it('sends to the other queues past one that is away', async () => {
    const { time, store, bus, wake, scope, entries } = await desk();
    const table = store.tables(place.table);
    await table.transact(place.pk, [wakeOp(another(wake, { queue: 'escalations' }), scope)]);
    await time.advance(3 * minuteMs);
    const refusing: Bus = {
      send: async (queue, messages) => {
        if (queue === 'desk-events') throw unavailable('bus', new Error('the queue is disabled'));
        await bus.bus.send(queue, messages);
      },
    };
    const swept = await sweepPartition({ bus: refusing, clock: time.clock, table }, place, scope);
    expect(swept).toMatchObject({ owed: 2, unsent: 1 });
    expect(bus.all().map(({ queue }) => queue)).toEqual(['escalations']);
    expect(entries).toMatchObject([{ event: 'outbox.not-sent', fields: { queue: 'desk-events' } }]);
  });

  it('reads each fixed shard once, however much is stored', async () => {
    const { time, store, bus, scope } = await desk();
    const sweeping = {
      tables: store.tables,
      bus: bus.bus,
      clock: time.clock,
      places: async () => shardPlaces('requests'),
    };
    const summary = await sweep(sweeping, scope);
    expect(summary).toEqual({ partitions: 32, owed: 0, oldestMs: 0, unsent: 0, poisoned: 0, failed: 0 });
    expect(store.of('requests').counts.query).toBe(32);
  });

  it('counts a partition that fails and goes on with the others', async () => {
    const { time, store, bus, scope } = await desk();
    await time.advance(3 * minuteMs);
    const broken = () => {
      throw unavailable('storage', new Error('x'));
    };
    const tables = (name: string) =>
      name === 'escalations' ? { ...store.tables(name), query: broken } : store.tables(name);
    const places = async () => [...shardPlaces('escalations'), ...shardPlaces('requests')];
    const summary = await sweep({ tables, bus: bus.bus, clock: time.clock, places }, scope);
    expect(summary).toMatchObject({ failed: 32, owed: 1, oldestMs: 3 * minuteMs });
  });
});
