import * as z from 'zod';
import type { Caller } from '../core/caller.ts';
import { toIso } from '../core/clock.ts';
import { AppError, notFound } from '../core/errors.ts';
import type { Ids, Random } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Bus } from '../platform/bus.ts';
import { deleteWake, readWake, sendWakes, wakeKey, wakeOp, type Wake } from '../platform/outbox.ts';
import type { QueueHandler } from '../platform/queue-handler.ts';
import { isRefusal, writeOver, type TableOp, type Tables } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { contactPartition, requestsOf, runKey, runRow, type ErasureRun } from './contact-rows.ts';
import { eraseQuarantined, eraseRequest, reasonsToKeep, type EraseRequestDeps } from './erase-request.ts';
import { createReadErasure } from './erasure-answer.ts';
import { requestEvents } from './events.ts';
import { actorOf } from './request-rules.ts';
import { createRequestStore } from './request-store.ts';

type ErasureDeps = EraseRequestDeps & { bus: Bus; ids: Pick<Ids, 'newId'> };

/** What it needs from the rest of the desk. Tables are wrapped with write tokens by whoever builds this. */
export type ErasurePorts = Omit<ErasureDeps, 'table' | 'store'> & { tables: Tables<'requests'>; random: Random };

export type ErasureAsked = {
  caller: Caller;
  contactId: string;
  force: boolean;
  /** The caller's own name of the case, such as `DSR-17`. */
  reference?: string | undefined;
};

type HeldRun = { run: ErasureRun; etag: string };

/** Takes a run on, in its present turn. */
export const erasureWake = ({ contactId, turn }: Pick<ErasureRun, 'contactId' | 'turn'>, dueAt: number): Wake => ({
  id: `erasure|${contactId}|${String(turn)}`,
  queue: 'desk-events',
  dueAt,
  body: { kind: 'contact-erasure', contactId, turn },
});

const bodySchema = z.object({ kind: z.literal('contact-erasure'), contactId: z.string(), turn: z.number().int() });

/**
 * Erases a person: every request of it, and what waits in quarantine. A run that keeps itself going by wakes; its first leg belongs to
 * the call that asked, so that a person with few requests is erased when the answer comes.
 */
export function createErasure({ tables, random, ...given }: ErasurePorts) {
  const { clock } = given;
  const table = tables('requests');
  const deps: ErasureDeps = { ...given, table, store: createRequestStore({ ...given, table, random }) };

  const readRun = async (contactId: string): Promise<HeldRun | undefined> => {
    const row = await table.get(contactPartition(contactId), runKey(contactId));
    return row && { run: runRow.fromRow(row), etag: row.etag };
  };

  /** Throws `not-found` for a contact that nobody knows, `erasure-blocked` with the reasons. */
  const start = async (asked: ErasureAsked, scope: Scope): Promise<void> => {
    const { contactId } = asked;
    const held = await readRun(contactId);
    if (held?.run.state === 'running') return;
    const persons = await requestsOf(table, contactId);
    if (!held && persons.length === 0 && (await deps.quarantined.find(contactId)).length === 0) throw notFound();
    if (!asked.force) await refuseWhatIsNeeded(deps, persons);
    const run: ErasureRun = {
      contactId,
      runId: deps.ids.newId(),
      state: 'running',
      by: actorOf(asked.caller),
      isForced: asked.force,
      ...(asked.reference !== undefined && { reference: asked.reference }),
      startedAt: toIso(clock.now()),
      turn: (held?.run.turn ?? 0) + 1,
    };
    const wake = erasureWake(run, clock.now() + limits.erasureWakeMs);
    const begun = await commit(deps, { held, run, wake }, scope);
    if (begun) await leg(begun, wakeKey(wake), scope);
  };

  /** Some requests of the run, then the next leg or its end. Whoever was quicker counts. */
  const leg = async ({ run, etag }: HeldRun, done: string, scope: Scope): Promise<void> => {
    await eraseQuarantined(deps, run.contactId, run);
    const open = (await requestsOf(table, run.contactId)).filter(({ runId }) => runId !== run.runId);
    const some = open.slice(0, limits.erasedPerLeg);
    for (const person of some) await eraseRequest(deps, { person, run }, scope);
    const isLast = open.length === some.length;
    const next: ErasureRun = { ...run, state: isLast ? 'done' : 'running', turn: run.turn + 1 };
    const wake = isLast ? undefined : erasureWake(next, clock.now());
    await commit(deps, { held: { run, etag }, run: next, wake, done }, scope);
    scope.log(requestEvents.erased, { contactId: run.contactId, requests: some.length, isLast });
  };

  /** Consumer of `contact-erasure`. */
  const goOn: QueueHandler = async (message, scope) => {
    const { contactId, turn } = bodySchema.parse(message.body);
    if (!(await readWake(table, message))) return;
    const held = await readRun(contactId);
    if (held?.run.state !== 'running' || held.run.turn !== turn) {
      await deleteWake(table, message);
      return;
    }
    await leg(held, message.rk, scope);
  };

  return { start, goOn, read: createReadErasure({ table }) };
}

export type Erasure = ReturnType<typeof createErasure>;

/** Asked of as many requests as one leg takes: those of a longer run are kept, and the record says why. */
async function refuseWhatIsNeeded(
  { escalations, store }: Pick<ErasureDeps, 'escalations' | 'store'>,
  persons: readonly { requestId: string }[],
): Promise<void> {
  const reasons = await Promise.all(
    persons.slice(0, limits.erasedPerLeg).map(async ({ requestId }) => {
      const head = await store.readHead(requestId);
      return reasonsToKeep(await escalations.of(requestId, head?.escalationIds ?? []));
    }),
  );
  const all = reasons.flat().map((reason, index) => ({ n: index + 1, ...reason }));
  if (all.length === 0) return;
  throw new AppError('erasure-blocked', 'What is to be filed with Microsoft would be gone; see reasons.', {
    members: { reasons: all },
  });
}

type Commit = { held: HeldRun | undefined; run: ErasureRun; wake: Wake | undefined; done?: string };

/** Undefined where another worker or call was quicker: nothing is written then. */
async function commit(
  deps: ErasureDeps,
  { held, run, wake, done }: Commit,
  scope: Scope,
): Promise<HeldRun | undefined> {
  const pk = contactPartition(run.contactId);
  const columns = runRow.toColumns(run);
  const rk = runKey(run.contactId);
  const ops: TableOp[] = [
    writeOver(held, { rk, columns }),
    ...(wake ? [wakeOp(wake, scope)] : []),
    ...(done === undefined ? [] : [{ kind: 'delete' as const, rk: done }]),
  ];
  try {
    const [etag = ''] = await deps.table.transact(pk, ops);
    if (wake) await sendWakes(deps, { place: { table: 'requests', pk }, wakes: [wake] }, scope);
    return { run, etag };
  } catch (error) {
    if (isRefusal(error)) return undefined;
    throw error;
  }
}
