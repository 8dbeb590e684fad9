import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/core/errors.ts';
import { hourMs, minuteMs, secondMs } from '../../shared/core/clock.ts';
import { HttpFailure, type HttpCall } from '../../shared/platform/http.ts';
import { seededRandom } from '../support/seeded.ts';
import { aMatter, aPageDesk, sentOf } from './a-page-desk.ts';

const seeds = Number(process.env.SEEDS ?? 300);

class Crash extends Error {}

type Fate = 'ended' | 'acknowledged' | 'nobody';

/**
 * Three requests about one incident, raised more than once by workers that die anywhere, lose answers and get messages twice;
 * in some runs nothing but the sweep gets a message through, in others nobody sweeps. Someone acknowledges, or the requests end, or neither.
 */
async function run(seed: number) {
  const random = seededRandom(seed);
  const isBusOff = random() < 0.2;
  const isSweepOff = !isBusOff && random() < 0.2;
  let troubled = false;
  let isSweeping = false;
  const perhaps = (chance: number) => troubled && random() < chance;
  const before = async (operation: string) => {
    if (perhaps(0.02)) throw new Crash(operation);
    if (perhaps(0.02)) throw new AppError('unavailable', 'storage is away');
    return Promise.resolve();
  };
  const after = async (operation: string) => {
    // Who dies between the rows and the send is missed by nobody but the sweep.
    if (!isSweepOff && perhaps(0.03))
      throw random() < 0.5 ? new Crash(operation) : new AppError('unavailable', 'the answer was lost');
    return Promise.resolve();
  };
  const desk = await aPageDesk({
    seed,
    tableTrouble: { before, after },
    busTrouble: {
      before: async () => {
        if ((isBusOff && !isSweeping) || (!isSweepOff && perhaps(0.1))) throw new Error('the bus is away');
        return Promise.resolve();
      },
    },
    answer: () => {
      if (perhaps(0.05)) return new HttpFailure('timeout', 'the answer was lost');
      return { status: perhaps(0.05) ? 503 : 202 };
    },
  });
  const about = { kind: 'incident', id: 'EX1' } as const;
  const of = (n: number) => {
    const id = `request-${String(n)}`;
    desk.stand(id);
    return aMatter({ about, source: { kind: 'request', id, what: 'critical-request', seen: 1 } });
  };
  /** Until it is through, as a wake that nobody deleted comes again. */
  const insist = async (work: () => Promise<unknown>) => {
    for (let tries = 0; tries < 200; tries++) {
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof Crash) && !(error instanceof AppError)) throw error;
      }
    }
    throw new Error('never through');
  };
  const startedAt = desk.clock.now();
  let sweepAt = startedAt + minuteMs;
  troubled = true;
  /** One turn of the world: messages to one or two workers at once, a sweep each minute. */
  const turn = async (ms: number) => {
    const end = desk.clock.now() + ms;
    for (;;) {
      const ready = desk.bus.ready().slice(0, 2);
      const twice = ready.length > 0 && random() < 0.15 ? [...ready, ready[0]!] : ready;
      await Promise.all(
        twice.map(async (held) => {
          desk.bus.take(held);
          try {
            await desk.handle(held.message.body as never, desk.log.scope);
            desk.bus.complete(held);
          } catch (error) {
            if (!(error instanceof Crash) && !(error instanceof AppError)) throw error;
            // Its lock runs out, and it comes again; without a bus that lasts, the sweep sends it anew.
            held.deliveries = 0;
            held.lockedUntil = desk.clock.now() + 10 * secondMs;
          }
        }),
      );
      if (ready.length > 0) continue;
      if (desk.clock.now() >= end) return;
      await desk.advance(Math.min(5 * secondMs, end - desk.clock.now()));
      if (isSweepOff || desk.clock.now() < sweepAt) continue;
      sweepAt += minuteMs;
      isSweeping = true;
      await desk.sweepNow();
      isSweeping = false;
    }
  };
  for (const n of [1, 2, 3]) {
    await insist(async () => desk.raise(of(n)));
    if (random() < 0.5) await insist(async () => desk.raise(of(1)));
    await turn(Math.floor(random() * 20) * secondMs);
  }
  const fate: Fate = random() < 0.35 ? 'ended' : random() < 0.5 ? 'acknowledged' : 'nobody';
  await turn(Math.floor(random() * 9) * minuteMs);
  const pageId = desk.page(aMatter({ about }))?.id ?? '';
  if (fate === 'acknowledged') await insist(async () => desk.acknowledge.byCaller(pageId, 'tid.oid', desk.log.scope));
  if (fate === 'ended') {
    for (const n of [1, 2, 3]) {
      desk.stand(`request-${String(n)}`, { stands: false });
      await insist(async () => desk.pages.settle(`request-${String(n)}`, desk.log.scope));
    }
  }
  const atDecision = desk
    .notices()
    .filter(({ action, person }) => action === 'triggered' && person !== undefined).length;
  troubled = false;
  await turn(hourMs);
  return { desk, fate, atDecision, startedAt, about };
}

