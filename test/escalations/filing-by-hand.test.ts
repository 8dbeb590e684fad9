import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { owedRows } from '../../shared/platform/outbox.ts';
import { anAssistedCase, caseNumber, eventsOf, id, olav, refusal, signe } from './an-assisted-case.ts';

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
        clocks: [
          { clock: 'microsoft-first-response', dueAt: '2026-11-02T13:08:00.000Z', state: 'running' },
          { clock: 'microsoft-silence' },
        ],
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
    // It sleeps until Microsoft's next due time.
    expect(await owedRows(desk.stores.tables('escalations'), '00')).toHaveLength(1);
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

  it('is taken from the claimant only, until another may have found the case', async () => {
    const desk = await anAssistedCase();
    const file = async (caller = olav) =>
      (await refusal(desk.call('recordFiling', { id, caller, body: { caseNumber } }))).code;
    expect(await file()).toBe('illegal-transition');
    await desk.call('claimEscalation', { id, caller: olav });
    expect(await file(signe)).toBe('claimed-by-another');
    await desk.pass(39 * 60_000);
    expect(await file(signe)).toBe('claimed-by-another');
    await desk.pass(60_000);
    expect(await file(signe)).toBe('none');
    expect(await file(olav)).toBe('none');
    expect((await desk.call('readEscalation', { id })).body).toMatchObject({ caseNumber });
  });

  it('is told late by its claimant, also after the claim was given up', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id });
    await desk.call('claimEscalation', { id, body: { filed: false } });
    await desk.pass(3 * 60 * 60_000);
    const file = async (caller: typeof olav) => desk.call('recordFiling', { id, caller, body: { caseNumber } });
    expect((await refusal(file(signe))).code).toBe('illegal-transition');
    expect((await file(olav)).body).toMatchObject({ state: 'filed', caseNumber });
  });

  it('by the first claimant counts while another holds the case; the number of that one is refused and told once', async () => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id, caller: olav });
    await desk.pass(41 * 60_000);
    await desk.call('claimEscalation', { id, caller: signe, body: { looked: true } });
    const first = await desk.call('recordFiling', { id, caller: olav, body: { caseNumber } });
    expect(first.body).toMatchObject({ state: 'filed', caseNumber });
    await desk.drain();
    const second = async () =>
      desk.call('recordFiling', { id, caller: signe, body: { caseNumber: '2611020030000043' } });
    expect(await refusal(second())).toMatchObject({ code: 'illegal-transition', members: { caseNumber } });
    expect((await refusal(second())).code).toBe('illegal-transition');
    expect((await desk.call('readEscalation', { id })).body).toMatchObject({
      state: 'following',
      caseNumber,
      otherCaseNumbers: ['2611020030000043'],
    });
    const events = await eventsOf(desk);
    expect(events.map(({ what }) => what)).toEqual([
      'started',
      'claimed',
      'filing-asked',
      'claimed',
      'filed',
      'following',
      'second-case',
    ]);
    expect(events.at(-1)?.note).toContain('2611020030000043');
    await desk.drain();
    expect(desk.applied.at(-1)).toMatchObject({ what: 'changed', escalation: { caseNumber } });
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
      await expect(desk.call('recordFiling', { id, body })).rejects.toThrow(z.ZodError);
    },
  );

  it.each(['2026-11-02T08:00:00Z', '2026-11-02T12:00:00Z'])('refuses %s as its time', async (filedAt) => {
    const desk = await anAssistedCase();
    await desk.call('claimEscalation', { id });
    const filed = desk.call('recordFiling', { id, body: { caseNumber, filedAt } });
    expect((await refusal(filed)).code).toBe('invalid-body');
  });
});
