import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createAlarm } from '../../local/bus/alarm.ts';
import { createDeadlines } from '../../local/bus/queue/deadlines.ts';
import { createDispatcher, type Consumer } from '../../local/bus/queue/dispatcher.ts';
import { createMinHeap } from '../../local/bus/queue/min-heap.ts';
import type { Queue } from '../../local/bus/queue/queue.ts';
import { aMessage, aQueue, NONE } from './queue-builder.ts';

it('a heap gives back what it was given by key, equal keys in the order they came, also after a filter', () => {
  const items = fc.array(fc.record({ key: fc.integer({ min: 0, max: 9 }), name: fc.string() }));
  fc.assert(
    fc.property(items, fc.boolean(), (given, filters) => {
      const heap = createMinHeap<{ key: number; name: string }>(({ key }) => key);
      for (const item of given) heap.push(item);
      const isKept = ({ key }: { key: number }) => !filters || key % 2 === 0;
      heap.keep(isKept);
      const popped = [];
      for (let next = heap.pop(); next !== undefined; next = heap.pop()) popped.push(next);
      expect(popped).toEqual(given.filter(isKept).sort((a, b) => a.key - b.key));
    }),
  );
});

it('deadlines of messages that are gone do not pile up', () => {
  let looked = 0;
  const trueDeadline = () => {
    looked += 1;
    return Infinity;
  };
  const deadlines = createDeadlines(trueDeadline, () => 0);
  for (let number = 0; number < 50_000; number++) deadlines.add(number, number);
  looked = 0;
  expect(deadlines.takeDue(10 ** 9)).toBeUndefined();
  expect(looked).toBeLessThanOrEqual(1_024);
});

const settlements = {
  complete: (queue: Queue, token: string) => {
    queue.complete(token);
  },
  abandon: (queue: Queue, token: string) => {
    queue.abandon(token, NONE);
  },
  release: (queue: Queue, token: string) => {
    queue.release(token);
  },
  defer: (queue: Queue, token: string) => {
    queue.defer(token, NONE);
  },
  deadLetter: (queue: Queue, token: string) => {
    queue.deadLetter(token, {}, NONE);
  },
  hold: () => undefined,
  pass: () => undefined,
};
const actions = Object.keys(settlements) as (keyof typeof settlements)[];

function receiveAny(queue: Queue) {
  const deferred = queue.peek(0, 100).find(({ state, lock }) => state === 'deferred' && !lock);
  return deferred ? queue.receiveDeferred([deferred.sequenceNumber], 'lock')[0] : queue.next('lock');
}

it('no message is lost or doubled by any order of receiving, settling and waiting', () => {
  const step = fc.record({
    action: fc.constantFrom(...actions),
    seconds: fc.integer({ min: 1, max: 90 }),
  });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { queue, deadLetters, pass } = aQueue();
      const sent = Array.from({ length: 8 }, () => aMessage());
      queue.send(sent);
      const completed: string[] = [];
      for (const { action, seconds } of steps) {
        if (action === 'pass') pass(seconds);
        const message = receiveAny(queue);
        if (!message) continue;
        if (action === 'complete') completed.push(message.content.messageId);
        settlements[action](queue, message.lock?.token ?? '');
      }
      const left = [...queue.peek(0, 100), ...deadLetters.peek(0, 100)].map(({ content }) => content.messageId);
      expect([...left, ...completed].sort()).toEqual(sent.map(({ messageId }) => messageId).sort());
    }),
  );
});

it('receivers with credit take turns, and one without gets nothing', () => {
  const { queue } = aQueue();
  const got: string[] = [];
  const aConsumer = (name: string, credit: number): Consumer => ({
    mode: 'delete',
    hasCredit: () => credit > 0,
    deliver: () => {
      credit -= 1;
      got.push(name);
    },
  });
  const dispatcher = createDispatcher((mode) => queue.next(mode));
  const gone = aConsumer('gone', 9);
  for (const consumer of [aConsumer('a', 2), aConsumer('b', 9), aConsumer('none', 0), gone]) dispatcher.add(consumer);
  dispatcher.remove(gone);
  queue.send(Array.from({ length: 6 }, () => aMessage()));
  dispatcher.pump();
  expect(got).toEqual(['a', 'b', 'a', 'b', 'b', 'b']);
});

it('an alarm rings at the earliest time it was asked for, in world time', async () => {
  const worldNow = () => Date.now() + 10 ** 9;
  const rungAt = await new Promise<number>((resolve) => {
    const alarm = createAlarm(worldNow, () => {
      resolve(worldNow());
    });
    alarm.wakeAt(worldNow() + 10 ** 6);
    alarm.wakeAt(worldNow() + 20);
    alarm.wakeAt(worldNow() + 10 ** 6);
  });
  expect(rungAt - worldNow()).toBeLessThan(1_000);
});
