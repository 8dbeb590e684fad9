import { fromIso, toIso, type Clock } from '../core/clock.ts';
import type { Bus } from '../platform/bus.ts';
import { sendWakes, wakeKey, wakeOp, type Wake, type WakeMessage } from '../platform/outbox.ts';
import type { TableName } from '../platform/resources.ts';
import type { RowKind } from '../platform/row.ts';
import { isRefusal, queryAll, wins, type Row, type TableOp, type Tables } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';

/** What every head carries: how often the work was handed on, and when its next leg is due (ISO). */
export type Leg = { generation: number; dueAt: string };

/** Everything in the partition of a relay, read by one query. */
export type Baton<T> = {
  pk: string;
  head: { value: T & Leg; etag: string } | undefined;
  wakes: string[];
  /** The packed state, row `S`. */
  state: Row | undefined;
  /** Further packed state, rows `S|…`, of a relay whose state may not fit into one row. */
  states: Row[];
  /** Rows `M|…`. */
  members: Row[];
};

/** A baton whose head is there: only such a one can be passed on. */
export type HeldBaton<T> = Baton<T> & { head: { value: T & Leg; etag: string } };

const headKey = 'H';
const stateKey = 'S';

/**
 * Work that keeps itself going: each leg writes its result together with the wake of the next, so that neither a timer nor the
 * bus has to be trusted alone. One partition per relay: `H` head, `M|…` members, `O|…` wakes, `S` packed state. One writer at a
 * time: a leg that lost a race finds the head changed and leaves no trace.
 */
export type Relay<T extends object> = {
  read(pk: string): Promise<Baton<T>>;
  /** The baton, if this message is its present wake; undefined where the leg was run already or is of an older generation. */
  take(message: Pick<WakeMessage, 'pk' | 'rk'>): Promise<HeldBaton<T> | undefined>;
  /** Starts the relay with a leg that is due now. False when it is there already. */
  begin(pk: string, head: T, scope: Scope): Promise<boolean>;
  /** Ends a leg and owes the next, together with `ops`. False when another run was quicker: then nothing is written. */
  pass(baton: HeldBaton<T>, next: { head: T; dueAt: number; ops?: TableOp[] }, scope: Scope): Promise<boolean>;
  /** Ends the last leg: nothing more is owed until somebody passes the baton again. False when another run was quicker. */
  stop(baton: HeldBaton<T>, head: T): Promise<boolean>;
};

export type RelayDeps = { tables: Tables<TableName>; bus: Bus; clock: Clock };

type RelayKind<T extends object> = {
  table: TableName;
  head: RowKind<T & Leg>;
  /** Ids that the queue function needs. */
  body(head: T): Record<string, unknown>;
};

export function createRelay<T extends object>({ tables, bus, clock }: RelayDeps, kind: RelayKind<T>): Relay<T> {
  const table = tables(kind.table);
  const wakeOf = (pk: string, head: T & Leg): Wake => ({
    // The partition is part of the id because message ids must differ between relays that are due at the same moment.
    id: `${pk}|${String(head.generation)}`,
    queue: 'health-polls',
    dueAt: fromIso(head.dueAt),
    body: kind.body(head),
  });
  const write = async (
    pk: string,
    { head, ops }: { head: T & Leg; ops: TableOp[] },
    scope: Scope,
  ): Promise<boolean> => {
    const wake = wakeOf(pk, head);
    if (!(await wins(table, pk, [...ops, wakeOp(wake, scope)]))) return false;
    await sendWakes({ bus, clock }, { place: { table: kind.table, pk }, wakes: [wake] }, scope);
    return true;
  };

  const nextHead = (baton: HeldBaton<T>, head: T, dueAt: string): T & Leg => ({
    ...head,
    generation: baton.head.value.generation + 1,
    dueAt,
  });
  const replacing = (baton: HeldBaton<T>, head: T & Leg): TableOp[] => [
    { kind: 'replace', rk: headKey, columns: kind.head.toColumns(head), etag: baton.head.etag },
    ...baton.wakes.map((rk): TableOp => ({ kind: 'delete', rk })),
  ];

  const read = async (pk: string): Promise<Baton<T>> => {
    const rows = await queryAll(table, { pk, from: headKey, to: 'T' });
    const head = rows.find((row) => row.rk === headKey);
    return {
      pk,
      head: head && { value: kind.head.fromRow(head), etag: head.etag },
      wakes: rows.filter((row) => row.rk.startsWith('O|')).map((row) => row.rk),
      state: rows.find((row) => row.rk === stateKey),
      states: rows.filter((row) => row.rk.startsWith(`${stateKey}|`)),
      members: rows.filter((row) => row.rk.startsWith('M|')),
    };
  };

  return {
    read,
    take: async ({ pk, rk }) => {
      const baton = await read(pk);
      if (!baton.wakes.includes(rk)) return undefined;
      if (isHeld(baton) && wakeKey(wakeOf(pk, baton.head.value)) === rk) return baton;
      await dropWake(table, pk, rk);
      return undefined;
    },
    begin: async (pk, value, scope) => {
      const head = { ...value, generation: 1, dueAt: toIso(clock.now()) };
      return write(pk, { head, ops: [{ kind: 'insert', rk: headKey, columns: kind.head.toColumns(head) }] }, scope);
    },
    pass: async (baton, next, scope) => {
      const head = nextHead(baton, next.head, toIso(next.dueAt));
      return write(baton.pk, { head, ops: [...replacing(baton, head), ...(next.ops ?? [])] }, scope);
    },
    stop: async (baton, last) => {
      const head = nextHead(baton, last, baton.head.value.dueAt);
      return wins(table, baton.pk, replacing(baton, head));
    },
  };
}

export const isHeld = <T>(baton: Baton<T>): baton is HeldBaton<T> => baton.head !== undefined;

async function dropWake(table: ReturnType<Tables>, pk: string, rk: string): Promise<void> {
  try {
    await table.transact(pk, [{ kind: 'delete', rk }]);
  } catch (error) {
    if (!isRefusal(error, 'missing')) throw error;
  }
}
