import { describe, expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../shared/core/clock.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { sweepPartition, wakeOp, type WakeMessage } from '../../shared/platform/outbox.ts';
import { postponing } from '../../shared/platform/postpone.ts';
import type { QueueHandler } from '../../shared/platform/queue-handler.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus, type BusTrouble } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededRandom } from '../support/seeded.ts';

const message = { v: 1 as const, table: 'requests', pk: '07', rk: 'O|x', body: { kind: 'request-event' } };
const now = Date.parse('2026-11-02T09:00:00.000Z');

function aFunction(handle: QueueHandler, trouble: BusTrouble = {}) {
  const held = memoryBus(() => now, trouble);
  const log = capturedLog();
  const deps = { bus: held.bus, clock: { now: () => now }, random: seededRandom(3) };
  const { handle: run } = postponing({ name: 'projectDeskEvents', queue: 'desk-events', handle }, deps);
  return { run: async () => run(message, log.scope), held, log };
}

const away: QueueHandler = () => Promise.reject(unavailable('storage', new Error('refused')));

describe('a queue function whose parts may be away', () => {
  it('sends the same message again, 20 to 40 seconds later, in place of one that found storage away', async () => {
    const { run, held, log } = aFunction(away);
    await run();
    const sent = held
      .all()
      .map(({ message: out, queue }) => ({ queue, body: out.body, correlation: out.correlationId }));
    expect(sent).toEqual([{ queue: 'desk-events', body: message, correlation: 'test-correlation' }]);
    for (const { message: out } of held.all()) {
      expect(out.notBefore).toBeGreaterThanOrEqual(now + 20_000);
      expect(out.notBefore).toBeLessThanOrEqual(now + 40_000);
    }
    expect(log.entries).toContainEqual(expect.objectContaining({ event: 'queue.postponed' }));
  });

  it('sends nothing where the work is done', async () => {
    const { run, held } = aFunction(async () => undefined);
    await run();
    expect(held.all()).toEqual([]);
  });

  it('throws what is a bug', async () => {
    const { run, held } = aFunction(() => Promise.reject(new Error('no such event')));
    await expect(run()).rejects.toThrow('no such event');
    expect(held.all()).toEqual([]);
  });

  it('throws where the bus does not take the fresh message, so that the platform keeps the old one', async () => {
    const { run } = aFunction(away, { before: () => Promise.reject(unavailable('bus', new Error('refused'))) });
    await expect(run()).rejects.toThrow('The bus cannot be reached');
  });

  it('has no more than three messages in the world for each row, however long storage is away, and handles each row after', async () => {
    const { clock, advance } = movedClock(now);
    const { scope } = capturedLog();
    const { tables } = memoryTables();
    const held = memoryBus(clock.now);
    const place = { table: 'requests', pk: '07' };
    const table = tables(place.table);
    const ids = Array.from({ length: 10 }, (_, number) => `r${String(number)}`);
    for (const id of ids) {
      const wake = { id, queue: 'desk-events' as const, dueAt: clock.now(), body: { id } };
      await table.transact(place.pk, [wakeOp(wake, scope)]);
    }
    let isAway = true;
    const handle = async ({ pk, rk }: WakeMessage) => {
      if (isAway) throw unavailable('storage', new Error('refused'));
      if (await table.get(pk, rk)) await table.transact(pk, [{ kind: 'delete', rk }]);
    };
    const fn = postponing(
      { name: 'projectDeskEvents', queue: 'desk-events', handle },
      { bus: held.bus, clock, random: seededRandom(3) },
    );
    let most = 0;
    const pass = async (minutes: number) => {
      const end = clock.now() + minutes * minuteMs;
      while (clock.now() < end) {
        if ((clock.now() - now) % minuteMs === 0) await sweepPartition({ bus: held.bus, clock, table }, place, scope);
        for (const one of held.ready()) {
          held.take(one);
          await fn.handle(one.message.body as WakeMessage, scope);
          held.complete(one);
        }
        const live = Map.groupBy(held.all(), ({ message: { body } }) => body.rk);
        most = Math.max(most, ...[...live.values()].map(({ length }) => length));
        await advance(5 * secondMs);
      }
    };
    await pass(60);
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThanOrEqual(3);
    isAway = false;
    await pass(2);
    expect(await sweepPartition({ bus: held.bus, clock, table }, place, scope)).toMatchObject({ owed: 0 });
    expect(held.all()).toEqual([]);
  });
});
