import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { hoursSchema, severities } from '../statement/statement.ts';

const idSchema = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be of a–z, 0–9 and -, at most 40');
const nameSchema = z.string().min(1).max(limits.nameCharacters).regex(/\S/, 'must not be blank');

/** What may reach people: a request, or what becomes of an escalation. */
export const happenings = [
  'critical-request',
  'parked',
  'filing-asked',
  'acceptance-late',
  'microsoft-late',
  'microsoft-asks',
] as const;
export type Happening = (typeof happenings)[number];

const weekHours = hoursSchema.extend({ holidays: hoursSchema.shape.holidays.default([]) });

const windowsSchema = z.union([z.literal('always'), weekHours]);
export type Windows = z.output<typeof windowsSchema>;

export const personSchema = z.strictObject({
  id: idSchema,
  name: nameSchema,
  phone: z.string().min(1).max(50).optional(),
  windows: windowsSchema.meta({ description: 'When the person is reachable.' }),
  targets: z.array(idSchema).min(1).max(limits.reachPersonTargets),
});
export type Person = z.output<typeof personSchema>;

const stepSchema = z.discriminatedUnion('do', [
  /** Exactly one of the two. A person's own targets, or one of the team as a whole. */
  z
    .strictObject({ do: z.literal('notify'), person: idSchema.optional(), target: idSchema.optional() })
    .refine(({ person, target }) => (person === undefined) !== (target === undefined), 'name a person or a target'),
  /** Without a calendar every minute counts. */
  z.strictObject({ do: z.literal('wait'), minutes: z.int().min(1).max(10_080), calendar: idSchema.optional() }),
  /** Whoever acknowledged ends it here; otherwise it goes on. So do `repeat` and `hand-over`. */
  z.strictObject({ do: z.literal('if-unacknowledged') }),
  z.strictObject({ do: z.literal('repeat'), times: z.int().min(1).max(9) }),
  z.strictObject({ do: z.literal('hand-over'), team: idSchema }),
]);
export type Step = z.output<typeof stepSchema>;

const teamSchema = z.strictObject({
  id: idSchema,
  name: nameSchema,
  people: z.array(idSchema).min(1).max(limits.reachPeople),
  steps: z.array(stepSchema).min(1).max(limits.reachSteps),
});
export type Team = z.output<typeof teamSchema>;

/** The first rule that fits says the team. A member that is absent fits everything. */
const ruleSchema = z.strictObject({
  team: idSchema,
  what: z.array(z.enum(happenings)).min(1).optional(),
  severities: z.array(z.enum(severities)).min(1).optional(),
  categories: z.array(z.string().max(50)).min(1).max(10).optional(),
  services: z.array(z.string().max(100)).min(1).max(50).optional(),
});
export type Rule = z.output<typeof ruleSchema>;

const common = {
  people: z.array(personSchema).min(1).max(limits.reachPeople),
  teams: z.array(teamSchema).min(1).max(limits.reachTeams),
  rules: z.array(ruleSchema).min(1).max(limits.reachRules),
  calendars: z
    .array(z.strictObject({ id: idSchema, hours: weekHours }))
    .max(10)
    .default([]),
  /** After so long an acknowledgement is worth nothing where nothing happened with the request. Absent: it is for good. */
  acknowledgementMinutes: z.int().min(5).max(10_080).optional(),
};

/** Which hosts may be called is judged when it is published, and again at every call. */
const url = z.url({ protocol: /^https?$/ }).max(limits.urlCharacters);
/** The title of a request leaves the desk only where the target says so. */
const target = { id: idSchema, includeTitle: z.boolean().default(false) };
const webhook = { ...target, kind: z.literal('webhook'), url };
const teams = { ...target, kind: z.literal('teams') };
const pagerDutyUrl = 'https://events.pagerduty.com/v2/enqueue';
const pagerduty = { ...target, kind: z.literal('pagerduty'), url: url.default(pagerDutyUrl) };

const secret = z.string().min(1).max(limits.secretCharacters).optional();

/** Secrets are values here, and may be left out where the target has one already. */
export const sentPolicySchema = z
  .strictObject({
    ...common,
    targets: z
      .array(
        z.discriminatedUnion('kind', [
          z.strictObject({ ...webhook, secret }),
          z.strictObject({ ...teams, url: url.optional() }),
          z.strictObject({
            ...pagerduty,
            routingKey: z
              .string()
              .regex(/^[A-Za-z0-9]{32}$/)
              .optional(),
          }),
        ]),
      )
      .min(1)
      .max(limits.reachTargets),
  })
  .meta({ id: 'SentReachPolicy' });
export type SentPolicy = z.output<typeof sentPolicySchema>;
export type SentTarget = SentPolicy['targets'][number];

const kept = { secretName: z.string() };
const keptTargetSchema = z.discriminatedUnion('kind', [
  z.object({ ...webhook, ...kept }),
  /** The address holds the right to post: only its host is shown. */
  z.object({ ...teams, ...kept, host: z.string() }),
  z.object({ ...pagerduty, ...kept }),
]);
export type Target = z.output<typeof keptTargetSchema>;

export const policySchema = z.object({
  ...common,
  version: z.int(),
  at: z.iso.datetime(),
  /** Who published it: an id, not a name. */
  by: z.string(),
  targets: z.array(keptTargetSchema),
});
export type Policy = z.output<typeof policySchema>;

const shown = z.object({
  id: z.string(),
  kind: z.enum(['webhook', 'teams', 'pagerduty']),
  includeTitle: z.boolean(),
  url: z.string().optional(),
  host: z.string().optional(),
});

export const policyAnswerSchema = z
  .strictObject({
    version: z.int().meta({ description: '0 where none was published.' }),
    at: z.iso.datetime().optional(),
    by: z.string().optional(),
    people: z.array(personSchema),
    teams: z.array(teamSchema),
    rules: z.array(ruleSchema),
    calendars: z.array(z.strictObject({ id: idSchema, hours: weekHours })),
    acknowledgementMinutes: z.int().optional(),
    targets: z.array(shown),
    findings: z.array(z.string()).meta({ description: 'What is missing for somebody to be reachable at any time.' }),
  })
  .meta({ id: 'ReachPolicy' });
export type PolicyAnswer = z.output<typeof policyAnswerSchema>;
