import { describe, expect, it } from 'vitest';
import { fromIso, toIso } from '../../shared/core/clock.ts';
import { dueAfter, pausesOf, pausesWithin, type Pause } from '../../shared/core/paused.ts';
import type { CaseFact } from '../../shared/escalations/escalation.ts';
import { lateNow, microsoftClocks, type Watched } from '../../shared/escalations/microsoft-clock.ts';
import { seededRandom } from '../support/seeded.ts';
import { startOfTest } from './builders.ts';

const hour = 3_600_000;
const at = (hours: number): string => new Date(startOfTest + hours * hour).toISOString();
const aCase = (change: Partial<Watched> = {}): Watched => ({
  filedAt: at(0),
  severity: 'critical',
  targets: { responseHours: { critical: 2, moderate: 4, minimal: 8 }, source: 'the contract' },
  facts: [],
  ...change,
});
const clock = (watched: Watched, hours: number, name: string) =>
  microsoftClocks(watched, startOfTest + hours * hour).find((one) => one.clock === `microsoft-${name}`);
const heard = (hours: number, more: Partial<CaseFact> = {}): CaseFact => ({ at: at(hours), heard: true, ...more });

describe("Microsoft's first response", () => {
  it('is due by the target of the vehicle, whose source it names', () => {
    expect(clock(aCase(), 1, 'first-response')).toMatchObject({ dueAt: at(2), state: 'running' });
    expect(clock(aCase(), 1, 'first-response')?.how).toContain('Source: the contract.');
    expect(clock(aCase(), 2.1, 'first-response')?.state).toBe('missed');
    expect(clock(aCase({ facts: [heard(1)] }), 9, 'first-response')).toMatchObject({ state: 'met', metAt: at(1) });
    expect(clock(aCase({ facts: [heard(3)] }), 9, 'first-response')).toMatchObject({ state: 'missed', metAt: at(3) });
  });

  it('is counted from the filing on under the severity that the case has now', () => {
    const facts: CaseFact[] = [{ at: at(1), severity: 'moderate' }];
    expect(clock(aCase({ facts }), 3, 'first-response')).toMatchObject({ dueAt: at(4), state: 'running' });
    const raised: CaseFact[] = [...facts, { at: at(3), severity: 'critical' }];
    expect(clock(aCase({ facts: raised }), 3.5, 'first-response')).toMatchObject({ dueAt: at(2), state: 'missed' });
  });
});

describe('what Microsoft promised, and its silence', () => {
  it('is kept by the next word, and stands still while it waits for us', () => {
    const promised = heard(1, { nextUpdateBy: at(3) });
    expect(clock(aCase({ facts: [promised] }), 2, 'next-update')).toMatchObject({ dueAt: at(3), state: 'running' });
    expect(clock(aCase({ facts: [promised] }), 4, 'next-update')?.state).toBe('missed');
    expect(clock(aCase({ facts: [promised, heard(2)] }), 4, 'next-update')?.state).toBe('met');
    const asks: CaseFact = { at: at(2), needsAnswer: true };
    expect(clock(aCase({ facts: [promised, asks] }), 6, 'next-update')).toMatchObject({
      state: 'paused',
      pauses: [{ from: at(2), why: 'Microsoft waits for an answer of the partner.' }],
    });
    const answered = [promised, asks, { at: at(5), needsAnswer: false }];
    expect(clock(aCase({ facts: answered }), 5.5, 'next-update')).toMatchObject({ dueAt: at(6), state: 'running' });
  });

  it('counts a silence from the last word, not while a promise runs, and not after the end', () => {
    expect(clock(aCase({ facts: [heard(1)] }), 2, 'silence')?.dueAt).toBe(at(5));
    expect(clock(aCase({ facts: [heard(1, { nextUpdateBy: at(10) })] }), 6, 'silence')?.dueAt).toBe(at(14));
    expect(clock(aCase({ facts: [heard(1)], closedAt: at(2) }), 9, 'silence')).toBeUndefined();
  });

  it('leaves no case unwatched where the vehicle promises nothing', () => {
    expect(clock(aCase({ targets: undefined }), 5, 'silence')?.state).toBe('missed');
  });

  it('is late only as long as it is owed', () => {
    expect(lateNow(microsoftClocks(aCase(), startOfTest + 3 * hour)).map((one) => one.key)).toEqual(['first-response']);
    expect(lateNow(microsoftClocks(aCase({ facts: [heard(2.5)] }), startOfTest + 3 * hour))).toEqual([]);
  });
});

type Run = { startMs: number; nowMs: number; pauses: readonly Pause[] };

/** Active and paused milliseconds between a start and an end. */
function spentBetween(endMs: number, { startMs, nowMs, pauses }: Run) {
  const within = pausesWithin(pauses, toIso(startMs), toIso(endMs));
  const lengths = within.map(({ from, to }) => (to === undefined ? nowMs : fromIso(to)) - fromIso(from));
  const pausedMs = lengths.reduce((sum, length) => sum + length, 0);
  return { activeMs: endMs - startMs - pausedMs, pausedMs };
}

describe('a clock that can stand still', () => {
  const random = seededRandom(23);
  const switches = () =>
    Array.from({ length: 12 }, () => ({ at: at(Math.floor(random() * 100)), isOn: random() < 0.5 }));

  it('has active and paused time that add up to what has passed, whatever pauses there were', () => {
    for (let run = 0; run < 500; run++) {
      const nowMs = startOfTest + 120 * hour;
      const pauses = pausesOf(switches(), 'a reason');
      const endMs = startOfTest + Math.floor(random() * 120) * hour;
      const { activeMs, pausedMs } = spentBetween(endMs, { startMs: startOfTest, nowMs, pauses });
      expect(activeMs + pausedMs).toBe(endMs - startOfTest);
      expect(Math.min(activeMs, pausedMs)).toBeGreaterThanOrEqual(0);
    }
  });

  it('never runs backwards, and is due when so much active time has passed', () => {
    for (let run = 0; run < 200; run++) {
      const pauses = pausesOf([...switches(), { at: at(100), isOn: false }], 'a reason');
      const allowance = Math.floor(random() * 40) * hour;
      const run_ = { startMs: startOfTest, nowMs: startOfTest + 110 * hour, pauses };
      const dueMs = dueAfter(allowance, run_) ?? 0;
      expect(spentBetween(dueMs, run_).activeMs).toBe(allowance);
      let before = 0;
      for (let hours = 0; hours <= 110; hours++) {
        const { activeMs } = spentBetween(startOfTest + hours * hour, run_);
        expect(activeMs).toBeGreaterThanOrEqual(before);
        before = activeMs;
      }
    }
  });
});
