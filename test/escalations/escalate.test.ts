import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/core/errors.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { owedRows } from '../../shared/platform/outbox.ts';
import { anAzureRequest, aPerson, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const id = 'abcdefghijklmnopqrstuvwxy2';
const pk = '00';

async function aDeskWith(request = aRequest(), options: Parameters<typeof aDesk>[0] = {}) {
  const desk = await aDesk(options);
  desk.requests.set(request.requestId, request);
  return desk;
}

const codeOf = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'no error',
    (error: unknown) => (isAppError(error) ? error.code : String(error)),
  );

describe('an escalation', () => {
  it('can be read at its address as soon as it is answered', async () => {
    const desk = await aDeskWith();
    const answer = await desk.call('escalateRequest', { id });
    expect(answer).toMatchObject({ status: 202, headers: { location: `/api/escalations/${id}-1` } });
    const read = await desk.call('readEscalation', { id: `${id}-1` });
    expect(read.body).toEqual(answer.body);
    expect(read.body).toMatchObject({
      requestIds: [id],
      state: 'awaiting-filing',
      vehicle: 'advanced',
      channel: 'assisted',
      packet: { severity: 'B', portal: { tenantName: 'Halvorsen Fisk AS' } },
    });
  });

  it('has one marker, also in a preview while it is open, so that a case filed by either is found', async () => {
    const desk = await aDeskWith();
    const markerIn = ({ body }: { body?: unknown }) => (body as Escalation).packet?.marker;
    const marker = markerIn(await desk.call('escalateRequest', { id }));
    expect(marker).toMatch(/^DESK-/);
    expect(markerIn(await desk.call('previewEscalation', { id }))).toBe(marker);
  });

  it('writes its row, event, content and wakes in one transaction', async () => {
    const desk = await aDeskWith(anAzureRequest());
    const before = { ...desk.stores.of('escalations').counts };
    await desk.call('escalateRequest', { id });
    const { transact, written } = desk.stores.of('escalations').counts;
    expect({ transact: transact - before.transact, written: written - before.written }).toEqual({
      transact: 1,
      written: 5,
    });
    expect([...(desk.stores.of('escalations').partitions.get(pk)?.keys() ?? [])].map((rk) => rk[0]).sort()).toEqual([
      'C',
      'N',
      'O',
      'O',
      'X',
    ]);
  });

  it('is found again by a second click, and by two at once', async () => {
    const desk = await aDeskWith(anAzureRequest());
    const [first, second] = await Promise.all([
      desk.call('escalateRequest', { id }),
      desk.call('escalateRequest', { id, caller: aPerson('signe') }),
    ]);
    const third = await desk.call('escalateRequest', { id });
    expect([first, second, third].map((one) => [one.status, one.headers?.location])).toEqual(
      Array.from({ length: 3 }, () => [202, `/api/escalations/${id}-1`]),
    );
    await desk.pass(60_000);
    expect(desk.microsoft.tickets.size).toBe(1);
  });

  it('gets the next number once the first is closed', async () => {
    const desk = await aDeskWith(anAzureRequest());
    await desk.call('escalateRequest', { id });
    await desk.pass(60_000);
    desk.microsoft.tickets.get(`desk-${id}-1`)!.status = 'Closed';
    await desk.pass(600_000);
    const second = await desk.call('escalateRequest', { id });
    expect(second.headers?.location).toBe(`/api/escalations/${id}-2`);
  });

  it('shows its link to nobody before it is claimed', async () => {
    const desk = await aDeskWith();
    const { body } = await desk.call('escalateRequest', { id });
    expect((body as Escalation).packet).toBeDefined();
    expect((body as Escalation).packet?.link).toBeUndefined();
  });

  it('is refused with the reasons of the gate, the same as the preview gives', async () => {
    const desk = await aDeskWith(aRequest({ category: 'advisory' }));
    const preview = await desk.call('previewEscalation', { id });
    const refused = await desk.call('escalateRequest', { id }).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'escalation-not-ready' });
    expect(isAppError(refused) && refused.extras.members).toMatchObject({
      decision: 'blocked',
      reasons: (preview.body as { reasons: unknown }).reasons,
    });
    expect(desk.stores.of('escalations').counts.written).toBe(0);
  });

  it('waits for a live incident unless an administrator forces it with a reason', async () => {
    const desk = await aDeskWith(
      aRequest({ likelyIncidents: [{ id: 'EX1', title: 'Mail is late', confidence: 0.8 }] }),
    );
    desk.openIncidents.push({ id: 'EX1', title: 'Mail is late' });
    expect((await desk.call('previewEscalation', { id })).body).toMatchObject({
      decision: 'wait',
      packet: { incidentIds: ['EX1'] },
    });
    expect(await codeOf(desk.call('escalateRequest', { id }))).toBe('escalation-not-ready');
    const body = { force: true, reason: 'Another fault than the incident' };
    expect(await codeOf(desk.call('escalateRequest', { id, body }))).toBe('forbidden');
    const caller = aPerson('astrid', 'Desk.Admin');
    const forced = await desk.call('escalateRequest', { id, body, caller });
    expect(forced.body).toMatchObject({ override: { by: caller.id, force: true, reason: body.reason } });
  });

  it('takes another vehicle with a reason, and neither a vehicle nor force without one', async () => {
    const desk = await aDeskWith();
    await expect(desk.call('escalateRequest', { id, body: { vehicle: 'advanced' } })).rejects.toThrow(/reason/);
    const body = { vehicle: 'premier', reason: 'They know the case' };
    expect(await codeOf(desk.call('escalateRequest', { id, body }))).toBe('escalation-not-ready');
    const taken = await desk.call('escalateRequest', { id, body: { ...body, vehicle: 'advanced' } });
    expect(taken.body).toMatchObject({ vehicle: 'advanced', override: { vehicle: 'advanced' } });
  });

  it('is handed off where another party must act', async () => {
    const desk = await aDeskWith(aRequest({ boundary: 'publisher' }));
    const answer = await desk.call('escalateRequest', { id });
    expect(answer).toMatchObject({ status: 202, body: { state: 'handed-off', handedOffTo: 'publisher' } });
    await desk.drain();
    expect(desk.applied).toMatchObject([{ what: 'started', escalation: { state: 'handed-off' } }]);
  });

  it('answers 404 for a request and an escalation that do not exist', async () => {
    const desk = await aDesk();
    expect(await codeOf(desk.call('escalateRequest', { id }))).toBe('not-found');
    expect(await codeOf(desk.call('previewEscalation', { id }))).toBe('not-found');
    expect(await codeOf(desk.call('readEscalation', { id: `${id}-1` }))).toBe('not-found');
    expect(await codeOf(desk.call('readEscalation', { id: '../x' }))).toBe('not-found');
  });
});

