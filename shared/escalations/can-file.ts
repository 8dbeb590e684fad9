import { toIso } from '../core/clock.ts';
import type { Customer } from '../customers/customer.ts';
import type { DelegationState } from '../customers/delegation.ts';
import { isAlive } from '../customers/delegation-rules.ts';
import type { EscalatableRequest } from './escalatable.ts';
import { mendingLink, type MendingPlace } from './mending-links.ts';
import { leastRoles } from './product.ts';
import { decide } from './readiness.ts';
import type { Facts } from './readiness-case.ts';
import type { CanFile, FilingReason, SupportedProduct } from './support-readiness-answer.ts';

/** Everything of a filing that does not depend on a request. */
export type Standing = Pick<Facts, 'nowMs' | 'cloud' | 'connection' | 'contact' | 'contracts' | 'capability'> & {
  customer: Customer;
  delegation: DelegationState;
};

const services: Record<SupportedProduct, string | null> = {
  microsoft365: null,
  dynamics365: 'DynamicsCRM',
  azure: 'azure',
};

const someone = { name: 'somebody', window: 'always' };

/** A critical case with nothing wrong in itself: what then stands in its way would stand in the way of any. */
function anyRequest(product: SupportedProduct, { nowMs, customer }: Standing): EscalatableRequest {
  const at = toIso(nowMs);
  return {
    requestId: 'readiness',
    portalId: 'desk',
    customerId: customer.customerId,
    version: 1,
    state: 'in-progress',
    title: 'A critical case',
    description: 'A critical case that the partner cannot solve.',
    evidence: { tried: 'Everything.', errorText: 'An error.', environmentId: 'an environment' },
    severity: 'critical',
    category: 'technical',
    service: services[product],
    boundary: 'microsoft',
    businessImpact: 'Work stands still.',
    startedAt: at,
    contact: { name: '', email: '' },
    externalRefs: [],
    likelyIncidents: [],
    escalationCount: 0,
    createdAt: at,
  };
}

/**
 * Whether a critical case of this customer could be filed now: the gate's own answer, and beyond it what nobody knows, which the
 * gate lets pass and a person who plans the night must see. Pure.
 */
export function canFile(product: SupportedProduct, standing: Standing, place: MendingPlace): CanFile {
  const { customer, nowMs } = standing;
  const decision = decide({
    ...standing,
    escalationId: 'readiness',
    request: anyRequest(product, standing),
    openIncidents: [],
    // Who is on duty is the partner's matter, not this customer's.
    duty: someone,
  });
  const doubts = doubtsOf(product, decision.channel, standing);
  const reasons = [...decision.reasons.map(({ code, text, remedy }) => ({ code, text, remedy })), ...doubts.reasons];
  const { gdap } = customer;
  const isNeeded = product !== 'azure' || decision.channel === 'assisted';
  const ends = [isNeeded ? gdap?.endsAt : undefined, decision.contract?.expiresAt].filter((at) => at !== undefined);
  const [until] = ends.sort();
  return {
    ok: decision.decision === 'ready' && !doubts.isDoubtful,
    channel: decision.channel,
    ...(decision.vehicle && { vehicle: decision.vehicle }),
    party: decision.party ?? 'partner',
    ...(gdap?.relationshipId !== undefined && isAlive(gdap, nowMs) && { relationship: gdap.relationshipId }),
    role: leastRoles[product],
    ...(until !== undefined && { until }),
    reasons: reasons.map(({ code, text, remedy }) => ({
      code,
      text,
      ...(remedy !== undefined && { remedy, ...mendingLink(code, place) }),
    })),
  };
}

type Doubts = { isDoubtful: boolean; reasons: Omit<FilingReason, 'link'>[] };

function doubtsOf(product: SupportedProduct, channel: CanFile['channel'], standing: Standing): Doubts {
  const { customer, nowMs, capability, delegation } = standing;
  if (product !== 'azure' || channel !== 'azure-support' || capability?.state === 'proven') {
    return { isDoubtful: false, reasons: [] };
  }
  // Microsoft's refusal would turn the case into one that a person files, who needs a relationship.
  const isDoubtful = delegation.offered && (!customer.gdap || !isAlive(customer.gdap, nowMs));
  return { isDoubtful, reasons: [{ ...unproven, ...(isDoubtful && { remedy: unprovenRemedy }) }] };
}

const unproven = {
  code: 'channel-unproven',
  text: 'No case has gone by the Support API in this subscription yet; if Microsoft refuses it, a person files it.',
};

const unprovenRemedy =
  'Get a delegated admin relationship (GDAP) with the customer, so that a person can file where the Support API is refused.';