type Run = Awaited<ReturnType<typeof run>>;

const finalState = { nobody: 'exhausted', acknowledged: 'acknowledged', ended: 'settled' } as const;
const whole = 'olav mia olav mia';

/** What a run shows that must not be, in words. */
function wrongIn({ desk, fate, atDecision, startedAt, about }: Run): string[] {
  const people = desk.notices().filter(({ action, person }) => action === 'triggered' && person !== undefined);
  const order = people.map(({ person }) => person).join(' ');
  const times = people.map(({ createdAt }) => Date.parse(createdAt) - startedAt);
  const waits = times.map((at, n) => at - (times[n - 1] ?? 0));
  // Five minutes between them: the grace of the sweep, and a lock that must run out, more where messages were lost.
  const slackMs = 8 * minuteMs;
  const isHasty = waits.some((ms, n) => n > 0 && ms < 5 * minuteMs);
  const isLate = waits.some((ms, n) => ms > slackMs + (n > 0 ? 5 : 0) * minuteMs);
  const complaints: [boolean, string][] = [
    [desk.rowsOf('P|').length !== 1, 'not one page'],
    [!whole.startsWith(order), `paged ${order}`],
    [isHasty, 'a next person before five minutes'],
    [isLate, 'a next person too late'],
    [people.length !== (fate === 'nobody' ? 4 : atDecision), `${String(people.length)} pages of ${String(atDecision)}`],
    [desk.page(aMatter({ about }))?.state !== finalState[fate], 'another end'],
    [desk.notices().some(({ state }) => state === 'pending'), 'a notice that waits for ever'],
    [desk.rowsOf('O|').length > 0, 'a wake that is owed for ever'],
    [sharesIds(desk.calls), 'two notices of one id'],
  ];
  return complaints.filter(([isWrong]) => isWrong).map(([, said]) => said);
}

/** Repeats of a send are told apart by their id. */
function sharesIds(calls: readonly HttpCall[]): boolean {
  const kinds = new Set(calls.map((call) => `${call.headers?.['webhook-id'] ?? ''} ${sentOf(call)}`));
  const signed = [...kinds].filter((one) => !one.startsWith(' '));
  return new Set(signed.map((one) => one.split(' ')[0])).size !== signed.length;
}

describe('pages under trouble', () => {
  it('are one per matter, skip nobody, and stop with an acknowledgement or the end', async () => {
    const fates = new Set<string>();
    const wrong: string[] = [];
    for (let seed = 1; seed <= seeds; seed++) {
      const done = await run(seed);
      fates.add(done.fate);
      wrong.push(...wrongIn(done).map((said) => `seed ${String(seed)} (${done.fate}): ${said}`));
    }
    expect(wrong).toEqual([]);
    expect([...fates].toSorted()).toEqual(['acknowledged', 'ended', 'nobody']);
  });
});
