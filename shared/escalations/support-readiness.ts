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

/** With a filter a call looks at so many lines at the most before it hands out a page that is not full. */
const examinedMax = 200;
const stepMin = 50;

/**
 * Which customers can be supported now, in order of customer id. One range read of at most `limit` customers, and per customer at
 * most two reads of its shard per feed and one of its subscription's capability, however many there are. With `ok` more are looked
 * at until the page is full, within a bound: it may be short or empty and still have a next one.
 */
export async function supportReadiness(
  deps: SupportReadinessDeps,
  { limit = limits.pageSizeDefault, cursor, ok }: ReadinessQuery,
): Promise<SupportReadinessPage> {
  const query = { list: 'readiness', ok };
  const isWanted = (item: SupportReadiness) => ok === undefined || isReady(item) === (ok === 'true');
  const at = cursor === undefined ? undefined : decodeCursor(query, cursor);
  const size = ok === undefined ? limit : Math.max(limit, stepMin);
  const items: SupportReadiness[] = [];
  let examined = 0;
  for await (const line of linesAfter(deps, at, size)) {
    if (line.item && isWanted(line.item)) items.push(line.item);
    examined++;
    if (line.isLast) break;
    if (items.length === limit || examined >= examinedMax) return { items, nextCursor: encodeCursor(query, line.at) };
  }
  return { items };
}

/** `item` is absent where only a place is passed: customers that left have no lines. */
type Line = { item?: SupportReadiness; at: string; isLast: boolean };

/** The lines after a position, read `size` customers at a time. */
async function* linesAfter(deps: SupportReadinessDeps, start: string | undefined, size: number): AsyncGenerator<Line> {
  const read = lineReader(deps);
  const all = pLimit(concurrentReads);
  for (let at = start; ;) {
    const from = at === undefined ? undefined : parsePosition(at);
    const page = await deps.customers.page({ from: from?.customerId, limit: size + 1 });
    const cells = page.customers
      .filter(({ leftAt }) => leftAt === undefined)
      .flatMap((customer) => productsOf(customer).map((product) => ({ customer, product })))
      .filter(({ customer, product }) => from === undefined || isAfter(from, customer.customerId, product));
    const shown = cells.slice(0, size);
    const items = await Promise.all(shown.map((cell) => all(async () => read(cell))));
    const isEnd = cells.length === shown.length && page.next === undefined;
    for (const [n, item] of items.entries()) {
      at = position(item.customerId, supportedProducts.indexOf(item.product));
      yield { item, at, isLast: isEnd && n === items.length - 1 };
    }
    const last = page.customers.at(-1);
    if (isEnd || last === undefined) return;
    if (cells.length > shown.length) continue;
    at = position(last.customerId, supportedProducts.length);
    yield { at, isLast: false };
  }
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
