import { toIso, type Clock } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import type { Bus } from '../platform/bus.ts';
import { contended } from '../platform/contended.ts';
import { sendWakes, wakeOp, type Wake } from '../platform/outbox.ts';
import { isRefusal, queryAll, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { Attachments } from './attachment.ts';
import { requestEvents } from './events.ts';
import { onceOp, readServed, servedIn, type Once, type Served, type Texts } from './once-rows.ts';
import type { Actor, Head, RequestEvent } from './request-event.ts';
import {
  contentKey,
  contentRange,
  contentRow,
  eventKey,
  eventRange,
  eventRow,
  headKey,
  headRow,
  noteKey,
  noteRange,
  noteRow,
  partitionOf,
  type Content,
} from './request-rows.ts';
import { applyEvent, foldEvents } from './request-rules.ts';

export type StoreDeps = { table: Table; bus: Bus; clock: Clock; random: Random };

type Distributed<T> = T extends unknown ? Omit<T, 'requestId' | 'sequence' | 'at' | 'by'> : never;

/** An event before it has its place in the timeline. `note` is its free text, `attachments` go with that. */
export type Draft = {
  by: Actor;
  event: Distributed<Exclude<RequestEvent, { kind: 'created' }>>;
  note?: string | undefined;
  attachments?: Attachments | undefined;
  /** Further steps of the same transaction. */
  more?: readonly TableOp[];
};

export type Append = {
  requestId: string;
  /** Called with the request as it is, again after a lost race; may throw to refuse. Undefined where nothing is to be changed. */
  decide: (head: Head) => Draft | undefined | Promise<Draft | undefined>;
  /** Asked before anything but the request is read; throws where it is not the caller's. */
  visible?: (head: Head) => void;
  once?: Once | undefined;
};

export type Appended =
  | { outcome: 'appended'; head: Head; event: RequestEvent; texts?: Texts }
  /** A call of the same mark was served before. */
  | { outcome: 'repeated'; served: Served }
  | { outcome: 'unchanged'; head: Head }
  | { outcome: 'missing' };

export type RequestStore = ReturnType<typeof createRequestStore>;

/** The wake that every event of a request owes: lists and portals are told. */
export const wakeOf = (event: Pick<RequestEvent, 'requestId' | 'sequence' | 'at'>): Wake => ({
  id: `${event.requestId}.${String(event.sequence)}`,
  queue: 'desk-events',
  dueAt: Date.parse(event.at),
  body: { kind: 'request-event', requestId: event.requestId, sequence: event.sequence },
});

/** Reading and changing what is there of a request. Every change appends an event; the head follows from it. */
export function createRequestStore({ table, bus, clock, random }: StoreDeps) {
  const readHead = async (id: string): Promise<{ head: Head; row: Row } | undefined> => {
    const row = await table.get(partitionOf(id), headKey(id));
    return row && { head: headRow.fromRow(row), row };
  };

  const readContent = async (id: string): Promise<Content> => {
    const row = await table.get(partitionOf(id), contentKey(id));
    if (row === undefined) throw new Error(`request ${id} has no content row`);
    return contentRow.fromRow(row);
  };

  const readNote = async (id: string, sequence: number): Promise<string | undefined> => {
    const row = await table.get(partitionOf(id), noteKey(id, sequence));
    return row && noteRow.fromRow(row).text;
  };

  const readTexts = async ({ id, snooze }: Head): Promise<Texts> => {
    const content = await readContent(id);
    return { content, snoozeReason: snooze && (await readNote(id, snooze.saidAt)) };
  };

  const readEvents = async (id: string): Promise<RequestEvent[]> =>
    (await queryAll(table, eventRange(id))).map((row) => eventRow.fromRow(row));

  /** What an instance of the version before wrote last has lost the members that it does not know: its events have them. */
  const whole = async (head: Head): Promise<Head> => {
    if (head.entered !== undefined) return head;
    return foldEvents((await readEvents(head.id)).filter(({ sequence }) => sequence <= head.version)) ?? head;
  };

  const tryOnce = async ({ requestId, decide, visible, once }: Append, scope: Scope): Promise<Appended> => {
    const held = await readHead(requestId);
    if (held === undefined) return { outcome: 'missing' };
    const { row } = held;
    visible?.(held.head);
    const served = once && (await readServed(table, requestId, once));
    if (served) return { outcome: 'repeated', served };
    const head = await whole(held.head);
    const draft = await decide(head);
    if (draft === undefined) return { outcome: 'unchanged', head };
    // Clocks of instances differ a little; the timeline never goes backwards.
    const at = toIso(Math.max(clock.now(), Date.parse(head.updatedAt)));
    const event: RequestEvent = { ...draft.event, requestId, sequence: head.version + 1, at, by: draft.by };
    const next = applyEvent(head, event);
    const wake = wakeOf(event);
    const pk = partitionOf(requestId);
    const ops: TableOp[] = [
      { kind: 'insert', rk: eventKey(requestId, event.sequence), columns: eventRow.toColumns(event) },
      { kind: 'replace', rk: headKey(requestId), columns: headRow.toColumns(next), etag: row.etag },
      wakeOp(wake, scope),
      ...(draft.more ?? []),
    ];
    if (draft.note !== undefined) {
      ops.push({
        kind: 'insert',
        rk: noteKey(requestId, event.sequence),
        columns: noteRow.toColumns({ text: draft.note, attachments: draft.attachments }),
      });
    }
    const texts = once?.keepsTexts ? await readTexts(next) : undefined;
    // First, so that a refusal brings this row back: who repeats finds the answer in it.
    if (once) ops.unshift(onceOp(next, once, texts));
    await table.transact(pk, ops);
    scope.log(requestEvents.appended, { requestId, sequence: event.sequence, kind: event.kind });
    await sendWakes({ bus, clock }, { place: { table: 'requests', pk }, wakes: [wake] }, scope);
    return { outcome: 'appended', head: next, event, ...(texts && { texts }) };
  };

  return {
    readHead: async (id: string): Promise<Head | undefined> => (await readHead(id))?.head,

    /** The same, also where the version before wrote it last: then at the price of its events. */
    readWholeHead: async (id: string): Promise<Head | undefined> => {
      const held = await readHead(id);
      return held && whole(held.head);
    },

    readContent,
    readTexts,

    /** All its content rows, of every kind. */
    readContentRows: async (id: string): Promise<Row[]> => queryAll(table, contentRange(id)),

    /** Events in order, from a sequence on, and their texts. */
    readTimeline: async (id: string, { from, count }: { from: number; count: number }) => {
      const range = { from, to: from + count };
      const [events, notes] = await Promise.all([
        queryAll(table, eventRange(id, range)),
        queryAll(table, noteRange(id, range)),
      ]);
      return {
        events: events.map((row) => eventRow.fromRow(row)),
        notes: new Map(notes.map((row) => [Number(row.rk.slice(-6)), noteRow.fromRow(row)])),
      };
    },

    readEvents,

    readEvent: async (id: string, sequence: number): Promise<RequestEvent | undefined> => {
      const row = await table.get(partitionOf(id), eventKey(id, sequence));
      return row && eventRow.fromRow(row);
    },

    /** Appends one event, as often tried as others are quicker. Throws what `decide` throws, and `unavailable` in a crowd. */
    append: async (append: Append, scope: Scope): Promise<Appended> =>
      contended({ clock, random }, async () => {
        try {
          return await tryOnce(append, scope);
        } catch (error) {
          const { requestId, once } = append;
          const served = once && isRefusal(error) ? servedIn(error.found, requestId, once) : undefined;
          if (served) return { outcome: 'repeated', served };
          throw error;
        }
      }),
  };
}
