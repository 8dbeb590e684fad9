import { describe, expect, it } from 'vitest';
import type { Bus, OutMessage } from '../../shared/platform/bus.ts';
import type { QueueName } from '../../shared/platform/resources.ts';

export type Received = { id: string; body: unknown; correlationId: string; deliveries: number };

/** A bus under test, and the means to look at its other end. */
export type BusHarness = {
  bus: Bus;
  now: () => number;
  /** Takes and completes what is ready. */
  receive: (queue: QueueName) => Promise<Received[]>;
  /** Takes what is ready and puts it back. */
  abandon: (queue: QueueName) => Promise<void>;
  /** Ids in the dead-letter queue. */
  deadLetters: (queue: QueueName) => Promise<string[]>;
  advance: (ms: number) => Promise<void>;
};

const message = (id: string, more: Partial<OutMessage> = {}): OutMessage => ({
  id,
  body: { v: 1, n: id },
  correlationId: 'c-1',
  ...more,
});

/** What every Bus must do; `make` gives a fresh one with empty queues. */
export function busContract(name: string, make: () => Promise<BusHarness>): void {
  describe(`bus contract: ${name}`, () => {
    it('hands out what was sent, with id, body and correlation id', async () => {
      const { bus, receive } = await make();
      await bus.send('desk-events', [message('a'), message('b')]);
      const received = await receive('desk-events');
      expect(received.sort((x, y) => (x.id < y.id ? -1 : 1))).toEqual([
        { id: 'a', body: { v: 1, n: 'a' }, correlationId: 'c-1', deliveries: 1 },
        { id: 'b', body: { v: 1, n: 'b' }, correlationId: 'c-1', deliveries: 1 },
      ]);
      expect(await receive('desk-events')).toEqual([]);
    });

    it('keeps queues apart', async () => {
      const { bus, receive } = await make();
      await bus.send('deliveries', [message('a')]);
      expect(await receive('desk-events')).toEqual([]);
      expect(await receive('deliveries')).toHaveLength(1);
    });

    it('swallows an id that it has seen within ten minutes, and only then', async () => {
      const { bus, receive, advance } = await make();
      await bus.send('desk-events', [message('a')]);
      await bus.send('desk-events', [message('a')]);
      expect(await receive('desk-events')).toHaveLength(1);
      await bus.send('desk-events', [message('a')]);
      expect(await receive('desk-events')).toHaveLength(0);
      await advance(601_000);
      await bus.send('desk-events', [message('a')]);
      expect(await receive('desk-events')).toHaveLength(1);
    });

    it('holds a message back until its time', async () => {
      const { bus, receive, advance, now } = await make();
      await bus.send('escalations', [message('later', { notBefore: now() + 60_000 })]);
      expect(await receive('escalations')).toEqual([]);
      await advance(61_000);
      expect((await receive('escalations')).map(({ id }) => id)).toEqual(['later']);
    });

    it('hands an abandoned message out again, and after ten deliveries no more', async () => {
      const { bus, receive, abandon, deadLetters } = await make();
      await bus.send('desk-events', [message('poison')]);
      for (let delivery = 1; delivery <= 9; delivery++) await abandon('desk-events');
      expect(await deadLetters('desk-events')).toEqual([]);
      await abandon('desk-events');
      expect(await receive('desk-events')).toEqual([]);
      expect(await deadLetters('desk-events')).toEqual(['poison']);
    });
  });
}
