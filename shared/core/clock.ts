/** Time as an argument: the only way the desk learns what time it is, waits, or bounds a call. All values in milliseconds. */
export type Clock = {
  /** Milliseconds since the epoch. */
  now: () => number;
  /** Resolves after `ms`; rejects with the signal's reason when it is aborted first. */
  sleep: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** A signal that aborts after `ms` with a `TimeoutError`. */
  deadline: (ms: number) => AbortSignal;
};

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: async (ms, signal) => {
    signal?.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', onAbort);
        resolve();
      }, ms);
      signal?.addEventListener('abort', onAbort, { once: true });
    });
  },
  deadline: (ms) => AbortSignal.timeout(ms),
};

/** ISO 8601 in UTC with milliseconds: the one text form of time in rows, messages and answers. */
export const toIso = (ms: number): string => new Date(ms).toISOString();

export const fromIso = (iso: string): number => Date.parse(iso);

export const secondMs = 1_000;
export const minuteMs = 60_000;
export const hourMs = 3_600_000;
export const dayMs = 86_400_000;
