import { learnCapability } from '../../shared/escalations/contract-store.ts';
import type { EscalatableRequest } from '../../shared/escalations/escalatable.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { aCustomer, anAzureRequest, aPerson, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

export const incident = { id: 'EX100001', title: 'Mail is late' };
const likelyIncidents = [{ ...incident, confidence: 0.9 }];

/** Three customers of one connection, each with a portal of its own and a request about one incident. */
export const sharers = ['a', 'b', 'c'].map((letter) => ({
  requestId: `${letter}bcdefghijklmnopqrstuvwxy2`,
  escalationId: `${letter}bcdefghijklmnopqrstuvwxy2-1`,
  customerId: `c${letter}customer`,
  portalId: `portal-${letter}`,
  subscriptionId: `1ebbc8b9-321a-5102-b6da-16528${letter.repeat(7)}`,
}));
export type Sharer = (typeof sharers)[number];
export const [first, second, third] = sharers as [Sharer, Sharer, Sharer];

const ofSharer = ({ requestId, customerId, portalId }: Sharer, kind: 'azure' | 'mail'): EscalatableRequest =>
  (kind === 'azure' ? anAzureRequest : aRequest)({
    requestId,
    customerId,
    portalId,
    likelyIncidents,
    title: `Words of ${portalId}`,
    externalRefs: [{ system: 'psa', id: `ticket-of-${portalId}` }],
  });

export const forced = { force: true, reason: 'The business stands still.' };

/** A desk on which nothing is escalated yet. */
export async function aSharedDesk(kind: 'azure' | 'mail' = 'mail') {
  const desk = await aDesk();
  desk.openIncidents.push(incident);
  for (const sharer of sharers) {
    const { customerId, subscriptionId } = sharer;
    desk.customers.set(customerId, aCustomer({ customerId, azureSubscriptionIds: [subscriptionId] }));
    desk.requests.set(sharer.requestId, ofSharer(sharer, kind));
    await learnCapability(
      { desk: desk.deps.tables('desk'), clock: desk.clock },
      { connectionId: 'north', channel: 'azure-support', subscriptionId, state: 'proven' },
    );
  }
  const admin = aPerson('ada', 'Desk.Admin');
  const read = async ({ escalationId }: Pick<Sharer, 'escalationId'>) =>
    (await desk.call('readEscalation', { id: escalationId })).body as Escalation;
  return {
    ...desk,
    read,
    states: async () => Promise.all(sharers.map(async (one) => (await read(one)).state)),
    escalate: async ({ requestId }: Sharer, body: unknown = {}) =>
      desk.call('escalateRequest', { id: requestId, body, caller: admin }),
    /** What the desk's person does with a case. */
    act: async (name: string, { escalationId }: Sharer, body: unknown = {}) =>
      desk.call(name, { id: escalationId, body }),
    requests: desk.requests,
    become: (sharer: Sharer, change: Partial<EscalatableRequest>) => {
      desk.requests.set(sharer.requestId, { ...ofSharer(sharer, kind), ...change });
    },
    noticesOf: ({ portalId }: Sharer) => desk.notices.filter((notice) => notice.portalIds.includes(portalId)),
    appliedTo: ({ requestId }: Sharer) => desk.applied.filter((one) => one.requestId === requestId),
  };
}

/** The first has a case; the others were escalated after it, and share it. */
export async function aSharedCase(kind: 'azure' | 'mail' = 'mail') {
  const desk = await aSharedDesk(kind);
  await desk.escalate(first, forced);
  for (const other of [second, third]) await desk.escalate(other);
  await desk.drain();
  return desk;
}
