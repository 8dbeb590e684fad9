import * as z from 'zod';
import { packText, unpackText } from '../platform/packed.ts';
import type { Row, TableOp } from '../platform/table.ts';

/** Ids that a pass of several legs has seen so far, as a relay remembers them. */
export const seenOf = (state: Row | undefined): Set<string> =>
  new Set(state ? z.array(z.string()).parse(JSON.parse(unpackText(state.columns))) : []);

export const seenOp = (seen: Iterable<string>): TableOp => ({
  kind: 'upsert',
  rk: 'S',
  columns: { v: 1, ...packText(JSON.stringify([...seen])) },
});
