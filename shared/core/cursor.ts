import * as z from 'zod';
import { AppError } from './errors.ts';
import { hashOf } from './hash.ts';

/** A position is (part of) a row key. Nothing else may pass: storage answers some characters with a failure. */
const positionSchema = z.string().regex(/^[\w.@=|:!~-]{0,900}$/);
const cursorSchema = z.strictObject({ q: z.string(), at: positionSchema });

/** Ties a cursor to the query it came from: a cursor used with other filters is refused, not silently misread. */
const fingerprint = (query: Record<string, string | undefined>): string =>
  hashOf(
    ...Object.entries(query)
      .filter(([, value]) => value !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, value]) => `${name}=${String(value)}`),
  ).slice(0, 12);

export const encodeCursor = (query: Record<string, string | undefined>, at: string): string =>
  Buffer.from(JSON.stringify({ q: fingerprint(query), at })).toString('base64url');

/** The position in the cursor. Throws `invalid-cursor` for anything that {@link encodeCursor} did not make for this query. */
export function decodeCursor(query: Record<string, string | undefined>, cursor: string): string {
  try {
    const parsed = cursorSchema.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    if (parsed.q === fingerprint(query)) return parsed.at;
  } catch (cause) {
    throw new AppError('invalid-cursor', 'Use the nextCursor of an answer, with the same filters.', { cause });
  }
  throw new AppError('invalid-cursor', 'This cursor belongs to other filters.');
}
