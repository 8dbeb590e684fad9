import { isAppError } from '../../shared/core/errors.ts';
import type { Escalation } from '../../shared/escalations/escalation-view.ts';
import { readEvent } from '../../shared/escalations/escalation-store.ts';
import { aPerson, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

export const requestId = 'abcdefghijklmnopqrstuvwxy2';
export const id = `${requestId}-1`;
export const olav = aPerson('olav');
export const signe = aPerson('signe');
export const caseNumber = '2611020030000042';

/** A case that waits for a person to file it. */
export async function anAssistedCase() {
  const desk = await aDesk();
  desk.requests.set(requestId, aRequest());
  await desk.call('escalateRequest', { id: requestId });
  await desk.drain();
  return desk;
}

export const eventsOf = async (desk: Awaited<ReturnType<typeof aDesk>>) => {
  const table = desk.stores.tables('escalations');
  const { version } = (await desk.call('readEscalation', { id })).body as Escalation;
  const events = await Promise.all(Array.from({ length: version }, async (_, at) => readEvent(table, id, at + 1)));
  return events.map((event) => event!);
};

export const refusal = async (work: Promise<unknown>) => {
  const error = await work.catch((thrown: unknown) => thrown);
  return isAppError(error) ? { code: error.code, members: error.extras.members } : { code: 'none' };
};
