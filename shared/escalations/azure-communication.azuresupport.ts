import * as z from 'zod';
import { toIso } from '../core/clock.ts';
import { plainText } from '../core/plain-text.ts';
import { asksSomething } from './asks-something.ts';
import type { CaseMessage } from './case-follower.ts';
import type { CaseState } from './filing-channel.ts';

/** Microsoft.Support communications, api-version 2024-04-01. Words such as `outbound` come in any case. */
const communicationSchema = z.object({
  name: z.string(),
  properties: z.object({
    communicationDirection: z.string().nullish(),
    subject: z.string().nullish(),
    body: z.string().nullish(),
    createdDate: z.string(),
  }),
});
const pageSchema = z.object({ value: z.array(communicationSchema), nextLink: z.string().nullish() });

const textCharacters = 24_000;
const subjectCharacters = 500;

/** One page; what has no readable time is left out, since nobody could say where it belongs. */
export function readCommunications(body: string): { messages: CaseMessage[]; nextLink?: string } {
  const { value, nextLink } = pageSchema.parse(JSON.parse(body));
  const messages = value.flatMap(({ name, properties }): CaseMessage[] => {
    const at = Date.parse(properties.createdDate);
    if (Number.isNaN(at)) return [];
    const from = properties.communicationDirection?.toLowerCase() === 'outbound' ? 'microsoft' : 'partner';
    const subject = plainText(properties.subject ?? '').slice(0, subjectCharacters);
    const text = plainText(properties.body ?? '').slice(0, textCharacters);
    return [{ id: name, at: toIso(at), from, ...(subject !== '' && { subject }), text }];
  });
  return { messages, ...(typeof nextLink === 'string' && { nextLink }) };
}

/** By the state's own word, or by a last message of Microsoft's that asks something. */
export function waitsForPartner({ status, isClosed }: CaseState, last: CaseMessage | undefined): boolean {
  if (isClosed) return false;
  if (/(?:waiting|awaiting|pending)\b.*\b(?:customer|partner|user|you)\b/i.test(status)) return true;
  return last?.from === 'microsoft' && asksSomething(last.text);
}
