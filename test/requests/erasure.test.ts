import { describe, expect, it } from 'vitest';
import { foundIn } from '../support/encodings.ts';
import {
  anErasureDesk,
  canaries,
  hooked,
  planted,
  recordOf,
  sent,
  unresolved,
  type ErasureDesk,
} from './erasure-desk.ts';

/** Every call that leaves something of the person, each with a key or a webhook-id; the same calls can be made again. */
const callsOf = (desk: ErasureDesk, { id, escalationId }: { id: string; escalationId: string }) => {
  const as = desk.tokens.operator;
  const post = async (path: string, key: string, body: object) =>
    desk.call('POST', path, { as, body, headers: { 'idempotency-key': key, 'if-match': '*' } });
  const submit = async () =>
    desk.call('POST', '/api/requests', { as: desk.tokens.north, body: sent, headers: { 'idempotency-key': 'sent' } });
  const steps = [
    async () => post(`/api/requests/${id}/comments`, 'say', { text: planted.comment, audience: 'customer' }),
    async () => post(`/api/requests/${id}/comments`, 'note', { text: planted.internal, audience: 'internal' }),
    async () => post(`/api/requests/${id}/transitions`, 'move', { to: 'acknowledged', reason: planted.reason }),
    async () =>
      desk.call('POST', `/api/requests/${id}/escalation`, {
        as: desk.tokens.admin,
        // A vehicle is named for a case of its own: another request of this incident has just begun one.
        body: { force: true, vehicle: 'advanced', reason: planted.override },
        headers: { 'idempotency-key': 'escalate' },
      }),
    async () => post(`/api/escalations/${escalationId}/claim`, 'claim', {}),
    async () => post(`/api/escalations/${escalationId}/filing`, 'file', { caseNumber: '2611020030001234' }),
    async () => desk.hook('hook-1', hooked),
    async () => desk.hook('hook-2', unresolved),
  ];
  return { submit, steps };
};

/** A person with two requests, a filed case and a webhook in quarantine. */
async function aPersonsDesk() {
  const desk = await anErasureDesk();
  const first = await callsOf(desk, { id: '', escalationId: '' }).submit();
  const { id, contact: sender } = first.json as { id: string; contact: { id: string } };
  const escalationId = `${id}-1`;
  const { submit, steps } = callsOf(desk, { id, escalationId });
  const snooze = { snooze: { until: '2026-12-01T00:00:00Z', reason: planted.snooze } };
  await desk.call('PATCH', `/api/requests/${id}`, {
    as: desk.tokens.operator,
    body: snooze,
    headers: { 'if-match': '*' },
  });
  const answers: { status: number; json: unknown }[] = [];
  for (const step of steps) answers.push(await step());
  await desk.drain();
  return { desk, id, escalationId, contactId: sender.id, submit, steps, answers };
}

