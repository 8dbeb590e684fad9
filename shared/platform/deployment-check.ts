import * as z from 'zod';
import { fromIso, toIso, type Clock } from '../core/clock.ts';
import { notFound } from '../core/errors.ts';
import type { Ids, Random } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Bus } from './bus.ts';
import { contended } from './contended.ts';
import { exchangeSchema, type DeploymentCheck, type Exchange } from './deployment-check-contracts.ts';
import { owedRows, readWake, sendWakes, wakeOp, type Wake } from './outbox.ts';
import type { QueueFunction } from './queue-handler.ts';
import { queues, type QueueName } from './resources.ts';
import { rowKind } from './row.ts';
import { isRefusal, queryAll, writeOver, type Table } from './table.ts';
import type { Scope } from './telemetry.ts';

export type DeploymentCheckDeps = {
  table: Table;
  bus: Bus;
  clock: Clock;
  ids: Pick<Ids, 'newId'>;
  random: Random;
  /** Asks for a token anew, for each connection. Throws nothing that is Microsoft's trouble. */
  exchanges: () => Promise<Exchange[]>;
};

const partition = 'check';
const kind = 'deployment-check';
const head = {
  rk: 'last',
  row: rowKind(z.object({ id: z.string(), startedAt: z.string(), exchanges: z.array(exchangeSchema) })),
};
const note = { prefix: 'Q|', row: rowKind(z.object({ checkId: z.string(), handledAt: z.string() })) };
type Head = ReturnType<typeof head.row.fromRow>;
const bodySchema = z.object({ checkId: z.string() });

/** Where the wakes of a check stand, for the sweep. */
export const deploymentCheckPlace = { table: 'desk', pk: partition } as const;

const queueNames = Object.keys(queues) as QueueName[];

/**
 * One check of the deployed desk at a time, in one partition: its head, a wake for each queue, and a note for each wake that was
 * handled. The wakes are as all others: the consumer removes its own together with its note, and the sweep sends again what is owed.
 */
export function createDeploymentCheck(deps: DeploymentCheckDeps) {
  return {
    start: async (scope: Scope): Promise<DeploymentCheck> => {
      const { view } = await readLast(deps);
      if (view?.state === 'running') return view;
      const exchanges = await deps.exchanges();
      const { check, wakes } = await contended(deps, async () => begun(deps, exchanges, scope));
      await sendWakes(deps, { place: deploymentCheckPlace, wakes }, scope);
      return check;
    },

    read: async (id: string): Promise<DeploymentCheck> => {
      const { view } = await readLast(deps);
      if (view?.id !== id) throw notFound();
      return view;
    },
  };
}

async function readLast({ table, clock }: Pick<DeploymentCheckDeps, 'table' | 'clock'>) {
  const rows = await queryAll(table, { pk: partition, from: note.prefix });
  const row = rows.find(({ rk }) => rk === head.rk);
  const notes = new Map(rows.filter((one) => one !== row).map((one) => [one.rk, note.row.fromRow(one)]));
  return { row, view: row && viewOf(head.row.fromRow(row), notes, clock.now()) };
}

/** Writes a new check over the last one, whose wakes go with it. Refused where another call was quicker; tried anew, that one counts. */
async function begun(deps: DeploymentCheckDeps, exchanges: Exchange[], scope: Scope) {
  const { table, clock, ids } = deps;
  const { row: before, view } = await readLast(deps);
  if (view?.state === 'running') return { check: view, wakes: [] };
  const left = await owedRows(table, partition);
  const now = clock.now();
  const check: Head = { id: ids.newId(), startedAt: toIso(now), exchanges };
  const wakes = queueNames.map((queue): Wake => {
    return { id: `${kind}|${queue}|${check.id}`, queue, dueAt: now, body: { kind, checkId: check.id } };
  });
  await table.transact(partition, [
    writeOver(before, { rk: head.rk, columns: head.row.toColumns(check) }),
    ...left.map(({ rk }) => ({ kind: 'delete' as const, rk })),
    ...wakes.map((wake) => wakeOp(wake, scope)),
  ]);
  return { check: viewOf(check, new Map(), now), wakes };
}

function viewOf(
  { id, startedAt, exchanges }: Head,
  notes: ReadonlyMap<string, { checkId: string; handledAt: string }>,
  now: number,
) {
  const checked = queueNames.map((queue) => {
    const noted = notes.get(note.prefix + queue);
    if (noted?.checkId !== id) return { queue, handledAt: null, lateMs: null };
    return { queue, handledAt: noted.handledAt, lateMs: Math.max(0, fromIso(noted.handledAt) - fromIso(startedAt)) };
  });
  const isOver = now - fromIso(startedAt) >= limits.checkMs;
  const isLate = checked.some(({ lateMs }) => lateMs !== null && lateMs > limits.checkMs);
  const isMissing = checked.some(({ lateMs }) => lateMs === null);
  const hasFailed = isLate || exchanges.some(({ ok }) => !ok);
  const state = isMissing && !isOver ? 'running' : isMissing || hasFailed ? 'failed' : 'passed';
  return { id, startedAt, state, exchanges, queues: checked } satisfies DeploymentCheck;
}

/** A queue function that answers checks too: it notes that a message of one came through, and hands on everything else. */
export const answeringChecks = (fn: QueueFunction, { table, clock }: { table: Table; clock: Pick<Clock, 'now'> }) =>
  ({
    ...fn,
    handle: async (message, scope) => {
      if (message.body.kind !== kind) {
        await fn.handle(message, scope);
        return;
      }
      const { checkId } = bodySchema.parse(message.body);
      if (!(await readWake(table, message))) return;
      const noted = note.row.toColumns({ checkId, handledAt: toIso(clock.now()) });
      try {
        await table.transact(partition, [
          { kind: 'upsert', rk: note.prefix + fn.queue, columns: noted },
          { kind: 'delete', rk: message.rk },
        ]);
      } catch (error) {
        // Another delivery of it was first, or a newer check took its place.
        if (!isRefusal(error, 'missing')) throw error;
      }
    },
  }) satisfies QueueFunction;
