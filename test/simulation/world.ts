import { customerIdOf, customerPartition, customerRow, type Customer } from '../../shared/customers/customer.ts';
import type { Caller } from '../../shared/core/caller.ts';
import { AppError } from '../../shared/core/errors.ts';
import type { OutMessage } from '../../shared/platform/bus.ts';
import { portalCaller, portalPartition, registerPortalOp, type Portal } from '../../shared/portals/portal.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { seededIds } from '../support/seeded.ts';
import { createSimulation, type SimProcess, type Simulation } from '../support/simulation.ts';
import type { Faults } from './faults.ts';
import { endpointOf, portalEndpoints, portalIds, type PortalId } from './portal-endpoint.ts';

/** Stands in every text that is personal or free, so that it is found wherever it must not be. */
export const canary = 'canary';

const tenantOf: Record<PortalId, string> = {
  north: '11111111-1111-4111-8111-111111111111',
  south: '22222222-2222-4222-8222-222222222222',
  west: '33333333-3333-4333-8333-333333333333',
};

const customerOf = (portal: PortalId): Customer => ({
  customerId: customerIdOf('global', tenantOf[portal]),
  connectionId: 'emea',
  tenantId: tenantOf[portal],
  name: `Customer of ${portal}`,
  initialDomain: `${portal}.onmicrosoft.example`,
  domains: [`${portal}-customer.example`],
  relationship: 'reseller',
  azureSubscriptionIds: [],
  access: { way: 'app' },
  healthShard: 'emea|0',
  openIncidentIds: [],
  coverage: {},
  detailsAt: '2026-11-01T00:00:00.000Z',
  externalRefs: [],
});

const portalOf = (id: PortalId, { customerId }: Customer): Portal => ({
  id,
  name: `Portal ${id}`,
  customers: [customerId],
  inbound: { kind: 'standard-webhooks', secretName: `${id}-inbound` },
  outbound: { url: endpointOf(id), secretName: `${id}-outbound` },
  disabled: false,
});

/** Of every run the same: each portal, and its one customer, as rows. */
const residents = portalIds.map((id) => {
  const customer = customerOf(id);
  const portal = portalOf(id, customer);
  return {
    id,
    portal,
    rk: customer.customerId,
    columns: customerRow.toColumns(customer),
    op: registerPortalOp(portal),
  };
});

/** Who calls is said by the bearer token, which is the portal's name: tokens are not what is tried here. */
export async function authenticate(headers: Headers): Promise<Caller> {
  const token = headers.get('authorization');
  const resident = residents.find(({ id }) => token === `Bearer ${id}`);
  if (resident === undefined) throw new AppError('unauthenticated', 'Send credentials.');
  return portalCaller(resident.portal, new Set([resident.rk]));
}

/** The `nth` request of a portal, as sent. Critical, because that clock runs always: the calendar would be loaded otherwise. */
export const aSentRequest = (portal: PortalId, nth: number) => ({
  customer: { tenantId: tenantOf[portal] },
  title: `${canary} ${portal} ${String(nth)}`,
  description: `The ${canary} does not sing in Teams.`,
  severity: 'critical',
  contact: { name: `Ada ${canary}`, email: `${canary}@${portal}-customer.example`, phone: `${canary} 5550100` },
  evidence: { message: canary },
  externalRefs: [{ system: 'psa', id: `T-${String(nth)}` }],
});

/** What outlives every instance of the desk: storage, bus, portals, and the time. */
export type World = {
  sim: Simulation;
  faults: Faults;
  memory: ReturnType<typeof memoryTables>;
  bus: ReturnType<typeof memoryBus>;
  /** Every message that was sent. */
  sent: OutMessage[];
  /** Every log line. */
  lines: string[];
  portals: ReturnType<typeof portalEndpoints>;
  ids: ReturnType<typeof seededIds>;
  /** For what goes on in storage and bus after a caller has gone. */
  outside: SimProcess;
};

export async function createWorld(seed: number, draw: (random: () => number) => Faults): Promise<World> {
  const sim = createSimulation(seed);
  const faults = draw(sim.random);
  const memory = memoryTables({ emptyPage: () => faults.hits('storage answers an empty page') });
  for (const { rk, columns, op } of residents) {
    await memory.tables('customers').transact(customerPartition, [{ kind: 'insert', rk, columns }]);
    await memory.tables('portals').transact(portalPartition, [op]);
  }
  return {
    sim,
    faults,
    memory,
    bus: memoryBus(sim.now),
    sent: [],
    lines: [],
    portals: portalEndpoints(faults, sim.now, sim.random),
    ids: seededIds(sim.random),
    outside: sim.newProcess('outside'),
  };
}
