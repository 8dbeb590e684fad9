import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until, type DeskAnswer } from '../../local/call-desk.ts';
import type { PartName } from '../../local/world.ts';
import { aWorld, customerOf, end, type SystemWorld } from './a-world.ts';
import { quietBus } from './what-is-owed.ts';

describe('a part of the desk is away', () => {
  let w: SystemWorld;
  let count = 0;

  beforeAll(async () => {
    w = await aWorld();
  });

  afterAll(() => w.stop());

  /** Posts a new request, and says how long the answer took. */
  async function submit(key = `trouble-${String(++count)}`): Promise<DeskAnswer & { tookMs: number }> {
    const portal = w.portals[0]!;
    const startedAt = performance.now();
    const answer = await w.call('/api/requests', {
      token: portal.token,
      headers: { 'idempotency-key': key },
      body: {
        customer: { customerId: customerOf(portal, { azure: false }).customerId },
        title: 'Invoice shows a licence twice',
        description: 'The invoice of this month charges one licence twice.',
        severity: 'minimal',
        contact: { name: 'Kim Example', email: 'kim@customer.example' },
      },
    });
    return { ...answer, tookMs: performance.now() - startedAt };
  }

  type Readyz = { ready: boolean; parts?: { name: string; ready: boolean }[] };

  const readyz = async (token?: string) => {
    const { status, headers, json } = await w.call('/api/readyz', { ...(token !== undefined && { token }) });
    return { status, retryAfter: headers.get('retry-after'), body: json as Readyz };
  };

  /** Parts that are not ready, as a reader is told, once they are these. */
  const notReady = async (...names: PartName[]) =>
    until(`readyz names ${names.join()}`, async () => {
      const { status, body } = await readyz(w.tokens.reader);
      const away = (body.parts ?? []).filter(({ ready }) => !ready).map(({ name }) => name);
      return away.join() === names.join() ? status : undefined;
    });

  const created = async (requestId: unknown) =>
    (await w.notices()).some(({ type, data }) => type === 'request.created' && data.requestId === requestId);

  const ways: ['is stopped' | 'is silent', NodeJS.Signals][] = [
    ['is stopped', 'SIGTERM'],
    ['is silent', 'SIGSTOP'],
  ];

  /** Does something while a part is away; the part comes back whatever happens. */
  async function whileAway(part: PartName, signal: NodeJS.Signals, act: () => Promise<void>): Promise<void> {
    if (signal === 'SIGSTOP') w.world.part(part).kill(signal);
    else await end(w.world, part, signal);
    try {
      await act();
    } finally {
      if (signal === 'SIGSTOP') w.world.part(part).kill('SIGCONT');
      else await w.world.part(part).start();
    }
    expect(await notReady()).toBe(200);
  }

  it.each(ways)(
    'storage %s: intake says 503 within 6 s and takes the same request in afterwards',
    async (_, signal) => {
      expect((await submit()).status).toBe(201);
      await whileAway('storage', signal, async () => {
        const refused = await submit(`storage-away-${signal}`);
        expect(refused).toMatchObject({ status: 503, json: { code: 'unavailable' } });
        expect(refused.headers.get('retry-after')).toBe('5');
        expect(refused.tookMs).toBeLessThan(6_000);
        expect(await notReady('storage')).toBe(503);
        expect(await readyz()).toEqual({ status: 503, retryAfter: '5', body: { ready: false } });
        expect(await readyz(w.portals[0]!.token)).toMatchObject({ status: 503, body: { ready: false } });
      });
      expect((await submit(`storage-away-${signal}`)).status).toBe(201);
    },
  );

  it.each(ways)('the bus %s: intake says 201 within 2 s and the sweep sends later', async (_, signal) => {
    await submit();
    await quietBus(w.stack);
    const taken: unknown[] = [];
    await whileAway('bus', signal, async () => {
      const inTime = async () => {
        const answer = await submit();
        expect(answer.status).toBe(201);
        expect(answer.tookMs).toBeLessThan(2_000);
        taken.push(answer.json.id);
      };
      await inTime();
      expect(await notReady('bus')).toBe(503);
      await inTime();
    });
    await w.advance(180);
    for (const id of taken) await until('the webhook', async () => ((await created(id)) ? true : undefined), 60_000);
  });

  it.each(ways)('Microsoft %s: readyz says so, and intake goes on', async (_, signal) => {
    await whileAway('microsoft', signal, async () => {
      expect(await notReady('microsoft')).toBe(503);
      expect((await submit()).status).toBe(201);
    });
  });
});
