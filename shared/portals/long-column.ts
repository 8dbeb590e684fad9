import { packText, unpackText } from '../platform/packed.ts';
import type { Columns } from '../platform/table.ts';

/** A column of Table storage holds 32 K characters. */
const characters = 30_000;

/** The columns with one of their texts packed into binary columns where it is too long for its own. */
export function packLong(columns: Columns, name: string): Columns {
  const { [name]: text, ...others } = columns;
  return typeof text === 'string' && text.length > characters ? { ...others, ...packText(text) } : columns;
}

/** The columns as they were before {@link packLong}. */
export function unpackLong(columns: Columns, name: string): Columns {
  if (!(columns.p00 instanceof Uint8Array)) return columns;
  const others = Object.entries(columns).filter(([column]) => !/^p\d\d$/.test(column));
  return { ...Object.fromEntries(others), [name]: unpackText(columns) };
}
