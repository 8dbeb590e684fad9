import { ServiceBusError, type ServiceBusClient, type ServiceBusMessage } from '@azure/service-bus';
import { describe, expect, it } from 'vitest';
import { azureBus } from '../../shared/platform/azure-bus.servicebus.ts';
import { movedClock } from '../support/moved-clock.ts';

type Sending = { messages: ServiceBusMessage[]; succeed: () => void; fail: (error: Error) => void };

/** A connection whose sends end when the test says so; closing it fails those under way, as the library does. */
function aConnection() {
  const connection = { sendings: [] as Sending[], closed: 0 };
  const sendMessages = async (messages: ServiceBusMessage[]) =>
    new Promise<void>((succeed, fail) => connection.sendings.push({ messages, succeed, fail }));
  const close = async () => {
    connection.closed++;
    for (const sending of connection.sendings) sending.fail(new Error('the connection was closed'));
    return Promise.resolve();
  };
  const client = { createSender: () => ({ sendMessages }), close } as unknown as ServiceBusClient;
  return Object.assign(connection, { client });
}

function aBus() {
  const made: ReturnType<typeof aConnection>[] = [];
  const connect = async () => {
    const connection = aConnection();
    made.push(connection);
    return Promise.resolve(connection.client);
  };
  const bus = azureBus(connect, movedClock().clock);
  const send = async (id: string) => bus.send('desk-events', [{ id, body: {}, correlationId: 'c' }]);
  return { made, send };
}

const settled = async () => new Promise((resolve) => setImmediate(resolve));
const detached = () => new ServiceBusError('the link was detached', 'GeneralError');

describe('a send that fails', () => {
  it('closes the connection that it used, once nobody else uses it, and leaves the one that others made since', async () => {
    const { made, send } = aBus();
    const [first, second] = [send('a'), send('b')];
    await settled();
    made[0]!.sendings[0]!.fail(detached());
    await expect(first).rejects.toThrow('The bus cannot be reached');
    const third = send('c');
    await settled();
    expect(made.map(({ closed }) => closed)).toEqual([0, 0]);

    made[0]!.sendings[1]!.fail(detached());
    await expect(second).rejects.toThrow('The bus cannot be reached');
    await settled();
    expect(made.map(({ closed }) => closed)).toEqual([1, 0]);
    made[1]!.sendings[0]!.succeed();
    await third;
    const fourth = send('d');
    await settled();
    made[1]!.sendings[1]!.succeed();
    await fourth;
    expect(made).toHaveLength(2);
  });

  it('does not end another send of the same connection that succeeds', async () => {
    const { made, send } = aBus();
    const [first, second] = [send('a'), send('b')];
    await settled();
    made[0]!.sendings[0]!.fail(detached());
    await expect(first).rejects.toThrow('The bus cannot be reached');
    made[0]!.sendings[1]!.succeed();
    await second;
    await settled();
    expect(made[0]!.closed).toBe(1);
  });

  it.each(['MessageSizeExceeded', 'QuotaExceeded'] as const)('with %s keeps the connection', async (code) => {
    const { made, send } = aBus();
    const sending = send('a');
    await settled();
    made[0]!.sendings[0]!.fail(new ServiceBusError('refused', code));
    await expect(sending).rejects.toThrow();
    const next = send('b');
    await settled();
    made[0]!.sendings[1]!.succeed();
    await next;
    expect([made.length, made[0]!.closed]).toEqual([1, 0]);
  });

  it('for an id that is too long asks no connection', async () => {
    const { made, send } = aBus();
    await expect(send('x'.repeat(129))).rejects.toThrow(RangeError);
    expect(made).toEqual([]);
  });

  it('because there is no connection to be had makes the next try one of its own', async () => {
    const good = aConnection();
    const tries = [Promise.reject(new Error('no such host')), Promise.resolve(good.client)];
    tries[0]!.catch(() => undefined);
    const bus = azureBus(async () => tries.shift()!, movedClock().clock);
    const message = { id: 'a', body: {}, correlationId: 'c' };
    await expect(bus.send('desk-events', [message])).rejects.toThrow('The bus cannot be reached');
    const sending = bus.send('desk-events', [message]);
    await settled();
    good.sendings[0]!.succeed();
    await sending;
  });
});
