import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { tagOfToken } from '../../local/bus/amqp/lock-token.ts';
import { settle } from '../../local/bus/amqp/settlement.ts';
import { aMessage, aQueue } from './queue-builder.ts';

const TOKEN = '00112233-4455-6677-8899-aabbccddeeff';

function aDelivery() {
  const updates: unknown[][] = [];
  return {
    updates,
    tag: tagOfToken(TOKEN),
    settled: false,
    remote_settled: false,
    update: (...update: unknown[]) => updates.push(update),
  };
}

it('settles a delivery on both sides, so that the session forgets it', () => {
  const { queue } = aQueue({}, () => TOKEN);
  queue.send([aMessage()]);
  queue.next('lock');
  const delivery = aDelivery();
  settle(queue, delivery, 'accepted');
  expect(queue.peek(0, 1)).toEqual([]);
  expect(delivery.updates).toMatchObject([[true, { descriptor: { value: 0x24 } }]]);
  expect(delivery.remote_settled).toBe(true);
});

it('answers a lost lock as rejected and forgets that delivery too', async () => {
  const delivery = aDelivery();
  settle(aQueue().queue, delivery, 'accepted');
  await setImmediate();
  expect(delivery.updates).toMatchObject([[true, { descriptor: { value: 0x25 } }]]);
  expect(delivery.remote_settled).toBe(true);
});
