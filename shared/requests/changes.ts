import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Scope } from '../platform/telemetry.ts';
import { attachmentsSchema } from './attachment.ts';
import type { Precondition } from './if-match.ts';
import { changeOnce, type Done } from './once.ts';
import type { RequestAnswer } from './request-answer.ts';
import { answerFrom } from './request-queries.ts';
import { audienceSchema, type Head } from './request-event.ts';
import { actorOf, checkPortalTransition, checkTransition } from './request-rules.ts';
import type { RequestStore } from './request-store.ts';
import { stateSchema, textOf } from './request.ts';
import type { TimelineEntry } from './timeline.ts';

export const commentSchema = z
  .strictObject({
    text: textOf(limits.commentCharacters),
    audience: audienceSchema,
    attachments: attachmentsSchema.optional(),
  })
  .meta({ id: 'SentComment' });
export const transitionSchema = z
  .strictObject({ to: stateSchema, reason: textOf(limits.reasonCharacters) })
  .meta({ id: 'SentTransition' });

/** `route` names the way in that the key is of, where that is not the route of the API. */
type Asked<Body> = {
  caller: Caller;
  requestId: string;
  key?: string | undefined;
  route?: 'hook';
  body: Body;
  scope: Scope;
};

export type Commented = { outcome: Done['outcome']; entry: TimelineEntry };
export type Changed = { outcome: Done['outcome']; request: RequestAnswer };

/** What callers do to a request that is there. All throw `not-found` alike for an id that is unknown and one that is not theirs. */
export function createRequestChanges({ store }: { store: RequestStore }) {
  return {
    comment: async (asked: Asked<z.output<typeof commentSchema>>): Promise<Commented> => {
      const { caller, body } = asked;
      const { text, audience, attachments } = body;
      if (caller.kind === 'portal' && audience === 'internal') {
        throw new AppError('forbidden', 'Internal comments are for the desk alone.');
      }
      const by = actorOf(caller);
      const { outcome, head } = await changeOnce(store, { route: 'comments', ...asked }, (before) => ({
        by,
        event: { kind: 'commented', audience, state: before.state, ...ending(caller, before) },
        note: text,
        attachments,
      }));
      const { version: sequence, updatedAt: at, state } = head;
      return {
        outcome,
        entry: { sequence, kind: 'commented', at, by, audience, state, text, ...(attachments && { attachments }) },
      };
    },

    /** `seen` is checked against the version that is changed. Throws `illegal-transition`, `forbidden`, `etag-mismatch`. */
    transition: async (asked: Asked<z.output<typeof transitionSchema>> & { seen: Precondition }): Promise<Changed> => {
      const { caller, body, seen } = asked;
      const { to, reason } = body;
      if (caller.kind === 'portal' && to !== 'closed') checkPortalTransition('resolved', to);
      const { outcome, head, texts } = await changeOnce(
        store,
        { route: 'transitions', ...asked, keepsTexts: true },
        (before) => {
          const { state: from, version, parent } = before;
          if (caller.kind === 'portal') checkPortalTransition(from, to);
          seen(version);
          checkTransition(from, to);
          return {
            by: actorOf(caller),
            event: {
              kind: 'transitioned',
              audience: 'customer',
              from,
              state: to,
              ...ending(caller, before),
              ...(from === 'resolved' && to === 'in-progress' && parent !== undefined && { leaves: parent }),
            },
            note: reason,
          };
        },
      );
      // Of the time of the change, so that a repeat is answered alike.
      return { outcome, request: await answerFrom(store, head, { caller, at: head.updatedAt, texts }) };
    },
  };
}
export type RequestChanges = ReturnType<typeof createRequestChanges>;

/** What the customer says ends a snooze at once. */
const ending = (caller: Caller, { snooze }: Head): { endsSnooze?: true } =>
  caller.kind === 'portal' && snooze !== undefined ? { endsSnooze: true } : {};
