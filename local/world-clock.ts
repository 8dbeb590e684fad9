/** The one clock of the local world: real time plus an offset that the control endpoint moves forward. */
export type WorldClock = {
  /** World time, milliseconds since the epoch. */
  now(): number;
  offsetMs(): number;
  /** Calls the listener after each jump; the jump is answered when every listener has finished. */
  onJump(listener: () => void | Promise<void>): void;
};

export type MovableClock = WorldClock & {
  /** Sets the offset (forward only) and waits for all listeners. */
  setOffset(offsetMs: number): Promise<void>;
};

export function createWorldClock(realNow: () => number = Date.now): MovableClock {
  let offset = 0;
  const listeners: (() => void | Promise<void>)[] = [];
  return {
    now: () => realNow() + offset,
    offsetMs: () => offset,
    onJump: (listener) => {
      listeners.push(listener);
    },
    setOffset: async (offsetMs) => {
      offset = Math.max(offset, offsetMs);
      await Promise.all(listeners.map(async (listener) => listener()));
    },
  };
}
