import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { listOf, textOf } from './text.ts';

/**
 * A file that the sender keeps: the desk shows the link and never follows it. Name and link are personal data. The hash lets
 * whoever opens it see that it is what was sent.
 */
const attachmentSchema = z
  .strictObject({
    name: textOf(limits.nameCharacters),
    url: z
      .httpUrl()
      .max(limits.urlCharacters)
      .regex(/^https:\/\/[^@/?#]+(?:[/?#]|$)/i, 'must be https, without credentials'),
    /** Bytes. */
    size: z.int().min(0),
    /** A media type such as `image/png`. RFC 6838, 4.2. */
    type: z.string().regex(/^[\w!#$&^.+-]{1,127}\/[\w!#$&^.+-]{1,127}$/, 'must be a media type such as image/png'),
    /** 64 hexadecimal digits. */
    sha256: z.string().regex(/^[0-9a-f]{64}$/i, 'must be 64 hexadecimal digits'),
  })
  .meta({ id: 'Attachment' });

export const attachmentsSchema = listOf(attachmentSchema, limits.attachments);
export type Attachments = z.output<typeof attachmentsSchema>;
