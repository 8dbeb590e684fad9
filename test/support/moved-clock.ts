import type { Clock } from '../../shared/core/clock.ts';

/** A clock that only a test moves. Sleepers wake, and deadlines pass, while it moves over their time. */
export function movedClock(start = Date.parse('2026-11-02T09:00:00.000Z')) {
  let now = start;
  let order = 0;
  const timers: { at: number; order: number; fire: () => void }[] = [];
  const after = (ms: number, fire: () => void) => {
    const timer = { at: now + ms, order: order++, fire };
    timers.push(timer);
    return () => {
      const index = timers.indexOf(timer);
      if (index >= 0) timers.splice(index, 1);
    };
  };
  const clock: Clock = {
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const cancel = after(ms, resolve);
        signal?.addEventListener('abort', () => {
          cancel();
          reject(signal.reason as Error);
        });
      });
    },
    deadline: (ms) => {
      const controller = new AbortController();
      after(ms, () => {
        controller.abort(new DOMException('The deadline has passed.', 'TimeoutError'));
      });
      return controller.signal;
    },
  };
  return {
    clock,
    /** Moves time forward, firing timers in order, and lets what they woke run between them. */
    advance: async (ms: number): Promise<void> => {
      const end = now + ms;
      for (;;) {
        const next = timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.order - b.order)[0];
        if (!next) break;
        timers.splice(timers.indexOf(next), 1);
        now = Math.max(now, next.at);
        next.fire();
        await new Promise((resolve) => setImmediate(resolve));
      }
      now = end;
    },
    /** Time of the next sleeper or deadline. */
    nextAt: (): number | undefined => (timers.length === 0 ? undefined : Math.min(...timers.map((timer) => timer.at))),
  };
}
