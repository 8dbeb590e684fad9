import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/core/errors.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { readEvent, readText } from '../../shared/escalations/escalation-store.ts';
import { eraseTexts } from '../../shared/escalations/erase-texts.ts';
import { cancelWithdrawn } from '../../shared/escalations/withdraw.ts';
import { owedRows } from '../../shared/platform/outbox.ts';
import { aConnection, anAzureRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const requestId = 'abcdefghijklmnopqrstuvwxy2';
const id = `${requestId}-1`;

/** Only the provider of an Azure subscription may file: a reseller's connection hands the case off. */
async function aHandOff(change = {}) {
  const desk = await aDesk({ change: { connections: () => aConnection({ role: 'reseller' }) } });
  desk.requests.set(requestId, anAzureRequest(change));
  const begun = await desk.call('escalateRequest', { id: requestId });
  await desk.drain();
  return { ...desk, begun: begun.body as Escalation };
}

type Handed = Awaited<ReturnType<typeof aHandOff>>;

const answer = async (desk: Handed, body: object, headers = {}) => desk.call('acceptEscalation', { id, body, headers });
const read = async (desk: Handed) => (await desk.call('readEscalation', { id })).body as Escalation;
const events = async (desk: Handed) => {
  const { version } = await read(desk);
  const table = desk.stores.tables('escalations');
  return Promise.all(Array.from({ length: version }, async (_, at) => (await readEvent(table, id, at + 1))!));
};
const codeOf = async (work: Promise<unknown>) => {
  const error = await work.catch((thrown: unknown) => thrown);
  return isAppError(error) ? error.code : 'none';
};

describe('a hand-off', () => {
  it('has a clock of its own, and the packet to send', async () => {
    const { begun } = await aHandOff();
    expect(begun).toMatchObject({
      state: 'handed-off',
      handedOffTo: 'provider',
      clocks: [{ clock: 'acceptance', startedAt: '2026-11-02T09:00:00.000Z', dueAt: '2026-11-02T13:00:00.000Z' }],
      nextStep: { what: 'accept', dueAt: '2026-11-02T13:00:00.000Z' },
      packet: { title: 'Virtual machine cannot be reached' },
    });
    expect(begun.packet).not.toHaveProperty('link');
  });

  it.each([
    ['critical', 1],
    ['moderate', 4],
    ['minimal', 8],
  ] as const)(
    'of severity %s that nobody accepts is told as late after %s h, then ever more rarely',
    async (severity, hours) => {
      const desk = await aHandOff({ severity, businessImpact: 'Everything stands still.' });
      await desk.pass(hours * 3_600_000 - 1);
      expect(await events(desk)).toHaveLength(1);
      await desk.pass(1);
      expect((await events(desk)).at(-1)).toMatchObject({ what: 'acceptance-late', state: 'handed-off' });
      await desk.pass(4 * 86_400_000);
      const told = (await events(desk)).slice(1).map(({ at }) => Date.parse(at));
      const waits = told.slice(1).map((at, n) => at - told[n]!);
      expect(waits.every((wait, n) => n === 0 || wait >= waits[n - 1]!)).toBe(true);
      expect(Math.max(...waits)).toBe(86_400_000);
    },
  );

  it('that is accepted is asked for no longer, and over once its request is solved', async () => {
    const desk = await aHandOff();
    expect((await answer(desk, { accepted: true })).body).toMatchObject({ state: 'accepted', clocks: [] });
    expect((await answer(desk, { accepted: true })).body).toMatchObject({ state: 'accepted', version: 2 });
    await desk.pass(86_400_000);
    expect(desk.bus.all()).toEqual([]);
    expect(await owedRows(desk.stores.tables('escalations'), '00')).toEqual([]);
    await cancelWithdrawn(desk.deps, requestId, desk.log.scope);
    expect((await read(desk)).state).toBe('accepted');
    desk.requests.set(requestId, anAzureRequest({ state: 'resolved' }));
    await cancelWithdrawn(desk.deps, requestId, desk.log.scope);
    await desk.drain();
    expect((await read(desk)).state).toBe('closed');
    expect(desk.applied.map(({ what }) => what)).toEqual(['started', 'changed', 'closed']);
  });

  it('that is declined gives the request back to the desk, its reason kept as content', async () => {
    const desk = await aHandOff();
    const declined = await answer(desk, { accepted: false, reason: 'Not in our contract with Oda Vik.' });
    expect(declined.body).toMatchObject({ state: 'declined' });
    await desk.drain();
    expect(desk.applied.at(-1)).toMatchObject({ what: 'closed', escalation: { state: 'declined' } });
    const last = (await events(desk)).at(-1)!;
    expect(JSON.stringify(last)).not.toContain('Oda');
    expect(await readText(desk.stores.tables('escalations'), id, last.text!)).toMatchObject({
      from: 'partner',
      text: 'Not in our contract with Oda Vik.',
    });
    expect(await codeOf(answer(desk, { accepted: true }))).toBe('illegal-transition');
  });

  it.each([false, true])('is taken back with the texts of an erased person (accepted: %s)', async (isAccepted) => {
    const desk = await aHandOff();
    if (isAccepted) await answer(desk, { accepted: true });
    await eraseTexts(desk.deps, requestId, desk.log.scope);
    expect(await read(desk)).toMatchObject({ state: 'cancelled' });
    expect((await read(desk)).packet).toBeUndefined();
  });

  it('that was accepted late can still be accepted', async () => {
    const desk = await aHandOff();
    await desk.pass(6 * 3_600_000);
    expect((await answer(desk, { accepted: true })).body).toMatchObject({ state: 'accepted' });
    await desk.pass(5 * 86_400_000);
    expect((await events(desk)).at(-1)?.what).toBe('accepted');
  });

  it('is taken back with its request', async () => {
    const desk = await aHandOff();
    desk.requests.set(requestId, anAzureRequest({ state: 'closed' }));
    await cancelWithdrawn(desk.deps, requestId, desk.log.scope);
    expect((await read(desk)).state).toBe('cancelled');
  });

  it('gets its first answer again by its key', async () => {
    const desk = await aHandOff();
    const first = await answer(desk, { accepted: false }, { 'idempotency-key': 'a-1' });
    const again = await answer(desk, { accepted: false }, { 'idempotency-key': 'a-1' });
    expect(again.headers).toEqual({ 'idempotent-replayed': 'true' });
    expect(again.body).toEqual(JSON.parse(JSON.stringify(first.body)));
    expect(await codeOf(answer(desk, { accepted: true }, { 'idempotency-key': 'a-1' }))).toBe('idempotency-key-reused');
  });
});

it('an answer is refused for what was handed to nobody', async () => {
  const desk = await aDesk();
  desk.requests.set(requestId, anAzureRequest());
  await desk.call('escalateRequest', { id: requestId });
  expect(await codeOf(desk.call('acceptEscalation', { id, body: { accepted: true } }))).toBe('illegal-transition');
});
