import { visibleTo, type Caller } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import { clocksOf, type RequestClock } from './clocks.ts';
import { answerOf, type RequestAnswer } from './request-answer.ts';
import type { Texts } from './once-rows.ts';
import type { Head } from './request-event.ts';
import type { RequestStore } from './request-store.ts';
import { timelineFor, type TimelineEntry } from './timeline.ts';

/** The request as answered: its head, and what of it stands in content rows, where that is not at hand. */
export async function answerFrom(store: RequestStore, head: Head, texts?: Texts): Promise<RequestAnswer> {
  const { content, snoozeReason } = texts ?? (await store.readTexts(head));
  return answerOf(head, content, snoozeReason);
}

/**
 * What is there to know of one request. Whether the caller may see it is decided on the head, before anything else is read: an
 * id that is unknown and one of somebody else cost the same and answer the same (`not-found`).
 */
export function createRequestQueries({ store, clock }: { store: RequestStore; clock: Pick<Clock, 'now'> }) {
  const visible = async (caller: Caller, id: string): Promise<Head> => visibleTo(caller, await store.readHead(id));
  return {
    read: async (caller: Caller, id: string): Promise<RequestAnswer> => answerFrom(store, await visible(caller, id)),

    timeline: async (caller: Caller, id: string): Promise<TimelineEntry[]> => {
      await visible(caller, id);
      const [events, notes] = await Promise.all([store.readEvents(id), store.readNotes(id)]);
      return timelineFor(caller, events, notes);
    },

    clocks: async (caller: Caller, id: string): Promise<RequestClock[]> => {
      await visible(caller, id);
      return clocksOf(await store.readEvents(id), clock.now());
    },
  };
}
