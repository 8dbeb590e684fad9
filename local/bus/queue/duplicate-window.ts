/** Remembers message ids for the queue's duplicate window. */
type DuplicateWindow = {
  /** Sequence number under which this id was accepted within the window, if it was. */
  find(messageId: string): number | undefined;
  remember(messageId: string, sequenceNumber: number): void;
};

/** A window of 0 ms remembers nothing. */
export function createDuplicateWindow(windowMs: number, now: () => number): DuplicateWindow {
  const seen = new Map<string, { sequenceNumber: number; until: number }>();
  // Every entry lives equally long and is never refreshed, so the map's insertion order is the order of forgetting.
  const forget = () => {
    for (const [messageId, { until }] of seen) {
      if (until > now()) return;
      seen.delete(messageId);
    }
  };
  return {
    find(messageId) {
      forget();
      return seen.get(messageId)?.sequenceNumber;
    },
    remember(messageId, sequenceNumber) {
      if (windowMs > 0) seen.set(messageId, { sequenceNumber, until: now() + windowMs });
    },
  };
}
