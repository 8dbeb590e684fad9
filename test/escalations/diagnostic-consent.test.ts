import { describe, expect, it } from 'vitest';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { learnCapability } from '../../shared/escalations/contract-store.ts';
import { eraseTexts } from '../../shared/escalations/erase-texts.ts';
import { createRecordConsent, readConsent } from '../../shared/escalations/diagnostic-consent.ts';
import { readContent } from '../../shared/escalations/escalation-store.ts';
import { anAzureCase, id, place, requestId, ticketName } from './an-azure-case.ts';
import { anAzureRequest, aPerson } from './builders.ts';
import { aDesk } from './desk.ts';

const consent = { given: true, by: 'Oda Vik', at: '2026-11-02T08:55:00Z', wording: 'May Microsoft read logs? – Yes.' };

async function aRequestedDesk() {
  const desk = await aDesk({ setUpMs: 0 });
  desk.requests.set(requestId, anAzureRequest());
  await learnCapability({ desk: desk.deps.tables('desk'), clock: desk.clock }, { ...place, state: 'proven' });
  const record = async (more: object = {}) =>
    desk.call('recordDiagnosticConsent', { id: requestId, body: { ...consent, ...more } });
  const filedWith = () => desk.microsoft.tickets.get(ticketName)?.properties.advancedDiagnosticConsent;
  return { ...desk, record, filedWith };
}

describe('consent to read diagnostic data', () => {
  it('is no as long as nobody has recorded another word', async () => {
    const desk = await anAzureCase({ setUpMs: 0 });
    await desk.drain();
    expect(desk.microsoft.tickets.get(ticketName)?.properties.advancedDiagnosticConsent).toBe('No');
  });

  it('is told to Microsoft once it is recorded: who, when, in which words', async () => {
    const desk = await aRequestedDesk();
    const answer = await desk.record();
    expect(answer).toMatchObject({ status: 200, body: { ...consent, recordedBy: 'person-olav' } });
    const { body } = await desk.call('escalateRequest', { id: requestId });
    expect((body as Escalation).packet?.diagnosticConsent).toEqual(consent);
    await desk.drain();
    expect(desk.filedWith()).toBe('Yes');
  });

  it('that the customer refuses or takes back is a no', async () => {
    const desk = await aRequestedDesk();
    await desk.record();
    await desk.call('escalateRequest', { id: requestId });
    await desk.record({ given: false, wording: 'No longer.' });
    await desk.drain();
    expect(desk.filedWith()).toBe('No');
    const { body } = await desk.call('readEscalation', { id });
    expect((body as Escalation).packet?.diagnosticConsent).toMatchObject({ given: false, wording: 'No longer.' });
  });

  it('recorded while a case waits reaches its packet, and not one that was filed', async () => {
    const desk = await aRequestedDesk();
    await desk.call('escalateRequest', { id: requestId });
    await desk.drain();
    await desk.record();
    const { body } = await desk.call('readEscalation', { id });
    expect((body as Escalation).packet?.diagnosticConsent).toBeUndefined();
    expect(desk.filedWith()).toBe('No');
  });

  it('lies in the past and belongs to a request that exists', async () => {
    const desk = await aRequestedDesk();
    await expect(desk.record({ at: '2030-01-01T00:00:00Z' })).rejects.toMatchObject({ code: 'invalid-body' });
    await expect(
      desk.call('recordDiagnosticConsent', { id: 'zbcdefghijklmnopqrstuvwxy2', body: consent }),
    ).rejects.toMatchObject({ code: 'not-found' });
  });

  it('is not recorded on a request whose sender was erased', async () => {
    const desk = await aRequestedDesk();
    desk.requests.set(requestId, anAzureRequest({ erasedAt: '2026-11-02T08:59:00.000Z' }));
    await expect(desk.record()).rejects.toMatchObject({ code: 'illegal-transition' });
    expect(await readConsent(desk.deps.tables('escalations'), requestId)).toBeUndefined();
  });

  it('recorded while the texts are erased brings no packet back', async () => {
    const desk = await aRequestedDesk();
    await desk.call('escalateRequest', { id: requestId });
    const table = desk.deps.tables('escalations');
    let isErased = false;
    const racing = {
      ...desk.deps,
      tables: () => ({
        ...table,
        transact: async (...args: Parameters<typeof table.transact>) => {
          if (!isErased) {
            isErased = true;
            await eraseTexts(desk.deps, requestId, desk.log.scope);
          }
          return table.transact(...args);
        },
      }),
    };
    await createRecordConsent(racing)({ requestId, body: consent, caller: aPerson('olav') });
    expect((await readContent(table, id)).packet).toBeUndefined();
  });

  it('is erased with the texts of its request', async () => {
    const desk = await aRequestedDesk();
    await desk.record();
    await eraseTexts(desk.deps, requestId, desk.log.scope);
    expect(await readConsent(desk.deps.tables('escalations'), requestId)).toBeUndefined();
  });
});
