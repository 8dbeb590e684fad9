import { createMinHeap } from './min-heap.ts';

/** When something falls due, by sequence number. A message has one true deadline at a time; older entries are skipped. */
type Deadlines = {
  add(sequenceNumber: number, at: number): void;
  /** Earliest deadline, true or outdated; Infinity if there is none. */
  nextAt: () => number;
  /** The next sequence number whose true deadline is `now` or earlier. */
  takeDue(now: number): number | undefined;
};

/** `trueDeadline` answers Infinity for a message that is gone; `liveCount` is the number of messages that exist. */
export function createDeadlines(trueDeadline: (sequenceNumber: number) => number, liveCount: () => number): Deadlines {
  const heap = createMinHeap<{ at: number; sequenceNumber: number }>(({ at }) => at);
  return {
    nextAt: () => heap.peek()?.at ?? Infinity,
    add(sequenceNumber, at) {
      heap.push({ at, sequenceNumber });
      if (heap.size() <= 2 * liveCount() + 1_024) return;
      // Deadlines of settled messages lie here until their time (days, for the time to live): clear them out now and then.
      heap.keep((deadline) => trueDeadline(deadline.sequenceNumber) === deadline.at);
    },
    takeDue(now) {
      for (let top = heap.peek(); top && top.at <= now; top = heap.peek()) {
        heap.pop();
        if (trueDeadline(top.sequenceNumber) <= now) return top.sequenceNumber;
      }
      return undefined;
    },
  };
}
