import { toIso } from '../../shared/core/clock.ts';
import { learnCapability } from '../../shared/escalations/contract-store.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { putRights } from '../../shared/escalations/rights-store.ts';
import { anAzureRequest, subscription } from './builders.ts';
import { aDesk } from './desk.ts';

export const requestId = 'abcdefghijklmnopqrstuvwxy2';
export const id = `${requestId}-1`;
export const ticketName = `desk-${id}`;
/** Where the case is filed, and by which way. */
export const place = { connectionId: 'north', channel: 'azure-support', subscriptionId: subscription } as const;

/** A case that has just been escalated by the Azure channel, and nothing of it done yet. */
export async function anAzureCase(options: Parameters<typeof aDesk>[0] = {}) {
  const desk = await aDesk(options);
  desk.requests.set(requestId, anAzureRequest());
  await learnCapability({ desk: desk.deps.tables('desk'), clock: desk.clock }, { ...place, state: 'proven' });
  const rights = { state: 'granted', at: toIso(desk.clock.now()) } as const;
  await putRights(desk.deps.tables('desk'), { ...place, tokenWay: 'app' }, rights);
  await desk.call('escalateRequest', { id: requestId });
  const read = async () => (await desk.call('readEscalation', { id })).body as Escalation;
  return { ...desk, read };
}
