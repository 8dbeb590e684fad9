import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../shared/core/clock.ts';
import { createHookRows, registrationView } from '../../shared/customers/hook-registration-row.ts';
import { createKeepHookRegistrations } from '../../shared/customers/hook-registration.ts';
import { partnerCenterHooks } from '../../shared/customers/hook-registration.partnercenter.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryTable } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { scriptedHttp, type Scripted } from '../support/scripted-http.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

const root = 'https://pc.example';
const publicUrl = 'https://desk.example';
const hookUrl = `${publicUrl}/api/hooks/partner-center`;
const wanted = ['granular-admin-relationship-approved', 'subscription-updated', 'test-created'];
const correlationId = 'eaac9967-85b3-52a8-945f-d32eeb3d8827';

type Server = {
  events: string[];
  registration: Record<string, unknown> | undefined;
  validation: Scripted;
  /** Answered instead, by method and path. */
  instead: Map<string, Scripted | Error>;
};

/** A partner's registration at Partner Center, and the desk that keeps it, on a clock that the test moves. */
function aKeeper({ url = publicUrl, connections = ['emea'] }: { url?: string; connections?: string[] } = {}) {
  const { clock, advance } = movedClock();
  const server: Server = {
    events: [...wanted, 'invoice-ready'],
    registration: undefined,
    validation: { json: { correlationId, status: 'completed', results: [{ responseCode: 'OK' }] } },
    instead: new Map(),
  };
  const { http, calls } = scriptedHttp(({ method, url: address, body }) => {
    const path = address.replace(`${root}/webhooks/v1/registration`, '');
    const instead = server.instead.get(`${method} ${path}`);
    if (instead) return instead;
    if (path === '/events') return { json: server.events };
    if (path === '/validationEvents') return { json: { correlationId } };
    if (path.startsWith('/validationEvents/')) return server.validation;
    if (method === 'GET') return server.registration ? { json: server.registration } : { status: 404 };
    if (method === 'POST' && server.registration) return { status: 409 };
    server.registration = JSON.parse(body ?? '{}') as Record<string, unknown>;
    return { status: method === 'POST' ? 201 : 200, json: server.registration };
  });
  const random = seededRandom(5);
  const { table, counts } = memoryTable();
  const rows = createHookRows({ table, clock });
  const log = capturedLog();
  const cloud = {
    cloud: 'global',
    connections: connections.map((id) => ({ id, tenantId: `tenant-${id}`, clientId: 'c', role: 'direct' as const })),
    endpoints: { graphBaseUrl: '', partnerCenterBaseUrl: root, azureManagementBaseUrl: '' },
    healthPollMinutes: 5,
    customerSyncMinutes: 1_440,
  } as const;
  const source = partnerCenterHooks({
    http,
    clock,
    cloud,
    ids: seededIds(random),
    tokens: async ({ tenantId }) => Promise.resolve(tenantId),
  });
  const keeper = (ownUrl: string | undefined) =>
    createKeepHookRegistrations({ source, rows, clock, random, connections: cloud.connections, publicUrl: ownUrl });
  const keep = keeper(url);
  const minutes = async (count: number) => {
    for (let n = 0; n < count; n++) {
      await keep(log.scope);
      await advance(minuteMs);
    }
  };
  const told = (from = 0) =>
    calls.slice(from).map(({ method, url: at }) => `${method} ${at.replace(`${root}/webhooks/v1/registration`, '')}`);
  const events = () => log.entries.map(({ event }) => event.replace('customers.webhooks-', ''));
  const view = async () => (await rows.all()).map(registrationView)[0];
  return {
    server,
    calls,
    counts,
    keeper,
    keep,
    minutes,
    told,
    events,
    view,
    advance,
    scope: log.scope,
    entries: log.entries,
  };
}

