import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { listPartition } from '../../shared/requests/list-rows.ts';
import { move } from './calls.ts';
import { anOpenDesk, type Desk } from './desk.ts';

/** A desk over storage whose calls a test may hold up or fail, one after the other. */
async function aWatchedDesk() {
  const storage: { before: (operation: string) => Promise<void> } = { before: async () => undefined };
  const desk = await anOpenDesk({ table: { before: async (operation) => storage.before(operation) } });
  const calm = storage.before;
  return { desk, storage, calm };
}

const othersRun = async () => {
  for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
};

const stateLists = (desk: Desk): string[] =>
  [...desk.of('requestlists').partitions]
    .filter(([pk, rows]) => pk.startsWith('state|') && rows.size > 0)
    .map(([pk]) => pk);

describe('a repeat that overlaps its first call', () => {
  it.each([1, 2, 3, 4])(
    'by its read number %i gets the answer of the first, though that moved the request on',
    async (held) => {
      const { desk, storage, calm } = await aWatchedDesk();
      const { id } = await desk.submit();
      const close = async () => move(desk, id, { to: 'closed', seen: '"1"', key: 'k1' });
      const { promise: opened, resolve: open } = Promise.withResolvers<undefined>();
      let reads = 0;
      storage.before = async (operation) => (operation === 'get' && ++reads === held ? opened : undefined);
      const repeat = close();
      await othersRun();
      storage.before = calm;
      const first = await close();
      open(undefined);
      const { status, headers, text } = await repeat;
      expect([first.status, status, headers['idempotent-replayed'], text]).toEqual([200, 200, 'true', first.text]);
    },
  );

  it('of another key is told that the request has moved on', async () => {
    const { desk } = await aWatchedDesk();
    const { id } = await desk.submit();
    await move(desk, id, { to: 'closed', seen: '"1"', key: 'k1' });
    expect((await move(desk, id, { to: 'closed', seen: '"1"', key: 'k2' })).status).toBe(412);
  });
});

describe('a worker that was overtaken by another event', () => {
  /** The first worker stands before its first list row while the request is closed and all of that is made known. */
  async function overtaken(failure: Error) {
    const { desk, storage, calm } = await aWatchedDesk();
    const { id } = await desk.submit();
    const { promise: opened, resolve: open } = Promise.withResolvers<undefined>();
    const { body } = desk.held.all()[0]!.message;
    storage.before = async (operation) => (operation === 'transact' ? opened : undefined);
    const slow = desk.consume(body).catch(() => undefined);
    await othersRun();
    storage.before = calm;
    await move(desk, id, { to: 'closed', seen: '"1"' });
    const finish = async () => {
      // Its rows are written; it fails where it would have seen that the request has moved on.
      let isFailing = true;
      storage.before = async (operation) => {
        if (operation !== 'get' || !isFailing) return;
        isFailing = false;
        throw failure;
      };
      open(undefined);
      await slow;
      storage.before = calm;
    };
    return { desk, id, body, finish };
  }

  it('and died leaves nothing on the lists once its message comes again', async () => {
    const { desk, id, body, finish } = await overtaken(new Error('killed'));
    await desk.consume(desk.held.all()[1]!.message.body);
    await finish();
    expect(stateLists(desk)).toHaveLength(2);
    await desk.consume(body);
    expect(stateLists(desk)).toEqual([listPartition(id, 'state', 'closed')]);
  });

  it('and lost storage comes again, although a second worker has done its work', async () => {
    const { desk, id, finish } = await overtaken(unavailable('storage', undefined));
    await desk.settle();
    await finish();
    expect(stateLists(desk)).toHaveLength(2);
    await desk.moved.advance(20_000);
    await desk.settle();
    expect(stateLists(desk)).toEqual([listPartition(id, 'state', 'closed')]);
  });
});
