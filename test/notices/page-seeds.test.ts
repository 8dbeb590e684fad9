import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/core/errors.ts';
import { hourMs, minuteMs, secondMs } from '../../shared/core/clock.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
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
  return { desk, fate, atDecision, startedAt, isBusOff, about };
}

describe('pages under trouble', () => {
  it('are one per matter, skip nobody, and stop with an acknowledgement or the end', async () => {
    const fates = new Map<string, number>();
    for (let seed = 1; seed <= seeds; seed++) {
      const { desk, fate, atDecision, isBusOff, startedAt, about } = await run(seed);
      const told = `seed ${String(seed)}, ${fate}${isBusOff ? ', no bus' : ''}`;
      fates.set(fate, (fates.get(fate) ?? 0) + 1);
      expect(desk.rowsOf('P|'), told).toHaveLength(1);
      const people = desk.notices().filter(({ action, person }) => action === 'triggered' && person !== undefined);
      const times = people.map(({ person, createdAt }) => ({ person, at: Date.parse(createdAt) - startedAt }));
      const whole = ['olav', 'mia', 'olav', 'mia'];
      expect(whole.slice(0, people.length), told).toEqual(people.map(({ person }) => person));
      // Five minutes between them: the grace of the sweep more where messages were lost.
      for (const [n, { at }] of times.entries()) {
        const waited = at - (times[n - 1]?.at ?? 0);
        if (n > 0) expect(waited, told).toBeGreaterThanOrEqual(5 * minuteMs);
        expect(waited, told).toBeLessThan((n > 0 ? 5 : 0) * minuteMs + 8 * minuteMs);
      }
      if (fate === 'nobody') expect(people, told).toHaveLength(4);
      else expect(people.length, told).toBe(atDecision);
      expect(desk.page(aMatter({ about }))?.state, told).toBe(
        { nobody: 'exhausted', acknowledged: 'acknowledged', ended: 'settled' }[fate],
      );
      expect(
        desk.notices().filter(({ state }) => state === 'pending'),
        told,
      ).toEqual([]);
      expect(desk.rowsOf('O|'), told).toEqual([]);
      // Repeats of a send are told apart by their id: no two notices share one.
      const ids = new Map<string, Set<string>>();
      for (const call of desk.calls.filter((one) => sentOf(one).startsWith('olav'))) {
        const id = call.headers?.['webhook-id'] ?? '';
        ids.set(id, (ids.get(id) ?? new Set()).add(sentOf(call)));
      }
      expect(
        [...ids.values()].every(({ size }) => size === 1),
        told,
      ).toBe(true);
    }
    expect([...fates.keys()].toSorted()).toEqual(['acknowledged', 'ended', 'nobody']);
  });
});
