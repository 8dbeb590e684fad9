import { visibleTo, type Caller } from '../core/caller.ts';
import { minuteMs, toIso, type Clock } from '../core/clock.ts';
import type { Counting } from '../core/paused.ts';
import type { Statement } from '../statement/statement.ts';
import { clocksOf, deskClock } from './clocks.ts';
import type { RequestClock } from './request-clock.ts';
import { answerOf, shownTo, type RequestAnswer } from './request-answer.ts';
import type { Texts } from './once-rows.ts';
import type { MicrosoftClocks } from './ports.ts';
import type { Head } from './request-event.ts';
import type { RequestStore } from './request-store.ts';
import { timelinePage, type TimelinePage, type TimelineQuery } from './timeline-page.ts';

/** Who is answered, the time (ISO 8601) that the answer is of, and the texts where they are at hand. */
export type View = { caller: Caller; at: string; texts?: Texts | undefined };

/** The request as answered: its head, and what of it stands in content rows. */
export async function answerFrom(store: RequestStore, head: Head, view: View): Promise<RequestAnswer> {
  const shown = shownTo(view.caller, head, view.at);
  const { content, snoozeReason } = view.texts ?? (await store.readTexts(shown));
  return answerOf(shown, content, snoozeReason);
}

export type QueriesDeps = {
  store: RequestStore;
  clock: Pick<Clock, 'now'>;
  currentStatement: () => Promise<Statement>;
  microsoftClocks: MicrosoftClocks;
};

/** Targets in published hours count by those of now. Loaded at the first use, as the calendar is. */
async function countingOf({ hours }: Statement): Promise<Counting> {
  const { afterBusinessMinutes, businessMsBetween } = await import('../statement/business-time.ts');
  return {
    between: (fromMs, toMs) => businessMsBetween(hours, fromMs, toMs),
    after: (fromMs, ms) => afterBusinessMinutes(hours, fromMs, ms / minuteMs),
  };
}

/**
 * What is there to know of one request. Whether the caller may see it is decided on the head, before anything else is read: an
 * id that is unknown and one of somebody else cost the same and answer the same (`not-found`).
 */
export function createRequestQueries({ store, clock, currentStatement, microsoftClocks }: QueriesDeps) {
  const visible = async (caller: Caller, id: string): Promise<Head> => visibleTo(caller, await store.readHead(id));
  return {
    read: async (caller: Caller, id: string): Promise<RequestAnswer> =>
      answerFrom(store, await visible(caller, id), { caller, at: toIso(clock.now()) }),

    timeline: async (caller: Caller, id: string, query: TimelineQuery): Promise<TimelinePage> => {
      await visible(caller, id);
      return timelinePage(store, { caller, id, query });
    },

    clocks: async (caller: Caller, id: string): Promise<RequestClock[]> => {
      const head = await visible(caller, id);
      const nowMs = clock.now();
      const isBusiness = head.firstResponse?.resolution?.calendar === 'business';
      const businessHours = isBusiness ? await countingOf(await currentStatement()) : undefined;
      const customers = clocksOf(await store.readEvents(id), { nowMs, businessHours });
      if (caller.kind === 'portal') return customers;
      const own = deskClock(head, nowMs);
      const microsofts = head.escalation ? await microsoftClocks(head.escalation.id) : [];
      return [...customers, ...(own ? [own] : []), ...microsofts];
    },
  };
}
