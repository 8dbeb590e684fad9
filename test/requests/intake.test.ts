import { describe, expect, it } from 'vitest';
import type { RequestAnswer } from '../../shared/requests/request-answer.ts';
import { aPerson, aPortal, aSentRequest, anOpenDesk, customerId, tenantId, type Desk } from './desk.ts';

const post = async (
  desk: Desk,
  { key, request, as = aPortal('north') }: { key?: string; request?: object; as?: ReturnType<typeof aPortal> } = {},
) =>
  desk.call('POST', 'api/requests', {
    as,
    body: { ...aSentRequest(), ...request },
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });

describe('a request that comes in', () => {
  it('is answered with what was sent, what the desk thinks, and where it stands', async () => {
    const desk = await anOpenDesk();
    const externalRefs = [{ system: 'psa', id: 'T-17', url: 'https://psa.example/t/17' }];
    const { status, headers, body } = await post(desk, { request: { externalRefs, evidence: { messageId: '<1@a>' } } });
    const answer = body as RequestAnswer;
    expect(status).toBe(201);
    expect(headers).toMatchObject({ location: `/api/requests/${answer.id}`, etag: '"1"' });
    expect(answer).toMatchObject({
      portalId: 'north',
      customerId: customerId('contoso'),
      state: 'new',
      version: 1,
      createdAt: '2026-11-02T09:00:00.000Z',
      title: aSentRequest().title,
      severity: 'moderate',
      priority: 'p2',
      evidence: { messageId: '<1@a>' },
      externalRefs,
      nextAction: { what: 'first-response', dueAt: '2026-11-02T13:00:00.000Z' },
      triage: {
        category: 'technical',
        service: 'Exchange',
        boundary: 'microsoft',
        sources: { category: 'rule', service: 'rule', boundary: 'rule' },
        expectedFirstResponseAt: '2026-11-02T13:00:00.000Z',
      },
    });
    expect(answer.triage.likelyIncidents[0]).toMatchObject({ id: 'EX100', nextUpdateBy: '2026-11-02T11:00:00.000Z' });
    expect(answer.triage.adminLinks.map((link) => link.service)).toEqual(['Exchange', 'service-health']);
    expect(answer.contact).toEqual({
      id: expect.stringMatching(/^p[a-z2-7]{20}$/) as string,
      ...aSentRequest().contact,
    });
  });

  it('is matched against the open incidents of Microsoft 365 and of Azure', async () => {
    const desk = await anOpenDesk();
    const ref = (id: string) => ({ id, revision: '2026-11-02T08:00:00.000Z' });
    await desk.putCustomer('contoso', { openIncidentIds: [ref('EX100')], openAzureIncidentIds: [ref('7VX2-L9G')] });
    await post(desk);
    expect(desk.live.asked.map(({ id }) => id)).toEqual(['EX100', '7VX2-L9G']);
  });

  it('costs one point read, one transaction, one send', async () => {
    const desk = await anOpenDesk();
    await post(desk, { key: 'k1' });
    expect(desk.cost()).toEqual({ gets: 1, queries: 0, rows: 0, transactions: 1, refused: 0, written: 5, sends: 1 });
  });

  it('keeps personal data and free text in content rows alone, out of messages and logs', async () => {
    const desk = await anOpenDesk();
    await post(desk, { request: { businessImpact: 'Sales stand still', evidence: { note: 'secretword' } } });
    const elsewhere = JSON.stringify([
      [...desk.of('requests').partitions.values()].flatMap((rows) => [...rows].filter(([rk]) => !rk.startsWith('C|'))),
      desk.held.all(),
      desk.entries,
    ]);
    for (const secret of ['Ada', 'ada@contoso', 'Outgoing', 'forty minutes', 'Sales', 'secretword']) {
      expect(elsewhere).not.toContain(secret);
    }
  });

  it('of a person at the desk belongs to portal desk', async () => {
    const desk = await anOpenDesk();
    const { status, body } = await desk.call('POST', 'api/requests', { as: aPerson(), body: aSentRequest() });
    expect([status, (body as RequestAnswer).portalId]).toEqual([201, 'desk']);
  });

  it('holds long texts, each in a column of its own', async () => {
    const desk = await anOpenDesk();
    const evidence = { log: '"'.repeat(14_990) };
    const { status } = await post(desk, { request: { description: 'x'.repeat(20_000), evidence } });
    expect(status).toBe(201);
    const columns = [...desk.of('requests').partitions.values()]
      .flatMap((rows) => [...rows.values()])
      .flatMap((row) => Object.values(row.columns));
    expect(Math.max(...columns.map((column) => String(column).length))).toBeLessThanOrEqual(32_000);
  });

  it.each([
    ['an unknown field', { colour: 'red' }],
    ['two names of a customer', { customer: { tenantId: tenantId('contoso'), domain: 'contoso.example' } }],
    ['no name of a customer', { customer: {} }],
    ['a title that is too long', { title: 'x'.repeat(201) }],
    ['a blank title', { title: '  ' }],
    ['half a character', { title: 'mail \ud83d' }],
    ['a severity that is not one', { severity: 'high' }],
    ['an address that is none', { contact: { name: 'A', email: 'nobody' } }],
    ['too much evidence', { evidence: { log: 'x'.repeat(30_000) } }],
    [
      'evidence nested without end',
      { evidence: JSON.parse(`${'{"a":'.repeat(3_000)}1${'}'.repeat(3_000)}`) as object },
    ],
    [
      'a reference whose address is no web address',
      { externalRefs: [{ system: 'psa', id: '1', url: 'javascript:alert(1)' }] },
    ],
    ['a start that is no time', { startedAt: 'yesterday' }],
  ])('with %s is refused, and costs nothing', async (_name, request) => {
    const desk = await anOpenDesk();
    const { status, body } = await post(desk, { request });
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: 'invalid-body', errors: [{}] });
    expect(desk.cost()).toMatchObject({ gets: 0, transactions: 0, sends: 0 });
  });

  it.each([
    ['{"a":[1,{"b":1e400}]}', 'evidence.a.1.b'],
    ['{"a":-1e400}', 'evidence.a'],
    ['{"a":9007199254740993}', 'evidence.a'],
    ['{"a":-9007199254740992}', 'evidence.a'],
    ['{"__proto__":{"isAdmin":true}}', 'evidence.__proto__'],
    ['{"a":{"__proto__":1}}', 'evidence.a.__proto__'],
  ])('with evidence %s, which cannot be kept as it is, is refused and told where', async (evidence, path) => {
    const desk = await anOpenDesk();
    const text = JSON.stringify(aSentRequest({ evidence: {} })).replace('"evidence":{}', `"evidence":${evidence}`);
    const { status, body } = await desk.call('POST', 'api/requests', { text });
    expect([status, body]).toEqual([
      400,
      expect.objectContaining({ code: 'invalid-body', errors: [expect.objectContaining({ path })] }),
    ]);
    expect(desk.cost()).toMatchObject({ gets: 0, transactions: 0, sends: 0 });
  });

  it('with evidence that can be kept is answered with it as it was sent', async () => {
    const desk = await anOpenDesk();
    const evidence = { a: [9_007_199_254_740_991, -0.5, 1e-7, null, true, ''], constructor: 1, b: { toString: 'x' } };
    expect((await post(desk, { request: { evidence } })).body).toMatchObject({ evidence });
  });

  it.each(['', 'ä', 'a b', 'x'.repeat(256)])('with the key “%s” is refused', async (key) => {
    const desk = await anOpenDesk();
    expect((await post(desk, { key })).status).toBe(400);
  });
});

