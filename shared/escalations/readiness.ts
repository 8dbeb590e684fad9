import * as z from 'zod';
import { reasonSchema, type Party, type Reason } from './escalation.ts';
import { buildPacket, packetSchema, type Packet } from './packet.ts';
import { caseOf, type Case, type Facts } from './readiness-case.ts';
import type { Effect, Rule } from './readiness-rule.ts';
import { readinessRules } from './readiness-rules.ts';
import { standingRules, type StandingRule } from './vehicle-standing.ts';
import { channels, vehicles, type Channel, type Contract, type Vehicle } from './vehicle.ts';

export const decisions = ['ready', 'blocked', 'redirect', 'wait'] as const;

/** The answer of the gate. Vehicle, channel and packet are there as far as they can be said. */
export const readinessSchema = z
  .strictObject({
    decision: z.enum(decisions),
    reasons: z.array(reasonSchema),
    vehicle: z.enum(vehicles).optional(),
    channel: z.enum(channels).optional(),
    packet: packetSchema.optional(),
    joins: z.string().optional().meta({ description: 'The escalation whose case it would share.' }),
  })
  .meta({ id: 'EscalationReadiness' });

export type Decision = {
  decision: (typeof decisions)[number];
  reasons: Reason[];
  vehicle?: Vehicle;
  channel: Channel;
  packet?: Packet;
  contract?: Contract;
  subscriptionId?: string;
  /** Who must act, where the decision is `redirect`. */
  party?: Party;
  /** The escalation whose case this one is to share, where the decision is `ready`. */
  joins?: string;
};

/** What an effect means under force: an administrator who gives a reason may overrule a wait and a doubt, nothing else. */
const effectOf = (rule: Rule, isForced: boolean): Effect =>
  isForced && (rule.effect === 'waits' || rule.effect === 'doubts') ? 'notes' : rule.effect;

/** Whether, by which vehicle and by which way a request goes to Microsoft: the one place where this is decided. Pure. */
export function decide(
  facts: Facts,
  rules: readonly Rule[] = readinessRules,
  standings: readonly StandingRule[] = standingRules,
): Decision {
  const c = caseOf(facts, standings);
  const isForced = facts.wanted?.force === true;
  const held: Held[] = [];
  let decision: Decision['decision'] = 'ready';
  for (const stage of [0, 1, 2]) {
    const now = rules
      .filter((rule) => rule.stage === stage && isJudged(rule, c) && rule.holds(c))
      .map((rule) => ({ rule, effect: effectOf(rule, isForced) }));
    held.push(...now);
    decision = decisionOf(now.map((one) => one.effect));
    if (decision !== 'ready') break;
  }
  return {
    decision,
    reasons: held.map(({ rule }, index) => reason(rule, c, index + 1)),
    channel: c.channel,
    ...(c.vehicle && { vehicle: c.vehicle }),
    ...(c.contract && { contract: c.contract }),
    ...(c.subscriptionId !== undefined && { subscriptionId: c.subscriptionId }),
    ...partyPart(decision, held),
    ...(decision === 'ready' && c.joins && { joins: c.joins.escalationId }),
    ...packetPart(c),
  };
}

/** A case that is shared has been filed already. */
const isJudged = (rule: Rule, { joins }: Case): boolean => joins === undefined || rule.isOfFiling !== true;

type Held = { rule: Rule; effect: Effect };

/** Another party files by hand, whatever the desk could do. */
function partyPart(
  decision: Decision['decision'],
  held: readonly Held[],
): Pick<Decision, 'party'> & { channel?: Channel } {
  const party = held.find((one) => one.effect === 'redirects')?.rule.party;
  return decision === 'redirect' && party ? { party, channel: 'assisted' } : {};
}

function decisionOf(effects: readonly Effect[]): Decision['decision'] {
  if (effects.includes('redirects')) return 'redirect';
  if (effects.includes('blocks') || effects.includes('doubts')) return 'blocked';
  return effects.includes('waits') ? 'wait' : 'ready';
}

const reason = (rule: Rule, c: Case, n: number): Reason => ({
  n,
  code: rule.code,
  text: rule.text(c),
  ...(rule.remedy !== undefined && { remedy: rule.remedy }),
});

function packetPart(c: Case): { packet?: Packet } {
  const { escalationId, cloud, request, customer, contact, liveIncidents } = c;
  if (!customer || !contact) return {};
  const incidentIds = liveIncidents.map((incident) => incident.id);
  return { packet: buildPacket({ escalationId, cloud, request, customer, contact, incidentIds }) };
}
