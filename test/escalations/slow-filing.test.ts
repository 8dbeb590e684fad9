import { describe, expect, it } from 'vitest';
import { anAzureCase, ticketName } from './an-azure-case.ts';
import type { CallFault } from './azure-support-simulation.ts';

const minute = 60_000;

describe('a filing by the Azure channel that takes its time', () => {
  it('does not act upon an intent that it was held up in writing', async () => {
    const desk = await anAzureCase();
    const { tables } = desk.deps;
    let isHeldUp = true;
    desk.deps.tables = (table) => ({
      ...tables(table),
      transact: async (pk, ops) => {
        const etags = await tables(table).transact(pk, ops);
        if (isHeldUp && table === 'escalations') await desk.advance(20_000);
        isHeldUp = false;
        return etags;
      },
    });
    await desk.handle(desk.bus.all().find((held) => held.queue === 'escalations')!);
    expect([isHeldUp, desk.microsoft.count('put')]).toEqual([false, 0]);
    await desk.pass(minute);
    expect(desk.microsoft.count('put')).toBe(1);
    expect(await desk.read()).toMatchObject({ state: 'filed' });
  });

  it('finds the ticket of an operation that is never said to end', async () => {
    const isRunning: CallFault = { kind: 'status', status: 200, body: '{"status":"InProgress"}' };
    const desk = await anAzureCase({ fault: (kind) => (kind === 'operation' ? isRunning : undefined) });
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({ caseNumber: desk.microsoft.tickets.get(ticketName)?.number });
    expect(desk.microsoft.count('put')).toBe(1);
  });

  it('asks ever more rarely for a number that does not come', async () => {
    const desk = await anAzureCase({ setUpMs: 24 * 60 * minute });
    await desk.pass(23 * 60 * minute);
    expect(await desk.read()).toMatchObject({ state: 'intended' });
    expect(desk.microsoft.calls.length).toBeLessThan(600);
    await desk.pass(2 * 60 * minute);
    expect(await desk.read()).toMatchObject({ state: 'following' });
    expect(desk.microsoft.count('put')).toBe(1);
  });
});
