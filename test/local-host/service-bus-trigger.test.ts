import { app, type InvocationContext } from '@azure/functions';
import { describe, expect, test, vi } from 'vitest';

import type { ReceivedMessage } from '../../local/host/service-bus-message.ts';
import type { Bus, Delivery, OpenOptions } from '../../local/host/service-bus-receiver.ts';
import { aHost } from './running-host.ts';

/** Queues in memory that a test delivers from by hand. */
function aBus() {
  const opened: OpenOptions[] = [];
  const settled: string[] = [];
  let deliver: ((delivery: Delivery) => Promise<void>) | undefined;
  let fail: ((error: unknown) => void) | undefined;
  const bus: Bus = {
    open: (options) => {
      opened.push(options);
      return {
        start: ({ onDelivery, onError }) => {
          deliver = onDelivery;
          fail = onError;
        },
        stop: () => Promise.resolve(),
      };
    },
    close: () => Promise.resolve(),
  };
  return {
    bus,
    opened,
    settled,
    fail: (error: unknown) => fail?.(error),
    send: async (message: Partial<ReceivedMessage>, settle = () => Promise.resolve()) =>
      deliver?.({
        message: { body: Buffer.from('{}'), messageId: 'm', ...message },
        complete: async () => {
          await settle();
          settled.push(`complete ${String(message.messageId ?? 'm')}`);
        },
        abandon: async () => {
          await settle();
          settled.push(`abandon ${String(message.messageId ?? 'm')}`);
        },
      }),
  };
}

type Handler = (message: unknown, context: InvocationContext) => unknown;

async function aQueueHost(handler: Handler, options: Record<string, unknown> = {}, serviceBus = {}) {
  const bus = aBus();
  const host = await aHost(
    () => {
      app.serviceBusQueue('consume', { connection: 'SERVICE_BUS', queueName: 'jobs', ...options, handler });
    },
    {
      bus: bus.bus,
      settings: { SERVICE_BUS: 'Endpoint=sb://bus.example/', JOBS: 'jobs', AzureWebJobsServiceBus: 'default' },
      hostJson: { extensions: { http: { routePrefix: '' }, serviceBus } },
    },
  );
  return { ...host, ...bus };
}

describe('a Service Bus trigger', () => {
  test('completes a message when its function returns', async () => {
    const host = await aQueueHost(() => undefined);
    await host.send({ messageId: 'a' });
    expect(host.settled).toEqual(['complete a']);
  });

  test('abandons a message at once when its function throws, and says why', async () => {
    const host = await aQueueHost(() => Promise.reject(new Error('no ink')));
    await host.send({ messageId: 'a' });
    expect(host.settled).toEqual(['abandon a']);
    expect(host.warnings.join()).toContain('no ink');
  });

  test('abandons a message whose function outlives functionTimeout', async () => {
    const bus = aBus();
    await aHost(
      () => {
        const handler = () => new Promise(() => undefined);
        app.serviceBusQueue('consume', { connection: 'SERVICE_BUS', queueName: 'jobs', handler });
      },
      { bus: bus.bus, settings: { SERVICE_BUS: 'x' }, hostJson: { functionTimeout: '00:00:01' } },
    );
    await bus.send({ messageId: 'a' });
    expect(bus.settled).toEqual(['abandon a']);
  });

  test('settles nothing after a return when auto-complete is off, in host.json or on the function', async () => {
    const byHost = await aQueueHost(() => undefined, {}, { autoCompleteMessages: false });
    await byHost.send({});
    expect(byHost.settled).toEqual([]);
    const byFunction = await aQueueHost(() => undefined, { autoCompleteMessages: false });
    await byFunction.send({});
    expect(byFunction.settled).toEqual([]);
  });

  test('runs no more calls at once than maxConcurrentCalls, whatever the client delivers', async () => {
    const gates: PromiseWithResolvers<undefined>[] = [];
    const host = await aQueueHost(
      () => {
        const gate = Promise.withResolvers<undefined>();
        gates.push(gate);
        return gate.promise;
      },
      {},
      { maxConcurrentCalls: 2 },
    );
    const deliveries = ['a', 'b', 'c'].map((messageId) => host.send({ messageId }));
    await vi.waitFor(() => {
      expect(gates).toHaveLength(2);
    });
    gates[1]?.resolve(undefined);
    await vi.waitFor(() => {
      expect(gates).toHaveLength(3);
    });
    expect(host.settled).toEqual(['complete b']);
    for (const gate of gates) gate.resolve(undefined);
    await Promise.all(deliveries);
    expect(host.settled.toSorted()).toEqual(['complete a', 'complete b', 'complete c']);
  });

  test('warns and goes on when a settlement fails, since the message comes again', async () => {
    const host = await aQueueHost(() => undefined);
    const errors = new AggregateError([new Error('first'), new Error('lock is gone')]);
    await host.send({ messageId: 'a' }, () => Promise.reject(errors));
    expect(host.warnings).toEqual(["Could not complete message 'a': lock is gone"]);
    await host.send({ messageId: 'b' });
    expect(host.settled).toEqual(['complete b']);
  });

  test('says the same trouble of the bus once, not at each try', async () => {
    const host = await aQueueHost(() => undefined);
    for (let i = 0; i < 5; i++) host.fail(new Error('connect ECONNREFUSED'));
    expect(host.warnings).toEqual(["Service Bus trigger of 'consume': connect ECONNREFUSED"]);
  });

  test('waits for what is at hand when the host stops, and abandons what has not begun', async () => {
    const begun = Promise.withResolvers<undefined>();
    const gate = Promise.withResolvers<undefined>();
    const handler = () => {
      begun.resolve(undefined);
      return gate.promise;
    };
    const host = await aQueueHost(handler, {}, { maxConcurrentCalls: 1 });
    const running = host.send({ messageId: 'a' });
    const waiting = host.send({ messageId: 'b' });
    await begun.promise;
    const stopped = host.stop();
    gate.resolve(undefined);
    await Promise.all([running, waiting, stopped]);
    expect(host.settled).toEqual(['complete a', 'abandon b']);
  });

  test('opens the queue with the settings of host.json and the names that app settings hold', async () => {
    const host = await aQueueHost(
      () => undefined,
      { queueName: '%JOBS%', connection: '' },
      { maxConcurrentCalls: 3, maxAutoLockRenewalDuration: '00:03:00' },
    );
    expect(host.opened).toEqual([
      { connectionString: 'default', queueName: 'jobs', maxConcurrentCalls: 3, maxAutoLockRenewalMs: 180_000 },
    ]);
  });

  test.each([
    [{ cardinality: 'many' }, "cardinality 'many' is not supported"],
    [{ isSessionsEnabled: true }, 'sessions are not supported'],
    [{ sdkBinding: true }, 'sdkBinding is not supported'],
    [{ queueName: '%NO_SUCH_QUEUE%' }, "'%NO_SUCH_QUEUE%' does not resolve to a value"],
    [{ connection: 'NO_SUCH_BUS' }, "connection string 'NO_SUCH_BUS' is missing or empty"],
  ])('refuses %j clearly', async (options, message) => {
    const host = await aQueueHost(() => undefined, options);
    expect(host.warnings.join()).toContain(message);
    expect(host.opened).toEqual([]);
  });

  test('runs by hand through the admin API with the given text as message', async () => {
    const bodies: unknown[] = [];
    const host = await aQueueHost((body) => bodies.push(body));
    const body = JSON.stringify({ input: '{"id":"r1"}' });
    const answer = await fetch(`${host.baseUrl}/admin/functions/consume`, { method: 'POST', body });
    expect(answer.status).toBe(202);
    await vi.waitFor(() => {
      expect(bodies).toEqual([{ id: 'r1' }]);
    });
  });
});

