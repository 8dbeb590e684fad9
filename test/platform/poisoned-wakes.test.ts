import { InvocationContext } from '@azure/functions';
import { describe, expect, it, onTestFinished } from 'vitest';
import { ServiceBusClient } from '@azure/service-bus';
import { dayMs, hourMs, systemClock } from '../../shared/core/clock.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { directoryPartition } from '../../shared/customers/directory.ts';
import { incidentPartition } from '../../shared/health/incident.ts';
import { owedPartition, owedRow } from '../../shared/health/incident-wakes.ts';
import { azureBusProbe } from '../../shared/platform/bus-probe.servicebus.ts';
import { deleteWake, wakeKey, wakeOp, type Wake } from '../../shared/platform/outbox.ts';
import { queues, type QueueName, type TableName } from '../../shared/platform/resources.ts';
import { aRunningBus } from '../local-bus/running-bus.ts';
import { aDesk, type Desk } from '../support/a-desk.ts';

const owing: [table: TableName, pk: string, queue: QueueName][] = [
  ['requests', '07', 'desk-events'],
  ['escalations', '03', 'escalations'],
  ['deliveries', '11', 'deliveries'],
  ['health', incidentPartition('EX1'), 'desk-events'],
  ['customers', directoryPartition('contoso-emea'), 'health-polls'],
];

const kind = 'unheard-of';
type Owed = { table: TableName; pk: string; rk: string; queue: QueueName };

/** A desk with work in every table that nobody can do, each tried in vain now and a day later. */
async function aPoisonedDesk() {
  const desk = await aDesk();
  const owed: Owed[] = [];
  for (const [table, pk, queue] of owing) {
    const wake: Wake = { id: `x-${table}`, queue, dueAt: desk.clock.now(), body: { kind } };
    await desk.tables(table).transact(pk, [wakeOp(wake, desk.log.scope)]);
    owed.push({ table, pk, queue, rk: wakeKey(wake) });
  }
  const columns = owedRow.toColumns({ id: 'EX1', at: new Date(desk.clock.now()).toISOString() });
  await desk.tables('health').transact(owedPartition, [{ kind: 'upsert', rk: 'EX1', columns }]);
  const fail = async () => {
    for (const one of owed) {
      const consumer = desk.catalogue.queues.find(({ queue }) => queue === one.queue)!;
      const { handler } = desk.app.queues.get(consumer.name) as { handler: Trigger };
      const body = { v: 1, table: one.table, pk: one.pk, rk: one.rk, body: { kind } };
      await expect(handler(body, new InvocationContext())).rejects.toThrow();
    }
  };
  await fail();
  await desk.moved.advance(dayMs);
  await fail();
  return { desk, owed, fail };
}
type Trigger = (message: unknown, context: InvocationContext) => Promise<void>;

/** Work is set aside after a day: the tokens of the beginning have expired by then. */
const person = async ({ outside, clock }: Desk, role: string) => {
  const seconds = Math.floor(clock.now() / 1_000);
  return outside.sign({ claims: { oid: `object-of-${role}`, roles: [role], nbf: seconds, exp: seconds + 3_600 } });
};

type Page = { items: { id: string; table: string; redrivenAt?: string }[]; nextCursor?: string };

const list = async (desk: Desk, query = '') => {
  const { status, json } = await desk.call('GET', `/api/operations/poisoned${query}`, {
    as: await person(desk, 'Desk.Read'),
  });
  expect(status).toBe(200);
  return json as Page;
};

const redrive = async (desk: Desk, body: unknown, role = 'Desk.Admin') =>
  desk.call('POST', '/api/operations/poisoned/redrive', { as: await person(desk, role), body });

const redriven = async (desk: Desk, body: unknown) =>
  ((await redrive(desk, body)).json as { redriven: string[] }).redriven;

const sweep = async (desk: Desk) => desk.catalogue.timers.find(({ name }) => name === 'sweep')!.handle(desk.log.scope);

const timersOf = async (desk: Desk) => {
  await desk.moved.advance(3_000);
  const { json } = await desk.call('GET', '/api/readyz', { as: await person(desk, 'Desk.Read') });
  return (json as { parts: { name: string; detail: unknown }[] }).parts.find(({ name }) => name === 'timers')?.detail;
};

describe('work that is set aside', () => {
  it('is counted in readyz, whichever table owes it', async () => {
    const { desk } = await aPoisonedDesk();
    await sweep(desk);
    expect(await timersOf(desk)).toMatchObject({ poisoned: 3, healthPoisoned: 2 });
  });

  it('is named to readers: where it stands, what it is, since when and how it fails', async () => {
    const { desk, owed } = await aPoisonedDesk();
    const { items } = await list(desk);
    expect(items).toHaveLength(owed.length);
    for (const { table, pk, rk, queue } of owed) {
      expect(items.find((item) => item.table === table)).toEqual({
        ...{ id: expect.any(String) as string, table, partition: pk, row: rk, queue, kind, failures: 2 },
        ...{ since: '2026-11-02T09:00:00.000Z', lastAt: '2026-11-03T09:00:00.000Z' },
        error: expect.stringMatching(/^(Error|ZodError|\$ZodError)$/) as string,
      });
    }
  });

  it('comes page by page, each once', async () => {
    const { desk, owed } = await aPoisonedDesk();
    const ids: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await list(desk, `?limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`);
      ids.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(new Set(ids).size).toBe(owed.length);
    expect(ids).toHaveLength(owed.length);
  });

  it('is on no list before its day is over', async () => {
    const desk = await aDesk();
    const wake: Wake = { id: 'x', queue: 'desk-events', dueAt: desk.clock.now(), body: { kind } };
    await desk.tables('requests').transact('07', [wakeOp(wake, desk.log.scope)]);
    const body = { v: 1, table: 'requests', pk: '07', rk: wakeKey(wake), body: { kind } };
    const { handler } = desk.app.queues.get('projectDeskEvents') as { handler: Trigger };
    await expect(handler(body, new InvocationContext())).rejects.toThrow();
    expect(await list(desk)).toEqual({ items: [] });
  });

  it('leaves the list once its consumer is done with it', async () => {
    const { desk, owed } = await aPoisonedDesk();
    for (const one of owed) await deleteWake(desk.tables(one.table), one);
    expect(await list(desk)).toEqual({ items: [] });
    expect(desk.memory.of('poison').partitions.get('wakes')?.size ?? 0).toBe(0);
  });
});

