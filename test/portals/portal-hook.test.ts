import { HttpRequest, InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { hookRoutes } from '../../functions/hooks.http.ts';
import { contactIdOf } from '../../shared/core/contact-id.ts';
import { AppError, unavailable } from '../../shared/core/errors.ts';
import { limits } from '../../shared/core/limits.ts';
import { handleRoute } from '../../shared/platform/handle-route.ts';
import { unpackText } from '../../shared/platform/packed.ts';
import { SecretMissing } from '../../shared/platform/secret.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { portalPartition, registerPortalOp } from '../../shared/portals/portal.ts';
import { createPortalHook, type TakeIn } from '../../shared/portals/portal-hook.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { createQuarantine, quarantineMax } from '../../shared/portals/quarantine.ts';
import { quarantinePartition } from '../../shared/portals/quarantine-rows.ts';
import { createRateLimit } from '../../shared/portals/rate.ts';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryTable } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { aPortal, aSecret } from './a-portal.ts';

const customers = new Map([
  ['known.example', 'c1'],
  ['foreign.example', 'c99'],
]);

/** The desk around the hook: real portals and quarantine over a memory table, an intake that keeps what it took. */
async function aDesk({ trouble }: { trouble?: () => void } = {}) {
  const { clock, advance } = movedClock();
  const memory = memoryTable();
  const table = withWriteTokens(memory.table, seededIds(seededRandom(1)));
  const secrets = new Map([['harbour-in', aSecret]]);
  const portals = [
    aPortal(),
    aPortal({ id: 'closed', disabled: true }),
    aPortal({ id: 'no-secret', inbound: { kind: 'standard-webhooks', secretName: 'nowhere' } }),
  ];
  for (const portal of portals) await memory.table.transact(portalPartition, [registerPortalOp(portal)]);
  const registry = createPortalRegistry({ table, clock });
  await registry.all();
  Object.assign(memory.counts, { get: 0, transact: 0, query: 0 });

  const taken = new Map<string, { data: unknown; requestId: string }>();
  const takeIn: TakeIn = async ({ caller, key, body: { data } }) => {
    trouble?.();
    const before = taken.get(key);
    if (before && JSON.stringify(before.data) !== JSON.stringify(data)) {
      throw new AppError('idempotency-key-reused', 'Used before.');
    }
    const customerId = customers.get((data as { domain?: string }).domain ?? '');
    const mine = caller.customers === 'all' || caller.customers.has(customerId ?? '');
    if (customerId === undefined || !mine) throw new AppError('unknown-customer', 'There is no such customer.');
    const entry = before ?? { data, requestId: `request-${String(taken.size + 1)}` };
    taken.set(key, entry);
    return { requestId: entry.requestId };
  };
  const { log, entries } = capturedLog();
  const receivePortalHook = createPortalHook({
    registry,
    readSecret: async (name) => {
      const secret = secrets.get(name);
      if (secret === undefined) throw new SecretMissing(name);
      return secret;
    },
    clock,
    takeTurn: createRateLimit(clock),
    takeIn,
    receiveChange: async () => Promise.reject(new Error('a change is another matter')),
    leaveSetAside: async (_hooked, quarantineId) => Promise.resolve({ quarantineId }),
    quarantine: createQuarantine({ table, clock }),
  });
  const [hookRoute] = hookRoutes({ receivePortalHook });
  const handler = handleRoute(hookRoute!, {
    authenticate: async () => Promise.reject(new Error('a signed route asks nobody else')),
    takeTurn: () => undefined,
    ids: { newId: () => 'correlation' },
    logFor: () => log,
  });

  type Sent = { id?: string; body?: unknown; text?: string; portalId?: string; secret?: string; ageSeconds?: number };
  const send = async (sent: Sent = {}, headers: Record<string, string> = {}) => {
    const body = Buffer.from(sent.text ?? JSON.stringify(sent.body ?? created('known.example')));
    const timestampSeconds = Math.floor(clock.now() / 1_000) - (sent.ageSeconds ?? 0);
    const keys = parseWebhookSecrets(sent.secret ?? aSecret);
    const signature = signWebhook({ id: sent.id ?? 'msg_1', timestampSeconds, body }, keys);
    const portalId = sent.portalId ?? 'harbour';
    const request = new HttpRequest({
      method: 'POST',
      url: `https://desk.example/api/hooks/portals/${portalId}`,
      params: { portalId },
      headers: { 'content-type': 'application/json', ...signature, ...headers },
      body: { bytes: body },
    });
    const answer = await handler(request, new InvocationContext({ invocationId: 'invocation' }));
    const text = answer.body as string;
    return { status: answer.status, text, body: JSON.parse(text) as unknown };
  };
  const quarantined = () => [...(memory.partitions.get(quarantinePartition)?.entries() ?? [])];
  return { send, taken, quarantined, memory, secrets, entries, advance };
}

