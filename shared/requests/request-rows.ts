import * as z from 'zod';
import { afterPrefix, encodeKey, sequenceKey } from '../core/key.ts';
import { shardOf } from '../core/hash.ts';
import { rowKind } from '../platform/row.ts';
import { attachmentsSchema } from './attachment.ts';
import { contactSchema } from './request.ts';
import { eventSchema, headSchema } from './request-event.ts';

/**
 * Where the rows of a request stand. All of one request share a partition, the shard of its id, so that every change is one
 * transaction. Free text and personal data stand in content rows and nowhere else.
 */
export const partitionOf = (requestId: string): string => String(shardOf(requestId)).padStart(2, '0');

export const headKey = (requestId: string): string => `H|${requestId}`;
export const eventKey = (requestId: string, sequence: number): string => `E|${requestId}|${sequenceKey(sequence)}`;
export const contentKey = (requestId: string): string => `C|${requestId}|sent`;
export const noteKey = (requestId: string, sequence: number): string => `C|${requestId}|${sequenceKey(sequence)}`;
export const noteKeyPattern = /^C\|[a-z2-7]+\|\d{6}$/;
export const onceKey = (requestId: string, mark: string): string => `K|${requestId}|${encodeKey(mark)}`;

/** A content row, for its texts. */
export const toldKey = (requestId: string, mark: string): string => `C|${requestId}|told|${encodeKey(mark)}`;

/** Sequences from one up to another, which is left out. */
type Sequences = { from: number; to: number };

/** The events of a request: all, or those of some sequences. */
export const eventRange = (requestId: string, some?: Sequences) => {
  const prefix = `E|${requestId}|`;
  if (some === undefined) return { pk: partitionOf(requestId), from: prefix, to: afterPrefix(prefix) };
  return { pk: partitionOf(requestId), from: eventKey(requestId, some.from), to: eventKey(requestId, some.to) };
};

/** Everything of a request that is free text or personal. */
export const contentRange = (requestId: string) => {
  const prefix = `C|${requestId}|`;
  return { pk: partitionOf(requestId), from: prefix, to: afterPrefix(prefix) };
};

/** The texts of the events of some sequences; what was sent sorts after them. */
export const noteRange = (requestId: string, { from, to }: Sequences) => ({
  pk: partitionOf(requestId),
  from: noteKey(requestId, from),
  to: noteKey(requestId, to),
});

/** Each long text has a column of its own: a column holds at most 32 K characters. */
export const contentSchema = z.object({
  title: z.string(),
  description: z.string(),
  contact: contactSchema,
  businessImpact: z.string().optional(),
  evidence: z.record(z.string(), z.unknown()).optional(),
  attachments: attachmentsSchema.optional(),
});
export type Content = z.output<typeof contentSchema>;

export const headRow = rowKind(headSchema);
export const eventRow = rowKind(eventSchema);
export const contentRow = rowKind(contentSchema);
/** The free text of an event. */
const noteSchema = z.object({ text: z.string(), attachments: attachmentsSchema.optional() });
export type Note = z.output<typeof noteSchema>;
export const noteRow = rowKind(noteSchema);
/** Says that an idempotent call was served, and what the request was afterwards, so that its answer can be given again. */
const onceSchema = headSchema.extend({ bodyHash: z.string() });
export const onceRow = rowKind(onceSchema);
/** The same of a call that is answered with the request: its texts are there too, so that a repeat reads no more than this row. */
export const toldRow = rowKind(onceSchema.extend({ ...contentSchema.shape, snoozeReason: z.string().optional() }));
