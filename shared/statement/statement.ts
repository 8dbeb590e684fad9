import * as z from 'zod';

const weekdays = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof weekdays)[number];

/** `HH:MM` on a clock of 24 hours; `24:00` ends a day. */
const wallTime = z.string().regex(/^(?:(?:[01]\d|2[0-3]):[0-5]\d|24:00)$/);

const shift = z
  .strictObject({ from: wallTime, to: wallTime })
  .refine(({ from, to }) => from < to, 'from must be before to; split a shift at midnight');

const shifts = z
  .array(shift)
  .max(6)
  .refine(
    (day) => day.every((one, index) => index === 0 || (day[index - 1]?.to ?? '') <= one.from),
    'shifts must be in order and must not overlap',
  );

const isTimeZone = (name: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
};

export const severities = ['critical', 'moderate', 'minimal'] as const;
export type Severity = (typeof severities)[number];

const responseTarget = z.strictObject({
  minutes: z
    .number()
    .int()
    .min(1)
    .max(60 * 24 * 90),
  /** `business` counts only the published hours, `always` every minute. */
  calendar: z.enum(['always', 'business']),
});
export type ResponseTarget = z.output<typeof responseTarget>;

/** States of a request in which a statement may let the clocks of its customers stand still. */
export const pausingStates = ['waiting-customer', 'waiting-microsoft'] as const;
export type PausingState = (typeof pausingStates)[number];

/** Hours of a week in their own time zone, without holidays. */
export const hoursSchema = z.strictObject({
  timeZone: z.string().max(64).refine(isTimeZone, 'must be an IANA time zone'),
  weekly: z.partialRecord(z.enum(weekdays), shifts),
  holidays: z.array(z.strictObject({ date: z.iso.date(), name: z.string().max(60) })).max(150),
});

/**
 * What the partner promises its customers: Microsoft expects a CSP partner to tell them which support it gives, at what hours,
 * how to reach it, and the price where it charges. Source: Microsoft docs, "Customer support" and "Provide billing support".
 */
export const statementSchema = z
  .strictObject({
    version: z.number().int().min(0),
    partner: z.strictObject({
      name: z.string().min(1).max(200),
      url: z.httpUrl().max(500).optional(),
      /** ISO 3166-1 alpha-3, upper case: Microsoft asks for it on every case. */
      country: z
        .string()
        .regex(/^[A-Z]{3}$/)
        .optional(),
    }),
    support: z
      .array(
        z.strictObject({
          kind: z.enum(['billing', 'subscription', 'technical', 'advisory']),
          how: z.enum(['direct', 'resold', 'outsourced']),
          provider: z.string().max(200).optional(),
        }),
      )
      .min(1)
      .max(20),
    hours: hoursSchema,
    contact: z.strictObject({
      email: z.email().max(254).optional(),
      phone: z.string().max(50).optional(),
      url: z.httpUrl().max(500).optional(),
    }),
    price: z.strictObject({ charged: z.boolean(), text: z.string().max(1_000) }),
    responseTargets: z.strictObject({ critical: responseTarget, moderate: responseTarget, minimal: responseTarget }),
    /** From the creation to the solution; none where the partner promises none. */
    resolutionTargets: z
      .strictObject({ critical: responseTarget, moderate: responseTarget, minimal: responseTarget })
      .partial()
      .optional(),
    /** The time to the solution stands still in these states, and in no other. */
    pausesWhile: z.array(z.enum(pausingStates)).max(pausingStates.length).optional(),
  })
  .meta({ id: 'SupportStatement' });

export type Statement = z.output<typeof statementSchema>;
