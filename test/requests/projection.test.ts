import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { owedRows } from '../../shared/platform/outbox.ts';
import { listPartition } from '../../shared/requests/list-rows.ts';
import { move, say } from './calls.ts';
import { aPerson, anOpenDesk, type Desk } from './desk.ts';

/** Where a request stands on lists. */
const standsOn = (desk: Desk, id: string): string[] =>
  [...desk.of('requestlists').partitions]
    .filter(([, rows]) => [...rows.keys()].some((rk) => rk.endsWith(id)))
    .map(([pk]) => pk)
    .sort();

const owed = async (desk: Desk) =>
  (
    await Promise.all(
      [...desk.of('requests').partitions.keys()].map(async (pk) => owedRows(desk.of('requests').table, pk)),
    )
  ).flat();

const told = (desk: Desk) => [...desk.notices.values()].map((notice) => [notice.type, ...notice.told]);

describe('an event of a request', () => {
  it('brings it onto its lists, tells its portal, and is done', async () => {
    const desk = await anOpenDesk();
    const externalRefs = [{ system: 'psa', id: 'T-17' }];
    const { id, customerId } = await desk.submit({ externalRefs });
    await desk.settle();
    expect(standsOn(desk, id)).toEqual(
      [
        listPartition(id, 'all'),
        listPartition(id, 'customerId', customerId),
        listPartition(id, 'portalId', 'north'),
        listPartition(id, 'service', 'Exchange'),
        listPartition(id, 'state', 'new'),
      ].sort(),
    );
    expect(told(desk)).toEqual([
      ['request.created', { requestId: id, version: 1, state: 'new', by: 'portal', externalRefs }],
    ]);
    expect([...desk.notices.values()][0]).toMatchObject({ at: '2026-11-02T09:00:00.000Z', portalIds: ['north'] });
    expect(await owed(desk)).toEqual([]);
  });

  it('moves it from list to list', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await desk.settle();
    await move(desk, id, { to: 'acknowledged', seen: '"1"' });
    await desk.call('PATCH', `api/requests/${id}`, {
      as: aPerson(),
      body: { assignee: 'grace', service: 'Planner' },
      headers: { 'if-match': '"2"' },
    });
    await desk.call('PATCH', `api/requests/${id}`, {
      as: aPerson(),
      body: { assignee: 'linus' },
      headers: { 'if-match': '"3"' },
    });
    await desk.settle();
    expect(standsOn(desk, id)).toEqual(
      expect.arrayContaining([
        listPartition(id, 'state', 'acknowledged'),
        listPartition(id, 'assignee', 'linus'),
        listPartition(id, 'service', 'Planner'),
      ]),
    );
    expect(standsOn(desk, id)).toHaveLength(6);
  });

  it('is told as what it was, whatever has happened since', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await say(desk, id);
    await say(desk, id, { audience: 'internal' });
    await move(desk, id, { to: 'acknowledged', seen: '"3"' });
    await move(desk, id, { to: 'in-progress', seen: '"4"' });
    await move(desk, id, { to: 'resolved', seen: '"5"' });
    await move(desk, id, { to: 'closed', seen: '"6"' });
    await desk.settle();
    expect(
      told(desk).map(([type, data]) => [
        type,
        (data as { version: number }).version,
        (data as { state: string }).state,
        (data as { by: string }).by,
      ]),
    ).toEqual([
      ['request.created', 1, 'new', 'portal'],
      ['request.commented', 2, 'new', 'person'],
      ['request.updated', 4, 'acknowledged', 'person'],
      ['request.updated', 5, 'in-progress', 'person'],
      ['request.resolved', 6, 'resolved', 'person'],
      ['request.closed', 7, 'closed', 'person'],
    ]);
  });

  it('is for a portal only while the customer is its own', async () => {
    const desk = await anOpenDesk();
    const { customerId } = await desk.submit();
    await desk.settle();
    const [notice] = desk.notices.values();
    expect(notice!.data({ id: 'north', customers: new Set() })).toBeUndefined();
    expect(notice!.data({ id: 'north', customers: new Set([customerId]) })).toBeDefined();
  });

  it("of the desk's own requests is told to nobody", async () => {
    const desk = await anOpenDesk();
    await desk.submit({}, { as: aPerson() });
    await desk.settle();
    expect(told(desk)).toEqual([]);
    expect(await owed(desk)).toEqual([]);
  });

  it('in whatever order messages are handled, leaves the request where it now belongs', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await move(desk, id, { to: 'acknowledged', seen: '"1"' });
    await move(desk, id, { to: 'in-progress', seen: '"2"' });
    await move(desk, id, { to: 'waiting-customer', seen: '"3"' });
    await move(desk, id, { to: 'in-progress', seen: '"4"' });
    const bodies = desk.held.all().map((one) => one.message.body);
    await Promise.all(bodies.toReversed().map(async (body) => desk.consume(body)));
    expect(standsOn(desk, id).filter((pk) => pk.startsWith('state'))).toEqual([
      listPartition(id, 'state', 'in-progress'),
    ]);
    expect(await owed(desk)).toEqual([]);
  });

  it('that is overtaken while it is brought onto lists leaves nothing behind', async () => {
    const gate = { isShut: false };
    const { promise: opened, resolve: open } = Promise.withResolvers<undefined>();
    const desk = await anOpenDesk({
      table: { before: async (operation) => (gate.isShut && operation === 'transact' ? opened : undefined) },
    });
    const { id } = await desk.submit();
    await desk.settle();
    await move(desk, id, { to: 'acknowledged', seen: '"1"' });
    gate.isShut = true;
    const slow = desk.consume(desk.held.all()[0]!.message.body);
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    gate.isShut = false;
    await move(desk, id, { to: 'in-progress', seen: '"2"' });
    await desk.consume(desk.held.all()[1]!.message.body);
    open(undefined);
    await slow;
    expect(standsOn(desk, id).filter((pk) => pk.startsWith('state'))).toEqual([
      listPartition(id, 'state', 'in-progress'),
    ]);
  });

  it('handled twice has its effect once', async () => {
    const desk = await anOpenDesk();
    await desk.submit();
    const { body } = desk.held.all()[0]!.message;
    await Promise.all([desk.consume(body), desk.consume(body)]);
    desk.reset();
    await desk.consume(body);
    expect(desk.cost()).toMatchObject({ gets: 1, transactions: 0, sends: 0 });
    expect(told(desk)).toHaveLength(1);
  });
});

