import * as z from 'zod';
import { packetSchema } from './packet.ts';
import { channels, vehicles } from './vehicle.ts';

/** Every state an escalation can be in; which follows which is the business of escalation-rules. */
export const escalationStates = [
  'intended',
  'awaiting-filing',
  'claimed',
  'filed',
  'following',
  'closed',
  'joined',
  'parked',
  'handed-off',
  'accepted',
  'declined',
  'cancelled',
] as const;
export type EscalationState = (typeof escalationStates)[number];

const finalStates: ReadonlySet<EscalationState> = new Set(['closed', 'declined', 'cancelled']);
/** Open: something is still owed, so a second escalation of the same request would be a second case. */
export const isOpen = (state: EscalationState): boolean => !finalStates.has(state);

/** Who must act where the desk's own partner connection may not. */
export const parties = ['provider', 'publisher', 'customer'] as const;
export type Party = (typeof parties)[number];

export const reasonSchema = z
  .strictObject({
    n: z.int(),
    code: z.string(),
    text: z.string(),
    remedy: z.string().optional(),
  })
  .meta({ id: 'Reason', description: 'Why the desk decided as it did, and what to do about it.' });
export type Reason = z.output<typeof reasonSchema>;

const whySchema = reasonSchema.omit({ n: true });

const instant = z.iso.datetime();

/** What a person asked for beyond the desk's own choice, and why. */
export const overrideSchema = z.strictObject({
  by: z.string(),
  reason: z.string(),
  vehicle: z.enum(vehicles).optional(),
  force: z.boolean().optional(),
});
export type Override = z.output<typeof overrideSchema>;

/**
 * The head of an escalation: ids, times and states, no free text of people. `turn` counts the wake-ups that were owed, so that
 * a late or repeated message is known as such; `version` counts the events.
 */
export const escalationRowSchema = z.strictObject({
  id: z.string(),
  requestIds: z.array(z.string()).min(1),
  portalId: z.string(),
  customerId: z.string(),
  connectionId: z.string(),
  tenantId: z.string(),
  /** As whom the desk calls Microsoft in that tenant. */
  tokenWay: z.enum(['app', 'delegated']),
  state: z.enum(escalationStates),
  vehicle: z.enum(vehicles).optional(),
  channel: z.enum(channels),
  severity: z.enum(['critical', 'moderate', 'minimal']),
  version: z.int(),
  turn: z.int(),
  createdAt: instant,
  updatedAt: instant,
  reasons: z.array(reasonSchema),
  handedOffTo: z.enum(parties).optional(),
  /** The customer's subscription, and the name under which the ticket is (to be) put there. */
  subscriptionId: z.string().optional(),
  ticketName: z.string().optional(),
  /** How often a ticket was about to be put; `intentAt` is there as long as the end of the last try is not known. */
  attempt: z.int(),
  intentAt: instant.optional(),
  operation: z.string().optional(),
  /** Troubles in a row: the exponent of the back-off. */
  failures: z.int(),
  /** Since when Microsoft says no in a way that may pass. */
  doubtedSince: instant.optional(),
  responseHours: z.number().optional(),
  caseNumber: z.string().optional(),
  filedAt: instant.optional(),
  caseStatus: z.string().optional(),
  caseSeverity: z.string().optional(),
  /** A hash: the engineer's address is nobody's business here, only that it changed. */
  engineer: z.string().optional(),
  claimedBy: z.string().optional(),
  claimedUntil: instant.optional(),
  parkedReason: whySchema.optional(),
});
export type EscalationRow = z.output<typeof escalationRowSchema>;

export const escalationEventSchema = z.strictObject({
  escalationId: z.string(),
  version: z.int(),
  at: instant,
  what: z.enum([
    'started',
    'handed-off',
    'turned-assisted',
    'parked',
    'redriven',
    'claimed',
    'claim-expired',
    'filed',
    'following',
    'case-changed',
    'closed',
    'cancelled',
  ]),
  from: z.enum(escalationStates).optional(),
  state: z.enum(escalationStates),
  vehicle: z.enum(vehicles).optional(),
  channel: z.enum(channels),
  caseNumber: z.string().optional(),
  /** The person who did it; absent where the desk did. */
  by: z.string().optional(),
  /** The desk's own words. */
  note: z.string().optional(),
});
export type EscalationEvent = z.output<typeof escalationEventSchema>;

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
    caseNumber: z.string().optional(),
    caseStatus: z.string().optional().meta({ description: "Microsoft's own word for the state of the case." }),
    filedAt: instant.optional(),
    reasons: z.array(reasonSchema),
    override: overrideSchema.optional(),
    handedOffTo: z.enum(parties).optional(),
    packet: packetSchema.optional().meta({ description: 'Absent once it was erased; `link` only for the claimant.' }),
    claim: z.strictObject({ by: z.string(), until: instant }).optional(),
    clocks: z.array(
      z.strictObject({
        clock: z.enum(['claim', 'microsoft-first-response']),
        startedAt: instant,
        dueAt: instant,
        how: z.string(),
      }),
    ),
    parkedReason: whySchema.optional(),
  })
  .meta({ id: 'Escalation' });
export type Escalation = z.output<typeof escalationSchema>;
