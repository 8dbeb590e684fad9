import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { postponing } from '../../shared/platform/postpone.ts';
import type { QueueHandler } from '../../shared/platform/queue-handler.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus, type BusTrouble } from '../support/memory-bus.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

const message = { v: 1 as const, table: 'requests', pk: '07', rk: 'O|x', body: { kind: 'request-event' } };
const now = Date.parse('2026-11-02T09:00:00.000Z');

function aFunction(handle: QueueHandler, trouble: BusTrouble = {}) {
  const random = seededRandom(3);
  const held = memoryBus(() => now, trouble);
  const log = capturedLog();
  const deps = { bus: held.bus, clock: { now: () => now }, ids: seededIds(random), random };
  const { handle: run } = postponing({ name: 'projectDeskEvents', queue: 'desk-events', handle }, deps);
  return { run: async () => run(message, log.scope), held, log };
}

const away: QueueHandler = () => Promise.reject(unavailable('storage', new Error('refused')));

describe('a queue function whose parts may be away', () => {
  it('sends the same message again, 20 to 40 seconds later, in place of one that found storage away', async () => {
    const { run, held, log } = aFunction(away);
    await run();
    await run();
    const sent = held
      .all()
      .map(({ message: out, queue }) => ({ queue, body: out.body, correlation: out.correlationId }));
    expect(sent).toEqual(Array(2).fill({ queue: 'desk-events', body: message, correlation: 'test-correlation' }));
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
});
