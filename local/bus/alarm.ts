/** One real timer that wakes at the earliest time it was asked for, in world time. */
type Alarm = {
  wakeAt(at: number): void;
  /** Forgets the armed time: needed when the world's clock jumped, for the timer counts real milliseconds. */
  reset(): void;
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function createAlarm(now: () => number, ring: () => void): Alarm {
  let timer: NodeJS.Timeout | undefined;
  let armedFor = Infinity;
  const reset = () => {
    clearTimeout(timer);
    armedFor = Infinity;
  };
  return {
    reset,
    wakeAt(at) {
      if (at >= armedFor) return;
      clearTimeout(timer);
      armedFor = at;
      const delayMs = Math.min(Math.max(at - now(), 0), LONGEST_TIMER_MS);
      timer = setTimeout(() => {
        armedFor = Infinity;
        ring();
      }, delayMs);
    },
  };
}
