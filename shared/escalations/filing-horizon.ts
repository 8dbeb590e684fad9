import { minuteMs, secondMs } from '../core/clock.ts';

/** `functionTimeout` of host.json: no execution lives longer, so none can put a ticket later than that after its intent. */
const functionTimeoutMs = 2 * minuteMs;
/** How long Microsoft may take to commit a call whose answer never came. */
const slowestCommitMs = minuteMs;
/** How long a committed ticket may stay unseen by a read. */
const readLagMs = minuteMs;
/** Two instances' clocks may differ by this much. */
const clockSkewMs = minuteMs;

/**
 * After a try whose end is unknown, a second one waits this long: by then the first has either made a ticket that can be seen,
 * or never will.
 */
export const settleHorizonMs = functionTimeoutMs + slowestCommitMs + readLagMs + clockSkewMs;

/** An intent older than this is not acted upon: the execution was held up between writing it and putting the ticket. */
export const staleIntentMs = 15 * secondMs;

/**
 * When to come again for what is due at `dueAt`: a wake that comes a little early has met a slow clock. Owed at the time itself it
 * would be overdue by the bus's clock, and come at once, over and over.
 */
export const againAt = (dueAt: number, nowMs: number): number =>
  dueAt - nowMs <= clockSkewMs ? dueAt + clockSkewMs : dueAt;
