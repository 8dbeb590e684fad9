import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs, systemClock } from '../../shared/core/clock.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { retryDelaysMs } from '../../shared/notices/delivery-rules.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
import { createGuardedHttp } from '../../shared/platform/node-http.http.ts';
import { parseWebhookSecrets, verifyWebhook } from '../../shared/portals/standard-webhooks.ts';
import { aPortal, aSecret } from '../portals/a-portal.ts';
import type { Scripted } from '../support/scripted-http.ts';
import { aDesk, aNotice } from './a-desk.ts';

const verdict = (call: { headers?: Record<string, string>; body?: string } | undefined, atMs: number) =>
  verifyWebhook(
    { headers: new Headers(call?.headers), body: Buffer.from(call?.body ?? '') },
    parseWebhookSecrets(aSecret),
    atMs,
  );

describe('deliver', () => {
  it('posts the signed body to the portal and records it, with 2 reads, 1 transaction and no further send', async () => {
    const { announce, pass, calls, rows, owed, clock, store, bus, entries } = await aDesk();
    await announce();
    Object.assign(store.of('deliveries').counts, { get: 0, transact: 0 });
    await pass(0);
    expect(calls).toMatchObject([{ method: 'POST', url: 'https://harbour.example/hooks', timeoutMs: 15_000 }]);
    expect(calls[0]?.headers).toMatchObject({ 'content-type': 'application/json', 'webhook-id': 'event-1' });
    expect(verdict(calls[0], clock.now())).toMatchObject({ ok: true, id: 'event-1' });
    expect(rows()).toMatchObject([{ state: 'delivered', tries: 1, lastStatus: 204 }]);
    expect(owed()).toEqual([]);
    expect(store.of('deliveries').counts).toMatchObject({ get: 2, transact: 1, query: 0 });
    expect(bus.counts.sends).toBe(1);
    expect(entries.map(({ event }) => event)).toEqual(['notices.delivered']);
  });

  it('tries again with the same id and body and a new time until the portal takes it', async () => {
    const answers: (Scripted | Error)[] = [{ status: 500 }, new HttpFailure('timeout', 'x'), { status: 302 }];
    const { announce, pass, calls, rows, clock } = await aDesk({ answer: () => answers.shift() ?? { status: 200 } });
    await announce();
    const start = clock.now();
    await pass(10 * minuteMs);
    expect(calls).toHaveLength(4);
    expect(new Set(calls.map((call) => call.body)).size).toBe(1);
    expect(new Set(calls.map((call) => call.headers?.['webhook-id']))).toEqual(new Set(['event-1']));
    const times = calls.map((call) => Number(call.headers?.['webhook-timestamp']) * 1_000 - start);
    expect(times[0]).toBe(0);
    expect(times[1]).toBeGreaterThanOrEqual(5_000);
    expect(times[2]).toBeGreaterThanOrEqual(35_000);
    for (const [index, call] of calls.entries()) {
      expect(verdict(call, start + (times[index] ?? 0))).toMatchObject({ ok: true });
    }
    expect(rows()).toMatchObject([{ state: 'delivered', tries: 4 }]);
  });

  it('gives up visibly after the last try, some two days later', async () => {
    const { announce, pass, calls, rows, owed, entries } = await aDesk({
      answer: () => new HttpFailure('refused-address', 'inside'),
    });
    await announce();
    await pass(3 * dayMs);
    expect(calls).toHaveLength(retryDelaysMs.length + 1);
    expect(rows()).toMatchObject([{ state: 'given-up', tries: 11, lastTrouble: 'refused-address' }]);
    expect(owed()).toEqual([]);
    expect(entries.at(-1)).toMatchObject({ event: 'notices.given-up', level: 'error' });
  });

  it('waits as long as the portal asks', async () => {
    const answers: Scripted[] = [{ status: 429, headers: { 'retry-after': '1800' } }];
    const { announce, pass, calls } = await aDesk({ answer: () => answers.shift() ?? { status: 200 } });
    await announce();
    await pass(30 * minuteMs - 1);
    expect(calls).toHaveLength(1);
    await pass(1_000);
    expect(calls).toHaveLength(2);
  });

  it.each(['too-large', 'network', 'timeout'] as const)(
    'is content with a 2xx whose body cannot be read (%s)',
    async (reason) => {
      const { announce, pass, calls, rows } = await aDesk({
        answer: () => new HttpFailure(reason, 'x', { status: 200 }),
      });
      await announce();
      await pass(hourMs);
      expect(rows()).toMatchObject([{ state: 'delivered', tries: 1, lastStatus: 200 }]);
      expect(calls).toHaveLength(1);
    },
  );

  it('tries again after a 500 whose body cannot be read', async () => {
    const { announce, pass, rows } = await aDesk({ answer: () => new HttpFailure('too-large', 'x', { status: 500 }) });
    await announce();
    await pass(0);
    expect(rows()).toMatchObject([{ state: 'pending', tries: 1, lastStatus: 500, lastTrouble: 'answered 500' }]);
  });

  it('stops at 410', async () => {
    const { announce, pass, calls, rows, entries } = await aDesk({ answer: () => ({ status: 410 }) });
    await announce();
    await pass(hourMs);
    expect(calls).toHaveLength(1);
    expect(rows()).toMatchObject([{ state: 'gone', lastStatus: 410 }]);
    expect(entries.map(({ event }) => event)).toContain('notices.gone');
  });

  it.each([
    ['disabled', aPortal({ disabled: true })],
    ['without endpoint', { ...aPortal(), outbound: undefined }],
  ])('closes as skipped what a portal is owed that is %s by then', async (_what, later) => {
    const { announce, register, pass, calls, rows, owed, clock } = await aDesk({ answer: () => ({ status: 500 }) });
    await announce();
    await pass(0);
    expect(clock.now()).toBeGreaterThan(0);
    await register(later);
    await pass(minuteMs);
    expect(calls.length).toBeLessThanOrEqual(2);
    expect(rows()).toMatchObject([{ state: 'skipped' }]);
    expect(owed()).toEqual([]);
  });

  it('signs with both secrets during a rotation', async () => {
    const { announce, pass, calls, clock, secrets } = await aDesk();
    secrets.set('harbour-out', `whsec_${Buffer.alloc(32, 9).toString('base64')} ${aSecret}`);
    await announce();
    await pass(0);
    expect(calls[0]?.headers?.['webhook-signature']?.split(' ')).toHaveLength(2);
    expect(verdict(calls[0], clock.now())).toMatchObject({ ok: true });
  });

  it.each([
    ['vault-away', unavailable('vault', new Error('silent'))],
    ['secret-unusable', undefined],
  ])('tries again later when there is no key: %s', async (trouble, error) => {
    const { announce, pass, calls, rows, secrets, secretTrouble } = await aDesk();
    secrets.set('harbour-out', 'nonsense');
    if (error) secretTrouble.error = error;
    await announce();
    await pass(0);
    expect(rows()).toMatchObject([{ state: 'pending', tries: 1, lastTrouble: trouble }]);
    delete secretTrouble.error;
    secrets.set('harbour-out', aSecret);
    await pass(minuteMs);
    expect(calls).toHaveLength(1);
    expect(rows()).toMatchObject([{ state: 'delivered', tries: 2 }]);
  });

  it('does nothing for a message whose wake is gone', async () => {
    const { announce, pass, calls, bus, deliver, scope } = await aDesk();
    await announce();
    const [held] = bus.ready();
    const message = held!.message.body as Parameters<typeof deliver>[0];
    await pass(0);
    await deliver(message, scope);
    expect(calls).toHaveLength(1);
  });

  it('sends the same again, and records once, when two workers hold one message', async () => {
    const gate = Promise.withResolvers<Scripted>();
    const { announce, calls, bus, rows, owed, deliver, scope, entries } = await aDesk({ answer: () => gate.promise });
    await announce();
    const message = bus.ready()[0]!.message.body as Parameters<typeof deliver>[0];
    const both = [deliver(message, scope), deliver(message, scope)];
    await new Promise((resolve) => setImmediate(resolve));
    gate.resolve({ status: 503 });
    await Promise.all(both);
    expect(calls).toHaveLength(2);
    expect(calls[0]?.body).toBe(calls[1]?.body);
    expect(rows()).toMatchObject([{ state: 'pending', tries: 1 }]);
    expect(owed()).toHaveLength(1);
    expect(entries.map(({ event }) => event).sort()).toEqual(['notices.settled-elsewhere', 'notices.try-failed']);
  });

  it('leaves the sending to the sweep when the bus is away', async () => {
    let away = true;
    const busTrouble = {
      before: async () => (away ? Promise.reject(unavailable('bus', new Error('refused'))) : undefined),
    };
    const { announce, pass, rows } = await aDesk({ busTrouble });
    await announce();
    await pass(minuteMs);
    expect(rows()).toMatchObject([{ state: 'pending' }]);
    away = false;
    await pass(5 * minuteMs);
    expect(rows()).toMatchObject([{ state: 'delivered' }]);
  });

  it('reaches a real server through the guard, which a private address without exception does not pass', async () => {
    const got: { id: string | undefined; body: string }[] = [];
    const server = createServer((request, response) => {
      let body = '';
      request.on('data', (chunk: Buffer) => (body += chunk.toString()));
      request.on('end', () => {
        got.push({ id: request.headers['webhook-id'] as string, body });
        response.writeHead(204).end();
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `127.0.0.1:${String((server.address() as AddressInfo).port)}`;
    const allow: string[] = [];
    const http = createGuardedHttp({ clock: systemClock, resolveName: async () => [], allow });
    const answer = async (call: Parameters<typeof http>[0]) => http(call).catch((error: unknown) => error as Error);
    const portal = aPortal({ outbound: { url: `http://${host}/portals/harbour`, secretName: 'harbour-out' } });
    const { announce, pass, rows } = await aDesk({ portals: [portal], answer });
    await announce();
    await pass(0);
    expect(rows()).toMatchObject([{ state: 'pending', lastTrouble: 'refused-address' }]);
    allow.push(host);
    await pass(minuteMs);
    server.close();
    server.closeAllConnections();
    expect(rows()).toMatchObject([{ state: 'delivered' }]);
    expect(got).toEqual([{ id: 'event-1', body: expect.stringContaining('"requestId":"r1"') as string }]);
  });
});

/** Announces three events while every port fails now and then, before or after it acted; then lets the trouble pass. */
async function troubledRun(seed: number) {
  let trouble = 0.1;
  const away = async (): Promise<void> => {
    if (desk.random() < trouble) throw unavailable('part', new Error('seeded'));
  };
  const desk = await aDesk({
    seed,
    tableTrouble: { before: away, after: away },
    busTrouble: { before: away, after: away },
    answer: () => (desk.random() < 0.3 ? new HttpFailure('network', 'seeded') : { status: 204 }),
  });
  const eventIds = ['e1', 'e2', 'e3'];
  for (const eventId of eventIds) {
    const announce = async () => desk.announce(aNotice({ eventId, data: () => ({ eventId }) }));
    let isOwed = false;
    while (!isOwed)
      isOwed = await announce().then(
        () => true,
        () => false,
      );
  }
  await desk.pass(10 * minuteMs);
  trouble = 0;
  await desk.pass(8 * hourMs);
  const bodiesOf = (eventId: string) =>
    new Set(desk.calls.filter((call) => call.headers?.['webhook-id'] === eventId).map((call) => call.body));
  return {
    states: desk
      .rows()
      .map(({ eventId, state }) => `${eventId} ${state}`)
      .sort(),
    owed: desk.owed().length,
    bodies: eventIds.map((eventId) => bodiesOf(eventId).size),
  };
}

describe('delivering under trouble', () => {
  it('loses nothing and changes no body, in 100 seeded runs', async () => {
    for (let seed = 1; seed <= 100; seed++) {
      expect(await troubledRun(seed), `seed ${String(seed)}`).toEqual({
        states: ['e1 delivered', 'e2 delivered', 'e3 delivered'],
        owed: 0,
        bodies: [1, 1, 1],
      });
    }
  });
});
