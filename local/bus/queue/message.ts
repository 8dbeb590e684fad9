/** A message as it was sent. `encoded` belongs to the protocol side; the queue carries it and never looks inside. */
export type MessageContent<Encoded = unknown> = {
  /** Key of duplicate detection. */
  messageId: string;
  /** Milliseconds; without it the queue's own time to live applies. */
  timeToLiveMs: number | undefined;
  /** World time, milliseconds since the epoch. */
  scheduledFor: number | undefined;
  encoded: Encoded;
};

/** Application properties that a receiver changed while settling, by name; the values are carried, never read. */
export type PropertyChanges = ReadonlyMap<string, unknown>;

export type DeadLetterCause = { reason?: string | undefined; description?: string | undefined };

/** A message in a queue. All times are world time in milliseconds since the epoch. */
export type QueuedMessage = {
  content: MessageContent;
  sequenceNumber: number;
  /** The number it was first stored under: another one once a scheduled message is enqueued or a message is dead-lettered. */
  enqueuedSequenceNumber: number;
  enqueuedAt: number;
  expiresAt: number;
  /** Earlier deliveries that failed. */
  deliveryCount: number;
  /** A message that was scheduled keeps saying so after its time has come, as in Azure. */
  state: 'active' | 'deferred' | 'scheduled';
  /** Scheduled and not enqueued yet. */
  isWaiting: boolean;
  lock: { token: string; until: number } | undefined;
  changes: PropertyChanges;
  deadLetter: (DeadLetterCause & { source: string }) | undefined;
};

/** `lock` is peek-lock, `delete` is receive-and-delete. */
export type ReceiveMode = 'lock' | 'delete';

/** A queue as it is declared. */
export type QueueOptions = {
  lockSeconds: number;
  maxDeliveryCount: number;
  duplicateWindowSeconds: number;
  timeToLiveDays: number;
  /** Without it, expired messages are dropped, which is Azure's default too. */
  deadLetterOnExpiry?: boolean;
};
