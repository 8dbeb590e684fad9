import { readCapability, readContracts } from './contract-store.ts';
import { readConsent } from './diagnostic-consent.ts';
import type { EscalatableRequest } from './escalatable.ts';
import type { EscalationDeps } from './ports.ts';
import { likelyConfidence, subscriptionOf, type Facts } from './readiness-case.ts';

export type Asked = { request: EscalatableRequest; escalationId: string; wanted?: Facts['wanted'] };

/** Reads all that the decision rests on. */
export async function gatherFacts(deps: EscalationDeps, { request, escalationId, wanted }: Asked): Promise<Facts> {
  const likely = request.likelyIncidents.filter((one) => one.confidence >= likelyConfidence).map((one) => one.id);
  const [customer, diagnosticConsent, openIncidents] = await Promise.all([
    deps.customers.byId(request.customerId),
    readConsent(deps.tables('escalations'), request.requestId),
    likely.length === 0 ? [] : deps.openIncidents(likely),
  ]);
  const connectionId = customer?.connectionId;
  const desk = deps.tables('desk');
  const subscriptionId = subscriptionOf(request, customer);
  const [contact, contracts, capability] =
    connectionId === undefined
      ? [undefined, [], undefined]
      : await Promise.all([
          deps.contact(connectionId),
          readContracts(desk, connectionId),
          subscriptionId === undefined
            ? undefined
            : readCapability(desk, { connectionId, channel: 'azure-support', subscriptionId }),
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
    capability,
    openIncidents,
    ...(diagnosticConsent && { diagnosticConsent }),
    ...(wanted && { wanted }),
  };
}
