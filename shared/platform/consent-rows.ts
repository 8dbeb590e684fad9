import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import { encodeKey } from '../core/key.ts';
import { contended } from './contended.ts';
import { consentSchema, type Consent } from './partner-consent.ts';
import { rowKind } from './row.ts';
import { writeOver, type Table } from './table.ts';

const partition = 'partner-consent';
const consentsRow = rowKind(z.object({ connectionId: z.string(), consents: z.array(consentSchema) }));

export type ConsentRows = ReturnType<typeof createConsentRows>;

/** One row per connection with its newest sign-ins, newest first: so their number is bounded, and a state is taken once, by ETag. */
export function createConsentRows(deps: { table: Table; clock: Pick<Clock, 'now' | 'sleep'>; random: Random }) {
  const find = async (connectionId: string) => {
    const row = await deps.table.get(partition, encodeKey(connectionId));
    return { row, consents: row ? consentsRow.fromRow(row).consents : [] };
  };
  return {
    read: async (connectionId: string): Promise<Consent[]> => (await find(connectionId)).consents,
    /** Changes the list as it stands and returns what it is then; `to` may refuse, or leave it by returning the same. */
    change: async (connectionId: string, to: (before: Consent[]) => Consent[]): Promise<Consent[]> =>
      contended(deps, async () => {
        const { row, consents } = await find(connectionId);
        const after = to(consents);
        if (after === consents) return after;
        const columns = consentsRow.toColumns({ connectionId, consents: after });
        await deps.table.transact(partition, [writeOver(row, { rk: encodeKey(connectionId), columns })]);
        return after;
      }),
  };
}