describe('an Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'k-1' };

  it('gets the first answer again, whatever has become of the escalation', async () => {
    const desk = await aDeskWith(anAzureRequest());
    const first = await desk.call('escalateRequest', { id, headers });
    await desk.pass(600_000);
    const { written } = desk.stores.of('escalations').counts;
    const again = await desk.call('escalateRequest', { id, headers });
    expect(again).toEqual({
      status: 202,
      body: JSON.parse(JSON.stringify(first.body)) as unknown,
      headers: { location: `/api/escalations/${id}-1`, 'idempotent-replayed': 'true' },
    });
    expect(desk.stores.of('escalations').counts.written).toBe(written);
  });

  it('is refused with another body and belongs to its caller and route', async () => {
    const desk = await aDeskWith(anAzureRequest());
    await desk.call('escalateRequest', { id, headers });
    const other = { body: { vehicle: 'advanced', reason: 'why' }, headers };
    expect(await codeOf(desk.call('escalateRequest', { id, ...other }))).toBe('idempotency-key-reused');
    const elsewhere = await desk.call('escalateRequest', { id, ...other, caller: aPerson('signe') });
    expect(elsewhere.headers).not.toHaveProperty('idempotent-replayed');
    expect(await codeOf(desk.call('escalateRequest', { id, headers: { 'idempotency-key': 'a b' } }))).toBe(
      'invalid-header',
    );
  });

  it('makes one escalation of two calls at once', async () => {
    const desk = await aDeskWith(anAzureRequest());
    const answers = await Promise.all([1, 2].map(async () => desk.call('escalateRequest', { id, headers })));
    expect(new Set(answers.map((answer) => JSON.stringify(answer.body))).size).toBe(1);
    expect(await owedRows(desk.stores.tables('escalations'), pk)).toHaveLength(2);
  });
});

describe('the list of escalations', () => {
  const letters = 'abcdefgh';
  async function aDeskWithEight() {
    const desk = await aDesk();
    for (const letter of letters) {
      const requestId = `${letter}bcdefghijklmnopqrstuvwxy2`;
      desk.requests.set(requestId, aRequest({ requestId }));
      await desk.call('escalateRequest', { id: requestId });
      await desk.advance(1_000);
    }
    await desk.drain();
    return desk;
  }
  type Page = { items: Escalation[]; nextCursor?: string };

  it('comes newest first, page by page, without a gap', async () => {
    const desk = await aDeskWithEight();
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const query = { limit: '3', ...(cursor !== undefined && { cursor }) };
      const page = (await desk.call('listEscalations', { query })).body as Page;
      seen.push(...page.items.map((item) => item.id.charAt(0)));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(seen.join('')).toBe('hgfedcba');
  });

  it('holds an escalation in the state it is in, and in no other', async () => {
    const desk = await aDeskWithEight();
    await desk.call('claimEscalation', { id: 'cbcdefghijklmnopqrstuvwxy2-1' });
    const before = (await desk.call('listEscalations', { query: { state: 'awaiting-filing' } })).body as Page;
    expect(before.items).toHaveLength(7);
    await desk.drain();
    const idsIn = async (state: string) =>
      ((await desk.call('listEscalations', { query: { state } })).body as Page).items.map((item) => item.id.charAt(0));
    expect(await idsIn('claimed')).toEqual(['c']);
    expect((await idsIn('awaiting-filing')).join('')).toBe('hgfedba');
    expect(desk.stores.of('escalations').partitions.get('list|awaiting-filing|2')?.size).toBe(1);
  });

  it('refuses a cursor of another filter', async () => {
    const desk = await aDeskWithEight();
    const { nextCursor = '' } = (await desk.call('listEscalations', { query: { limit: '2' } })).body as Page;
    const misused = desk.call('listEscalations', { query: { state: 'claimed', cursor: nextCursor } });
    expect(await codeOf(misused)).toBe('invalid-cursor');
  });
});
