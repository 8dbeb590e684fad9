import pLimit from 'p-limit';
import type { Clock } from '../core/clock.ts';
import { decodeCursor, encodeCursor } from '../core/cursor.ts';
import { limits } from '../core/limits.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import type { CustomerStore } from '../customers/customer-store.ts';
import type { Customer } from '../customers/customer.ts';
import type { ReadDelegationState } from '../customers/delegation.ts';
import type { Tables } from '../platform/table.ts';
import { canFile } from './can-file.ts';
import { canRead, type TenantRead } from './can-read.ts';
import { readCapability, readContracts } from './contract-store.ts';
import type { PartnerContact } from './packet.ts';
import { productOf } from './product.ts';
import {
  supportedProducts,
  type SupportedProduct,
  type SupportReadiness,
  type SupportReadinessPage,
} from './support-readiness-answer.ts';

export type SupportReadinessDeps = {
  tables: Tables<'desk'>;
  clock: Pick<Clock, 'now'>;
  cloud: DeskCloud;
  authority: string;
  customers: Pick<CustomerStore, 'page'>;
  contact: (connectionId: string) => Promise<PartnerContact | undefined>;
  delegation: ReadDelegationState;
  /** A reader for one answer, which remembers the shards that it has read. */
  tenantReads: () => (customer: Customer) => Promise<Record<'microsoft365' | 'azure', TenantRead>>;
};

export type ReadinessQuery = {
  limit?: number | undefined;
  cursor?: string | undefined;
  ok?: 'true' | 'false' | undefined;
};

const concurrentReads = 16;

/**
 * Which customers can be supported now, in order of customer id. One range read of at most `limit` customers, and per customer at
 * most two reads of its shard and one of its subscription's capability, however many there are. With `ok` a page shows those of
 * its customers that fit: it may be short or empty and still have a next one.
 */
export async function supportReadiness(
  deps: SupportReadinessDeps,
  { limit = limits.pageSizeDefault, cursor, ok }: ReadinessQuery,
): Promise<SupportReadinessPage> {
  const query = { list: 'readiness', ok };
  const from = cursor === undefined ? undefined : parsePosition(decodeCursor(query, cursor));
  const page = await deps.customers.page({ from: from?.customerId, limit: limit + 1 });
  const cells = page.customers
    .filter(({ leftAt }) => leftAt === undefined)
    .flatMap((customer) => productsOf(customer).map((product) => ({ customer, product })))
    .filter(({ customer, product }) => from === undefined || isAfter(from, customer.customerId, product));
  const shown = cells.slice(0, limit);
  const read = lineReader(deps);
  const all = pLimit(concurrentReads);
  const items = await Promise.all(shown.map((cell) => all(async () => read(cell))));
  const lastCell = shown.at(-1);
  const lastRow = page.customers.at(-1);
  const isCut = cells.length > shown.length;
  const end =
    isCut && lastCell
      ? position(lastCell.customer.customerId, supportedProducts.indexOf(lastCell.product))
      : page.next !== undefined && lastRow
        ? position(lastRow.customerId, supportedProducts.length)
        : undefined;
  return {
    items: items.filter((item) => ok === undefined || isReady(item) === (ok === 'true')),
    ...(end !== undefined && { nextCursor: encodeCursor(query, end) }),
  };
}

const isReady = (item: SupportReadiness): boolean => item.canRead.ok && item.canFile.ok;

const position = (customerId: string, index: number): string => `${customerId}|${String(index)}`;

function parsePosition(at: string): { customerId: string; index: number } {
  const [customerId = '', index = ''] = at.split('|');
  return { customerId, index: Number(index) };
}

const isAfter = (from: { customerId: string; index: number }, customerId: string, product: SupportedProduct): boolean =>
  customerId > from.customerId || supportedProducts.indexOf(product) > from.index;

const groups: Partial<Record<string, SupportedProduct>> = {
  azure: 'azure',
  dynamics365: 'dynamics365',
  'power-platform': 'dynamics365',
};

/** As far as the desk knows which services the customer uses; else Microsoft 365, and Azure where there are subscriptions. */
function productsOf({ services, azureSubscriptionIds }: Customer): SupportedProduct[] {
  const known = services?.map((service) => groups[productOf('technical', service)] ?? 'microsoft365');
  const used = new Set<SupportedProduct>(known ?? ['microsoft365']);
  if (azureSubscriptionIds.length > 0) used.add('azure');
  return supportedProducts.filter((product) => used.has(product));
}

/** Reads what belongs to a connection once. */
function lineReader(deps: SupportReadinessDeps) {
  const { cloud, authority, clock } = deps;
  const desk = deps.tables('desk');
  const readTenant = deps.tenantReads();
  const nowMs = clock.now();
  const ofConnection = once(async (id: string) => {
    const [contracts, contact, delegation] = await Promise.all([
      readContracts(desk, id),
      deps.contact(id),
      deps.delegation(id),
    ]);
    return { contracts, contact, delegation, connection: cloud.connections.find((one) => one.id === id) };
  });

  return async ({
    customer,
    product,
  }: {
    customer: Customer;
    product: SupportedProduct;
  }): Promise<SupportReadiness> => {
    const { customerId, name, connectionId } = customer;
    const [subscriptionId] = customer.azureSubscriptionIds;
    const [common, reads, capability] = await Promise.all([
      ofConnection(connectionId),
      readTenant(customer),
      product === 'azure' && subscriptionId !== undefined
        ? readCapability(desk, { connectionId, channel: 'azure-support', subscriptionId })
        : undefined,
    ]);
    const place = { cloud: cloud.cloud, authority, clientId: common.connection?.clientId, customer };
    return {
      customerId,
      name,
      product,
      // Dynamics 365 and Power Platform are in the health of Microsoft 365.
      canRead: canRead(product, { customer, read: reads[product === 'azure' ? 'azure' : 'microsoft365'] }, place),
      canFile: canFile(product, { ...common, nowMs, cloud: cloud.cloud, customer, capability }, place),
    };
  };
}

function once<T>(load: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const loaded = new Map<string, Promise<T>>();
  return async (key) => {
    const known = loaded.get(key) ?? load(key);
    loaded.set(key, known);
    return known;
  };
}
