import * as z from 'zod';
import { fromIso, minuteMs, toIso, type Clock } from '../core/clock.ts';
import { encodeKey } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import { queryAll, wins, writeOver, type Table } from '../platform/table.ts';

/**
 * What the desk knows of a connection's registration for webhooks. Times are ISO texts. `url`: the address that is to be
 * registered; `checkedAt`: when the registration was last seen to be, or made, as wanted.
 */
const registrationSchema = z.object({
  connectionId: z.string(),
  url: z.string(),
  step: z.enum(['register', 'ask', 'see']),
  dueAt: z.string(),
  failures: z.number(),
  events: z.array(z.string()).optional(),
  checkedAt: z.string().optional(),
  validation: z
    .object({
      id: z.string(),
      askedAt: z.string(),
      status: z.string(),
      responseCode: z.string().optional(),
      isAnswered: z.boolean(),
    })
    .optional(),
  trouble: z
    .object({
      reason: z.enum(['throttled', 'away', 'refused', 'unreadable']),
      status: z.number().optional(),
      since: z.string(),
    })
    .optional(),
});
export type HookRegistration = z.output<typeof registrationSchema>;

const registrationRow = rowKind(registrationSchema);
const partition = 'partner-center-hook';

/** Longer than one step may take: until then nobody else does it. */
const leaseMs = 5 * minuteMs;

type Claimed = { row: HookRegistration; finish(next: HookRegistration): Promise<void> };

export type HookRows = {
  /** What is due for a connection, for this caller alone; an address that is new is due at once. */
  claim(connectionId: string, url: string): Promise<Claimed | undefined>;
  all(): Promise<HookRegistration[]>;
};

export function createHookRows({ table, clock }: { table: Table; clock: Pick<Clock, 'now'> }): HookRows {
  /** False where another writer was quicker. */
  const write = async (next: HookRegistration, before: { etag: string } | undefined): Promise<boolean> => {
    const row = { rk: encodeKey(next.connectionId), columns: registrationRow.toColumns(next) };
    return wins(table, partition, [writeOver(before, row)]);
  };
  return {
    claim: async (connectionId, url) => {
      const rk = encodeKey(connectionId);
      const found = await table.get(partition, rk);
      const known = found && registrationRow.fromRow(found);
      const now = clock.now();
      const fresh: HookRegistration = { connectionId, url, step: 'register', dueAt: toIso(now), failures: 0 };
      const row = known?.url === url ? known : fresh;
      if (fromIso(row.dueAt) > now) return undefined;
      if (!(await write({ ...row, dueAt: toIso(now + leaseMs) }, found))) return undefined;
      const held = await table.get(partition, rk);
      return {
        row,
        finish: async (next) => {
          await write(next, held);
        },
      };
    },
    all: async () => (await queryAll(table, { pk: partition })).map((row) => registrationRow.fromRow(row)),
  };
}

/** A registration as readiness shows it. */
export const registrationView = (row: HookRegistration): Record<string, unknown> => ({
  connectionId: row.connectionId,
  events: row.events?.length ?? null,
  checkedAt: row.checkedAt ?? null,
  ...(row.validation && { validation: row.validation.status, responseCode: row.validation.responseCode ?? null }),
  ...(row.trouble && { trouble: row.trouble }),
});
