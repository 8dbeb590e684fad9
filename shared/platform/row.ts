import type * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Columns, Row, Scalar } from './table.ts';

/** A kind of row: how a value becomes columns and back. `version` is written as `v`; `version` and `version − 1` are read. */
export type RowKind<T> = {
  toColumns(value: T): Columns;
  /** Throws a ZodError when the row does not fit: a bug or a foreign writer, never a caller's fault. */
  fromRow(row: Row): T;
};

const isScalar = (value: unknown): value is Scalar =>
  ['string', 'number', 'boolean'].includes(typeof value) || value instanceof Uint8Array;

const jsonSuffix = '_json';

/**
 * Scalars get a column each (readable in any storage explorer); lists and objects are JSON text in a column named `…_json`.
 * Members that are undefined or null are left out.
 */
export function rowKind<Schema extends z.ZodType>(schema: Schema, version = 1): RowKind<z.output<Schema>> {
  return {
    toColumns: (value) => {
      const columns: Columns = { v: version };
      for (const [name, member] of Object.entries(value as Record<string, unknown>)) {
        if (member === undefined || member === null) continue;
        if (isScalar(member)) columns[name] = member;
        else columns[name + jsonSuffix] = canonicalJson(member);
      }
      return columns;
    },
    fromRow: (row) => {
      const value: Record<string, unknown> = {};
      for (const [name, column] of Object.entries(row.columns)) {
        if (name === 'w') continue;
        if (name === 'v') {
          if (column !== version && column !== version - 1)
            throw new Error(`row version ${String(column)} is not readable`);
        } else if (name.endsWith(jsonSuffix)) {
          value[name.slice(0, -jsonSuffix.length)] = JSON.parse(String(column));
        } else value[name] = column;
      }
      return schema.parse(value);
    },
  };
}
