import { describe, expect, it } from 'vitest';
import type { Escalation } from '../../shared/escalations/escalation.ts';
import type { CallFault } from './azure-support-simulation.ts';
import { anAzureRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const requestId = 'abcdefghijklmnopqrstuvwxy2';
const id = `${requestId}-1`;
const name = `desk-${id}`;
const minute = 60_000;

/** A case whose first put meets the fault. */
async function anAzureCase(onPut?: CallFault) {
  const left = onPut ? [onPut] : [];
  const desk = await aDesk({ fault: (kind) => (kind === 'put' ? left.shift() : undefined) });
  desk.requests.set(requestId, anAzureRequest());
  await desk.call('escalateRequest', { id: requestId });
  const read = async () => (await desk.call('readEscalation', { id })).body as Escalation;
  return { ...desk, read };
}

describe('a request that was taken back', () => {
  it.each(['resolved', 'closed'])('is not filed any more once it is %s, and everybody is told', async (state) => {
    const desk = await anAzureCase();
    desk.requests.set(requestId, anAzureRequest({ state }));
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({ state: 'cancelled', version: 2 });
    expect(desk.microsoft.calls).toEqual([]);
    expect(desk.applied.at(-1)).toMatchObject({ what: 'closed', escalation: { state: 'cancelled' } });
    expect(desk.notices.at(-1)?.data).toMatchObject({ state: 'cancelled' });
    const listed = await desk.call('listEscalations', { query: { state: 'cancelled' } });
    expect(listed.body).toMatchObject({ items: [{ id }] });
    expect(desk.bus.all()).toEqual([]);
  });

  it('is not put again where the first try made no ticket', async () => {
    const desk = await anAzureCase({ kind: 'lost-before' });
    await desk.pass(minute);
    desk.requests.set(requestId, anAzureRequest({ state: 'closed' }));
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({ state: 'cancelled' });
    expect([desk.microsoft.count('put'), desk.microsoft.tickets.size]).toEqual([1, 0]);
  });

  it('keeps the ticket that a lost try has made', async () => {
    const desk = await anAzureCase({ kind: 'lost-after' });
    await desk.pass(2_000);
    desk.requests.set(requestId, anAzureRequest({ state: 'closed' }));
    await desk.pass(10 * minute);
    expect(await desk.read()).toMatchObject({
      state: 'following',
      caseNumber: desk.microsoft.tickets.get(name)?.number,
    });
  });
});