describe('trouble while an event is made known', () => {
  it('of a crash at any call ends, when it comes again, as if there had been none', async () => {
    const crash = { at: Infinity, calls: 0 };
    const step = async () => {
      if (++crash.calls === crash.at) throw new Error('crash');
    };
    const clean = await anOpenDesk();
    await clean.submit();
    await clean.settle();
    for (let at = 1; at < 60; at++) {
      crash.at = Infinity;
      const desk = await anOpenDesk({ table: { before: step, after: step } });
      const { id } = await desk.submit();
      Object.assign(crash, { at, calls: 0 });
      await desk.settle();
      expect(standsOn(desk, id)).toHaveLength(5);
      expect(told(desk)).toEqual(told(clean));
      crash.at = Infinity;
      expect(await owed(desk)).toEqual([]);
    }
    expect(crash.calls).toBeLessThan(60);
  });

  it('of a part that is away is waited for with a fresh wake, not thrown at the queue', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    desk.announcing.before = async () => Promise.reject(unavailable('storage', undefined));
    await desk.settle();
    expect(desk.held.dead).toEqual([]);
    expect((await owed(desk)).map((row) => row.columns.dueAt)).toEqual(['2026-11-02T09:00:20.000Z']);
    desk.announcing.before = async () => Promise.resolve();
    await desk.moved.advance(20_000);
    await desk.settle();
    expect(told(desk)).toHaveLength(1);
    expect(standsOn(desk, id)).toHaveLength(5);
    expect(await owed(desk)).toEqual([]);
  });

  it('of an event that nobody knows ends in the dead-letter queue', async () => {
    const desk = await anOpenDesk();
    const body = { v: 1, table: 'requests', pk: '00', rk: 'O|x', body: { kind: 'unheard-of' } };
    await expect(desk.consume(body)).rejects.toThrow('unheard-of');
  });

  it('of the closing of a request takes its escalations back; no other does', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await move(desk, id, { to: 'acknowledged', seen: '"1"' });
    await desk.settle();
    expect(desk.cancelled).toEqual([]);
    await move(desk, id, { to: 'closed', seen: '"2"' });
    await desk.settle();
    expect(desk.cancelled).toEqual([id]);
  });
});
