import { InvocationContext } from '@azure/functions';
import type { DeploymentCheck } from '../../shared/platform/deployment-check-contracts.ts';
import { owedRows } from '../../shared/platform/outbox.ts';
import { aDesk, type Desk } from '../support/a-desk.ts';

export const checksPath = '/api/operations/checks';

type Handler = (body: unknown, context: InvocationContext) => Promise<void>;

/** A desk whose application gets a token, and an administrator who has it checked. */
export async function aCheckedDesk() {
  const desk = await aDesk();
  desk.outside.tokens.answer = () => ({ json: { access_token: 'a-secret-token', expires_in: 3_600 } });
  const as = desk.tokens.admin;
  const start = async () => {
    const { status, json, headers } = await desk.call('POST', checksPath, { as, body: {} });
    return { status, check: json as DeploymentCheck, location: headers.location };
  };
  const read = async (id: string) => {
    const { status, json, text } = await desk.call('GET', `${checksPath}/${id}`, { as });
    return { status, check: json as DeploymentCheck, text };
  };
  const owed = async () => (await owedRows(desk.tables('desk'), 'check')).length;
  return { ...desk, start, read, owed, handleAll: async (only?: string) => handleAll(desk, only) };
}

/** Hands what is on the queues to their functions, each message once; returns the messages. */
async function handleAll({ held, catalogue, app }: Desk, only?: string) {
  const handled: unknown[] = [];
  for (const { name, queue } of catalogue.queues) {
    if (only !== undefined && queue !== only) continue;
    const { handler } = app.queues.get(name) as {
      handler: Handler;
    };
    for (const one of held.ready().filter((ready) => ready.queue === queue)) {
      held.take(one);
      await handler(one.message.body, new InvocationContext());
      held.complete(one);
      handled.push({ handler, body: one.message.body });
    }
  }
  return handled as { handler: Handler; body: unknown }[];
}
