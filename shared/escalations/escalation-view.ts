import * as z from 'zod';
import { severities } from './case-severity.ts';
import {
  carriedSchema,
  escalationStates,
  instant,
  overrideSchema,
  parties,
  reasonSchema,
  whySchema,
} from './escalation.ts';
import { packetSchema } from './packet.ts';
import { channels, vehicles, dutyContactSchema } from './vehicle.ts';

/** What a person is to do with an escalation. */
const personSteps = [
  'claim',
  'file',
  'say-whether-filed',
  'tell-news',
  'accept',
  'answer-microsoft',
  'nudge-microsoft',
] as const;

/** An escalation as it is answered. */
export const escalationSchema = z
  .strictObject({
    id: z.string(),
    requestIds: z.array(z.string()),
    state: z.enum(escalationStates),
    version: z.int(),
    vehicle: z.enum(vehicles).optional(),
    channel: z.enum(channels),
    createdAt: instant,
    updatedAt: instant,
    joinedTo: z.string().optional().meta({ description: 'The escalation whose case this one shares.' }),
    caseNumber: z.string().optional(),
    caseStatus: z.string().optional().meta({ description: "Microsoft's own word for the state of the case." }),
    caseSeverity: z.enum(severities).optional(),
    needsAnswer: z.boolean().optional().meta({ description: 'Microsoft waits for an answer of the partner.' }),
    unreadable: z
      .strictObject({ since: instant, reason: z.string() })
      .optional()
      .meta({ description: 'Since when, and why, no interface of Microsoft gives the case.' }),
    filedAt: instant.optional(),
    reasons: z.array(reasonSchema),
    override: overrideSchema.optional(),
    handedOffTo: z.enum(parties).optional(),
    packet: packetSchema.optional().meta({ description: 'Absent once it was erased; `link` only for the claimant.' }),
    claim: z.strictObject({ by: z.string(), until: instant }).optional(),
    clocks: z.array(
      z.strictObject({
        clock: z.enum([
          'claim',
          'filing-answer',
          'acceptance',
          'microsoft-first-response',
          'microsoft-next-update',
          'microsoft-silence',
        ]),
        startedAt: instant,
        dueAt: instant,
        state: z.enum(['running', 'met', 'missed', 'paused']).optional(),
        metAt: instant.optional(),
        how: z.string(),
        pauses: z
          .array(z.strictObject({ from: instant, to: instant.optional(), why: z.string() }))
          .optional()
          .meta({ description: "Times in which the clock stood still; without 'to' it does so now." }),
      }),
    ),
    nextStep: z
      .strictObject({
        what: z.enum(personSteps),
        how: z.string(),
        dueAt: instant.optional(),
        text: z.string().optional().meta({ description: 'Prepared, to be sent to Microsoft on the case.' }),
        phone: z.string().optional(),
        contact: dutyContactSchema.optional(),
      })
      .optional()
      .meta({ description: 'What a person is to do next; absent while the desk and Microsoft go on by themselves.' }),
    otherCaseNumbers: z
      .array(z.string())
      .optional()
      .meta({ description: 'Told after the case had its number: cases to be looked at and closed.' }),
    parkedReason: whySchema.optional(),
    toCarry: z
      .array(carriedSchema.extend({ text: z.string().optional() }))
      .optional()
      .meta({ description: 'What a person is to write to Microsoft, since the desk cannot; then tell it as carried.' }),
  })
  .meta({ id: 'Escalation' });
export type Escalation = z.output<typeof escalationSchema>;
