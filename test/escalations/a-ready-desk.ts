import { createCustomerStore } from '../../shared/customers/customer-store.ts';
import { customerIdOf, type Customer } from '../../shared/customers/customer.ts';
import { delegationPartition } from '../../shared/customers/delegation.ts';
import { putContract } from '../../shared/escalations/contract-store.ts';
import type { Contract } from '../../shared/escalations/vehicle.ts';
import type { SupportReadinessPage } from '../../shared/escalations/support-readiness-answer.ts';
import { newShard } from '../../shared/health/shard-members.ts';
import {
  shardPartition,
  shardRelay,
  stateOp,
  stateText,
  type ShardHead,
  type TenantState,
} from '../../shared/health/shard.ts';
import { defaultStatement } from '../../shared/statement/default-statement.ts';
import { createStatements } from '../../shared/statement/published-statement.ts';
import { aDesk, type Calling } from '../support/a-desk.ts';

export const connectionId = 'contoso-emea';
const supportRole = 'f023fd81-a637-4b56-95fd-791ac0226033';
export const tenantOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const idOf = (n: number) => customerIdOf('global', tenantOf(n));
export const endsAt = '2027-11-02T09:00:00.000Z';
export const usable = { relationshipId: 'r-1', status: 'active', endsAt, roleIds: [supportRole] };

/** A contract with all that Microsoft asks for. */
export const advanced: Contract = {
  vehicle: 'advanced',
  accessId: { secretName: 'access' },
  contractId: { secretName: 'contract' },
};

export const aCustomer = (n: number, change: Partial<Customer> = {}): Customer => ({
  customerId: idOf(n),
  connectionId,
  tenantId: tenantOf(n),
  name: `Customer ${String(n)}`,
  initialDomain: `customer${String(n)}.onmicrosoft.example`,
  domains: [],
  relationship: 'reseller',
  azureSubscriptionIds: [],
  access: { way: 'app' },
  healthShard: `${connectionId}|${String(Math.floor(n / 250))}`,
  openIncidentIds: [],
  coverage: {},
  detailsAt: '2026-11-01T00:00:00.000Z',
  externalRefs: [],
  gdap: usable,
  ...change,
});

const current: TenantState = { good: 'cycle', services: {}, open: [], past: [] };

/** A desk with a contract, a contact and a list of relationships that was just read. */
export async function aReadyDesk(
  customers: Customer[],
  tenants: Record<number, Partial<TenantState> | undefined> = {},
  findings: ShardHead['findings'] = [],
) {
  const desk = await aDesk();
  const store = createCustomerStore(desk);
  const now = new Date(desk.clock.now()).toISOString();
  await createStatements({ table: desk.tables('desk'), clock: desk.clock }).publish(defaultStatement);
  await putContract(desk.tables('desk'), connectionId, advanced);
  const head = { v: 1, generation: 1, dueAt: now, connectionId, pages: 0, skipped: 0, failures: 0, lastReadAt: now };
  const list = desk.tables('customers');
  await list.transact(delegationPartition(connectionId), [{ kind: 'insert', rk: 'H', columns: head }]);
  const relay = shardRelay({ tables: desk.tables, bus: desk.held.bus, clock: desk.clock });
  const shards = Map.groupBy(customers, ({ healthShard }) => Number(healthShard.split('|')[1]));
  for (const [shard, members] of shards) {
    const pk = shardPartition(connectionId, shard);
    await relay.begin(pk, { ...newShard(connectionId, shard), cycleAt: now, findings }, desk.log.scope);
    const states = members.flatMap(({ customerId }): [string, TenantState][] => {
      const n = customers.findIndex((one) => one.customerId === customerId);
      return n in tenants && tenants[n] === undefined ? [] : [[customerId, { ...current, ...tenants[n] }]];
    });
    const text = stateText({ names: {}, issues: {}, tenants: Object.fromEntries(states) });
    await desk.tables('health').transact(pk, [stateOp(text)]);
  }
  for (const customer of customers) await store.insert(customer);
  const get = async (query = '', more: Calling = {}) =>
    desk.call('GET', `/api/readiness${query}`, { as: desk.tokens.reader, ...more });
  const page = async (query = '') => (await get(query)).json as SupportReadinessPage;
  return { ...desk, store, get, page, now, one: async () => (await page()).items[0]! };
}