const created = (domain: string, more: Record<string, unknown> = {}) => ({
  type: 'support_request.created',
  timestamp: '2026-11-02T09:00:00Z',
  data: { domain, ...more },
});

const otherSecret = `whsec_${Buffer.alloc(32, 5).toString('base64')}`;

describe('a portal webhook', () => {
  it('that creates a request answers 202 with the request and where it is', async () => {
    const { send, taken } = await aDesk();
    expect(await send()).toMatchObject({
      status: 202,
      body: { requestId: 'request-1', location: '/api/requests/request-1' },
    });
    expect([...taken.keys()]).toEqual(['msg_1']);
  });

  it('that is nested without end is refused as one that does not fit, and kept by nobody', async () => {
    const { send, quarantined, taken } = await aDesk();
    const data = `{"a":${'['.repeat(20_000)}${']'.repeat(20_000)}}`;
    const text = JSON.stringify(created('known.example')).replace(/"data":.*/, `"data":${data}}`);
    expect(await send({ text })).toMatchObject({ status: 400, body: { code: 'invalid-body' } });
    expect([quarantined(), taken.size]).toEqual([[], 0]);
  });

  it('sent again gets the same answer without effect, and 409 with another body', async () => {
    const { send, taken } = await aDesk();
    const first = await send();
    expect(await send({ ageSeconds: -5 })).toEqual(first);
    expect(taken.size).toBe(1);
    const reused = await send({ body: created('known.example', { title: 'other' }) });
    expect(reused).toMatchObject({ status: 409, body: { code: 'webhook-id-reused' } });
  });

  it('of another type is ignored', async () => {
    const { send } = await aDesk();
    const other = { type: 'invoice.paid', timestamp: '2026-11-02T09:00:00Z', data: {} };
    expect(await send({ body: other })).toMatchObject({ status: 202, body: { ignored: true } });
  });

  it.each([
    ['no JSON', { text: '{' }, 400],
    ['no object', { text: 'null' }, 400],
    ['no type', { body: { timestamp: '2026-11-02T09:00:00Z', data: {} } }, 400],
    ['an unknown member', { body: { ...created('known.example'), extra: 1 } }, 400],
    ['no time', { body: { type: 'x', timestamp: 'today', data: {} } }, 400],
  ])('with %s is refused', async (_what, sent, status) => {
    const { send } = await aDesk();
    expect(await send(sent)).toMatchObject({ status });
  });

  it('that is not JSON by its content type is refused with 415', async () => {
    const { send } = await aDesk();
    expect(await send({}, { 'content-type': 'text/plain' })).toMatchObject({ status: 415 });
  });

  it('that is badly signed, stale, of an unknown or a disabled portal gets one and the same 401, without storage', async () => {
    const { send, memory, entries } = await aDesk();
    const refused = [
      await send({ secret: otherSecret }),
      await send({ ageSeconds: 301 }),
      await send({ ageSeconds: -301 }),
      await send({ id: 'msg.1' }),
      await send({ portalId: 'unknown' }),
      await send({ portalId: 'closed' }),
      await send({ portalId: 'no-secret' }),
      await send({}, { 'webhook-signature': 'v1,' }),
    ];
    expect(new Set(refused.map(({ status, text }) => `${String(status)} ${text}`)).size).toBe(1);
    expect(refused[0]).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    expect(memory.counts).toMatchObject({ get: 0, query: 0, transact: 0 });
    const reasons = entries.filter(({ event }) => event === 'portals.hook-refused').map(({ fields }) => fields.reason);
    expect(reasons).toEqual([
      'bad-signature',
      'stale',
      'stale',
      'bad-id',
      'unknown',
      'disabled',
      'bad-signature',
      'bad-signature',
    ]);
  });

  it('is taken with either secret during a rotation and with the new one alone afterwards', async () => {
    const { send, secrets } = await aDesk();
    secrets.set('harbour-in', `${otherSecret} ${aSecret}`);
    expect(await send({ id: 'old' })).toMatchObject({ status: 202 });
    expect(await send({ id: 'new', secret: otherSecret })).toMatchObject({ status: 202 });
    secrets.set('harbour-in', otherSecret);
    expect(await send({ id: 'old-again' })).toMatchObject({ status: 401 });
  });

  it('beyond the burst is refused with 429 before the intake is asked', async () => {
    const { send, taken } = await aDesk();
    for (let call = 0; call < limits.portalBurst; call++) await send({ id: `msg_${String(call)}` });
    expect(await send({ id: 'one-more' })).toMatchObject({ status: 429 });
    expect(taken.size).toBe(limits.portalBurst);
  });

  it('answers 503 while storage is away', async () => {
    const { send } = await aDesk({
      trouble: () => {
        throw unavailable('storage', new Error('silent'));
      },
    });
    expect(await send()).toMatchObject({ status: 503 });
  });
});

