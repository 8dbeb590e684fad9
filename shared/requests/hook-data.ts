import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { attachmentsSchema } from './attachment.ts';
import { externalRefSchema, requestIdSchema, sentRequestSchema, textOf } from './request.ts';

/** Which request a webhook speaks of: by the desk's id, or by the sender's own. */
const named = {
  requestId: requestIdSchema.optional(),
  externalRef: externalRefSchema.omit({ url: true }).optional(),
};

const namesOne = ({ requestId, externalRef }: { requestId?: unknown; externalRef?: unknown }): boolean =>
  (requestId === undefined) !== (externalRef === undefined);
const namesOneMessage = 'give exactly one of requestId and externalRef';

/** `data` of `support_request.commented`: for the customer, always. */
const hookedCommentSchema = z
  .strictObject({ ...named, text: textOf(limits.commentCharacters), attachments: attachmentsSchema.optional() })
  .refine(namesOne, namesOneMessage);

/** `data` of `support_request.closed`. */
const hookedCloseSchema = z
  .strictObject({ ...named, reason: textOf(limits.reasonCharacters) })
  .refine(namesOne, namesOneMessage);

/** A webhook that changes a request, its outside checked already. */
export const hookedChangeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('support_request.commented'), data: hookedCommentSchema }),
  z.object({ type: z.literal('support_request.closed'), data: hookedCloseSchema }),
]);
export type HookedChange = z.output<typeof hookedChangeSchema>;

export type Named = Pick<HookedChange['data'], 'requestId' | 'externalRef'>;

const bodyOf = <Data extends z.ZodType>(type: string, data: Data) =>
  z.strictObject({ type: z.literal(type), timestamp: z.iso.datetime({ offset: true }), data });

/** Every body that a portal's webhook may have, for the document. */
export const hookBodySchema = z.union([
  bodyOf('support_request.created', sentRequestSchema),
  bodyOf('support_request.commented', hookedCommentSchema),
  bodyOf('support_request.closed', hookedCloseSchema),
]);
