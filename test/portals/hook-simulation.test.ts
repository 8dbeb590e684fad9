import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { shardPlaces, sweep } from '../../shared/platform/sweep.ts';
import { customerId, aPerson, type Desk } from '../requests/desk.ts';
import { seededRandom } from '../support/seeded.ts';
import { aHook, leftAt } from './a-hook.ts';

const seeds = Array.from({ length: 25 }, (_, n) => n + 1);
const ref = { system: 'psa', id: 'T-7' };

/** Storage that takes its time, loses calls and answers, and under which the caller dies: by seed. */
function trouble(seed: number) {
  const random = seededRandom(seed);
  const now = { on: false };
  const meet = async (): Promise<void> => {
    if (!now.on) return;
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await nextTurn();
    const chance = random();
    if (chance < 0.04) throw unavailable('storage', undefined);
    if (chance < 0.06) throw new Error('the caller dies here');
  };
  return { now, random, table: { before: meet, after: meet } };
}

const nextTurn = async (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** As a sender does: again, until there is an answer. */
async function insist<T>(call: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await call();
    } catch (error) {
      if (tries === 60) throw error;
    }
  }
}

/** Lets time pass for those who wait for one another until all are through. */
async function through<T>({ moved }: Desk, calls: Promise<T>[]): Promise<T[]> {
  const state = { done: false };
  const all = Promise.all(calls).finally(() => (state.done = true));
  all.catch(() => undefined);
  while (!state.done) {
    await nextTurn();
    await moved.advance(5);
  }
  return all;
}

/** The sweep comes round until everything owed has been done. */
async function drain(desk: Desk): Promise<void> {
  for (let round = 0; round < 3; round++) {
    await desk.moved.advance(180_000);
    const tables = desk.memory.tables;
    const places = async () => Promise.resolve(shardPlaces('requests'));
    await sweep({ tables, bus: desk.held.bus, clock: desk.moved.clock, places }, desk.scope);
    await desk.settle();
  }
}

const rowsOf = (desk: Desk, prefix: string) =>
  [...desk.of('requests').partitions.values()].flatMap((rows) => [...rows].filter(([rk]) => rk.startsWith(prefix)));

const same = (answers: unknown[]) => new Set(answers.map((answer) => JSON.stringify(answer))).size === 1;

describe('whatever storage does, and wherever an instance dies', () => {
  it.each(seeds)(
    'comments and a close that race their request have each their effect once and in order (seed %i)',
    async (seed) => {
      const { now, random, table } = trouble(seed);
      const { desk, hook, created, timeline, requests } = await aHook({ table });
      const twice = async <T>(call: () => Promise<T>): Promise<T> => {
        const answers = await Promise.all([insist(call), insist(call)]);
        expect(same(answers)).toBe(true);
        return answers[0];
      };
      const said = async (n: number) =>
        hook({
          id: `c${String(n)}`,
          type: 'support_request.commented',
          data: { externalRef: ref, text: `said ${String(n)}` },
        });
      const closed = async () =>
        hook({ id: 'x', type: 'support_request.closed', data: { externalRef: ref, reason: 'said last' } });
      now.on = true;
      const answers = new Map<() => Promise<unknown>, unknown>();
      const inOrder = async () => {
        for (const call of [async () => said(1), async () => said(2), async () => said(3), closed]) {
          answers.set(call, await twice(call));
          if (random() < 0.3) await insist(async () => desk.settle());
        }
      };
      const submit = async () => {
        for (let wait = Math.floor(random() * 150); wait > 0; wait--) await nextTurn();
        return twice(async () => created('contoso', { externalRefs: [ref] }));
      };
      await through<unknown>(desk, [inOrder(), submit()]);
      now.on = false;
      await drain(desk);

      expect(requests()).toHaveLength(1);
      const requestId = requests()[0]!.slice(2);
      const texts = (await timeline(requestId)).map(({ kind, text }) => text ?? kind);
      expect(texts).toEqual(['created', 'said 1', 'said 2', 'said 3', 'said last']);
      expect(rowsOf(desk, 'C|waiting')).toEqual([]);
      const counted = rowsOf(desk, 'W|north').filter(([rk]) => rk === 'W|north');
      for (const [, { columns }] of counted) expect(columns.waiting).toBe(0);
      expect(rowsOf(desk, 'O|').filter(([rk]) => !rk.endsWith('.expires'))).toEqual([]);
      desk.reset();
      for (const [call, first] of answers) expect(await call()).toEqual(first);
      expect(desk.cost()).toMatchObject({ written: 0, sends: 0 });
    },
  );

  it.each(seeds)(
    'copies of a webhook, while its customer is being mapped, become one thing, and are assigned once (seed %i)',
    async (seed) => {
      const { now, random, table } = trouble(seed);
      const { desk, created, requests, rowsOf: quarantinedRows, assign, table: portals } = await aHook({ table });
      const call = async () => created('fabrikam');
      now.on = true;
      const map = async () => {
        for (let wait = Math.floor(random() * 12); wait > 0; wait--) await nextTurn();
        await insist(async () => desk.putCustomer('fabrikam', random() < 0.2 ? { leftAt } : {}));
      };
      const [, ...answers] = await through<unknown>(desk, [map(), ...[1, 2, 3].map(async () => insist(call))]);
      expect(same(answers)).toBe(true);
      const open = quarantinedRows('L|');
      expect(requests().length + open.length).toBe(1);
      await insist(async () => desk.putCustomer('fabrikam'));
      const { quarantineId: id = '' } = answers[0] as { quarantineId?: string };
      const said = { customerId: customerId('fabrikam') };
      const twice = open.length === 0 ? [] : [1, 2];
      const clicks = twice.map(async () => insist(async () => assign({ id, said, by: aPerson() }, desk.scope)));
      const assigned = await through(desk, clicks);
      expect(new Set(assigned.map(({ requestId }) => requestId)).size).toBe(Math.min(1, open.length));
      now.on = false;
      await drain(desk);
      expect(requests()).toHaveLength(1);
      expect(['L|', 'P|', 'C|'].flatMap((prefix) => quarantinedRows(prefix))).toEqual([]);
      expect((await portals.get('quarantine', 'N|north'))?.columns.open ?? 0).toBe(0);
      expect(await call()).toEqual(answers[0]);
    },
  );
});
