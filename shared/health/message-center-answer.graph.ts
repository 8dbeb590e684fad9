import * as z from 'zod';
import type { ServiceMessage } from './message-center.ts';
import { toTime } from './microsoft-time.ts';
import { plainText } from '../core/plain-text.ts';

/** Far beyond what Microsoft writes: what is longer is cut, so that it fits into rows. */
const titleCharacters = 1_000;
const textCharacters = 200_000;
const nameCharacters = 200;
const namesMax = 50;

const texts = z.array(z.string().nullable()).nullish();

/** Microsoft docs: serviceUpdateMessage (v1.0). Enum values are compared without case. */
const messageSchema = z.looseObject({
  id: z.string().min(1).max(100),
  title: z.string().nullish(),
  body: z.looseObject({ content: z.string().nullish() }).nullish(),
  category: z.string().nullish(),
  services: texts,
  tags: texts,
  isMajorChange: z.boolean().nullish(),
  actionRequiredByDateTime: z.string().nullish(),
  startDateTime: z.string().nullish(),
  endDateTime: z.string().nullish(),
  lastModifiedDateTime: z.string(),
});
const pageSchema = z.looseObject({ value: z.array(z.unknown()), '@odata.nextLink': z.string().nullish() });

export type MessagePage = { messages: ServiceMessage[]; nextLink: string | undefined };

/**
 * One page of `admin/serviceAnnouncement/messages`. Throws for a text that is no such page, and for a post without id or revision:
 * left out in silence, it would never be asked for again.
 */
export function parseMessages(body: string): MessagePage {
  const page = pageSchema.parse(JSON.parse(body.replace(/^\uFEFF/, '')));
  return {
    messages: page.value.map((item) => toMessage(messageSchema.parse(item))),
    nextLink: page['@odata.nextLink'] ?? undefined,
  };
}

function toMessage(item: z.output<typeof messageSchema>): ServiceMessage {
  const revision = toTime(item.lastModifiedDateTime);
  if (revision === undefined) throw new Error(`message ${item.id} has no readable last-modified time`);
  const endsAt = toTime(item.endDateTime);
  const actionRequiredBy = toTime(item.actionRequiredByDateTime);
  return {
    id: item.id,
    title: (item.title ?? item.id).slice(0, titleCharacters),
    text: plainText(item.body?.content ?? '').slice(0, textCharacters),
    category: camelCase(item.category ?? 'unknownFutureValue'),
    services: present(item.services),
    tags: present(item.tags),
    isMajorChange: item.isMajorChange ?? false,
    startedAt: toTime(item.startDateTime) ?? revision,
    revision,
    ...(endsAt !== undefined && { endsAt }),
    ...(actionRequiredBy !== undefined && { actionRequiredBy }),
  };
}

const present = (values: z.output<typeof texts>): string[] =>
  (values ?? [])
    .map((value) => (value ?? '').trim().slice(0, nameCharacters))
    .filter((value) => value !== '')
    .slice(0, namesMax);

/** Documented examples write PascalCase, the live service camelCase. */
const camelCase = (word: string): string => word.charAt(0).toLowerCase() + word.slice(1);
