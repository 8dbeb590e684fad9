import * as z from 'zod';
import { hashOf } from '../core/hash.ts';
import { inCamelCase } from '../customers/partner-center-event.ts';
import type { CaseMessage, CaseSeen } from './case-follower.ts';

/** Enums of service requests come as numbers in lists and as words by id. Source: Microsoft docs, "Service request resources". */
const severityNames = ['unknown', 'critical', 'moderate', 'minimal'];
const statusNames = ['none', 'open', 'closed', 'attention_needed'];

const loose = <Shape extends z.ZodRawShape>(shape: Shape) => z.preprocess(inCamelCase, z.looseObject(shape));
const either = z.union([z.string(), z.number()]).nullish();
const personSchema = loose({ firstName: z.string().nullish(), lastName: z.string().nullish() });
const noteSchema = loose({
  createdByName: z.string().nullish(),
  createdDate: z.string().nullish(),
  text: z.string().nullish(),
});

export const serviceRequestSchema = loose({
  id: z.union([z.string(), z.number()]).transform(String),
  severity: either,
  status: either,
  primaryContact: personSchema.nullish(),
  notes: z.array(noteSchema).nullish(),
});
export type ServiceRequest = z.output<typeof serviceRequestSchema>;

/** An enum as a word of ours: `attention needed`, `AttentionNeeded` and 3 are one; a new word is kept as it is. */
function wordOf(value: ServiceRequest['status'], names: readonly string[]): string | undefined {
  if (value === null || value === undefined) return undefined;
  if (typeof value === 'number' || /^\d+$/.test(value)) return names[Number(value)] ?? String(value);
  const spelled = value.replace(/(?<=[a-z])(?=[A-Z])|[\s-]+/g, '_').toLowerCase();
  return names.find((name) => name === spelled) ?? value;
}

/** Times are UTC with or without saying so; "never" is the first of January of the year 1. */
function instantOf(text: string | null | undefined): string | undefined {
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(text ?? '') ? (text ?? '') : `${text ?? ''}Z`);
  return Number.isNaN(ms) || ms < Date.parse('2000-01-01T00:00:00Z') ? undefined : new Date(ms).toISOString();
}

/** Stands at the end of every note that the desk writes, so that it is known again as its own. */
export const ownMark = (name: string): string => `[${name}]`;
const ownMarkPattern = /\s*\[(desk-[^\]\s]+)\]\s*$/;

/**
 * The case in a service request. A note is the partner's where it carries the desk's mark or the name of the contact of the
 * request; nothing else in the resource tells who wrote it. Status `attention_needed` is how Microsoft asks for something.
 */
export function toCaseSeen(request: ServiceRequest, since: string | undefined): CaseSeen {
  const status = wordOf(request.status, statusNames) ?? 'none';
  const severity = wordOf(request.severity, severityNames);
  const names = namesOf(request.primaryContact);
  const messages = (request.notes ?? []).flatMap((note) => toMessage(request.id, note, names) ?? []);
  return {
    number: request.id,
    status,
    isClosed: status === 'closed',
    ...(severity !== undefined && severity !== 'unknown' && { severity }),
    needsAnswer: status === 'attention_needed',
    messages: messages
      .filter(({ at }) => since === undefined || at > since)
      .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0)),
  };
}

function namesOf(contact: ServiceRequest['primaryContact']): ReadonlySet<string> {
  const { firstName, lastName } = contact ?? {};
  const spelled = [lastName, `${firstName ?? ''} ${lastName ?? ''}`].map((name) => (name ?? '').trim().toLowerCase());
  return new Set(spelled.filter((name) => name !== ''));
}

type Note = z.output<typeof noteSchema>;

/** A note has no id: the desk's own is known by its mark, any other by its time and text. */
function toMessage(requestId: string, note: Note, names: ReadonlySet<string>): CaseMessage | undefined {
  const at = instantOf(note.createdDate);
  const text = note.text?.trim();
  if (at === undefined || text === undefined || text === '') return undefined;
  const name = ownMarkPattern.exec(text)?.[1];
  if (name !== undefined) return { id: name, at, from: 'partner', text: text.replace(ownMarkPattern, '') };
  const isPartners = names.has((note.createdByName ?? '').trim().toLowerCase());
  return {
    id: `${requestId}|${at}|${hashOf(text).slice(0, 10)}`,
    at,
    from: isPartners ? 'partner' : 'microsoft',
    text,
  };
}

/** Whether a note of this mark is there already. */
export const hasNote = (request: ServiceRequest, mark: string): boolean =>
  (request.notes ?? []).some((note) => note.text?.includes(mark) === true);
