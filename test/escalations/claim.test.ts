import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/core/errors.ts';
import { owedRows } from '../../shared/platform/outbox.ts';
import type { Escalation } from '../../shared/escalations/escalation.ts';
import { anAzureRequest, aPerson, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const requestId = 'abcdefghijklmnopqrstuvwxy2';
const id = `${requestId}-1`;
const olav = aPerson('olav');
const signe = aPerson('signe');
const caseNumber = '2611020030000042';

async function anAssistedCase() {
  const desk = await aDesk();
  desk.requests.set(requestId, aRequest());
  await desk.call('escalateRequest', { id: requestId });
  await desk.drain();
  return desk;
}

const wakeBody = (body: Record<string, unknown>) => body.body as { version: number };

const refusal = async (work: Promise<unknown>) => {
  const error = await work.catch((thrown: unknown) => thrown);
  return isAppError(error) ? { code: error.code, members: error.extras.members } : { code: 'none' };
};

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
    expect(await linkFor()).toBeDefined();
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
      members: { claim: { by: 'olav', until: '2026-11-02T09:30:00.000Z' } },
    });
    await desk.pass(31 * 60_000);
    const taken = await desk.call('claimEscalation', { id, caller: signe });
    expect(taken.body).toMatchObject({ claim: { by: 'signe' } });
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

  it('that runs out puts the case back among those that wait, and tells so', async () => {
    const desk = await anAssistedCase();
    const waiting = async () => {
      const { body } = await desk.call('listEscalations', { query: { state: 'awaiting-filing' } });
      return (body as { items: Escalation[] }).items.map((one) => one.id);
    };
    await desk.call('claimEscalation', { id });
    await desk.pass(29 * 60_000);
    expect(await waiting()).toEqual([]);
    await desk.pass(60_000);
    expect(await waiting()).toEqual([id]);
    const read = (await desk.call('readEscalation', { id })).body as Escalation;
    expect([read.state, read.version, read.claim, read.clocks]).toEqual(['awaiting-filing', 3, undefined, []]);
    expect(desk.applied.map((one) => one.escalation.state)).toEqual(['awaiting-filing', 'claimed', 'awaiting-filing']);
    expect(desk.bus.all()).toEqual([]);
    expect(await owedRows(desk.stores.tables('escalations'), '00')).toEqual([]);
  });

  it.each(['123', '132', '213', '231', '312', '321'])(
    'that ran out leaves the case on the list it belongs to, its events told in the order %s',
    async (order) => {
      const desk = await aDesk();
      desk.requests.set(requestId, aRequest());
      await desk.call('escalateRequest', { id: requestId });
      await desk.call('claimEscalation', { id });
      await desk.advance(31 * 60_000);
      await desk.handle(desk.bus.all().find(({ queue }) => queue === 'escalations')!);
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
    const state = async () => ((await desk.call('readEscalation', { id })).body as Escalation).state;
    await desk.call('claimEscalation', { id });
    await desk.pass(20 * 60_000);
    await desk.call('claimEscalation', { id });
    await desk.pass(29 * 60_000);
    expect(await state()).toBe('claimed');
    await desk.pass(60_000);
    expect(await state()).toBe('awaiting-filing');
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

describe('a filing by hand', () => {
  it('is told by the claimant, then followed', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id });
    await desk.pass(10 * 60_000);
    const filedAt = '2026-11-02T09:08:00+00:00';
    const filed = await desk.call('recordFiling', { id, body: { caseNumber, filedAt } });
    expect(filed).toMatchObject({
      status: 200,
      body: {
        state: 'filed',
        caseNumber,
        filedAt: '2026-11-02T09:08:00.000Z',
        clocks: [{ clock: 'microsoft-first-response', dueAt: '2026-11-02T13:08:00.000Z' }],
      },
    });
    await desk.drain();
    expect((await desk.call('readEscalation', { id })).body).toMatchObject({ state: 'following' });
    expect(desk.applied.map((one) => [one.what, one.escalation.state, one.escalation.caseNumber])).toEqual([
      ['started', 'awaiting-filing', undefined],
      ['changed', 'claimed', undefined],
      ['changed', 'filed', caseNumber],
      ['changed', 'following', caseNumber],
    ]);
    await desk.pass(31 * 60_000);
    expect((await desk.call('readEscalation', { id })).body).toMatchObject({ state: 'following' });
    expect(desk.bus.all()).toEqual([]);
    expect(await owedRows(desk.stores.tables('escalations'), '00')).toEqual([]);
  });

  it('with the same number again changes nothing, with another is refused', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id });
    await desk.call('recordFiling', { id, body: { caseNumber } });
    await desk.drain();
    const { written } = desk.stores.of('escalations').counts;
    expect((await desk.call('recordFiling', { id, body: { caseNumber } })).status).toBe(200);
    expect(desk.stores.of('escalations').counts.written).toBe(written);
    const other = desk.call('recordFiling', { id, body: { caseNumber: '2611020030000043' } });
    expect((await refusal(other)).code).toBe('illegal-transition');
  });

  it('is taken from the claimant only', async () => {
    const desk = await anAssistedCase();
    const file = async (caller = olav) =>
      (await refusal(desk.call('recordFiling', { id, caller, body: { caseNumber } }))).code;
    expect(await file()).toBe('illegal-transition');
    await desk.call('claimEscalation', { id, caller: olav });
    expect(await file(signe)).toBe('claimed-by-another');
    await desk.pass(31 * 60_000);
    expect(await file(signe)).toBe('illegal-transition');
    expect(await file(olav)).toBe('none');
  });

  it.each(['626082411870031', '2611020030000042'])('takes the number %s', async (number) => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id });
    expect((await desk.call('recordFiling', { id, body: { caseNumber: number } })).body).toMatchObject({
      caseNumber: number,
    });
  });

  it.each([{ caseNumber: '123' }, { caseNumber: 'SR 2611020030000042' }, {}, { caseNumber, more: 1 }])(
    'refuses %j',
    async (body) => {
      const desk = await anAssistedCase();
      await desk.call('claimEscalation', { id });
      await expect(desk.call('recordFiling', { id, body })).rejects.toThrow();
    },
  );

  it.each(['2026-11-02T08:00:00Z', '2026-11-02T12:00:00Z'])('refuses %s as its time', async (filedAt) => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id });
    const filed = desk.call('recordFiling', { id, body: { caseNumber, filedAt } });
    expect((await refusal(filed)).code).toBe('invalid-body');
  });
});