describe('a message', () => {
  async function received(message: Partial<ReceivedMessage>, options: Record<string, unknown> = {}) {
    const seen: { body: unknown; metadata: unknown; trace: string | undefined }[] = [];
    const host = await aQueueHost((body, context) => {
      seen.push({ body, metadata: context.triggerMetadata, trace: context.traceContext?.traceParent });
    }, options);
    await host.send(message);
    return { ...host, seen: seen[0] };
  }

  test.each([
    ['JSON', Buffer.from('{"id":"r1","n":1}'), { id: 'r1', n: 1 }],
    ['text', Buffer.from('grüße'), 'grüße'],
    ['an AMQP value', 'plain', 'plain'],
  ])('reaches the function as %s', async (_title, body, expected) => {
    expect((await received({ body })).seen?.body).toEqual(expected);
  });

  test('reaches a function that asks for binary data as its bytes', async () => {
    const bytes = Buffer.from([0, 255, 1]);
    expect((await received({ body: bytes }, { dataType: 'binary' })).seen?.body).toEqual(bytes);
  });

  test('that is no text is abandoned before the function runs', async () => {
    const host = await received({ body: Buffer.from([0xff, 0xfe]), messageId: 'bad' });
    expect([host.seen, host.settled]).toEqual([undefined, ['abandon bad']]);
  });

  test('brings its metadata in camel case, counting deliveries from one', async () => {
    const { seen } = await received({
      messageId: 'row-7.1',
      deliveryCount: 0,
      lockToken: '5c4d2b9a-0a1b-4c5d-8e9f-001122334455',
      sequenceNumber: { toNumber: () => 12 },
      enqueuedTimeUtc: new Date('2026-11-22T10:00:00.500Z'),
      expiresAtUtc: new Date(922_337_203_685_477),
      correlationId: 'corr',
      subject: 'wake-up',
      contentType: 'application/json',
      applicationProperties: { v: 1, 'Diagnostic-Id': '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    });
    const properties = { v: 1, 'diagnostic-Id': expect.any(String) as string };
    expect(seen?.metadata).toEqual({
      deliveryCount: 1,
      lockToken: '5c4d2b9a-0a1b-4c5d-8e9f-001122334455',
      expiresAtUtc: '9999-12-31T23:59:59.999',
      expiresAt: '9999-12-31T23:59:59.999+00:00',
      enqueuedTimeUtc: '2026-11-22T10:00:00.500',
      enqueuedTime: '2026-11-22T10:00:00.500+00:00',
      messageId: 'row-7.1',
      contentType: 'application/json',
      sequenceNumber: 12,
      subject: 'wake-up',
      label: 'wake-up',
      correlationId: 'corr',
      applicationProperties: properties,
      userProperties: properties,
    });
    expect(seen?.trace).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-/);
  });

  test('loses the string form of an id that parses as JSON, as on the platform', async () => {
    expect((await received({ messageId: '12.30' })).seen?.metadata).toMatchObject({ messageId: 12.3 });
  });
});