describe('a customer in a body', () => {
  it('that is unknown, foreign or gone is refused alike, for two reads at most and no write', async () => {
    const desk = await anOpenDesk();
    await desk.putCustomer('fabrikam', { leftAt: '2026-11-01T00:00:00.000Z' });
    const names = ['44444444-4444-4444-8444-444444444444', tenantId('tailspin'), tenantId('fabrikam')];
    const bodies = [];
    for (const name of names) {
      desk.reset();
      const { status, text } = await post(desk, { key: 'k', request: { customer: { tenantId: name } } });
      expect(status).toBe(422);
      expect(desk.cost().gets).toBeLessThanOrEqual(2);
      expect(desk.cost()).toMatchObject({ queries: 0, transactions: 0, sends: 0 });
      bodies.push(text);
    }
    expect(new Set(bodies).size).toBe(1);
  });
});

describe('a request that comes again', () => {
  it('gets the first answer, changes no row and sends nothing', async () => {
    const desk = await anOpenDesk();
    const first = await post(desk, { key: 'k1' });
    await desk.moved.advance(60_000);
    desk.live.incidents = [];
    desk.reset();
    const again = await post(desk, { key: 'k1' });
    expect(again.status).toBe(200);
    expect(again.text).toBe(first.text);
    expect(again.headers).toMatchObject({ 'idempotent-replayed': 'true', location: first.headers.location });
    expect(desk.cost()).toEqual({ gets: 2, queries: 0, rows: 0, transactions: 1, refused: 1, written: 0, sends: 0 });
  });

  it('gets the first answer even after the request has changed', async () => {
    const desk = await anOpenDesk();
    const first = await post(desk, { key: 'k1' });
    const { id } = first.body as RequestAnswer;
    await desk.call('POST', `api/requests/${id}/transitions`, {
      body: { to: 'closed', reason: 'solved' },
      headers: { 'if-match': '"1"' },
    });
    expect((await post(desk, { key: 'k1' })).text).toBe(first.text);
  });

  it('gets the first answer even after the customer has left, and 409 with another body', async () => {
    const desk = await anOpenDesk();
    const first = await post(desk, { key: 'k1' });
    await desk.putCustomer('contoso', { leftAt: '2026-11-02T10:00:00.000Z' });
    const again = await post(desk, { key: 'k1' });
    expect([again.status, again.text]).toEqual([200, first.text]);
    const other = await post(desk, { key: 'k1', request: { title: 'Something else' } });
    expect([other.status, other.body]).toEqual([409, expect.objectContaining({ code: 'idempotency-key-reused' })]);
    expect((await post(desk, { key: 'k2' })).status).toBe(422);
    expect((await post(desk)).status).toBe(422);
  });

  it('is the same whatever the order of its members', async () => {
    const desk = await anOpenDesk();
    const first = await post(desk, { key: 'k1' });
    const turned = Object.fromEntries(Object.entries(aSentRequest()).reverse());
    const again = await desk.call('POST', 'api/requests', { body: turned, headers: { 'idempotency-key': 'k1' } });
    expect([again.status, again.text]).toEqual([200, first.text]);
  });

  it('with another body is refused, and costs no more than a repeat', async () => {
    const desk = await anOpenDesk();
    await post(desk, { key: 'k1' });
    desk.reset();
    const { status, body } = await post(desk, { key: 'k1', request: { title: 'Something else' } });
    expect([status, body]).toEqual([409, expect.objectContaining({ code: 'idempotency-key-reused' })]);
    expect(desk.cost()).toMatchObject({ gets: 2, transactions: 1, refused: 1, written: 0, sends: 0 });
  });

  it('under the same key of another caller, or by the other way in, is another request', async () => {
    const desk = await anOpenDesk();
    const mine = await desk.submit({}, { headers: { 'idempotency-key': 'k1' } });
    const theirs = await desk.submit({}, { as: aPerson(), headers: { 'idempotency-key': 'k1' } });
    const hooked = await desk.requests.take({
      caller: aPortal('north'),
      kind: 'hook',
      key: 'k1',
      input: aSentRequest(),
      scope: desk.scope,
    });
    expect(new Set([mine.id, theirs.id, hooked.request.id]).size).toBe(3);
  });

  it('without a key is another request', async () => {
    const desk = await anOpenDesk();
    expect((await desk.submit()).id).not.toBe((await desk.submit()).id);
  });

  it('at the same time is one request', async () => {
    const desk = await anOpenDesk();
    const twins = await Promise.all(Array.from({ length: 5 }, async () => post(desk, { key: 'k1' })));
    expect(twins.map((twin) => twin.status).sort()).toEqual([200, 200, 200, 200, 201]);
    expect(new Set(twins.map((twin) => twin.text)).size).toBe(1);
    expect(desk.held.counts.sends).toBe(1);
  });
});
