import { createHmac, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../local/call-desk.ts';
import { aWorld, customerOf, type SystemWorld } from './a-world.ts';

const contact = { name: 'Kim Example', email: 'kim@customer.example' };
const aRequest = (customer: Record<string, unknown>) => ({
  customer,
  title: 'Rechnung enthält eine Lizenz doppelt',
  description: 'Die Rechnung dieses Monats berechnet eine Lizenz zweimal. — Bitte prüfen ✔',
  severity: 'minimal',
  contact,
});

let w: SystemWorld;

beforeAll(async () => {
  w = await aWorld();
});

afterAll(() => w.stop());

const mine = () => w.portals[0]!;
const theirs = () => w.portals[1]!;

describe('the signed webhook of a portal', () => {
  type Sending = { id?: string; secret?: string; body: unknown; signedBody?: string; timestamp?: number };

  /** Sends as any sender of Standard Webhooks does: HMAC-SHA256 over id, time and the bytes of the body. */
  async function send({ id = randomUUID(), body, ...other }: Sending) {
    const { secret = mine().inboundSecret, timestamp = Math.floor(Date.now() / 1_000) } = other;
    const text = JSON.stringify(body);
    const hmac = createHmac('sha256', Buffer.from(secret.replace('whsec_', ''), 'base64'));
    const signature = hmac.update(`${id}.${String(timestamp)}.${other.signedBody ?? text}`).digest('base64');
    const { status, json } = await w.call(`/api/hooks/portals/${mine().id}`, {
      headers: {
        'webhook-id': id,
        'webhook-timestamp': String(timestamp),
        'webhook-signature': `v1,${signature}`,
      },
      body,
    });
    return { status, json };
  }

  const created = (customer: Record<string, unknown>) => ({
    type: 'support_request.created',
    timestamp: '2026-11-02T09:00:00Z',
    data: aRequest(customer),
  });

  const ours = () => created({ customerId: customerOf(mine(), { azure: false }).customerId });

  it('takes a request in, which the portal can read and is told of', async () => {
    const { status, json } = await send({ body: ours() });
    expect(status).toBe(202);
    expect(json).toEqual({ requestId: json.requestId, location: `/api/requests/${String(json.requestId)}` });
    const read = await w.call(String(json.location), { token: mine().token });
    expect(read.json).toMatchObject({ portalId: mine().id, title: 'Rechnung enthält eine Lizenz doppelt' });
    await until('the webhook', async () =>
      (await w.notices()).find(({ type, data }) => type === 'request.created' && data.requestId === json.requestId),
    );
  });

  it('answers the same id and body again with the first answer, and another body with 409', async () => {
    const id = randomUUID();
    const first = await send({ id, body: ours() });
    expect(await send({ id, body: ours() })).toEqual(first);
    const other = { ...ours(), data: { ...ours().data, title: 'Something else' } };
    expect(await send({ id, body: other })).toMatchObject({ status: 409, json: { code: 'webhook-id-reused' } });
  });

  it.each<[string, () => Partial<Sending>]>([
    ['the key of another portal', () => ({ secret: theirs().inboundSecret })],
    ['a signature over other bytes', () => ({ signedBody: '{}' })],
    ['a time six minutes ago', () => ({ timestamp: Math.floor(Date.now() / 1_000) - 360 })],
  ])('refuses %s', async (_, wrong) => {
    expect(await send({ body: ours(), ...wrong() })).toMatchObject({ status: 401, json: { code: 'unauthenticated' } });
  });

  it.each<[string, () => Record<string, unknown>]>([
    ['that nobody knows', () => ({ domain: 'nobody.example' })],
    ['of another portal', () => ({ customerId: customerOf(theirs(), { azure: false }).customerId })],
  ])('keeps in quarantine what names a customer %s', async (_, customer) => {
    const id = randomUUID();
    const first = await send({ id, body: created(customer()) });
    expect(first).toEqual({ status: 202, json: { quarantineId: expect.stringMatching(/^\w+$/) as unknown } });
    expect(await send({ id, body: created(customer()) })).toEqual(first);
  });
});

describe('two portals', () => {
  type Exact = { token: string; method?: string; body?: string };

  /** An answer but for what differs from call to call. */
  async function bytesOf(path: string, { token, ...call }: Exact) {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json', 'if-match': '"1"' };
    const answer = await fetch(new URL(path, w.stack.baseUrl), { ...call, headers });
    const kept = [...answer.headers].filter(
      ([name]) => !['date', 'x-invocation-id', 'x-correlation-id'].includes(name),
    );
    return { status: answer.status, headers: kept, body: await answer.text() };
  }

  const unknownId = 'a'.repeat(26);

  it.each([
    ['GET', ''],
    ['GET', '/timeline'],
    ['GET', '/clocks'],
    ['POST', '/comments', { text: 'Any news?', audience: 'customer' }],
    ['POST', '/transitions', { to: 'closed', reason: 'Solved.' }],
  ])('answers %s of a foreign request%s as of one that does not exist', async (method, path, body?: object) => {
    const token = theirs().token;
    const customer = { customerId: customerOf(theirs(), { azure: false }).customerId };
    const { json } = await w.call('/api/requests', { token, body: aRequest(customer) });
    const init = { method, token: mine().token, ...(body && { body: JSON.stringify(body) }) };
    const foreign = await bytesOf(`/api/requests/${String(json.id)}${path}`, init);
    expect(foreign.status).toBe(404);
    expect(foreign).toEqual(await bytesOf(`/api/requests/${unknownId}${path}`, init));
  });

  it.each(['', '/health', '/incidents', '/admin-links'])(
    'answers GET of a foreign customer%s as of one that does not exist',
    async (path) => {
      const { customerId } = customerOf(theirs(), { azure: true });
      const foreign = await bytesOf(`/api/customers/${customerId}${path}`, { token: mine().token });
      expect(foreign.status).toBe(404);
      const unknown = `c${unknownId.slice(0, customerId.length - 1)}`;
      expect(foreign).toEqual(await bytesOf(`/api/customers/${unknown}${path}`, { token: mine().token }));
    },
  );

  it.each([
    ['customerId', 'c' + 'a'.repeat(20)],
    ['tenantId', '7d7d0c2e-5a32-4b3f-9a67-0d9c2f6f3f11'],
    ['domain', 'nobody.example'],
  ] as const)('answers a request for a foreign customer by %s as for one that nobody knows', async (name, unknown) => {
    const foreign = customerOf(theirs(), { azure: true })[name];
    const submit = async (value: string) =>
      bytesOf('/api/requests', {
        method: 'POST',
        token: mine().token,
        body: JSON.stringify(aRequest({ [name]: value })),
      });
    const answer = await submit(foreign);
    expect(answer.status).toBe(422);
    expect(answer.body).toContain('"code":"unknown-customer"');
    expect(answer).toEqual(await submit(unknown));
  });
});
