import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { createGrantRows } from '../../shared/platform/partner-grant.ts';
import { createReadiness, type Part } from '../../shared/platform/readiness.ts';
import { aDesk, type Called, type Desk } from '../support/a-desk.ts';
import { movedClock } from '../support/moved-clock.ts';

/** A part that a test takes away, slows down and brings back. */
function aPart(name: string) {
  const part = {
    name,
    asked: 0,
    is: 'there' as 'there' | 'away' | 'silent',
    check: async (): Promise<Record<string, unknown>> => {
      part.asked++;
      if (part.is === 'away') throw new Error(`${name} is away`);
      if (part.is === 'silent') await new Promise(() => undefined);
      return { ageSeconds: 1 };
    },
  } satisfies Part & { asked: number; is: string };
  return part;
}

describe('readiness', () => {
  const setUp = () => {
    const moved = movedClock();
    const [first, second] = [aPart('first'), aPart('second')];
    return { ...moved, first, second, readiness: createReadiness([first, second], moved.clock) };
  };

  it('is there when every part is, with what each says of itself', async () => {
    const { readiness } = setUp();
    expect(await readiness()).toEqual({
      ready: true,
      parts: [
        { name: 'first', ready: true, detail: { ageSeconds: 1 } },
        { name: 'second', ready: true, detail: { ageSeconds: 1 } },
      ],
    });
  });

  it('is gone when one part is away, and says which', async () => {
    const { readiness, second } = setUp();
    second.is = 'away';
    expect(await readiness()).toMatchObject({
      ready: false,
      parts: [
        { name: 'first', ready: true },
        { name: 'second', ready: false, error: 'second is away' },
      ],
    });
  });

  it('does not wait longer than two and a half seconds for a part that says nothing', async () => {
    const { readiness, first, advance } = setUp();
    first.is = 'silent';
    const asked = readiness();
    await advance(2_500);
    expect(await asked).toMatchObject({
      ready: false,
      parts: [{ error: 'no answer within 2500 ms' }, { ready: true }],
    });
  });

  it('asks each part once in three seconds, however often it is asked itself', async () => {
    const { readiness, first, second, advance } = setUp();
    await Promise.all([readiness(), readiness()]);
    await advance(2_999);
    await readiness();
    expect([first.asked, second.asked]).toEqual([1, 1]);
    await advance(1);
    await readiness();
    expect([first.asked, second.asked]).toEqual([2, 2]);
  });

  it('comes back with the part', async () => {
    const { readiness, first, advance } = setUp();
    first.is = 'away';
    expect((await readiness()).ready).toBe(false);
    first.is = 'there';
    await advance(3_000);
    expect((await readiness()).ready).toBe(true);
  });

  it('leaves no timer behind', async () => {
    const { readiness, nextAt } = setUp();
    await readiness();
    expect(nextAt()).toBeUndefined();
  });
});

