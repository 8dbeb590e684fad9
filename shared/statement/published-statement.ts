import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { rowKind } from '../platform/row.ts';
import type { Table } from '../platform/table.ts';
import { createVersioned } from '../platform/versioned.ts';
import { defaultStatement } from './default-statement.ts';
import { statementSchema, type Statement } from './statement.ts';

const statementRow = rowKind(z.object({ version: z.number(), statement: statementSchema }));

export type Statements = {
  /** The published statement, at most 30 s old; version 0 where nothing has been published. */
  currentStatement(): Promise<Statement>;
  /** Publishes the next version; earlier ones are kept, because due times were computed from them. Returns its number. */
  publish(statement: Statement): Promise<number>;
};

export function createStatements({ table, clock }: { table: Table; clock: Clock }): Statements {
  const published = createVersioned({ table, clock, pk: 'statement', row: statementRow });
  return {
    currentStatement: async () => (await published.current())?.statement ?? defaultStatement,
    publish: async (statement) => {
      const { version } = await published.publish((next) => ({
        version: next,
        statement: { ...statement, version: next },
      }));
      return version;
    },
  };
}
