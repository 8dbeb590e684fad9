import { toIso, type Clock } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import type { Bus } from '../platform/bus.ts';
import { contended } from '../platform/contended.ts';
import { sendWakes, wakeOp, type Wake } from '../platform/outbox.ts';
import { isRefusal, queryAll, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { requestEvents } from './events.ts';
import type { Actor, Head, RequestEvent } from './request-event.ts';
import {
  contentKey,
  contentRow,
  eventKey,
  eventRange,
  eventRow,
  headKey,
  headRow,
  noteKey,
  noteRange,
  noteRow,
  onceRow,
  partitionOf,
  type Content,
  type Once,
} from './request-rows.ts';
import { applyEvent } from './request-rules.ts';

export type StoreDeps = { table: Table; bus: Bus; clock: Clock; random: Random };

type Distributed<T> = T extends unknown ? Omit<T, 'requestId' | 'sequence' | 'at' | 'by'> : never;

/** An event before it has its place in the timeline. `note` is its free text. */
export type Draft = {
  by: Actor;
  event: Distributed<Exclude<RequestEvent, { kind: 'created' }>>;
  note?: string | undefined;
};

export type Append = {
  requestId: string;
  /** Called with the request as it is, again after a lost race; may throw to refuse. */
  decide: (head: Head) => Draft | Promise<Draft>;
  /** Makes the call happen once: a row of this key goes with the change, and is found by a repeat. */
  once?: { rk: string; bodyHash: string } | undefined;
};

export type Appended =
  | { outcome: 'appended'; head: Head; event: RequestEvent }
  /** Another call of the same key was first. */
  | { outcome: 'repeated'; once: Once }
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

  const tryOnce = async ({ requestId, decide, once }: Append, scope: Scope): Promise<Appended> => {
    const held = await readHead(requestId);
    if (held === undefined) return { outcome: 'missing' };
    const { head, row } = held;
    const draft = await decide(head);
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
    ];
    if (draft.note !== undefined) {
      ops.push({
        kind: 'insert',
        rk: noteKey(requestId, event.sequence),
        columns: noteRow.toColumns({ text: draft.note }),
      });
    }
    // First, so that a refusal brings this row back: who repeats finds the answer in it.
    if (once) {
      ops.unshift({ kind: 'insert', rk: once.rk, columns: onceRow.toColumns({ ...next, bodyHash: once.bodyHash }) });
    }
    await table.transact(pk, ops);
    scope.log(requestEvents.appended, { requestId, sequence: event.sequence, kind: event.kind });
    await sendWakes({ bus, clock }, { place: { table: 'requests', pk }, wakes: [wake] }, scope);
    return { outcome: 'appended', head: next, event };
  };

  return {
    readHead: async (id: string): Promise<Head | undefined> => (await readHead(id))?.head,

    readContent: async (id: string): Promise<Content> => {
      const row = await table.get(partitionOf(id), contentKey(id));
      if (row === undefined) throw new Error(`request ${id} has no content row`);
      return contentRow.fromRow(row);
    },

    readNote: async (id: string, sequence: number): Promise<string | undefined> => {
      const row = await table.get(partitionOf(id), noteKey(id, sequence));
      return row && noteRow.fromRow(row).text;
    },

    /** The texts of events, by sequence. */
    readNotes: async (id: string): Promise<Map<number, string>> => {
      const rows = await queryAll(table, noteRange(id));
      return new Map(rows.map((row) => [Number(row.rk.slice(-6)), noteRow.fromRow(row).text]));
    },

    readEvents: async (id: string): Promise<RequestEvent[]> =>
      (await queryAll(table, eventRange(id))).map((row) => eventRow.fromRow(row)),

    readEvent: async (id: string, sequence: number): Promise<RequestEvent | undefined> => {
      const row = await table.get(partitionOf(id), eventKey(id, sequence));
      return row && eventRow.fromRow(row);
    },

    readOnce: async (id: string, rk: string): Promise<Once | undefined> => {
      const row = await table.get(partitionOf(id), rk);
      return row && onceRow.fromRow(row);
    },

    /** Appends one event, as often tried as others are quicker. Throws what `decide` throws, and `unavailable` in a crowd. */
    append: async (append: Append, scope: Scope): Promise<Appended> =>
      contended({ clock, random }, async () => {
        try {
          return await tryOnce(append, scope);
        } catch (error) {
          const found = isRefusal(error) ? error.found : undefined;
          if (append.once && found?.rk === append.once.rk) return { outcome: 'repeated', once: onceRow.fromRow(found) };
          throw error;
        }
      }),
  };
}