describe('erasing a person', () => {
  it('leaves none of its words in tables, messages or logs, in no encoding', async () => {
    const { desk, contactId, answers } = await aPersonsDesk();
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 202, 200, 200, 202, 202]);
    // The control: all of it is there before, and is seen.
    const before = desk.stored();
    expect(canaries.filter((text) => foundIn(before, [text]).length === 0)).toEqual([]);
    expect(
      foundIn(
        desk.stored((rk) => !rk.startsWith('C|')),
        canaries,
      ),
    ).toEqual([]);
    const { status } = await desk.erase(contactId);
    expect(status).toBe(200);
    await desk.drain();
    expect(foundIn(desk.stored(), canaries)).toEqual([]);
    expect(foundIn(desk.sent(), canaries)).toEqual([]);
    expect(foundIn(desk.logged(), canaries)).toEqual([]);
  });

  it('keeps it so when the same calls come again, and none of them has a second effect', async () => {
    const { desk, contactId, submit, steps } = await aPersonsDesk();
    await desk.erase(contactId);
    await desk.drain();
    const heads = () => desk.stored().toString().match(/\nH\|/g)?.length;
    const before = heads();
    const again = await submit();
    expect([again.status, again.headers['idempotent-replayed']]).toEqual([200, 'true']);
    const answers = [];
    for (const step of steps) answers.push(await step());
    expect(answers.map(({ status }) => status)).toEqual([201, 201, 200, 202, 200, 200, 202, 202]);
    await desk.drain();
    expect(heads()).toBe(before);
    expect(foundIn(desk.stored(), canaries)).toEqual([]);
    expect(foundIn(desk.logged(), canaries)).toEqual([]);
  });

  it('answers with what had gone to Microsoft and to the portal, and with the same record again', async () => {
    const { desk, contactId, id, escalationId, answers } = await aPersonsDesk();
    const first = await desk.erase(contactId, '?reference=DSR-17');
    const { items, state } = recordOf(first);
    expect(state).toBe('done');
    const item = items.find((one) => one.id === id);
    expect(item).toMatchObject({ what: 'request', reference: 'DSR-17', portalId: 'north', by: { kind: 'person' } });
    const [filed] = item?.microsoft ?? [];
    expect(filed).toMatchObject({ escalationId, caseNumber: '2611020030001234', filed: 'yes' });
    expect(filed?.filedAt).toBeDefined();
    const told = item?.notices.map(({ type, state: end }) => `${type} ${end}`) ?? [];
    expect(told).toEqual(
      expect.arrayContaining([
        'request.created delivered',
        'request.commented delivered',
        'escalation.updated delivered',
      ]),
    );
    const { quarantineId } = answers.at(-1)?.json as { quarantineId: string };
    expect(items.filter(({ what }) => what === 'quarantined').map((one) => one.id)).toEqual([quarantineId]);
    expect(items).toHaveLength(3);
    await desk.drain();
    expect((await desk.erase(contactId)).text).toBe(first.text);
    expect((await desk.call('GET', `/api/contacts/${contactId}`, { as: desk.tokens.admin })).text).toBe(first.text);
  });

  it('leaves a request that works, and says of itself that it was erased', async () => {
    const { desk, contactId, id, escalationId } = await aPersonsDesk();
    await desk.erase(contactId, '?reference=DSR-17');
    await desk.drain();
    const as = desk.tokens.operator;
    const { json } = await desk.call('GET', `/api/requests/${id}`, { as });
    expect(json).toMatchObject({
      state: 'waiting-microsoft',
      title: '[erased]',
      description: '[erased]',
      contact: { id: contactId, name: '[erased]' },
      snooze: { reason: '[erased]' },
      externalRefs: [{ system: 'psa', id: 'T-17' }],
    });
    expect(json).not.toHaveProperty('evidence');
    expect(json).toHaveProperty('erasedAt');
    const timeline = async (token: string) => {
      const answer = await desk.call('GET', `/api/requests/${id}/timeline`, { as: token });
      return (answer.json as { items: { kind: string; text?: string; by: { id?: string } }[] }).items;
    };
    const erased = (await timeline(as)).at(-1);
    expect(erased).toMatchObject({ kind: 'erased', text: 'The person who sent this asked to be erased (DSR-17).' });
    expect(erased?.by.id).toContain('object-of-Desk.Admin');
    expect((await timeline(desk.tokens.north)).at(-1)).toMatchObject({ kind: 'erased', by: { kind: 'person' } });
    expect((await timeline(as)).filter(({ kind }) => kind === 'commented').map(({ text }) => text)).toEqual([
      '[erased]',
      '[erased]',
    ]);
    const preview = await desk.call('GET', `/api/requests/${id}/escalation/preview`, { as });
    expect(preview.json).toMatchObject({ decision: 'blocked', reasons: [{ code: 'request-erased' }] });
    const escalation = await desk.call('GET', `/api/escalations/${escalationId}`, { as });
    expect(escalation.json).toMatchObject({ state: 'following', caseNumber: '2611020030001234' });
    expect(escalation.json).not.toHaveProperty('packet');
    const headers = { 'if-match': '*' };
    const body = { to: 'resolved', reason: 'Microsoft has mended it' };
    const moved = await desk.call('POST', `/api/requests/${id}/transitions`, { as, body, headers });
    expect([moved.status, (moved.json as { title: string }).title]).toEqual([200, '[erased]']);
    const list = await desk.call('GET', '/api/requests?portalId=north', { as });
    expect((list.json as { items: { id: string }[] }).items.map((one) => one.id)).toContain(id);
  });

  it('tells the portal, so that it can erase too', async () => {
    const { desk, contactId, id } = await aPersonsDesk();
    await desk.erase(contactId);
    const deliveries = () => desk.stored().toString();
    await desk.drain();
    const version = (
      (await desk.call('GET', `/api/requests/${id}`, { as: desk.tokens.operator })).json as { version: number }
    ).version;
    expect(deliveries()).toContain(`"requestId":"${id}","version":${String(version)},"state":"waiting-microsoft"`);
  });

  it('does not touch what the person sends afterwards, until it is asked again', async () => {
    const { desk, contactId } = await aPersonsDesk();
    const first = await desk.erase(contactId);
    const later = await desk.call('POST', '/api/requests', { as: desk.tokens.north, body: sent });
    const { id, title, contact: sender } = later.json as { id: string; title: string; contact: { id: string } };
    expect([sender.id, title]).toEqual([contactId, sent.title]);
    await desk.recover();
    const read = await desk.call('GET', `/api/requests/${id}`, { as: desk.tokens.operator });
    expect(read.json).toMatchObject({ title: sent.title });
    expect(read.json).not.toHaveProperty('erasedAt');
    const again = recordOf(await desk.erase(contactId));
    expect(again.items.map((item) => item.id)).toEqual(
      expect.arrayContaining([id, ...recordOf(first).items.map((item) => item.id)]),
    );
    expect(foundIn(desk.stored(), canaries)).toEqual([]);
  });

  it('knows no contact that nobody has sent for, and is for administrators alone', async () => {
    const { desk, contactId } = await aPersonsDesk();
    const unknown = `p${'a'.repeat(20)}`;
    expect((await desk.erase(unknown)).status).toBe(404);
    expect((await desk.call('GET', `/api/contacts/${unknown}`, { as: desk.tokens.admin })).status).toBe(404);
    for (const as of [desk.tokens.operator, desk.tokens.north]) {
      expect((await desk.call('DELETE', `/api/contacts/${contactId}`, { as })).status).toBe(403);
      expect((await desk.call('GET', `/api/contacts/${contactId}`, { as })).status).toBe(403);
    }
  });

  it('erases what came since on a request or into quarantine, when it is asked again', async () => {
    const { desk, contactId, id } = await aPersonsDesk();
    await desk.erase(contactId);
    const body = { text: planted.comment, audience: 'customer' };
    await desk.call('POST', `/api/requests/${id}/comments`, { as: desk.tokens.operator, body });
    await desk.hook('hook-3', unresolved);
    expect(foundIn(desk.stored(), [planted.comment])).not.toEqual([]);
    expect(foundIn(desk.stored(), [planted.quarantined])).not.toEqual([]);
    await desk.erase(contactId);
    expect(foundIn(desk.stored(), canaries)).toEqual([]);
  });
});

