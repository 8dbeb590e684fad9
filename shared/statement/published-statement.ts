import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { sequenceKey } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache } from '../platform/expiring-cache.ts';
import { rowKind } from '../platform/row.ts';
import type { Table, TableOp } from '../platform/table.ts';
import { defaultStatement } from './default-statement.ts';
import { statementSchema, type Statement } from './statement.ts';

const pk = 'statement';
const currentKey = 'current';
const statementRow = rowKind(z.object({ version: z.number(), statement: statementSchema }));

export type Statements = {
  /** The published statement, at most 30 s old; version 0 where nothing has been published. */
  currentStatement(): Promise<Statement>;
  /** Publishes the next version; earlier ones are kept, because due times were computed from them. Returns its number. */
  publish(statement: Statement): Promise<number>;
};

export function createStatements({ table, clock }: { table: Table; clock: Clock }): Statements {
  const cache = createExpiringCache<Statement>(clock, 1);

  const read = async (): Promise<Statement> => {
    const row = await table.get(pk, currentKey);
    return row ? statementRow.fromRow(row).statement : defaultStatement;
  };

  return {
    currentStatement: async () =>
      cache(currentKey, async () => ({ value: await read(), until: clock.now() + limits.cacheMs })),
    publish: async (statement) => {
      const current = await table.get(pk, currentKey);
      const version = (current ? statementRow.fromRow(current).version : 0) + 1;
      const columns = statementRow.toColumns({ version, statement: { ...statement, version } });
      const place: TableOp = current
        ? { kind: 'replace', rk: currentKey, columns, etag: current.etag }
        : { kind: 'insert', rk: currentKey, columns };
      await table.transact(pk, [place, { kind: 'insert', rk: `version|${sequenceKey(version)}`, columns }]);
      return version;
    },
  };
}
