import { isAppError, type ErrorCode } from '../../shared/core/errors.ts';
import { createRedrive } from '../../shared/escalations/claim.ts';
import { createEscalate } from '../../shared/escalations/escalate.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { escalationsOf } from '../../shared/escalations/escalation-store.ts';
import type { EscalationDeps } from '../../shared/escalations/ports.ts';
import { cancelWithdrawn } from '../../shared/escalations/withdraw.ts';
import { aPerson } from './builders.ts';
import { Killed, type FilingHost } from './filing-host.ts';
import type { FilingWorld } from './filing-world.ts';

const patienceMs = 15_000;
const minuteMs = 60_000;

/** How often people do more than escalate and wait: twice at once, take the request back, drive a case before it is mended. */
export type Habits = { twin: number; takeBack: number; tooEarly: number };
export const usualHabits: Habits = { twin: 0.25, takeBack: 0.12, tooEarly: 0.3 };
export const noHabits: Habits = { twin: 0, takeBack: 0, tooEarly: 0 };

/** People who escalate, take requests back, and drive again what is parked; by call, until they are told that it was done. */
export function startPeople(world: FilingWorld, host: FilingHost, habits: Habits) {
  const { sim, clock, faults, scope, wrong } = world;
  const accepted = new Map<string, Set<string>>();
  let busy = 0;

  /** What came of one call; undefined where nobody knows, and `fine` where it was refused as it may be. */
  const tryOnce = async <T>(work: (deps: EscalationDeps) => Promise<T>, fine: readonly ErrorCode[]) => {
    const patience = faults.hits('client hangs up') ? Math.floor(sim.random() * 300) : patienceMs;
    const called = host.call(work).then(
      (answer) => ({ answer }),
      (error: unknown) => {
        if (error instanceof Killed || isAppError(error, 'unavailable')) return undefined;
        if (isAppError(error) && fine.includes(error.code)) return { answer: undefined };
        wrong.push(`a call ended in ${String(error)}`);
        return { answer: undefined };
      },
    );
    const done = new AbortController();
    const outcome = await Promise.race([
      called,
      clock.sleep(patience, done.signal).then(
        () => undefined,
        () => undefined,
      ),
    ]);
    done.abort();
    return outcome;
  };

  const insist = async <T>(work: (deps: EscalationDeps) => Promise<T>, fine: readonly ErrorCode[] = []) => {
    for (;;) {
      const outcome = await tryOnce(work, fine);
      if (outcome) return outcome.answer;
      await clock.sleep(1 + Math.floor(sim.random() * 4_000));
    }
  };

  const during = async (work: () => Promise<void>): Promise<void> => {
    busy++;
    await work();
    busy--;
  };

  const escalate = async (requestId: string): Promise<void> => {
    const headers = new Headers({ 'idempotency-key': `once-${requestId}` });
    const send = async () => {
      const escalateOnce = async (deps: EscalationDeps) =>
        createEscalate(deps)({ requestId, body: {}, caller: aPerson('olav'), headers, scope });
      const answer = await insist(escalateOnce);
      if (!answer) return;
      accepted.set(requestId, (accepted.get(requestId) ?? new Set<string>()).add((answer.body as Escalation).id));
    };
    await clock.sleep(1 + Math.floor(sim.random() * minuteMs));
    await Promise.all(Array.from({ length: sim.random() < habits.twin ? 2 : 1 }, send));
  };

  const takeBack = async (requestId: string): Promise<void> => {
    while (!accepted.has(requestId)) await clock.sleep(10_000);
    await clock.sleep(1 + Math.floor(sim.random() ** 2 * 10 * minuteMs));
    const request = world.requests.get(requestId);
    if (request) world.requests.set(requestId, { ...request, state: 'closed' });
    await insist(async (deps) => cancelWithdrawn(deps, requestId, scope));
  };

  /** Mended is what parked it once the trouble is over; before that a person only tries. */
  const driveAgain = async (): Promise<void> => {
    for (;;) {
      await clock.sleep(minuteMs);
      for (const requestId of world.requests.keys()) {
        const rows = await escalationsOf(world.memory.tables('escalations'), requestId);
        const parked = rows.find(({ state }) => state === 'parked');
        if (!parked || !(faults.areOver() || sim.random() < habits.tooEarly)) continue;
        const headers = new Headers({ 'idempotency-key': `${parked.id}-${String(parked.version)}` });
        const drive = async (deps: EscalationDeps) =>
          createRedrive(deps)({ escalationId: parked.id, body: {}, caller: aPerson('olav'), headers, scope });
        const times = sim.random() < habits.twin ? 2 : 1;
        await Promise.all(Array.from({ length: times }, async () => insist(drive, ['illegal-transition'])));
      }
    }
  };

  for (const requestId of world.requests.keys()) {
    void during(async () => escalate(requestId));
    if (sim.random() < habits.takeBack) void during(async () => takeBack(requestId));
  }
  void driveAgain();
  return { accepted, areDone: () => busy === 0 };
}

export type People = ReturnType<typeof startPeople>;