describe('the quarantine', () => {
  it.each(['unmapped.example', 'foreign.example'])('keeps a webhook for %s whole, content apart', async (domain) => {
    const { send, quarantined, entries } = await aDesk();
    const body = created(domain, { title: 'Free text', contact: { email: 'ada@unmapped.example' } });
    const answer = await send({ body });
    expect(answer.status).toBe(202);
    const { quarantineId } = answer.body as { quarantineId: string };
    const rows = new Map(quarantined());
    const byContact = `S|${contactIdOf('portal:harbour', 'ada@unmapped.example')}|${quarantineId}`;
    const keys = [...rows.keys()].map((key) => key.replace(/\d{13}/, 'time')).sort();
    expect(keys).toEqual([
      `C|${quarantineId}`,
      `L|time|${quarantineId}`,
      'N|harbour',
      `P|harbour|time|${quarantineId}`,
      `Q|${quarantineId}`,
      byContact,
    ]);
    expect(unpackText(rows.get(`C|${quarantineId}`)!.columns)).toBe(JSON.stringify(body));
    rows.delete(`C|${quarantineId}`);
    expect(JSON.stringify([...rows])).not.toContain('Free text');
    expect(JSON.stringify(entries)).not.toContain('unmapped.example');
  });

  it('gives the same answer to the same webhook and 409 to another body, changing nothing', async () => {
    const { send, quarantined } = await aDesk();
    const first = await send({ body: created('unmapped.example') });
    const before = JSON.stringify(quarantined());
    expect(await send({ body: created('unmapped.example') })).toEqual(first);
    const reused = await send({ body: created('foreign.example') });
    expect(reused).toMatchObject({ status: 409, body: { code: 'webhook-id-reused' } });
    expect(JSON.stringify(quarantined())).toBe(before);
  });

  it('keeps each of many that come at once, and counts them', async () => {
    const { send, quarantined } = await aDesk();
    const body = created('unmapped.example');
    const ids = ['a', 'b', 'c', 'a', 'b'];
    const answers = await Promise.all(ids.map(async (id) => send({ id, body })));
    expect(answers.map(({ status }) => status)).toEqual([202, 202, 202, 202, 202]);
    expect(new Set(answers.map(({ text }) => text)).size).toBe(3);
    expect(new Map(quarantined()).get('N|harbour')!.columns.open).toBe(3);
  });

  it('refuses more than it holds for one portal, without dropping what it has', async () => {
    const { send, quarantined, memory, entries } = await aDesk();
    const body = created('unmapped.example');
    const first = await send({ id: 'first', body });
    const counter = memory.partitions.get(quarantinePartition)!.get('N|harbour')!;
    counter.columns.open = quarantineMax;
    expect(await send({ id: 'too-much', body })).toMatchObject({ status: 429 });
    expect(await send({ id: 'first', body })).toEqual(first);
    expect(quarantined()).toHaveLength(5);
    expect(entries.map(({ event }) => event)).toContain('portals.quarantine-full');
  });
});
