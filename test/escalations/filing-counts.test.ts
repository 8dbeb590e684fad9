import { describe, expect, it } from 'vitest';
import { learnCapability } from '../../shared/escalations/contract-store.ts';
import { anAzureRequest } from './builders.ts';
import { aDesk } from './desk.ts';
import { place, requestId } from './an-azure-case.ts';

const other = `b${requestId.slice(1)}`;

/** A desk that counts what it asks of storage, bus and Microsoft; where the Support API is known to work and nothing was asked yet. */
async function aCountingDesk(setUpMs = 3_000) {
  const desk = await aDesk({ setUpMs });
  for (const id of [requestId, other]) desk.requests.set(id, anAzureRequest({ requestId: id }));
  await learnCapability({ desk: desk.deps.tables('desk'), clock: desk.clock }, { ...place, state: 'proven' });
  const seen = { receives: 0, completions: 0 };
  const totals = () => {
    const [cases, others] = [desk.stores.of('escalations').counts, desk.stores.of('desk').counts];
    return {
      transactions: cases.transact,
      otherTransactions: others.transact,
      reads: cases.get + cases.query + others.get + others.query,
      sends: desk.bus.counts.sends,
      ...seen,
      calls: desk.microsoft.calls.length,
    };
  };
  /** What `work` costs, and which calls it makes. */
  const costOf = async (work: () => Promise<unknown>) => {
    const before = totals();
    await work();
    const after = totals();
    const { calls, ...spent } = Object.fromEntries(
      Object.entries(after).map(([name, count]) => [name, count - before[name as keyof typeof before]]),
    ) as typeof before;
    return { ...spent, calls: desk.microsoft.calls.slice(after.calls - calls).map(({ kind }) => kind) };
  };
  /** Hands the oldest message of the filing to its consumer, as the host does: receives it, and settles it afterwards. */
  const step = async () => {
    const held = desk.bus.ready().find(({ queue }) => queue === 'escalations')!;
    seen.receives++;
    await desk.handle(held);
    seen.completions++;
  };
  return { ...desk, costOf, step };
}

/** A call of a person: nothing is received. */
const called = { receives: 0, completions: 0 };
const handled = { receives: 1, completions: 1, otherTransactions: 0 };

describe('what an Azure case costs', () => {
  it('to begin: one transaction of its own and two sends, beside one question for the rights that is kept', async () => {
    const desk = await aCountingDesk();
    const begin = async (id: string) => desk.costOf(async () => desk.call('escalateRequest', { id }));
    const own = { ...called, transactions: 1, reads: 5, sends: 2 };
    expect(await begin(requestId)).toEqual({ ...own, otherTransactions: 1, calls: ['check-name'] });
    expect(await begin(other)).toEqual({ ...own, otherTransactions: 0, calls: [] });
    // A second click.
    expect(await begin(other)).toEqual({
      ...own,
      otherTransactions: 0,
      transactions: 0,
      reads: 2,
      sends: 0,
      calls: [],
    });
  });

  it('answered at once, from its message to the number: one put, no search, two transactions, two sends', async () => {
    const desk = await aCountingDesk(0);
    await desk.call('escalateRequest', { id: requestId });
    expect(await desk.costOf(desk.step)).toEqual({
      ...handled,
      ...{ transactions: 2, reads: 5, sends: 2 },
      calls: ['services', 'classifications', 'put'],
    });
    expect((await desk.call('readEscalation', { id: `${requestId}-1` })).body).toMatchObject({ state: 'filed' });
  });

  it('accepted and done later, in two messages: one put, no search, three transactions, three sends', async () => {
    const desk = await aCountingDesk();
    await desk.call('escalateRequest', { id: requestId });
    expect(await desk.costOf(desk.step)).toEqual({
      ...handled,
      ...{ transactions: 2, reads: 4, sends: 1 },
      calls: ['services', 'classifications', 'put'],
    });
    await desk.advance(5_000);
    expect(await desk.costOf(desk.step)).toEqual({
      ...handled,
      ...{ transactions: 1, reads: 3, sends: 2 },
      calls: ['operation', 'get'],
    });
    expect((await desk.call('readEscalation', { id: `${requestId}-1` })).body).toMatchObject({ state: 'filed' });
    expect(desk.microsoft.count('put')).toBe(1);
  });
});
