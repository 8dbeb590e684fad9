import { fromIso } from '../core/clock.ts';
import type { Product } from './product.ts';
import type { Facts } from './readiness-case.ts';
import type { Channel, Contract, Vehicle } from './vehicle.ts';

/** A contract held against a case. `contract` is what of it goes for this customer. */
export type Looked = {
  vehicle: Vehicle;
  contract: Contract | undefined;
  facts: Facts;
  product: Product;
  isCommercial: boolean;
  channel: Channel;
};

/** Why a contract cannot carry a case, as data; the first that holds is the one that is told. */
export type StandingRule = { standing: string; holds: (looked: Looked) => boolean; text: string };

/** Contracts without which Microsoft does not take a technical case of a product; one that names the product counts all the same. */
const leastContracts: readonly { product: Product; vehicles: readonly Vehicle[]; source: string; asOf: string }[] = [
  {
    product: 'dynamics365',
    vehicles: ['premier', 'advanced', 'customer-own'],
    source: 'Microsoft docs: escalating to Microsoft ("Dynamics 365 needs Advanced or higher")',
    asOf: '2021',
  },
];

/** Contracts whose ids Microsoft's forms ask of a person who files. Source: Microsoft docs, support resource options (October 2023). */
const knownByIds: ReadonlySet<Vehicle> = new Set(['premier', 'advanced']);

const isPast = (at: string | undefined, nowMs: number): boolean => at !== undefined && fromIso(at) <= nowMs;
const isAsked = ({ vehicle, channel }: Looked): boolean => channel === 'assisted' && knownByIds.has(vehicle);

/** The ids of a contract that Microsoft asks for. */
const idsOf = (contract: Contract | undefined) => [contract?.accessId, contract?.contractId];

export const standingRules: readonly StandingRule[] = [
  {
    standing: 'wrong-category',
    holds: ({ vehicle, isCommercial }) => (vehicle === 'commercial') !== isCommercial,
    text: 'is not for this category',
  },
  {
    standing: 'missing',
    // Commercial comes with every CSP agreement. That a customer has a contract of its own, a person may say who asks for it.
    holds: ({ vehicle, contract }) => contract === undefined && vehicle !== 'commercial' && vehicle !== 'customer-own',
    text: 'has no contract',
  },
  {
    standing: 'expired',
    holds: ({ contract, facts }) => isPast(contract?.expiresAt, facts.nowMs),
    text: 'has expired',
  },
  {
    standing: 'used-up',
    holds: ({ contract }) => contract?.incidentsLeft === 0,
    text: 'has no incidents left',
  },
  {
    standing: 'product-not-covered',
    holds: ({ contract, product }) => contract?.products?.includes(product) === false,
    text: 'does not cover the product',
  },
  {
    standing: 'contract-too-small',
    holds: ({ contract, product, vehicle }) =>
      contract?.products === undefined &&
      leastContracts.some((least) => least.product === product && !least.vehicles.includes(vehicle)),
    text: 'is less than Microsoft wants for the product',
  },
  {
    standing: 'ids-missing',
    holds: (looked) => isAsked(looked) && idsOf(looked.contract).includes(undefined),
    text: 'lacks its access id or contract id',
  },
  {
    standing: 'ids-expired',
    holds: (looked) =>
      isAsked(looked) && idsOf(looked.contract).some((id) => isPast(id?.expiresAt, looked.facts.nowMs)),
    text: 'has an access id or contract id that has expired',
  },
];

/** What a row says for this customer: of `customer-own` only what is recorded for it. */
export function contractFor(facts: Facts, vehicle: Vehicle): Contract | undefined {
  const contract = facts.contracts.find((one) => one.vehicle === vehicle);
  if (vehicle !== 'customer-own' || contract === undefined) return contract;
  const own = contract.customers?.find((one) => one.customerId === facts.customer?.customerId);
  if (own === undefined) return undefined;
  return {
    ...contract,
    ...(own.expiresAt !== undefined && { expiresAt: own.expiresAt }),
    ...(own.products && { products: own.products }),
  };
}
