import * as z from 'zod';
import { hourMs, toIso, type Clock } from '../core/clock.ts';
import { AppError, isAppError } from '../core/errors.ts';
import type { Random } from '../core/ids.ts';
import { encodeKey } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import type { Bus } from '../platform/bus.ts';
import { contended } from '../platform/contended.ts';
import { deleteWake, readWake, sendWakes, wakeOp, type Wake, type WakeMessage } from '../platform/outbox.ts';
import { packText, unpackText } from '../platform/packed.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { rowKind } from '../platform/row.ts';
import { writeOver, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { requestEvents } from './events.ts';
import { namedOp, refsPartition, waitingWake, type ExternalRefIndex } from './external-ref-index.ts';

/** A webhook about a request that its portal names and the desk does not know. `body` is all of it. */
export type Unplaced = { portalId: string; pendingId: string; webhookId: string; type: string; body: unknown };

/** Keeps for people what nobody can place. Throws `too-many-requests` where there is no room. Idempotent by webhook-id. */
export type SetAside = (unplaced: Unplaced, scope: Scope) => Promise<unknown>;

export type WaitingDeps = {
  table: Table;
  bus: Bus;
  clock: Clock;
  random: Random;
  index: Pick<ExternalRefIndex, 'read'>;
  /** Changes the request once, whoever calls how often; false where there is none that the portal may see. */
  apply: (change: Unplaced, scope: Scope) => Promise<boolean>;
  setAside: SetAside;
};

/**
 * Rows beside the index of a portal's references: `W|portal|id` heads, kept so that a repeat finds what became of it,
 * `C|waiting|portal|id` contents until then, `W|portal` how many wait. `leaving` waits for nothing any more but people.
 */
const waitingRow = rowKind(
  z.object({
    pendingId: z.string(),
    portalId: z.string(),
    webhookId: z.string(),
    type: z.string(),
    /** Key of the row whose request it waits for. */
    named: z.string(),
    state: z.enum(['waiting', 'applied', 'leaving', 'quarantined']),
    receivedAt: z.iso.datetime(),
  }),
);
type Waiting = ReturnType<typeof waitingRow.fromRow>;
const contentRow = rowKind(z.object({ pendingId: z.string() }));
const counterRow = rowKind(z.object({ waiting: z.number().int().min(0) }));

const counterKey = (portalId: string): string => `W|${encodeKey(portalId)}`;
const headKey = (portalId: string, pendingId: string): string => `${counterKey(portalId)}|${pendingId}`;
const waitingContentKey = (portalId: string, pendingId: string): string =>
  `C|waiting|${encodeKey(portalId)}|${pendingId}`;

const wakeSchema = z.object({
  kind: z.literal('hook-waiting'),
  portalId: z.string(),
  pendingId: z.string(),
  expires: z.boolean().optional(),
});

type Id = Pick<Unplaced, 'portalId' | 'pendingId'>;

export function createWaitingChanges(deps: WaitingDeps) {
  const { table, clock, index } = deps;

  const read = async ({ portalId, pendingId }: Id): Promise<{ row: Row; head: Waiting } | undefined> => {
    const row = await table.get(refsPartition(portalId), headKey(portalId, pendingId));
    return row && { row, head: waitingRow.fromRow(row) };
  };

  const countOf = async (portalId: string): Promise<{ row: Row | undefined; waiting: number }> => {
    const row = await table.get(refsPartition(portalId), counterKey(portalId));
    return { row, waiting: row ? counterRow.fromRow(row).waiting : 0 };
  };

  const roomFor = async (portalId: string, named: string, scope: Scope) => {
    const [ref, count] = await Promise.all([index.read(portalId, named), countOf(portalId)]);
    const isFull = count.waiting >= limits.waitingPerPortal || ref.named.waiting.length >= limits.waitingPerReference;
    if (isFull) throw tooMany(scope, portalId);
    return { ref, count };
  };

  const tryToWait = async (change: Unplaced, named: string, scope: Scope): Promise<void> => {
    const { portalId, pendingId } = change;
    if (await read(change)) return;
    const { ref, count } = await roomFor(portalId, named, scope);
    const { waiting, requestId } = ref.named;
    const now = clock.now();
    const wakes = [waitingWake({ portalId, pendingId, why: 'expires' }, now + limits.waitingDays * 24 * hourMs)];
    // Its request has become known meanwhile, or others wait for it still: it is brought on in its turn.
    if (requestId !== undefined) wakes.push(waitingWake({ portalId, pendingId, why: 'arrived' }, now));
    const { webhookId, type, body } = change;
    const head: Waiting = { portalId, pendingId, webhookId, type, named, state: 'waiting', receivedAt: toIso(now) };
    const pk = refsPartition(portalId);
    await table.transact(pk, [
      { kind: 'insert', rk: headKey(portalId, pendingId), columns: waitingRow.toColumns(head) },
      {
        kind: 'insert',
        rk: waitingContentKey(portalId, pendingId),
        columns: { ...contentRow.toColumns({ pendingId }), ...packText(JSON.stringify(body)) },
      },
      namedOp(named, { ...ref.named, waiting: [...waiting, pendingId] }, ref.row),
      countOp(portalId, count.row, count.waiting + 1),
      ...wakes.map((wake) => wakeOp(wake, scope)),
    ]);
    scope.log(requestEvents.changeWaits, { portalId, pendingId });
    await sendWakes(deps, { place: { table: 'requests', pk }, wakes }, scope);
  };

  /** Takes it off those that wait. What leaves for people keeps its content until it is with them. */
  const settle = async (id: Id, state: 'applied' | 'leaving'): Promise<void> =>
    contended(deps, async () => {
      const { portalId, pendingId } = id;
      const held = await read(id);
      if (held?.head.state !== 'waiting') return;
      const [ref, count] = await Promise.all([index.read(portalId, held.head.named), countOf(portalId)]);
      const waiting = ref.named.waiting.filter((other) => other !== pendingId);
      const ops: TableOp[] = [
        headOp(held.row, { ...held.head, state }),
        namedOp(held.head.named, { ...ref.named, waiting }, ref.row),
        countOp(portalId, count.row, Math.max(0, count.waiting - 1)),
      ];
      if (state === 'applied') ops.push({ kind: 'delete', rk: waitingContentKey(portalId, pendingId) });
      await table.transact(refsPartition(portalId), ops);
    });

  const changeOf = async (head: Waiting): Promise<Unplaced | undefined> => {
    const { portalId, pendingId } = head;
    const content = await table.get(refsPartition(portalId), waitingContentKey(portalId, pendingId));
    return content && { ...head, body: JSON.parse(unpackText(content.columns)) as unknown };
  };

  /**
   * Brings on what waits for one reference, oldest first; the next one only once the one before has had its effect. Several may
   * be at it: what another has settled meanwhile is off the list when that is read again. Gives the one that could
   * not be brought on.
   */
  const bringOn = async ({ portalId, named }: Waiting, scope: Scope): Promise<string | undefined> => {
    for (;;) {
      const [pendingId] = (await index.read(portalId, named)).named.waiting;
      if (pendingId === undefined) return undefined;
      const held = await read({ portalId, pendingId });
      if (held === undefined) throw new Error(`${pendingId} waits and is not there`);
      if (held.head.state !== 'waiting') continue;
      const change = await changeOf(held.head);
      if (change === undefined) {
        if ((await read({ portalId, pendingId }))?.head.state !== 'waiting') continue;
        throw new Error(`${pendingId} waits without its content`);
      }
      if (!(await deps.apply(change, scope))) return pendingId;
      await settle(change, 'applied');
      scope.log(requestEvents.waitingApplied, { portalId, pendingId });
    }
  };

  /** False where there is no room for it yet. */
  const giveUp = async (id: Id, scope: Scope): Promise<boolean> => {
    await settle(id, 'leaving');
    const held = await read(id);
    if (held?.head.state !== 'leaving') return true;
    const change = await changeOf(held.head);
    try {
      if (change) await deps.setAside(change, scope);
    } catch (error) {
      if (isAppError(error, 'too-many-requests')) return false;
      throw error;
    }
    await contended(deps, async () => {
      const now = await read(id);
      if (now?.head.state !== 'leaving') return;
      await table.transact(refsPartition(id.portalId), [
        headOp(now.row, { ...now.head, state: 'quarantined' }),
        { kind: 'delete', rk: waitingContentKey(id.portalId, id.pendingId) },
      ]);
    });
    return true;
  };

  /** Consumer of `hook-waiting`. The wake goes last, so that a crash anywhere only means that all of it happens again. */
  const handle: QueueHandler = async (message, scope) => {
    const { expires = false, ...id } = wakeSchema.parse(message.body);
    if (!(await readWake(table, message))) return;
    const held = await read(id);
    // Also where this one is settled: whoever settled it may have died before those behind it.
    const stuck = held && (await bringOn(held.head, scope));
    // What this instance knows of the portal may be half a minute old, and its customers may become its own again.
    const isDone = expires ? await giveUp(id, scope) : stuck !== id.pendingId;
    if (isDone) await deleteWake(table, message);
    else await tryLater({ ...id, why: expires ? 'expires' : 'arrived' }, message, scope);
  };

  const tryLater = async (what: Id & { why: string }, { pk, rk }: WakeMessage, scope: Scope): Promise<void> => {
    const wake: Wake = waitingWake(what, clock.now() + hourMs);
    await table.transact(pk, [wakeOp(wake, scope), { kind: 'delete', rk }]);
    await sendWakes(deps, { place: { table: 'requests', pk }, wakes: [wake] }, scope);
  };

  return {
    /** Throws `too-many-requests` where too many wait. Two point reads. */
    checkRoom: async (portalId: string, named: string, scope: Scope): Promise<void> => {
      await roomFor(portalId, named, scope);
    },
    /** Once per id, also when what waited has been settled since. Throws `too-many-requests` where too many wait. */
    wait: async (change: Unplaced, named: string, scope: Scope): Promise<void> =>
      contended(deps, async () => tryToWait(change, named, scope)),
    handle,
  };
}

const headOp = ({ rk, etag }: Row, head: Waiting): TableOp => ({
  kind: 'replace',
  rk,
  columns: waitingRow.toColumns(head),
  etag,
});

const countOp = (portalId: string, before: Row | undefined, waiting: number): TableOp => {
  const rk = counterKey(portalId);
  const columns = counterRow.toColumns({ waiting });
  return writeOver(before, { rk, columns });
};

/** Refused, not dropped: the sender keeps it and comes again. */
function tooMany(scope: Scope, portalId: string): AppError {
  scope.log(requestEvents.tooManyWait, { portalId });
  return new AppError('too-many-requests', 'Too many webhooks of this portal wait for requests that are unknown.', {
    retryAfterSeconds: 3_600,
  });
}
