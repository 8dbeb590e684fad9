import { isAlive } from '../customers/delegation-rules.ts';
import type { DelegationState } from '../customers/delegation.ts';
import type { CloudName } from '../customers/cloud.ts';
import type { Duty } from './duty.ts';
import type { Connection, EscalatableCustomer, EscalatableRequest } from './escalatable.ts';
import type { OpenCase } from './open-case.ts';
import { resourceOf, type PartnerContact } from './packet.ts';
import { productOf, type Product } from './product.ts';
import type { KnownRights } from './rights.ts';
import { contractFor, standingRules, type StandingRule } from './vehicle-standing.ts';
import { isRefused, technicalVehicles, type Capability, type Channel, type Contract, type Vehicle } from './vehicle.ts';

/** Everything the decision rests on, read beforehand: the decision itself looks nothing up. */
export type Facts = {
  nowMs: number;
  cloud: CloudName;
  /** The id that the escalation will have. */
  escalationId: string;
  request: EscalatableRequest;
  customer?: EscalatableCustomer | undefined;
  connection?: Connection | undefined;
  contact?: PartnerContact | undefined;
  contracts: readonly Contract[];
  /** What is known of filing by the Support API in the case's subscription. */
  capability?: Capability | undefined;
  /** Whether the desk may file in the case's subscription; absent where nobody has asked. */
  rights?: KnownRights | undefined;
  /** How the reading of delegated relationships stands; absent: as it should. */
  delegation?: DelegationState | undefined;
  duty?: Duty | undefined;
  /** Of the request's likely incidents, those that Microsoft has not resolved. */
  openIncidents: readonly { id: string; title: string }[];
  /** Cases of these incidents that the same connection has at Microsoft. */
  openCases?: readonly OpenCase[];
  wanted?: { vehicle?: Vehicle | undefined; force?: boolean | undefined };
};

/** A vehicle that was looked at; `standing` says why it cannot carry the case, and is absent where it can. */
export type LookedAt = { vehicle: Vehicle; standing?: string; text?: string };

/** The facts, and what plainly follows from them. */
export type Case = Facts & {
  product: Product;
  isCommercial: boolean;
  vehicle?: Vehicle;
  contract?: Contract;
  /** Each vehicle that could be meant, in the order of preference. */
  looked: readonly LookedAt[];
  channel: Channel;
  subscriptionId?: string;
  resourceId?: string;
  liveIncidents: readonly { id: string; title: string }[];
  /** The case that this one would share. */
  joins?: OpenCase;
};

/** Below this a likeness is a hint for people, not a reason to wait. */
export const likelyConfidence = 0.5;

export function caseOf(facts: Facts, standings: readonly StandingRule[] = standingRules): Case {
  const product = productOf(facts.request.category, facts.request.service);
  const isCommercial = product === 'partner-center';
  const resource = resourceOf(facts.request, facts.customer?.azureSubscriptionIds ?? []);
  const subscriptionId = subscriptionOf(facts.request, facts.customer);
  const channel = channelFor(facts, product, subscriptionId);
  const liveIncidents = liveIncidentsOf(facts);
  const joins = joinedCase(facts, liveIncidents);
  return {
    ...facts,
    product,
    isCommercial,
    ...chosen(facts, { isCommercial, product, channel }, standings),
    channel,
    ...(product === 'azure' && subscriptionId !== undefined && { subscriptionId }),
    ...(product === 'azure' && resource && { resourceId: resource.resourceId }),
    liveIncidents,
    ...(joins && { joins }),
  };
}

function liveIncidentsOf({ request, openIncidents }: Facts): Case['liveIncidents'] {
  const likely = new Set(
    request.likelyIncidents.filter((one) => one.confidence >= likelyConfidence).map((one) => one.id),
  );
  return openIncidents.filter((incident) => likely.has(incident.id));
}

/** Of the most likely incident that has one. Whoever asks for a vehicle or forces it wants a case of its own. */
function joinedCase({ request, openCases = [], wanted }: Facts, live: Case['liveIncidents']): OpenCase | undefined {
  if (wanted?.force === true || wanted?.vehicle !== undefined) return undefined;
  const others = openCases.filter((one) => !one.escalationId.startsWith(`${request.requestId}-`));
  for (const incident of live) {
    const found = others.find((one) => one.incidentId === incident.id);
    if (found) return found;
  }
  return undefined;
}

type Kind = Pick<Case, 'isCommercial' | 'product' | 'channel'>;

/** Every vehicle as it stands, and the first that can carry the case. */
function chosen(
  facts: Facts,
  kind: Kind,
  standings: readonly StandingRule[],
): Pick<Case, 'looked' | 'vehicle' | 'contract'> {
  const looked = wantedVehicles(facts, kind.isCommercial).map((vehicle): LookedAt => {
    const one = { vehicle, contract: contractFor(facts, vehicle), facts, ...kind };
    const found = standings.find((rule) => rule.holds(one));
    return { vehicle, ...(found && { standing: found.standing, text: found.text }) };
  });
  const vehicle = looked.find((one) => one.standing === undefined)?.vehicle;
  const contract = vehicle && contractFor(facts, vehicle);
  return { looked, ...(vehicle && { vehicle }), ...(contract && { contract }) };
}

/** The subscription of the named resource, else the customer's first. */
export function subscriptionOf(
  request: EscalatableRequest,
  customer: EscalatableCustomer | undefined,
): string | undefined {
  const subscriptionIds = customer?.azureSubscriptionIds ?? [];
  return resourceOf(request, subscriptionIds)?.subscriptionId ?? subscriptionIds[0];
}

/** The partner's own contracts come first, then that of the customer, if one is known. */
function wantedVehicles(facts: Facts, isCommercial: boolean): readonly Vehicle[] {
  if (facts.wanted?.vehicle) return [facts.wanted.vehicle];
  if (isCommercial) return ['commercial'];
  return contractFor(facts, 'customer-own') ? [...technicalVehicles, 'customer-own'] : technicalVehicles;
}

/**
 * Only Azure has an interface for filing. Who forces a case for which the desk itself has no right knows of a person who has it.
 */
function channelFor(facts: Facts, product: Product, subscriptionId: string | undefined): Channel {
  const { capability, nowMs, rights, wanted } = facts;
  if (product !== 'azure' || subscriptionId === undefined || isRefused(capability, nowMs)) return 'assisted';
  return rights?.state === 'refused' && wanted?.force === true ? 'assisted' : 'azure-support';
}

const deadRights: ReadonlySet<string> = new Set(['not-consented', 'gdap-expired', 'role-lacking']);

/**
 * Whether the desk or its people reach the tenant by a right that is alive, as far as the last reads told: it is read, or the
 * delegated relationship lives. A notice is about a tenant that is read well all the same.
 */
export function hasDelegatedAccess({ customer, nowMs }: Pick<Case, 'customer' | 'nowMs'>): boolean {
  if (customer === undefined) return false;
  const { access, coverage, gdap } = customer;
  const isDead = coverage.trouble?.isNotice !== true && deadRights.has(coverage.trouble?.code ?? 'none');
  return (access.way !== 'none' && !isDead) || (gdap !== undefined && isAlive(gdap, nowMs));
}
