type ThrottleRule = { limit: number; windowSeconds: number };

export type Throttle = {
  /** Seconds to wait, or undefined when the call is within the limits (and is counted). */
  take(key: string, now: number): number | undefined;
};

/** Sliding windows per key, on the world clock. Refused calls are not counted. */
export function createThrottle(rules: readonly ThrottleRule[]): Throttle {
  const longestMs = Math.max(...rules.map((rule) => rule.windowSeconds)) * 1000;
  const callsByKey = new Map<string, number[]>();
  return {
    take: (key, now) => {
      const calls = (callsByKey.get(key) ?? []).filter((at) => at > now - longestMs);
      const waits = rules.map((rule) => {
        // The call that must leave the window before one more fits in.
        const blocking = calls.at(-rule.limit);
        return blocking === undefined ? 0 : Math.ceil((blocking + rule.windowSeconds * 1000 - now) / 1000);
      });
      const wait = Math.max(...waits);
      if (wait <= 0) calls.push(now);
      callsByKey.set(key, calls);
      return wait > 0 ? wait : undefined;
    },
  };
}
