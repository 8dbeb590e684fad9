import { isAlive } from '../customers/delegation-rules.ts';
import { fromIso } from '../core/clock.ts';
import type { CloudName } from '../customers/cloud.ts';
import type { Connection, EscalatableCustomer, EscalatableRequest } from './escalatable.ts';
import { resourceOf, type DiagnosticConsent, type PartnerContact } from './packet.ts';
import { productOf, type Product } from './product.ts';
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
  /** Of the request's likely incidents, those that Microsoft has not resolved. */
  openIncidents: readonly { id: string; title: string }[];
  /** What the customer said about diagnostic data, where it was recorded. */
  diagnosticConsent?: DiagnosticConsent | undefined;
  wanted?: { vehicle?: Vehicle | undefined; force?: boolean | undefined };
};

/** Why a vehicle can or cannot carry the case. */
export type Eligibility = 'eligible' | 'wrong-category' | 'missing' | 'expired' | 'used-up' | 'product-not-covered';

/** The facts with what follows from them, so that each rule is one plain question. */
export type Case = Facts & {
  product: Product;
  isCommercial: boolean;
  vehicle?: Vehicle;
  contract?: Contract;
  /** Each technical vehicle that was looked at, and how it stood. */
  looked: readonly { vehicle: Vehicle; eligibility: Eligibility }[];
  channel: Channel;
  subscriptionId?: string;
  resourceId?: string;
  liveIncidents: readonly { id: string; title: string }[];
};

/** Below this a likeness is a hint for people, not a reason to wait. */
export const likelyConfidence = 0.5;

export function caseOf(facts: Facts): Case {
  const product = productOf(facts.request.category, facts.request.service);
  const isCommercial = product === 'partner-center';
  const resource = resourceOf(facts.request, facts.customer?.azureSubscriptionIds ?? []);
  const subscriptionId = subscriptionOf(facts.request, facts.customer);
  const likely = new Set(
    facts.request.likelyIncidents.filter((one) => one.confidence >= likelyConfidence).map((one) => one.id),
  );
  const looked = wantedVehicles(facts, isCommercial).map((vehicle) => ({
    vehicle,
    eligibility: eligibility(facts, vehicle, { isCommercial, product }),
  }));
  const vehicle = looked.find((one) => one.eligibility === 'eligible')?.vehicle;
  return {
    ...facts,
    product,
    isCommercial,
    looked,
    ...(vehicle && { vehicle }),
    ...contractPart(facts.contracts, vehicle),
    channel: channelFor(facts, product, subscriptionId),
    ...(product === 'azure' && subscriptionId !== undefined && { subscriptionId }),
    ...(product === 'azure' && resource && { resourceId: resource.resourceId }),
    liveIncidents: facts.openIncidents.filter((incident) => likely.has(incident.id)),
  };
}

/** The subscription of the named resource, else the customer's first. */
export function subscriptionOf(
  request: EscalatableRequest,
  customer: EscalatableCustomer | undefined,
): string | undefined {
  const subscriptionIds = customer?.azureSubscriptionIds ?? [];
  return resourceOf(request, subscriptionIds)?.subscriptionId ?? subscriptionIds[0];
}

function contractPart(contracts: readonly Contract[], vehicle: Vehicle | undefined): { contract?: Contract } {
  const contract = contracts.find((one) => one.vehicle === vehicle);
  return contract ? { contract } : {};
}

function wantedVehicles({ wanted }: Facts, isCommercial: boolean): readonly Vehicle[] {
  if (wanted?.vehicle) return [wanted.vehicle];
  return isCommercial ? ['commercial'] : technicalVehicles;
}

function eligibility(facts: Facts, vehicle: Vehicle, kind: { isCommercial: boolean; product: Product }): Eligibility {
  if (vehicle === 'customer-own') return 'eligible';
  if ((vehicle === 'commercial') !== kind.isCommercial) return 'wrong-category';
  if (vehicle === 'commercial') return 'eligible';
  const contract = facts.contracts.find((one) => one.vehicle === vehicle);
  if (!contract) return 'missing';
  if (contract.expiresAt !== undefined && fromIso(contract.expiresAt) <= facts.nowMs) return 'expired';
  if (contract.incidentsLeft === 0) return 'used-up';
  return contract.products?.includes(kind.product) === false ? 'product-not-covered' : 'eligible';
}

/** Only Azure has an interface for filing. */
function channelFor({ capability, nowMs }: Facts, product: Product, subscriptionId: string | undefined): Channel {
  if (product !== 'azure' || subscriptionId === undefined) return 'assisted';
  return isRefused(capability, nowMs) ? 'assisted' : 'azure-support';
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
