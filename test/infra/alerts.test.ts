import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../shared/core/clock.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { consentPartition } from '../../shared/customers/consents.ts';
import { markingFailures } from '../../shared/platform/marking-failures.ts';
import { wakeKey, wakeOp, type Wake } from '../../shared/platform/outbox.ts';
import { heldFrom, restoredOp, restorePartition } from '../../shared/platform/restored-desk.ts';
import { aPageDesk } from '../notices/a-page-desk.ts';
import { aLog, aQuietDesk, aWatchedDesk, type WatchedDesk } from './a-watched-desk.ts';
import type { Row } from './kql-expression.ts';
import { alertOf, fired, firing } from './watch.ts';

const firingAt = ({ traces, health }: WatchedDesk) => firing(traces, health.clock.now());

/** Owes a wake of this table, for which nobody will come. */
async function owe({ health, scope }: WatchedDesk, table: 'requests' | 'customers'): Promise<Wake> {
  const wake: Wake = { id: 'x', queue: 'desk-events', dueAt: health.clock.now(), body: { kind: 'unheard-of' } };
  const pk = table === 'requests' ? '07' : consentPartition('emea');
  await health.tables(table).transact(pk, [wakeOp(wake, scope)]);
  return wake;
}

/** From now on Entra refuses the token for good; the sweep of a day later finds out. */
async function killGrant(desk: WatchedDesk): Promise<void> {
  desk.entra.answer = desk.dead;
  await desk.health.advance(dayMs);
  await desk.pass(1);
}

const troubles: [alert: string, what: string, make: (desk: WatchedDesk) => Promise<void>][] = [
  ['timers-silent', 'no line comes at all', async ({ health }) => health.advance(30 * minuteMs)],
  [
    'timers-silent',
    'each sweep fails',
    async (desk) => {
      desk.trouble.webhooks = new Error('a bug');
      await desk.pass(15);
    },
  ],
  [
    'timers-silent',
    'the timer of the polls alone is silent',
    async ({ health, fire }) => {
      for (let minute = 0; minute < 30; minute++) {
        await health.advance(minuteMs);
        await fire('sweep');
      }
    },
  ],
  ['grant-dead', 'Entra refuses the token', killGrant],
  [
    'grant-dead',
    'the token has been dead for a day',
    async (desk) => {
      await killGrant(desk);
      await desk.health.advance(dayMs);
      await desk.pass(5);
    },
  ],
  [
    'grant-ageing',
    'the token has not been renewed for 46 days',
    async (desk) => {
      desk.entra.answer = async () => Promise.reject(unavailable('entra', new Error('away')));
      await desk.health.advance(46 * dayMs);
      await desk.pass(5);
    },
  ],
  [
    'work-owed',
    'nobody has consumed an event of a request for 20 minutes',
    async (desk) => {
      await owe(desk, 'requests');
      await desk.pass(20);
    },
  ],
  [
    'work-owed',
    'nobody has gone on with a run of consents for 20 minutes',
    async (desk) => {
      await owe(desk, 'customers');
      await desk.pass(20);
    },
  ],
  [
    'work-set-aside',
    'a consumer has failed for a day',
    async (desk) => {
      const { health, scope } = desk;
      const wake = await owe(desk, 'requests');
      const bug = async () => Promise.reject(new Error('a bug'));
      const consumer = markingFailures({ name: 'projectDeskEvents', queue: 'desk-events', handle: bug }, health);
      const message = { v: 1, table: 'requests', pk: '07', rk: wakeKey(wake), body: wake.body } as const;
      await consumer.handle(message, scope).catch(() => undefined);
      await health.advance(dayMs);
      await consumer.handle(message, scope).catch(() => undefined);
      await desk.fire('sweep');
    },
  ],
  [
    'filing-held',
    'the desk came back from a backup',
    async ({ health, fire }) => {
      const held = heldFrom({ id: 'backup', beganAt: health.now() }, health.clock.now());
      await health.tables('desk').transact(restorePartition, [restoredOp(held)]);
      await fire('sweep');
    },
  ],
  ['health-stale', 'no shard is read for 30 minutes', async (desk) => desk.pass(30, { isSilent: true })],
  [
    'health-stale',
    'nobody’s health can be read',
    async ({ health, pass }) => {
      for (const { id } of health.microsoft.tenants) health.microsoft.faults.set(id, { status: 500 });
      await pass(30);
    },
  ],
];

describe('an alert over the desk’s lines', () => {
  it('is silent while the desk is quiet', async () => {
    expect(firingAt(await aQuietDesk())).toEqual([]);
  });

  it.each(troubles)('%s fires when %s', async (name, _what, make) => {
    const desk = await aQuietDesk();
    await make(desk);
    expect(firingAt(desk)).toContain(name);
  });

  it('tells of a desk that knows nobody', async () => {
    const desk = await aWatchedDesk(0);
    await desk.pass(15);
    expect(firingAt(desk)).toContain('health-stale');
  });

  it('ends by itself once what it tells of is mended', async () => {
    const desk = await aQuietDesk();
    desk.entra.answer = desk.dead;
    await desk.health.advance(dayMs);
    await desk.pass(15, { isSilent: true });
    expect(firingAt(desk)).toEqual(expect.arrayContaining(['grant-dead', 'health-stale']));
    desk.entra.answer = async () => 'newer';
    await desk.pass(60);
    expect(firingAt(desk)).toEqual([]);
  });

  it('names each page that nobody acknowledged, that found nobody, or that a channel did not take', async () => {
    const subjectsOf = async (options: Parameters<typeof aPageDesk>[0]) => {
      const desk = await aPageDesk(options);
      desk.stand('request-1');
      await desk.raise();
      await desk.pass(60 * minuteMs);
      const { traces, log } = aLog(desk.clock.now);
      for (const entry of desk.log.entries) log(entry);
      return fired(alertOf('people-not-reached'), traces, desk.clock.now()).map(({ Subject }) => Subject);
    };
    const page = expect.stringMatching(/^notices\.page-exhausted \S{8,}$/) as string;
    expect(await subjectsOf({})).toEqual([page]);
    expect(await subjectsOf({ policy: undefined })).toEqual(['notices.nobody-to-page request-1']);
    const refused = await subjectsOf({ answer: () => ({ status: 410 }) });
    expect(refused).toContainEqual(expect.stringMatching(/^notices\.channel-failed \S{8,}$/));
  });
});

describe('the alert of server errors', () => {
  const calls = (count: number, ResultCode: string, Name = 'createRequest'): Row[] =>
    Array.from({ length: count }, () => ({ TimeGenerated: 1, Name, ResultCode, ItemCount: 1 }));
  const fires = (...rows: Row[][]) => fired(alertOf('server-errors'), rows.flat(), minuteMs).length > 0;

  it.each([
    ['five of a hundred and one calls', false, [calls(96, '200'), calls(5, '500')]],
    ['six of a hundred calls', true, [calls(94, '201'), calls(6, '503')]],
    ['four of four calls', false, [calls(4, '500')]],
    ['readiness that says no', false, [calls(40, '503', 'readyz')]],
    ['runs of timers and queues, which have no status', false, [calls(40, '0')]],
    ['refusals', false, [calls(40, '401')]],
  ])('is asked about %s and fires: %s', (_what, isAlarm, rows) => {
    expect(fires(...rows)).toBe(isAlarm);
  });

  it('counts those that sampling left out', () => {
    expect(
      fires(
        calls(10, '200').map((row) => ({ ...row, ItemCount: 100 })),
        calls(6, '500'),
      ),
    ).toBe(false);
  });
});
