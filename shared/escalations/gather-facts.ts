import { readCapabilities, readContracts } from './contract-store.ts';
import type { EscalatableRequest } from './escalatable.ts';
import type { EscalationDeps } from './ports.ts';
import { likelyConfidence, type Facts } from './readiness-case.ts';

export type Asked = { request: EscalatableRequest; escalationId: string; wanted?: Facts['wanted'] };

/** Reads all that the decision rests on. */
export async function gatherFacts(deps: EscalationDeps, { request, escalationId, wanted }: Asked): Promise<Facts> {
  const likely = request.likelyIncidents.filter((one) => one.confidence >= likelyConfidence).map((one) => one.id);
  const [customer, openIncidents] = await Promise.all([
    deps.customers.byId(request.customerId),
    likely.length === 0 ? [] : deps.openIncidents(likely),
  ]);
  const connectionId = customer?.connectionId;
  const desk = deps.tables('desk');
  const [contact, contracts, capabilities] =
    connectionId === undefined
      ? [undefined, [], []]
      : await Promise.all([
          deps.contact(connectionId),
          readContracts(desk, connectionId),
          readCapabilities(desk, connectionId),
        ]);
  return {
    nowMs: deps.clock.now(),
    cloud: deps.cloud,
    escalationId,
    request,
    customer,
    connection: connectionId === undefined ? undefined : deps.connections(connectionId),
    contact,
    contracts,
    capabilities,
    openIncidents,
    ...(wanted && { wanted }),
  };
}
