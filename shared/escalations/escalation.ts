import * as z from 'zod';
import { severities } from './case-severity.ts';
import { products } from './product.ts';
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

const unfiledStates: ReadonlySet<EscalationState> = new Set([
  'intended',
  'awaiting-filing',
  'claimed',
  'parked',
  'handed-off',
  'accepted',
]);
/** Nothing of its texts has gone to Microsoft by the desk's own knowledge: they are needed still, and can be changed. */
export const isUnfiled = (state: EscalationState): boolean => unfiledStates.has(state);

/** Microsoft has the case, and has not closed it. */
export const isAtMicrosoft = ({ state }: { state: EscalationState }): boolean =>
  state === 'filed' || state === 'following';

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

export const whySchema = reasonSchema.omit({ n: true });

export const instant = z.iso.datetime();

/** `why` is Microsoft's refusal, where the desk has tried. */
export const carriedSchema = z.strictObject({ id: z.string(), at: instant, why: whySchema.optional() });

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
  severity: z.enum(severities),
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
  product: z.enum(products).optional(),
  /** Hours until Microsoft's first response by severity, as the vehicle promised them when the escalation began. */
  targets: z
    .strictObject({
      responseHours: z.strictObject({ critical: z.number(), moderate: z.number(), minimal: z.number() }),
      source: z.string().optional(),
    })
    .optional(),
  caseNumber: z.string().optional(),
  filedAt: instant.optional(),
  caseStatus: z.string().optional(),
  caseSeverity: z.string().optional(),
  /** A hash: the engineer's address is nobody's business here, only that it changed. */
  engineer: z.string().optional(),
  claimedBy: z.string().optional(),
  claimedUntil: instant.optional(),
  /** Since when the claimant, whose claim ran out, has been asked whether the case was filed. */
  askedAt: instant.optional(),
  /** When whoever owes an answer (claimant, or the party it was handed to) is asked the next time. */
  askAgainAt: instant.optional(),
  /** Numbers that were told after the case had one: cases that may exist besides, and are to be closed. */
  otherCaseNumbers: z.array(z.string()).optional(),
  /** Until when the party that it was handed to is to accept. */
  acceptBy: instant.optional(),
  /** The escalation whose case this one shares. */
  joinedTo: z.string().optional(),
  joinedAt: instant.optional(),
  /** The person who took it off that case. */
  leftBy: z.string().optional(),
  /** The version of that escalation up to which its news have been brought onto this one. */
  leadVersion: z.int().optional(),
  /** The escalations that share this one's case; `requestIds` are this one's and theirs. */
  joined: z.array(z.string()).optional(),
  /** Incidents of Microsoft's that the case is about: by them others find it and join. */
  incidentIds: z.array(z.string()).optional(),
  /** Microsoft's first own word on the case, and its last one of any kind. */
  respondedAt: instant.optional(),
  heardAt: instant.optional(),
  /** Until when Microsoft has promised its next word. */
  nextUpdateBy: instant.optional(),
  /** Microsoft waits for an answer of ours. */
  needsAnswer: z.boolean().optional(),
  /** What of Microsoft's clock has been told as late, so that each lateness is told once. */
  toldLate: z.array(z.string()).optional(),
  /** Messages of the case that are kept already, as `time|id`, newest last; those up to `readUntil` need none. */
  readMessages: z.array(z.string()).optional(),
  readUntil: instant.optional(),
  /** As of when status, severity and engineer are known; whether Microsoft waits for us; and what it last promised. */
  seenAt: instant.optional(),
  answerAsOf: instant.optional(),
  promisedAt: instant.optional(),
  /** When an interface last gave the case; since when, and why, none does. */
  readAt: instant.optional(),
  unreadable: z.strictObject({ since: instant, reason: z.string() }).optional(),
  /** Before then Microsoft does not want to be asked about the case again. */
  readNotBefore: instant.optional(),
  parkedReason: whySchema.optional(),
  /** What is to be written to Microsoft and waits for a person who carries it, oldest first. */
  toCarry: z.array(carriedSchema).optional(),
  /** Came back from an export then, and nobody has looked since whether it was filed after that. */
  restoredAt: instant.optional(),
});
export type EscalationRow = z.output<typeof escalationRowSchema>;

/** What an event says of the case at Microsoft, for its clocks: facts with a time of their own, whenever they became known. */
export const caseFactSchema = z.strictObject({
  /** When it was so at Microsoft. */
  at: instant,
  /** A word or a deed of Microsoft's own: it has responded, and is not silent. */
  heard: z.literal(true).optional(),
  /** Microsoft waits for the partner, or no longer. */
  needsAnswer: z.boolean().optional(),
  severity: z.enum(severities).optional(),
  nextUpdateBy: instant.optional(),
});
export type CaseFact = z.output<typeof caseFactSchema>;

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
    /** Of the version before, whose claims freed themselves. */
    'claim-expired',
    'filed',
    'following',
    'case-changed',
    'closed',
    'cancelled',
    /** The claim ran out: the claimant is asked whether the case was filed; the claimant said that it was not. */
    'filing-asked',
    'claim-released',
    /** Another number was told for a case that has one. Nothing can read the case: its claimant is asked how it goes. */
    'second-case',
    'news-asked',
    /** Of a hand-off. */
    'accepted',
    'declined',
    'acceptance-late',
    /** Of an escalation that shares another's case, and of the one whose case it is. */
    'joined',
    'left',
    'request-joined',
    'request-left',
    /** What Microsoft wrote, what it waits for, what was written to it, and what it is late with. */
    'microsoft-wrote',
    'microsoft-asks',
    'wrote-microsoft',
    'microsoft-late',
    /** No interface has given the case for long. */
    'case-unreadable',
    /** What is to be written waits for a person, since the desk cannot write it. */
    'update-waits',
  ]),
  from: z.enum(escalationStates).optional(),
  state: z.enum(escalationStates),
  vehicle: z.enum(vehicles).optional(),
  channel: z.enum(channels),
  caseNumber: z.string().optional(),
  /** The person who did it; absent where the desk did. */
  by: z.string().optional(),
  /** The desk's own words: everybody may read them. */
  note: z.string().optional(),
  /** Key of the text of people that belongs to it, in a content row (`textOp`). */
  text: z.string().optional(),
  fact: caseFactSchema.optional(),
});
export type EscalationEvent = z.output<typeof escalationEventSchema>;

/** A text between Microsoft and the partner: content, never in heads, events or messages. */
export const escalationTextSchema = z.strictObject({
  from: z
    .enum(['microsoft', 'partner', 'unverified'])
    .meta({ description: '`unverified`: a mail that a person put here, and that is not proven to be Microsoft’s.' }),
  at: instant,
  subject: z.string().optional(),
  text: z.string(),
});
export type EscalationText = z.output<typeof escalationTextSchema>;
