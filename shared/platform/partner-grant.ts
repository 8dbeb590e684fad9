import * as z from 'zod';
import { dayMs, fromIso, toIso, type Clock } from '../core/clock.ts';
import { encodeKey } from '../core/key.ts';
import type { GrantChanged } from './dead-grants.ts';
import { rowKind } from './row.ts';
import { queryAll, wins, writeOver, type Row, type Table } from './table.ts';
import type { LogEvent, Scope } from './telemetry.ts';

export const grantEvents = {
  /** The alarm: nobody can act for the partner's person any more until someone signs in. */
  dead: { id: 'partner.grant-dead', level: 'error' },
  recovered: { id: 'partner.grant-recovered', level: 'info' },
  renewed: { id: 'partner.grant-renewed', level: 'info' },
  notRenewed: { id: 'partner.grant-not-renewed', level: 'warn' },
  ageing: { id: 'partner.grant-ageing', level: 'error' },
} as const satisfies Record<string, LogEvent>;

/**
 * What the desk knows of a connection's refresh token, never the token itself. Times are ISO texts. `dueAt`: when it is looked
 * after next. `createdAt`: age of the version in the vault; absent where the vault holds none. `tried`: the version that was
 * exchanged last while it was dead, and when. `isTold`: the alarm of this death was given. `consent`: by which sign-in it came, and
 * whose; the next look after the grant, within the hour, forgets it. `putUntil`: until then one writer puts a newer token into the
 * vault, which itself takes whatever comes last.
 */
const grantSchema = z.object({
  connectionId: z.string(),
  dueAt: z.string(),
  createdAt: z.string().optional(),
  dead: z.object({ since: z.string(), code: z.string() }).optional(),
  isTold: z.boolean().optional(),
  tried: z.object({ version: z.string(), at: z.string() }).optional(),
  consent: z.object({ id: z.string(), account: z.string() }).optional(),
  putUntil: z.string().optional(),
});
export type Grant = z.output<typeof grantSchema>;

const grantRow = rowKind(grantSchema);
const partition = 'grant';
const attempts = 5;
/** Longer than the calls of the vault that one putting needs, with their time-outs. */
const putMs = 30_000;

export type GrantRows = ReturnType<typeof createGrantRows>;

/** One row per connection, changed by whoever notices something. */
export function createGrantRows({ table, clock }: { table: Table; clock: Pick<Clock, 'now'> }) {
  /** False where another writer was quicker. */
  const write = async (before: Row | undefined, grant: Grant): Promise<boolean> => {
    const row = { rk: encodeKey(grant.connectionId), columns: grantRow.toColumns(grant) };
    return wins(table, partition, [writeOver(before, row)]);
  };
  /** Changes the row as it stands, or one that is due since ever; undefined leaves it. Returns whether this call wrote it. */
  const change = async (connectionId: string, to: (before: Grant) => Grant | undefined): Promise<boolean> => {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const row = await table.get(partition, encodeKey(connectionId));
      const next = to(row ? grantRow.fromRow(row) : { connectionId, dueAt: toIso(0) });
      if (next === undefined) return false;
      if (await write(row, next)) return true;
    }
    throw new Error(`the row of grant ${connectionId} changes without end`);
  };

  const changed: GrantChanged = async (connectionId, code) => {
    const now = toIso(clock.now());
    await change(connectionId, (grant) => {
      if (code === undefined) return grant.dead && alive(grant);
      return grant.dead ? undefined : { ...grant, dueAt: now, dead: { since: now, code } };
    });
  };

  return {
    change,
    changed,
    read: async (connectionId: string): Promise<Grant | undefined> => {
      const row = await table.get(partition, encodeKey(connectionId));
      return row && grantRow.fromRow(row);
    },
    /** Lets one writer put a newer token into the vault; false while another one does. {@link hasPut} ends it, or half a minute. */
    mayPut: async (connectionId: string): Promise<boolean> =>
      change(connectionId, (grant) => {
        const now = clock.now();
        if (grant.putUntil !== undefined && now < fromIso(grant.putUntil)) return undefined;
        return { ...grant, putUntil: toIso(now + putMs) };
      }),
    all: async (): Promise<Grant[]> => (await queryAll(table, { pk: partition })).map((row) => grantRow.fromRow(row)),
    /** Gives the alarm of a dead grant, once per death, whoever comes first. */
    tell: async (connectionId: string, scope: Scope): Promise<void> => {
      let dead: Grant['dead'];
      const isMine = await change(connectionId, (grant) => {
        dead = grant.dead;
        return grant.dead && !grant.isTold ? { ...grant, isTold: true } : undefined;
      });
      if (isMine && dead) scope.log(grantEvents.dead, { connectionId, ...dead });
    },
  };
}

export const alive = ({ connectionId, dueAt, createdAt, putUntil }: Grant): Grant => ({
  ...{ connectionId, dueAt, createdAt, putUntil },
});

/** The grant once its writer has put the token. */
export const hasPut = (grant: Grant): Grant => ({ ...alive(grant), putUntil: undefined });

/** A grant as readiness shows it: how old it is, how long it has to live unless renewed, and whether it is dead. */
export function grantView({ connectionId, createdAt, dead }: Grant, now: number): Record<string, unknown> {
  const ageDays = createdAt === undefined ? null : Math.floor((now - fromIso(createdAt)) / dayMs);
  return { connectionId, ageDays, ...(dead && { deadSince: dead.since, code: dead.code }) };
}
