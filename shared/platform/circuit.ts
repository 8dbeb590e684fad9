import { minuteMs, secondMs, toIso, type Clock } from '../core/clock.ts';
import { HttpFailure, retryAfterSeconds, type Http } from './http.ts';
import { TokenFailure, type TokenSource } from './tokens.ts';

/** An upstream that is left alone for now, for `readyz`. */
export type OpenCircuit = { upstream: string; since: string; nextProbeAt: string; reason: string };

/** Nothing was called: the upstream has failed at everybody, and is given time. */
class CircuitOpen extends Error {
  override readonly name = 'CircuitOpen';
  readonly retryAfterSeconds: number;

  constructor(upstream: string, retryAfterSeconds: number) {
    super(`${upstream} is left alone for now`);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** That an upstream is down, for everybody; undefined for any sign of life, refusals and throttling too. */
type Down = { reason: string; retryAfterSeconds?: number | undefined } | undefined;
type Judge<T> = { answered: (value: T) => Down; failed: (error: unknown) => Down };

/** So many failures without a success between them; one tenant's own trouble has others' successes between. */
const failuresToOpen = 8;
/** How long nobody calls; doubled with each probe that fails. */
const open = { leastMs: 15 * secondMs, mostMs: minuteMs };
/** A `Retry-After` above this is one caller's business, not everybody's. */
const retryAfterMostMs = 5 * minuteMs;

/**
 * A circuit breaker for one upstream, kept by each instance for itself: nothing depends on it but how often a dead upstream is
 * called. Once its time is over, one call goes through as a probe and the others wait for what becomes of it, so that
 * nobody is turned away by an upstream that is back. It has no timers: it moves when it is asked.
 */
export function createCircuit(upstream: string, clock: Pick<Clock, 'now'>) {
  let failures = 0;
  let opened: { since: number; until: number; forMs: number; reason: string } | undefined;
  let probe: Promise<unknown> | undefined;

  const note = (down: Down, isProbe: boolean): void => {
    if (!down) {
      failures = 0;
      opened = undefined;
      return;
    }
    failures++;
    const mayOpen = opened ? isProbe : failures >= failuresToOpen;
    if (!mayOpen) return;
    const now = clock.now();
    const forMs = opened ? Math.min(open.mostMs, opened.forMs * 2) : open.leastMs;
    const wait = Math.max(forMs, Math.min(retryAfterMostMs, (down.retryAfterSeconds ?? 0) * secondMs));
    opened = { since: opened?.since ?? now, until: now + wait, forMs, reason: down.reason };
  };

  const attempt = async <T>(work: () => Promise<T>, judge: Judge<T>, isProbe: boolean): Promise<T> => {
    let value: T;
    try {
      value = await work();
    } catch (error) {
      note(judge.failed(error), isProbe);
      throw error;
    }
    note(judge.answered(value), isProbe);
    return value;
  };

  return {
    /** Throws {@link CircuitOpen} without calling `work`, or whatever `work` comes to. */
    run: async <T>(work: () => Promise<T>, judge: Judge<T>): Promise<T> => {
      while (opened) {
        const wait = opened.until - clock.now();
        if (wait > 0) throw new CircuitOpen(upstream, Math.ceil(wait / secondMs));
        if (!probe) {
          const first = attempt(work, judge, true);
          probe = first;
          try {
            return await first;
          } finally {
            probe = undefined;
          }
        }
        await probe.catch(() => undefined);
      }
      return attempt(work, judge, false);
    },
    state: (): OpenCircuit | undefined =>
      opened && {
        upstream,
        since: toIso(opened.since),
        nextProbeAt: toIso(opened.until),
        reason: opened.reason,
      },
  };
}

export type Circuit = ReturnType<typeof createCircuit>;

/** The circuits of one instance, by the name of their upstream. */
export function createCircuits(clock: Pick<Clock, 'now'>) {
  const all = new Map<string, Circuit>();
  return {
    of: (upstream: string): Circuit => {
      const known = all.get(upstream);
      if (known) return known;
      const made = createCircuit(upstream, clock);
      all.set(upstream, made);
      return made;
    },
    open: (): OpenCircuit[] => [...all.values()].map((one) => one.state()).filter((one) => one !== undefined),
  };
}

export type Circuits = ReturnType<typeof createCircuits>;

/** Calls through a circuit. While it is open they fail with `circuit-open`: nothing has left the desk. */
export const httpThrough =
  (circuit: Circuit, http: Http, clock: Pick<Clock, 'now'>): Http =>
  async (call) => {
    try {
      return await circuit.run(async () => http(call), {
        answered: (answer) =>
          answer.status < 500
            ? undefined
            : {
                reason: `HTTP ${String(answer.status)}`,
                retryAfterSeconds: retryAfterSeconds(answer, clock.now()),
              },
        failed: (error) =>
          error instanceof HttpFailure && (error.reason === 'network' || error.reason === 'timeout')
            ? { reason: error.reason }
            : undefined,
      });
    } catch (error) {
      if (!(error instanceof CircuitOpen)) throw error;
      throw new HttpFailure('circuit-open', error.message, { retryAfterSeconds: error.retryAfterSeconds });
    }
  };

/** Tokens through a circuit: it opens where nobody gets one because the way to them is away. */
export const tokensThrough =
  (circuit: Circuit, tokens: TokenSource): TokenSource =>
  async (want) => {
    try {
      return await circuit.run(async () => tokens(want), {
        answered: () => undefined,
        failed: (error) => (error instanceof TokenFailure && error.reason === 'away' ? { reason: 'away' } : undefined),
      });
    } catch (error) {
      if (!(error instanceof CircuitOpen)) throw error;
      throw new TokenFailure('away', error.message, { retryAfterSeconds: error.retryAfterSeconds });
    }
  };
