import { describe, expect, it } from 'vitest';
import { hourMs, minuteMs } from '../../shared/core/clock.ts';
import { rightsIn } from '../../shared/escalations/rights-store.ts';
import type { RightsProbe } from '../../shared/escalations/rights.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { anAzureRequest, subscription } from './builders.ts';
import { aDesk } from './desk.ts';

const place = {
  connectionId: 'north',
  customerTenantId: 'customer',
  partnerTenantId: 'partner',
  tokenWay: 'app',
  subscriptionId: subscription,
} as const;
const passing = { kind: 'passing', reason: 'HTTP 503' } as const;

function aProbe() {
  const moved = movedClock();
  const desk = memoryTables().tables('desk');
  const probe = { asked: 0, says: { kind: 'granted' } as Awaited<ReturnType<RightsProbe>> | 'nothing' };
  const ask: RightsProbe = async () => {
    probe.asked++;
    return probe.says === 'nothing' ? new Promise(() => undefined) : Promise.resolve(probe.says);
  };
  return { ...moved, probe, rights: async () => rightsIn({ desk, clock: moved.clock, probe: ask }, place) };
}

describe('the rights in a subscription', () => {
  it('are asked for again once the answer is a quarter of an hour old', async () => {
    const { probe, rights, advance } = aProbe();
    expect(await rights()).toMatchObject({ state: 'granted' });
    await advance(15 * minuteMs - 1);
    await rights();
    expect(probe.asked).toBe(1);
    await advance(1);
    probe.says = { kind: 'refused', code: 'rights-missing', upstream: 'AuthorizationFailed' };
    expect(await rights()).toMatchObject({ state: 'refused', code: 'rights-missing', upstream: 'AuthorizationFailed' });
    expect(probe.asked).toBe(2);
  });

  it('are asked for at once after a refusal: somebody may have mended it', async () => {
    const { probe, rights } = aProbe();
    probe.says = { kind: 'refused', code: 'not-consented' };
    await rights();
    probe.says = { kind: 'granted' };
    expect(await rights()).toMatchObject({ state: 'granted' });
  });

  it('are what they were through a trouble that passes, for a day and no longer', async () => {
    const { probe, rights, advance } = aProbe();
    await rights();
    probe.says = passing;
    await advance(24 * hourMs - 1);
    expect(await rights()).toMatchObject({ state: 'granted' });
    await advance(1);
    expect(await rights()).toEqual({ state: 'unknown', reason: 'HTTP 503' });
  });

  it('are unknown, never granted, where nothing was ever said', async () => {
    const { probe, rights } = aProbe();
    probe.says = passing;
    expect(await rights()).toEqual({ state: 'unknown', reason: 'HTTP 503' });
  });

  it('keep nobody waiting for more than three seconds', async () => {
    const { probe, rights, advance, clock } = aProbe();
    probe.says = 'nothing';
    const began = clock.now();
    const asked = rights();
    await new Promise((resolve) => setImmediate(resolve));
    await advance(3_000);
    expect(await asked).toEqual({ state: 'unknown', reason: 'no answer in time' });
    expect(clock.now() - began).toBe(3_000);
  });
});

describe('a preview of an Azure case', () => {
  const requestId = anAzureRequest().requestId;

  it('says no where the role on the subscription does not write, and yes once it does', async () => {
    const desk = await aDesk();
    desk.requests.set(requestId, anAzureRequest());
    desk.microsoft.state.mayWrite = false;
    const preview = async () => (await desk.call('previewEscalation', { id: requestId })).body;
    expect(await preview()).toMatchObject({ decision: 'blocked', reasons: [{ code: 'rights-missing' }, {}, {}] });
    desk.microsoft.state.mayWrite = true;
    expect(await preview()).toMatchObject({ decision: 'ready', channel: 'azure-support' });
    expect(desk.microsoft.calls.map(({ kind }) => kind)).toEqual(['check-name', 'check-name']);
  });

  it('promises nothing while Microsoft cannot be asked', async () => {
    const desk = await aDesk({
      fault: (kind) => (kind === 'check-name' ? { kind: 'status', status: 503 } : undefined),
    });
    desk.requests.set(requestId, anAzureRequest());
    const { body } = await desk.call('previewEscalation', { id: requestId });
    expect(body).toMatchObject({ decision: 'blocked', reasons: [{ code: 'rights-unverified' }, {}, {}] });
  });
});
