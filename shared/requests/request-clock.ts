import * as z from 'zod';

/** The customer's two, the desk's one, and Microsoft's; portals see the customer's. */
const clockNames = [
  'first-response',
  'resolution',
  'next-action',
  'microsoft-first-response',
  'microsoft-next-update',
  'microsoft-silence',
] as const;

const pauseSchema = z.object({ from: z.iso.datetime(), to: z.iso.datetime().optional(), why: z.string() });

export const clockSchema = z
  .object({
    clock: z.enum(clockNames),
    startedAt: z.iso.datetime(),
    /** Null where the published hours never add up to the target. */
    dueAt: z.iso.datetime().nullable(),
    metAt: z.iso.datetime().optional(),
    state: z.enum(['running', 'met', 'missed', 'paused']),
    computedFrom: z
      .object({
        targetMinutes: z.number(),
        calendar: z.enum(['always', 'business']),
        timeZone: z.string(),
        statementVersion: z.number(),
      })
      .optional(),
    /** In words, where it is not the statement's. */
    how: z.string().optional(),
    /** Times in which it stood still; without `to` it does so now. */
    pauses: z.array(pauseSchema).optional(),
  })
  .meta({ id: 'RequestClock' });
export type RequestClock = z.output<typeof clockSchema>;
