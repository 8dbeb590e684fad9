import { readCapability, readContracts } from './contract-store.ts';
import { readOpenCases } from './open-cases.ts';
import type { Connection, EscalatableCustomer, EscalatableRequest } from './escalatable.ts';
import type { EscalationDeps } from './ports.ts';
import { productOf } from './product.ts';
import { likelyConfidence, subscriptionOf, type Facts } from './readiness-case.ts';
import type { KnownRights } from './rights.ts';
import { rightsIn } from './rights-store.ts';

export type Asked = {
  request: EscalatableRequest;
  escalationId: string;
  wanted?: Facts['wanted'];
  /** Cases that the request has left: it does not share them again by itself. */
  leftCases: ReadonlySet<string>;
};

/** Reads all that the decision rests on. */
export async function gatherFacts(
  deps: EscalationDeps,
  { request, escalationId, wanted, leftCases }: Asked,
): Promise<Facts> {
  const likely = request.likelyIncidents.filter((one) => one.confidence >= likelyConfidence).map((one) => one.id);
  const [customer, openIncidents] = await Promise.all([
    deps.customers.byId(request.customerId),
    likely.length === 0 ? [] : deps.openIncidents(likely),
  ]);
  const connection = customer && deps.connections(customer.connectionId);
  const nowMs = deps.clock.now();
  const openCases = customer
    ? await readOpenCases(deps.tables('escalations'), { connectionId: customer.connectionId, incidentIds: likely })
    : [];
  return {
    nowMs,
    cloud: deps.cloud,
    escalationId,
    request,
    customer,
    connection,
    ...(await ofPartner(deps, { request, customer, connection })),
    duty: request.severity === 'critical' ? await deps.duty(nowMs) : undefined,
    openIncidents,
    openCases: openCases.filter((one) => !leftCases.has(one.escalationId)),
    ...(wanted && { wanted }),
  };
}

type Sides = {
  request: EscalatableRequest;
  customer: EscalatableCustomer | undefined;
  connection: Connection | undefined;
};
type OfPartner = Pick<Facts, 'contact' | 'contracts' | 'capability' | 'rights' | 'delegation'>;

/** What belongs to the connection, and to the subscription in which it would file. */
async function ofPartner(deps: EscalationDeps, { request, customer, connection }: Sides): Promise<OfPartner> {
  if (customer === undefined) return { contracts: [] };
  const { connectionId } = customer;
  const desk = deps.tables('desk');
  const isAzure = productOf(request.category, request.service) === 'azure';
  const subscriptionId = isAzure ? subscriptionOf(request, customer) : undefined;
  const [contact, contracts, delegation, capability, rights] = await Promise.all([
    deps.contact(connectionId),
    readContracts(desk, connectionId),
    deps.delegation(connectionId),
    subscriptionId === undefined
      ? undefined
      : readCapability(desk, { connectionId, channel: 'azure-support', subscriptionId }),
    subscriptionId === undefined || connection === undefined
      ? undefined
      : askRights(deps, { customer, connection, subscriptionId }),
  ]);
  return { contact, contracts, delegation, capability, rights };
}

type Place = { customer: EscalatableCustomer; connection: Connection; subscriptionId: string };

const askRights = async (
  deps: EscalationDeps,
  { customer, connection, subscriptionId }: Place,
): Promise<KnownRights | undefined> =>
  // Who may not open Azure cases at all has nothing to ask.
  connection.role === 'reseller'
    ? undefined
    : rightsIn(
        { desk: deps.tables('desk'), clock: deps.clock, probe: deps.rights },
        {
          connectionId: connection.id,
          customerTenantId: customer.tenantId,
          partnerTenantId: connection.tenantId,
          tokenWay: tokenWayOf(customer),
          subscriptionId,
        },
      );

/** As whom the desk calls Microsoft in the customer's tenant. */
export const tokenWayOf = ({ access }: Pick<EscalatableCustomer, 'access'>): 'app' | 'delegated' =>
  access.way === 'gdap' ? 'delegated' : 'app';