describe('a person whose case is still to be filed', () => {
  it('is kept with the reasons; under force the case is taken back', async () => {
    const desk = await anErasureDesk();
    const { requestId, escalationId } = desk.created.north;
    const { json } = await desk.call('GET', `/api/requests/${requestId}`, { as: desk.tokens.operator });
    const contactId = (json as { contact: { id: string } }).contact.id;
    const refused = await desk.erase(contactId);
    expect(refused.status).toBe(409);
    expect(refused.json).toMatchObject({
      code: 'erasure-blocked',
      reasons: [{ n: 1, code: 'escalation-not-filed', escalationId }],
    });
    expect((await desk.call('GET', `/api/contacts/${contactId}`, { as: desk.tokens.admin })).status).toBe(404);
    const forced = await desk.erase(contactId, '?force=true');
    expect(recordOf(forced).items[0]?.microsoft).toMatchObject([{ escalationId, filed: 'no' }]);
    await desk.drain();
    const escalation = await desk.call('GET', `/api/escalations/${escalationId}`, { as: desk.tokens.operator });
    expect(escalation.json).toMatchObject({ state: 'cancelled' });
    expect(escalation.json).not.toHaveProperty('packet');
    expect(escalation.json).not.toHaveProperty('override');
    expect((await desk.erase(contactId)).text).toBe(forced.text);
  });

  it('has no packet either where the escalation began while the request was erased', async () => {
    const desk = await anErasureDesk();
    const { json } = await desk.call('POST', '/api/requests', { as: desk.tokens.north, body: sent });
    const { id, contact: sender } = json as { id: string; contact: { id: string } };
    // As a call that has read the request before it was erased, and writes after.
    const before = [...desk.memory.of('requests').partitions.values()].map((rows) => [rows, new Map(rows)] as const);
    await desk.erase(sender.id);
    const after = before.map(([rows]) => new Map(rows));
    const put = (rows: Map<string, unknown>, to: Map<string, unknown>) => {
      rows.clear();
      for (const [rk, row] of to) rows.set(rk, row);
    };
    for (const [rows, was] of before) put(rows, was);
    const body = { force: true, reason: planted.override };
    const begun = await desk.call('POST', `/api/requests/${id}/escalation`, { as: desk.tokens.admin, body });
    expect(begun.status).toBe(202);
    for (const [at, [rows]] of before.entries()) put(rows, after[at]!);
    expect(foundIn(desk.stored(), canaries)).not.toEqual([]);
    await desk.drain();
    expect(foundIn(desk.stored(), canaries)).toEqual([]);
    const { json: escalation } = await desk.call('GET', `/api/escalations/${id}-1`, { as: desk.tokens.operator });
    expect(escalation).toMatchObject({ state: 'cancelled' });
  });
});
