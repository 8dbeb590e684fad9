import { describe, expect, it } from 'vitest';
import type { Answer } from '../../shared/platform/route.ts';
import { aPerson, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const requestId = 'abcdefghijklmnopqrstuvwxy2';
const id = `${requestId}-1`;
const reason = 'Kari Nordmann says that the board waits';
const headers = { 'idempotency-key': 'k-1' };
const plain = (answer: Answer): unknown => JSON.parse(JSON.stringify(answer.body));

async function anOverriddenCase() {
  const desk = await aDesk();
  desk.requests.set(requestId, aRequest());
  const begin = async () =>
    desk.call('escalateRequest', { id: requestId, body: { vehicle: 'advanced', reason }, headers });
  return { ...desk, begin, first: await begin() };
}

describe('a kept answer', () => {
  it('holds no names and no free text, which are joined again', async () => {
    const desk = await anOverriddenCase();
    const claimed = await desk.call('claimEscalation', { id, headers });
    const caseNumber = '2611020030000042';
    const filed = await desk.call('recordFiling', { id, body: { caseNumber }, headers });
    const kept = [...(desk.stores.of('escalations').partitions.get('00') ?? [])].filter(([rk]) => rk.startsWith('I|'));
    expect(kept).toHaveLength(3);
    // The ids of people begin with `person-`.
    expect(JSON.stringify(kept)).not.toMatch(/Kari|board|"olav|Halvorsen|Outbound/);

    const again = await desk.begin();
    expect(again).toMatchObject({ headers: { 'idempotent-replayed': 'true' }, body: { override: { reason } } });
    expect(plain(again)).toEqual(plain(desk.first));
    expect(plain(await desk.call('claimEscalation', { id, headers }))).toEqual(plain(claimed));
    expect(claimed.body).toMatchObject({ claim: { by: 'olav' } });
    expect(plain(await desk.call('recordFiling', { id, body: { caseNumber }, headers }))).toEqual(plain(filed));
  });

  it('names the claimant of then, also once another has taken over', async () => {
    const desk = await anOverriddenCase();
    const first = await desk.call('claimEscalation', { id, headers });
    await desk.pass(31 * 60_000);
    await desk.call('claimEscalation', { id, caller: aPerson('signe') });
    expect(plain(await desk.call('claimEscalation', { id, headers }))).toEqual(plain(first));
  });

  it('names the claimant of then to others too, who had no part in it', async () => {
    const desk = await anOverriddenCase();
    await desk.call('claimEscalation', { id });
    const asked = { id: requestId, caller: aPerson('signe'), headers };
    const first = await desk.call('escalateRequest', asked);
    expect(first.body).toMatchObject({ claim: { by: 'olav' } });
    await desk.pass(31 * 60_000);
    await desk.call('claimEscalation', { id, caller: aPerson('berit') });
    expect(plain(await desk.call('escalateRequest', asked))).toEqual(plain(first));
  });
});