describe('redriving it', () => {
  it('makes one due at once, and does so once however often it is asked', async () => {
    const { desk, owed } = await aPoisonedDesk();
    const { id, table } = (await list(desk)).items[2]!;
    const isIts = ({ message }: { message: { body: unknown } }) => (message.body as Owed).table === table;
    const sent = () => desk.held.all().filter(isIts).length;
    const before = sent();
    expect(await redrive(desk, { id })).toMatchObject({ status: 200, json: { redriven: [id], more: false } });
    expect(sent()).toBe(before + 1);
    expect(await redriven(desk, { id })).toEqual([]);
    expect(sent()).toBe(before + 1);
    const { pk, rk } = owed.find((one) => one.table === table)!;
    const columns = (await desk.tables(table as TableName).get(pk, rk))!.columns;
    expect(columns).toMatchObject({ failures: 2, firstFailedAt: '2026-11-02T09:00:00.000Z' });
    expect(columns).not.toHaveProperty('failedAt');
    expect((await list(desk)).items.find((item) => item.id === id)).toMatchObject({
      redrivenAt: '2026-11-03T09:00:00.000Z',
    });
  });

  it('makes all of a kind due, in every table, and the sweep sends what the bus did not take', async () => {
    const { desk, owed } = await aPoisonedDesk();
    expect(await redriven(desk, { kind: 'another' })).toEqual([]);
    const { bus } = desk.held;
    const send = bus.send.bind(bus);
    bus.send = async () => Promise.reject(unavailable('bus', undefined));
    expect(await redriven(desk, { kind })).toHaveLength(owed.length);
    bus.send = send;
    expect(await redriven(desk, { kind })).toEqual([]);
    await sweep(desk);
    const tables = desk.held.all().flatMap(({ message }) => {
      const body = message.body as { table: string; body: { kind?: string } };
      return body.body.kind === kind ? [body.table] : [];
    });
    expect(new Set(tables)).toEqual(new Set(owing.map(([table]) => table)));
  });

  it('of what fails again sets it aside at once, to be redriven anew', async () => {
    const { desk, owed, fail } = await aPoisonedDesk();
    await redrive(desk, { kind });
    await sweep(desk);
    expect(await timersOf(desk)).toMatchObject({ poisoned: 3 });
    await desk.moved.advance(hourMs);
    await fail();
    expect((await list(desk)).items.filter(({ redrivenAt }) => redrivenAt !== undefined)).toEqual([]);
    expect(await redriven(desk, { kind })).toHaveLength(owed.length);
  });

  it('is for administrators, and finds nothing of what is done', async () => {
    const { desk, owed } = await aPoisonedDesk();
    const { id, table } = (await list(desk)).items[0]!;
    expect((await redrive(desk, { id }, 'Desk.Operate')).status).toBe(403);
    await deleteWake(
      desk.tables(table as TableName),
      owed.find((one) => one.table === table)!,
    );
    expect((await redrive(desk, { id })).status).toBe(404);
    expect((await redrive(desk, { id: 'unknown' })).status).toBe(404);
  });
});

describe('the census of dead letters', () => {
  it('counts every queue that the desk has, each its own', async () => {
    const bus = await aRunningBus(queues);
    const client = new ServiceBusClient(bus.connectionString);
    const probed: ServiceBusClient[] = [];
    onTestFinished(async () => {
      for (const one of [client, ...probed]) await one.close();
    });
    const names = Object.keys(queues);
    for (const [at, queue] of names.entries()) {
      const receiver = client.createReceiver(queue);
      for (let n = 0; n <= at; n++) {
        await client.createSender(queue).sendMessages({ body: {}, messageId: String(n) });
        const [message] = await receiver.receiveMessages(1, { maxWaitTimeInMs: 5_000 });
        await receiver.deadLetterMessage(message!);
      }
    }
    const probe = azureBusProbe(async () => {
      const made = new ServiceBusClient(bus.connectionString);
      probed.push(made);
      return Promise.resolve(made);
    }, systemClock);
    expect(await probe.deadLetters()).toEqual(Object.fromEntries(names.map((queue, at) => [queue, at + 1])));
  });

  it('and the desk has a consumer for every queue', async () => {
    const desk = await aDesk();
    expect(new Set(desk.catalogue.queues.map(({ queue }) => queue))).toEqual(new Set(Object.keys(queues)));
  });
});
