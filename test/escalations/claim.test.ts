import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { createStepEscalation } from '../../shared/escalations/step-escalation.ts';
import type { WakeMessage } from '../../shared/platform/outbox.ts';
import { anAssistedCase, eventsOf, id, olav, refusal, requestId, signe } from './an-assisted-case.ts';
import { anAzureRequest, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const wakeBody = (body: Record<string, unknown>) => body.body as { version: number };

describe('a claim', () => {
  it('shows the link to the claimant, and to nobody else', async () => {
    const desk = await anAssistedCase();
    const claimed = await desk.call('claimEscalation', { id, caller: olav });
    expect(claimed).toMatchObject({
      status: 200,
      body: {
        state: 'claimed',
        claim: { by: 'olav', until: '2026-11-02T09:30:00.000Z' },
        packet: { link: 'https://admin.cloud.microsoft/?delegatedOrg=halvorsen.onmicrosoft.com' },
      },
    });
    const linkFor = async (caller = olav) =>
      ((await desk.call('readEscalation', { id, caller })).body as Escalation).packet?.link;
    expect(await linkFor()).toBe('https://admin.cloud.microsoft/?delegatedOrg=halvorsen.onmicrosoft.com');
    expect(await linkFor(signe)).toBeUndefined();
    await desk.pass(31 * 60_000);
    expect(await linkFor()).toBeUndefined();
  });

  it('shows the link no longer than it holds, also while its end has not been written yet', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id });
    await desk.advance(31 * 60_000);
    const { state, packet } = (await desk.call('readEscalation', { id })).body as Escalation;
    expect([state, packet?.link]).toEqual(['claimed', undefined]);
  });

  it('keeps a second person off as long as it holds, and tells who has it', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id, caller: olav });
    expect(await refusal(desk.call('claimEscalation', { id, caller: signe }))).toEqual({
      code: 'claimed-by-another',
      members: {
        claim: { by: 'olav', until: '2026-11-02T09:30:00.000Z' },
        takeOverAt: '2026-11-02T09:40:00.000Z',
      },
    });
    await desk.pass(31 * 60_000);
    expect((await refusal(desk.call('claimEscalation', { id, caller: signe }))).code).toBe('claimed-by-another');
  });

  it('is given to one of two who ask at once', async () => {
    const desk = await anAssistedCase();
    const both = [olav, signe].map(async (caller) => refusal(desk.call('claimEscalation', { id, caller })));
    const codes = (await Promise.all(both)).map((one) => one.code);
    expect(codes.sort()).toEqual(['claimed-by-another', 'none']);
  });

  it('is prolonged by its holder without another event', async () => {
    const desk = await anAssistedCase();
    const first = await desk.call('claimEscalation', { id, caller: olav });
    await desk.pass(60_000);
    const again = await desk.call('claimEscalation', { id, caller: olav });
    expect(again.body).toMatchObject({
      version: (first.body as Escalation).version,
      claim: { until: '2026-11-02T09:31:00.000Z' },
    });
  });

  it('that runs out stays with its claimant, who is asked whether the case was filed, ever more rarely', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id });
    await desk.pass(29 * 60_000);
    expect(desk.applied).toHaveLength(2);
    await desk.pass(60_000);
    const read = (await desk.call('readEscalation', { id })).body as Escalation;
    expect(read).toMatchObject({
      state: 'claimed',
      version: 3,
      claim: { by: 'olav', until: '2026-11-02T09:30:00.000Z' },
      clocks: [{ clock: 'filing-answer', startedAt: '2026-11-02T09:30:00.000Z', dueAt: '2026-11-02T09:45:00.000Z' }],
      nextStep: { what: 'say-whether-filed', dueAt: '2026-11-02T09:45:00.000Z' },
    });
    await desk.pass(7 * 86_400_000);
    const asked = (await eventsOf(desk)).filter(({ what }) => what === 'filing-asked').map(({ at }) => Date.parse(at));
    const minutes = asked.map((at) => (at - asked[0]!) / 60_000);
    expect(minutes).toEqual([0, 15, 30, 60, 120, 240, 480, 960, 1920, 3360, 4800, 6240, 7680, 9120]);
  });

  it('whose end comes early by a slow clock is owed a minute later, and not over and over at once', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id });
    await desk.drain();
    await desk.advance(30 * 60_000);
    const slow = createStepEscalation({
      ...desk.deps,
      clock: { ...desk.clock, now: () => desk.clock.now() - 40_000 },
    });
    const step = async () => {
      const ready = desk.bus.ready();
      for (const held of ready) await slow(held.message.body as WakeMessage, desk.log.scope);
      for (const held of ready) desk.bus.complete(desk.bus.take(held));
      return ready.length;
    };
    expect([await step(), await step()]).toEqual([1, 0]);
    await desk.advance(59_000);
    expect(await step()).toBe(0);
    await desk.advance(1_000);
    expect(await step()).toBe(1);
    expect((await eventsOf(desk)).map(({ what }) => what)).toEqual(['started', 'claimed', 'filing-asked']);
  });

  it('that is claimed again by its holder is asked for no longer', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id });
    await desk.pass(31 * 60_000);
    const again = await desk.call('claimEscalation', { id });
    expect(again.body).toMatchObject({ nextStep: { what: 'file' }, claim: { until: '2026-11-02T10:01:00.000Z' } });
    await desk.pass(29 * 60_000);
    expect((await eventsOf(desk)).map(({ what }) => what)).toEqual(['started', 'claimed', 'filing-asked', 'claimed']);
  });

  it('is given up by its holder, who says that nothing was filed', async () => {
    const desk = await anAssistedCase();
    const release = async (caller: typeof olav) => desk.call('claimEscalation', { id, caller, body: { filed: false } });
    expect((await refusal(release(olav))).code).toBe('illegal-transition');
    await desk.call('claimEscalation', { id, caller: olav });
    expect((await refusal(release(signe))).code).toBe('claimed-by-another');
    expect((await release(olav)).body).toMatchObject({ state: 'awaiting-filing', nextStep: { what: 'claim' } });
    expect((await release(olav)).body).toMatchObject({ state: 'awaiting-filing', version: 3 });
    await desk.pass(60 * 60_000);
    expect(desk.bus.all()).toEqual([]);
    expect((await desk.call('claimEscalation', { id, caller: signe })).body).toMatchObject({ claim: { by: 'signe' } });
    expect((await eventsOf(desk)).map(({ what, by }) => [what, by])).toEqual([
      ['started', 'person-olav'],
      ['claimed', 'person-olav'],
      ['claim-released', 'person-olav'],
      ['claimed', 'person-signe'],
    ]);
  });

  it('is taken over by another who looked at Microsoft, not before the settle time is over', async () => {
    const desk = await anAssistedCase();
    const look = async (body: object = {}) =>
      desk.call('claimEscalation', { id, caller: signe, body: { looked: true, ...body } });
    await desk.call('claimEscalation', { id, caller: olav });
    await desk.pass(39 * 60_000);
    expect((await refusal(look())).code).toBe('claimed-by-another');
    await desk.pass(60_000);
    expect((await refusal(look({ lookedAt: '2026-11-02T09:39:00Z' }))).code).toBe('claimed-by-another');
    expect((await refusal(look({ lookedAt: '2026-11-02T09:42:00Z' }))).code).toBe('claimed-by-another');
    const taken = await look();
    expect(taken.body).toMatchObject({ state: 'claimed', claim: { by: 'signe' }, nextStep: { what: 'file' } });
    expect((await eventsOf(desk)).at(-1)).toMatchObject({
      what: 'claimed',
      by: 'person-signe',
      note: expect.stringContaining('looked') as unknown,
    });
    expect((await refusal(desk.call('claimEscalation', { id, caller: olav }))).code).toBe('claimed-by-another');
  });

  it.each([{ filed: true }, { looked: false }, { filed: false, looked: true }, { lookedAt: '2026-11-02T09:39:00Z' }])(
    'refuses %j',
    async (body) => {
      const desk = await anAssistedCase();
      await expect(desk.call('claimEscalation', { id, body })).rejects.toThrow(z.ZodError);
    },
  );

  it.each(['123', '132', '213', '231', '312', '321'])(
    'that was given up leaves the case on the list it belongs to, its events told in the order %s',
    async (order) => {
      const desk = await aDesk();
      desk.requests.set(requestId, aRequest());
      await desk.call('escalateRequest', { id: requestId });
      await desk.call('claimEscalation', { id });
      await desk.call('claimEscalation', { id, body: { filed: false } });
      const events = desk.bus.all().filter(({ queue }) => queue === 'desk-events');
      for (const version of order) {
        await desk.handle(events.find(({ message }) => wakeBody(message.body).version === Number(version))!);
      }
      const listed = async (state: string) => {
        const { body } = await desk.call('listEscalations', { query: { state } });
        return (body as { items: Escalation[] }).items.length;
      };
      expect([await listed('awaiting-filing'), await listed('claimed')]).toEqual([1, 0]);
    },
  );

  it('that is prolonged runs out by its new time only', async () => {
    const desk = await anAssistedCase();
    const step = async () => ((await desk.call('readEscalation', { id })).body as Escalation).nextStep?.what;
    await desk.call('claimEscalation', { id });
    await desk.pass(20 * 60_000);
    await desk.call('claimEscalation', { id });
    await desk.pass(29 * 60_000);
    expect(await step()).toBe('file');
    await desk.pass(60_000);
    expect(await step()).toBe('say-whether-filed');
  });

  it('is refused for a case that the desk files itself', async () => {
    const desk = await aDesk();
    desk.requests.set(requestId, anAzureRequest());
    await desk.call('escalateRequest', { id: requestId });
    expect(await refusal(desk.call('claimEscalation', { id }))).toEqual({
      code: 'illegal-transition',
      members: { from: 'intended', to: 'claimed' },
    });
  });

  it('gets its first answer again by its key', async () => {
    const desk = await anAssistedCase();
    const headers = { 'idempotency-key': 'claim-1' };
    const first = await desk.call('claimEscalation', { id, headers });
    await desk.pass(60_000);
    const again = await desk.call('claimEscalation', { id, headers });
    expect(again.headers).toEqual({ 'idempotent-replayed': 'true' });
    expect(again.body).toEqual(JSON.parse(JSON.stringify(first.body)));
  });
});
