import type { FilingChannel } from '../../shared/escalations/filing-channel.ts';
import type { EscalationDeps } from '../../shared/escalations/ports.ts';
import { createProjectEscalation } from '../../shared/escalations/project-escalation.ts';
import { deleteWake } from '../../shared/platform/outbox.ts';
import type { QueueHandler } from '../../shared/platform/queue-handler.ts';
import type { Columns, Table, TableOp } from '../../shared/platform/table.ts';

/** A bug laid around the real code on purpose: a run that does not notice it proves nothing. */
export type FilingPlant = {
  table?: (table: Table) => Table;
  channel?: (channel: FilingChannel) => FilingChannel;
  projector?: (deps: EscalationDeps) => QueueHandler;
  settleMs?: number;
  /** The platform lets an execution live for as long as it likes. */
  withoutTimeOut?: true;
};

export const nothingPlanted: FilingPlant = {};

const isHead = ({ rk }: TableOp): boolean => rk.startsWith('X|');
const isWake = ({ rk }: TableOp): boolean => rk.startsWith('O|');

const transacting =
  (change: (ops: readonly TableOp[]) => readonly TableOp[]) =>
  (table: Table): Table => ({ ...table, transact: async (pk, ops) => table.transact(pk, change(ops)) });

const changingHeads = (change: (columns: Columns, ops: readonly TableOp[]) => Columns) =>
  transacting((ops) =>
    ops.map((op) => (isHead(op) && op.kind !== 'delete' ? { ...op, columns: change(op.columns, ops) } : op)),
  );

const without = (columns: Columns, name: string): Columns =>
  Object.fromEntries(Object.entries(columns).filter(([key]) => key !== name));

const noIntent = changingHeads((columns) => without(columns, 'intentAt'));

const redrivenWithoutIntent = changingHeads((columns, ops) =>
  ops.some((op) => op.kind !== 'delete' && op.columns.what === 'redriven') ? without(columns, 'intentAt') : columns,
);

/** Whoever writes last is right: the turn and the number of another worker are lost. */
const overwriting = transacting((ops) =>
  ops.map((op) => (isHead(op) && op.kind === 'replace' ? { kind: 'upsert', rk: op.rk, columns: op.columns } : op)),
);

const wakesUnwritten = transacting((ops) => ops.filter((op) => !isWake(op) || op.kind === 'delete'));

const wakesDeletedFirst = (table: Table): Table => ({
  ...table,
  get: async (pk, rk) => {
    const row = await table.get(pk, rk);
    if (row && rk.startsWith('O|')) await table.transact(pk, [{ kind: 'delete', rk }]);
    return row;
  },
});

const eachApart = (table: Table): Table => ({
  ...table,
  transact: async (pk, ops) => {
    const etags: string[] = [];
    for (const op of ops) etags.push(...(await table.transact(pk, [op])));
    return etags;
  },
});

const absent = { kind: 'absent' } as const;

const lookSkipped = (channel: FilingChannel): FilingChannel => ({
  ...channel,
  find: async () => Promise.resolve(absent),
});

const unreadIsAbsent = (channel: FilingChannel): FilingChannel => ({
  ...channel,
  find: async (job) => {
    const found = await channel.find(job);
    return found.kind === 'found' ? found : absent;
  },
});

/** A failure of the server is taken for "nothing was made". */
const silenceIsRefusal = (channel: FilingChannel): FilingChannel => ({
  ...channel,
  prepare: async (job, packet) => {
    const prepared = await channel.prepare(job, packet);
    if (prepared.kind !== 'prepared') return prepared;
    return {
      kind: 'prepared',
      submit: async () => {
        const outcome = await prepared.submit();
        return outcome.kind === 'unknown' ? { kind: 'passing', reason: outcome.reason } : outcome;
      },
    };
  },
});

/** The ticket has another name at each try: nobody finds it again. */
const anotherName = (channel: FilingChannel): FilingChannel => {
  let tries = 0;
  return {
    ...channel,
    prepare: async (job, packet) =>
      channel.prepare({ ...job, ticketName: `${job.ticketName}-${String(++tries)}` }, packet),
  };
};

const toldBeforeDone =
  (deps: EscalationDeps): QueueHandler =>
  async (message, scope) => {
    const table = deps.tables('escalations');
    const row = await table.get(message.pk, message.rk);
    await deleteWake(table, message);
    if (row)
      await createProjectEscalation({
        ...deps,
        tables: () => ({ ...table, get: async (pk, rk) => (rk === message.rk ? row : table.get(pk, rk)) }),
      })(message, scope);
  };

const twice = /committed [2-9] times|several tickets/;
const forgotten = /never told|owed for too long|never becomes quiet|ended (?:intended|parked)/;

/** Each bug, and what must be found of it. */
export const filingPlants: readonly (readonly [title: string, expected: RegExp, plant: FilingPlant])[] = [
  ['the settle horizon is a second', twice, { settleMs: 1_000 }],
  ['the settle horizon is shorter than a function may take', twice, { settleMs: 60_000 }],
  ['executions live for ever', twice, { withoutTimeOut: true }],
  ['no intent is written', twice, { table: noIntent }],
  ['nobody looks for a ticket that may exist', twice, { channel: lookSkipped }],
  ['what cannot be read is taken as absent', twice, { channel: unreadIsAbsent }],
  ['a failure of the server is taken for a refusal', twice, { channel: silenceIsRefusal }],
  ['the ticket has another name at each try', /several tickets|ended/, { channel: anotherName }],
  ['a case that is driven again forgets its intent', twice, { table: redrivenWithoutIntent }],
  ["a second worker's end is overwritten", /ended|is told in two ways|thrown|committed/, { table: overwriting }],
  ['the wake is not written with the change', forgotten, { table: wakesUnwritten }],
  ['the wake is taken away before its effect', forgotten, { table: wakesDeletedFirst }],
  ['a change is several transactions', /never told|ended|owed|quiet|thrown|several escalations/, { table: eachApart }],
  ['an event is taken as told before it is', /never told/, { projector: toldBeforeDone }],
];