describe('GET /api/readyz', () => {
  const readyz = async (desk: Desk, as?: string) => desk.call('GET', '/api/readyz', as === undefined ? {} : { as });
  const partsOf = ({ json }: Called) => (json as { parts: { name: string; ready: boolean; error?: string }[] }).parts;

  it('tells the public no more than yes', async () => {
    const desk = await aDesk();
    expect(await readyz(desk)).toMatchObject({ status: 200, json: { ready: true } });
    expect((await readyz(desk)).json).toEqual({ ready: true });
  });

  it('tells readers of each part: the sweep, dead letters, the age of each directory', async () => {
    const desk = await aDesk();
    desk.probe.deadLetters = async () => ({ deliveries: 2 });
    const { json } = await readyz(desk, desk.tokens.reader);
    expect(json).toMatchObject({
      ready: true,
      parts: [
        {
          name: 'storage',
          ready: true,
          detail: { directories: [{ connectionId: 'contoso-emea', shards: 0, lastSyncAt: null }] },
        },
        { name: 'timers', ready: true, detail: { lastSweepAt: null } },
        { name: 'bus', ready: true, detail: { deadLetters: { deliveries: 2 } } },
        { name: 'microsoft', ready: true, detail: { health: { shards: 0 } } },
        { name: 'filing', ready: true, detail: { held: false } },
        {
          name: 'duty',
          ready: true,
          detail: { onDuty: 'nobody', findings: [expect.stringContaining('no reach policy')] },
        },
      ],
    });
  });

  it('tells how old each partner’s refresh token is, and that one is dead, without being away for it', async () => {
    const desk = await aDesk();
    desk.outside.secrets.set('contoso-emea-refresh-token', 'refresh-1');
    const sweep = desk.catalogue.timers.find(({ name }) => name === 'sweep')!;
    await sweep.handle(desk.log.scope);
    await desk.moved.advance(150_000);
    const grantsOf = async () => {
      const { status, json } = await readyz(desk, desk.tokens.reader);
      const microsoft = (json as { parts: { name: string; detail: { grants: unknown } }[] }).parts.find(
        ({ name }) => name === 'microsoft',
      )!;
      return { status, grants: microsoft.detail.grants };
    };
    expect(await grantsOf()).toEqual({ status: 200, grants: [{ connectionId: 'contoso-emea', ageDays: 0 }] });
    const rows = createGrantRows({ table: desk.tables('desk'), clock: desk.moved.clock });
    await rows.changed('contoso-emea', 'AADSTS50173');
    const deadSince = new Date(desk.moved.clock.now()).toISOString();
    await desk.moved.advance(3_000);
    expect(await grantsOf()).toEqual({
      status: 200,
      grants: [{ connectionId: 'contoso-emea', ageDays: 0, deadSince, code: 'AADSTS50173' }],
    });
  });

  it('tells which case mailbox cannot be read, why and since when, without being away for it', async () => {
    const desk = await aDesk();
    const mailboxesOf = async () => {
      await desk.moved.advance(3_000);
      const { status, json } = await readyz(desk, desk.tokens.reader);
      const { parts } = json as { parts: { name: string; detail: { mailboxes: unknown } }[] };
      return { status, mailboxes: parts.find(({ name }) => name === 'microsoft')?.detail.mailboxes };
    };
    const unread = { connectionId: 'contoso-emea', lastReadAt: null };
    expect(await mailboxesOf()).toEqual({ status: 200, mailboxes: [unread] });
    await desk.catalogue.timers.find(({ name }) => name === 'sweep')!.handle(desk.log.scope);
    const turn = desk.held.ready().find(({ message }) => JSON.stringify(message.body).includes('case-mail'))!;
    desk.outside.entra.isAway = true;
    const polls = desk.catalogue.queues.find(({ queue }) => queue === 'health-polls')!;
    await polls.handle(wakeMessageSchema.parse(turn.message.body), desk.log.scope);
    desk.outside.entra.isAway = false;
    const trouble = { reason: 'away', since: '2026-11-02T09:00:03.000Z' };
    expect(await mailboxesOf()).toEqual({ status: 200, mailboxes: [{ ...unread, trouble }] });
  });

  it('says 503 in time where the bus takes the question and says nothing', async () => {
    const desk = await aDesk();
    desk.probe.ping = async () => new Promise(() => undefined);
    const asked = readyz(desk);
    await new Promise((resolve) => setImmediate(resolve));
    await desk.moved.advance(2_500);
    expect((await asked).status).toBe(503);
  });

  it('tells how old the last sweep is, and the oldest row that it found unconsumed', async () => {
    const desk = await aDesk();
    const sweep = desk.catalogue.timers.find(({ name }) => name === 'sweep')!;
    await sweep.handle(desk.log.scope);
    await desk.moved.advance(90_000);
    const { json } = await readyz(desk, desk.tokens.reader);
    expect(partsOf({ json } as Called)[1]).toMatchObject({
      name: 'timers',
      detail: {
        lastSweepAt: '2026-11-02T09:00:00.000Z',
        sweepAgeSeconds: 90,
        owed: 0,
        oldestOwedMs: 0,
        poisoned: 0,
        healthOwed: 0,
        oldestHealthOwedMs: 0,
      },
    });
  });

  it('says 503 once there was no sweep for five minutes, and 200 after the next', async () => {
    const desk = await aDesk();
    const sweep = desk.catalogue.timers.find(({ name }) => name === 'sweep')!;
    await sweep.handle(desk.log.scope);
    await desk.moved.advance(300_000);
    expect((await readyz(desk)).status).toBe(200);
    await desk.moved.advance(60_000);
    const told = await readyz(desk, desk.tokens.reader);
    expect(told.status).toBe(503);
    expect(partsOf(told).filter(({ ready }) => !ready)).toEqual([
      { name: 'timers', ready: false, error: 'the last sweep was 360 seconds ago' },
    ]);
    await sweep.handle(desk.log.scope);
    await desk.moved.advance(3_000);
    expect((await readyz(desk)).status).toBe(200);
  });

  const troubles: [string, (desk: Desk) => void][] = [
    ['bus', (desk) => (desk.probe.ping = async () => Promise.reject(new Error('amqp: ECONNREFUSED 10.0.0.1:5671')))],
    ['microsoft', (desk) => (desk.outside.entra.isAway = true)],
    ['microsoft', (desk) => (desk.outside.entra.status = 500)],
  ];

  it.each(troubles)(
    'says 503 while the %s is away, which one only to readers, and 200 when it is back',
    async (name, take) => {
      const desk = await aDesk();
      await readyz(desk, desk.tokens.reader);
      const good = { ping: desk.probe.ping, entra: { ...desk.outside.entra } };
      take(desk);
      await desk.moved.advance(3_000);

      const publicly = await readyz(desk);
      expect([publicly.status, publicly.json, publicly.headers['retry-after']]).toEqual([503, { ready: false }, '5']);
      const told = await readyz(desk, desk.tokens.reader);
      expect(told.status).toBe(503);
      expect(
        partsOf(told)
          .filter(({ ready }) => !ready)
          .map((part) => part.name),
      ).toEqual([name]);

      desk.probe.ping = good.ping;
      Object.assign(desk.outside.entra, good.entra);
      await desk.moved.advance(3_000);
      expect((await readyz(desk)).status).toBe(200);
    },
  );

  it('says 503 while storage is away', async () => {
    const storage = { isAway: false };
    const before = async () => {
      if (storage.isAway) throw unavailable('storage', new Error('ECONNREFUSED'));
    };
    const desk = await aDesk({ trouble: { before } });
    expect((await readyz(desk)).status).toBe(200);
    storage.isAway = true;
    await desk.moved.advance(3_000);
    const told = await readyz(desk, desk.tokens.reader);
    expect(told.status).toBe(503);
    expect(
      partsOf(told)
        .filter(({ ready }) => !ready)
        .map((part) => part.name),
    ).toEqual(['storage']);
    storage.isAway = false;
    await desk.moved.advance(3_000);
    expect((await readyz(desk)).status).toBe(200);
  });

  it('shows no details to a portal, nor for a token that does not hold', async () => {
    const desk = await aDesk();
    for (const token of [await desk.portalToken('application-of-nobody'), 'a.b.c']) {
      const { status, json } = await readyz(desk, token);
      expect([status, json]).toEqual([200, { ready: true }]);
    }
  });
});
