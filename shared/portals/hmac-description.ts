import * as z from 'zod';

export const headerNameSchema = z.string().regex(/^[A-Za-z0-9-]{1,100}$/, 'must be the name of a header');

/** What one part of the signed bytes is: a header's value, the body as it travels, or a fixed text between them. */
const partSchema = z.union([
  z.enum(['timestamp', 'id', 'body']),
  z.strictObject({ text: z.string().regex(/^[\x20-\x7e]{1,50}$/) }),
]);
export type SignedPart = z.output<typeof partSchema>;

const shapeSchema = z.strictObject({
  /** The header that carries the signature. */
  header: headerNameSchema,
  /** `sha1` is for senders that have nothing better; as an HMAC it is not broken. */
  algorithm: z.enum(['sha256', 'sha512', 'sha1']),
  encoding: z.enum(['hex', 'base64']),
  /** What stands before the signature in its header, such as `sha256=`. */
  prefix: z
    .string()
    .regex(/^[\x21-\x7e]{1,20}$/)
    .optional(),
  /** How the vault's secret becomes the key: its characters as they are, what they spell, or the SHA-256 of them. */
  key: z.enum(['text', 'hex', 'base64', 'sha256-of-text']),
  signed: z.array(partSchema).min(1).max(9),
  /** The time of sending; more than five minutes off is refused. Without it, repeats are found by their bytes alone. */
  timestamp: z
    .strictObject({ header: headerNameSchema, format: z.enum(['unix-seconds', 'unix-milliseconds', 'iso-8601']) })
    .optional(),
  /** The name of this delivery, the same at every try. Without it the body's hash is its name. */
  id: z.strictObject({ header: headerNameSchema }).optional(),
});

/**
 * How a sender that does not know Standard Webhooks signs what it sends. Refused are descriptions that prove less than they
 * seem to: a body, time or id that is not signed, and parts that could be shifted into each other (`1` + `23` as `12` + `3`).
 */
export const hmacDescriptionSchema = shapeSchema.superRefine((hmac, context) => {
  for (const message of faultsOf(hmac)) context.addIssue({ code: 'custom', path: ['signed'], message });
});
export type HmacDescription = z.output<typeof hmacDescriptionSchema>;

function faultsOf({ signed, timestamp, id }: z.output<typeof shapeSchema>): string[] {
  const times = (part: SignedPart) => signed.filter((other) => other === part).length;
  const faults: string[] = [];
  const body = signed.indexOf('body');
  if (times('body') !== 1 || signed.slice(body).includes('id'))
    faults.push('must hold the body once, and no id after it');
  if (times('timestamp') !== (timestamp ? 1 : 0)) faults.push('must hold the timestamp once where there is one');
  if (times('id') !== (id ? 1 : 0)) faults.push('must hold the id once where there is one');
  // Behind the body a time is told from it by its length, or by the one way to read its end.
  const isOpen = (part: SignedPart) => part === 'id' || (part === 'timestamp' && timestamp?.format !== 'iso-8601');
  const joined = signed.slice(0, Math.max(0, body)).some((part, at) => isOpen(part) && !separates(signed[at + 1]));
  if (joined) faults.push('must separate an id, and a time in digits, from what follows by a text such as "."');
  return faults;
}

/** Starts with what can stand neither in an id nor in a time. */
const separates = (part: SignedPart | undefined): boolean =>
  typeof part === 'object' && /^[^A-Za-z0-9_-]/.test(part.text);