describe('the registration for webhooks of Partner Center', () => {
  it('is made where there is none, tried with a validation event, and shown', async () => {
    const { server, minutes, told, events, view } = aKeeper();
    await minutes(5);
    expect(told()).toEqual([
      'GET /events',
      'GET ',
      'POST ',
      'POST /validationEvents',
      `GET /validationEvents/${correlationId}`,
    ]);
    expect(server.registration).toEqual({
      WebhookUrl: hookUrl,
      WebhookEvents: wanted,
      SignatureTokenToMsSignatureHeader: true,
    });
    expect(events()).toEqual(['registered', 'validated']);
    expect(await view()).toEqual({
      connectionId: 'emea',
      events: 3,
      checkedAt: '2026-11-02T09:00:00.000Z',
      validation: 'completed',
      responseCode: 'OK',
    });
  });

  it('is looked at once a day, and left alone where it is as wanted', async () => {
    const { minutes, told, calls, advance } = aKeeper();
    await minutes(5);
    const before = calls.length;
    for (let day = 0; day < 3; day++) {
      await advance(dayMs);
      await minutes(3);
    }
    expect(told(before)).toEqual(Array.from({ length: 3 }, () => ['GET /events', 'GET ']).flat());
  });

  const asWanted = { WebhookUrl: hookUrl, WebhookEvents: wanted, SignatureTokenToMsSignatureHeader: true };
  it.each<[string, Record<string, unknown>]>([
    ['another address', { ...asWanted, WebhookUrl: 'https://old.example' }],
    ['fewer events', { ...asWanted, WebhookEvents: ['test-created'] }],
    ['an event more', { ...asWanted, WebhookEvents: [...wanted, 'invoice-ready'] }],
    ['the signature in the other header', { ...asWanted, SignatureTokenToMsSignatureHeader: false }],
    ['no word of the header', { WebhookUrl: hookUrl, WebhookEvents: wanted }],
  ])('is replaced where it names %s', async (_title, present) => {
    const { server, minutes, told } = aKeeper();
    server.registration = present;
    await minutes(1);
    expect(told()).toEqual(['GET /events', 'GET ', 'PUT ']);
    expect(server.registration).toEqual(asWanted);
  });

  it('is read in camelCase too, events in any order', async () => {
    const { server, minutes, told } = aKeeper();
    server.registration = {
      webhookUrl: hookUrl,
      webhookEvents: [...wanted].reverse(),
      signatureTokenToMsSignatureHeader: true,
    };
    await minutes(1);
    expect(told()).toEqual(['GET /events', 'GET ']);
  });

  it('asks for no event that Partner Center does not offer, and tells of those that are new', async () => {
    const { server, minutes, entries } = aKeeper();
    server.events = ['test-created', 'customer-abducted'];
    await minutes(1);
    expect(server.registration).toMatchObject({ WebhookEvents: ['test-created'] });
    expect(entries[0]).toMatchObject({
      event: 'customers.webhooks-new-events',
      fields: { events: ['customer-abducted'] },
    });
  });

  it('is replaced where another was quicker to make one, and made where it was taken away', async () => {
    const quicker = aKeeper();
    quicker.server.instead.set('GET ', { status: 404 });
    quicker.server.registration = { WebhookUrl: 'https://old.example', WebhookEvents: [] };
    await quicker.minutes(1);
    expect(quicker.told()).toEqual(['GET /events', 'GET ', 'POST ', 'PUT ']);
    const gone = aKeeper();
    gone.server.registration = { WebhookUrl: 'https://old.example', WebhookEvents: [] };
    gone.server.instead.set('PUT ', { status: 404 });
    gone.server.instead.set('POST ', { status: 201 });
    await gone.minutes(1);
    expect([gone.told().at(-1), gone.events()]).toEqual(['POST ', ['registered']]);
  });

  it.each<[string, Scripted | Error, number]>([
    ['refuses', { status: 403 }, 6 * 3_600],
    ['throttles', { status: 429, headers: { 'retry-after': '600' } }, 600],
    ['is away', new HttpFailure('timeout', 'no answer'), 15],
    ['answers something else', { body: '<html>' }, 15],
  ])('waits while Partner Center %s, and says so', async (_title, answer, waits) => {
    const { server, keep, calls, advance, view, scope, events, minutes } = aKeeper();
    server.instead.set('GET /events', answer);
    await keep(scope);
    expect(events()).toEqual(['delayed']);
    expect(await view()).toMatchObject({ trouble: { since: '2026-11-02T09:00:00.000Z' } });
    await advance(waits * 1_000 - 1);
    await keep(scope);
    expect(calls).toHaveLength(1);
    server.instead.clear();
    await advance(16_000);
    await minutes(4);
    expect(await view()).toMatchObject({ validation: 'completed' });
    expect(await view()).not.toHaveProperty('trouble');
  });

  it('whose validation event nobody could take is warned of after a quarter of an hour, and tried again the next day', async () => {
    const { server, minutes, events, view, calls, told, advance } = aKeeper();
    server.validation = { json: { Status: 'pending', Results: [{ ResponseCode: 'ServiceUnavailable' }] } };
    await minutes(20);
    expect(events()).toEqual(['registered', 'unanswered']);
    expect(await view()).toMatchObject({ validation: 'pending', responseCode: 'ServiceUnavailable' });
    const before = calls.length;
    await advance(dayMs);
    await minutes(2);
    expect(told(before)).toEqual(['GET /events', 'GET ', 'POST /validationEvents']);
  });

  it('whose validation event Partner Center forgot is warned of as well', async () => {
    const { server, minutes, events } = aKeeper();
    server.validation = { status: 404 };
    await minutes(20);
    expect(events()).toEqual(['registered', 'unanswered']);
  });

  it('follows a new address of the desk at once', async () => {
    const { server, minutes, keeper, scope } = aKeeper();
    await minutes(5);
    await keeper('https://new.example')(scope);
    expect(server.registration).toMatchObject({ WebhookUrl: 'https://new.example/api/hooks/partner-center' });
  });

  it('is kept by one of many instances', async () => {
    const { keeper, scope, told } = aKeeper();
    await Promise.all(Array.from({ length: 8 }, async () => keeper(publicUrl)(scope)));
    expect(told()).toEqual(['GET /events', 'GET ', 'POST ']);
  });

  it('of many connections is one connection’s a minute', async () => {
    const { minutes, keep, scope, calls } = aKeeper({ connections: ['emea', 'apac', 'amer'] });
    await keep(scope);
    expect(calls.length).toBe(3);
    await minutes(12);
    expect(calls.filter(({ url }) => url.endsWith('/validationEvents')).length).toBe(3);
  });

  it('is nobody’s where the desk does not know its own address: no call, no row, one word', async () => {
    const { keeper, scope, calls, counts, events } = aKeeper();
    const off = keeper(undefined);
    for (let n = 0; n < 3; n++) await off(scope);
    expect([calls.length, counts.get + counts.transact + counts.query, events()]).toEqual([0, 0, ['off']]);
  });
});
