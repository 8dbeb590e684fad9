import { describe, expect, it } from 'vitest';
import { readEscalation } from '../../shared/escalations/escalation-store.ts';
import { claimIncidents, freeIncidents, readOpenCases } from '../../shared/escalations/open-cases.ts';
import { cancelWithdrawn } from '../../shared/escalations/withdraw.ts';
import type { Table } from '../../shared/platform/table.ts';
import { aSharedDesk, first, forced, incident, second, third } from './a-shared-case.ts';

const minute = 60_000;
const about = { connectionId: 'north', incidentIds: [incident.id] };

/** The first escalates, and its process stands still after the last look at the clock, before its row is written. */
async function aFrozenBeginning(kind: 'azure' | 'mail', body: object = forced) {
  const desk = await aSharedDesk(kind);
  const table = desk.deps.tables('escalations');
  const { reached, thaw, held } = holding(table, (rk) => rk === `X|${first.escalationId}`);
  const { tables } = desk.deps;
  desk.deps.tables = (name) => (name === 'escalations' ? held : tables(name));
  const began = desk.escalate(first, body);
  await reached;
  return {
    ...desk,
    table,
    thaws: async () => {
      thaw();
      await began;
    },
  };
}

/** A table that does not make a write of such a row before it thaws. */
function holding(table: Table, isHeld: (rk: string) => boolean) {
  const [reached, thawed] = [Promise.withResolvers<true>(), Promise.withResolvers<true>()];
  const transact: Table['transact'] = async (pk, ops) => {
    if (ops.some(({ rk }) => isHeld(rk))) {
      reached.resolve(true);
      await thawed.promise;
    }
    return table.transact(pk, ops);
  };
  return {
    held: { ...table, transact },
    reached: reached.promise,
    thaw: () => {
      thawed.resolve(true);
    },
  };
}

describe('an escalation whose row is written long after its claim on the incident', () => {
  it('shares the case that another has filed meanwhile, and files none', async () => {
    const desk = await aFrozenBeginning('azure');
    await desk.escalate(second, forced);
    await desk.pass(2 * minute);
    expect((await desk.read(second)).state).toBe('filed');
    await desk.thaws();
    await desk.pass(10 * minute);
    expect([...desk.microsoft.tickets.keys()]).toEqual([`desk-${second.escalationId}`]);
    const { caseNumber } = await desk.read(second);
    expect(await desk.read(first)).toMatchObject({ state: 'joined', joinedTo: second.escalationId, caseNumber });
    expect((await desk.read(second)).requestIds).toEqual([second.requestId, first.requestId]);
    expect(desk.appliedTo(first).map(({ note }) => note)).toContainEqual(expect.stringContaining('carries its case'));
  });

  it('is not given to a person to be filed, and takes along what shares it', async () => {
    const desk = await aFrozenBeginning('mail');
    await desk.escalate(second, forced);
    await desk.pass(2 * minute);
    expect((await desk.read(second)).state).toBe('awaiting-filing');
    await desk.thaws();
    await desk.act('changeCaseRequests', first, { join: third.requestId });
    expect((await desk.read(first)).requestIds).toEqual([first.requestId, third.requestId]);
    expect(await desk.act('claimEscalation', first).catch((error: unknown) => error)).toMatchObject({
      code: 'illegal-transition',
      extras: { members: { joinedTo: second.escalationId } },
    });
    await desk.drain();
    expect(await desk.states()).toEqual(['joined', 'awaiting-filing', 'joined']);
    expect((await desk.read(second)).requestIds.toSorted()).toEqual(
      [first, second, third].map(({ requestId }) => requestId),
    );
    expect((await desk.read(first)).requestIds).toEqual([first.requestId]);
  });

  it('forgets nobody who shared it where what it gave way to is given up before they have heard', async () => {
    const desk = await aFrozenBeginning('mail');
    await desk.escalate(second, forced);
    await desk.pass(2 * minute);
    await desk.thaws();
    await desk.act('changeCaseRequests', first, { join: third.requestId });
    await desk.drain();
    await desk.act('claimEscalation', first).catch(() => undefined);
    expect((await desk.read(first)).state).toBe('joined');
    desk.become(second, { state: 'closed' });
    await cancelWithdrawn(desk.deps, second.requestId, desk.log.scope);
    for (const held of desk.bus.ready().filter(({ queue }) => queue === 'escalations')) await desk.handle(held);
    await desk.drain();
    expect(await desk.states()).toEqual(['awaiting-filing', 'cancelled', 'joined']);
    expect((await desk.read(first)).requestIds).toEqual([first.requestId, third.requestId]);
    await desk.act('claimEscalation', first);
    await desk.act('recordFiling', first, { caseNumber: '2611020030000042' });
    await desk.drain();
    expect(await desk.read(third)).toMatchObject({ joinedTo: first.escalationId, caseNumber: '2611020030000042' });
  });

  it('keeps its case where who found the claim void is slower than the person who files it', async () => {
    const desk = await aFrozenBeginning('mail');
    await desk.advance(minute + 1);
    const taker = holding(desk.table, (rk) => rk === 'case');
    const taking = claimIncidents(taker.held, {
      ...about,
      escalationId: second.escalationId,
      nowMs: desk.clock.now(),
    });
    await taker.reached;
    await desk.thaws();
    expect(await desk.act('claimEscalation', first)).toMatchObject({ body: { state: 'claimed' } });
    taker.thaw();
    expect(await taking).toMatchObject({ heldBy: first.escalationId });
  });

  it('takes back a claim that nobody has', async () => {
    const desk = await aSharedDesk();
    await desk.escalate(first, forced);
    const table = desk.deps.tables('escalations');
    await freeIncidents(table, (await readEscalation(table, first.escalationId))!.row);
    expect(await readOpenCases(table, about)).toEqual([]);
    await desk.act('claimEscalation', first);
    expect(await readOpenCases(table, about)).toMatchObject([{ escalationId: first.escalationId }]);
  });

  it('has a case of its own all the same where a person named its vehicle', async () => {
    const desk = await aFrozenBeginning('mail', { ...forced, vehicle: 'advanced' });
    await desk.advance(minute + 1);
    await desk.escalate(second, forced);
    await desk.thaws();
    expect(await desk.act('claimEscalation', first)).toMatchObject({ body: { state: 'claimed' } });
    expect((await desk.read(second)).state).toBe('awaiting-filing');
  });
});
