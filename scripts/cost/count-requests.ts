import { dayMs, minuteMs } from '../../shared/core/clock.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import type { QueueName } from '../../shared/platform/resources.ts';
import { aSentRequest, customersOf, threePortals, type ThreePortals } from '../../test/support/three-portals.ts';
import { workOf } from './ports.ts';
import type { Work } from './work.ts';

/** Takes what is on a queue, until nothing is left. */
async function drain({ held, catalogue, log }: ThreePortals, wanted: QueueName): Promise<number> {
  for (let handled = 0; ; handled++) {
    const next = held.ready().find(({ queue }) => queue === wanted);
    if (next === undefined) return handled;
    held.take(next);
    const consumer = catalogue.queues.find(({ queue }) => queue === next.queue);
    await consumer?.handle(wakeMessageSchema.parse(next.message.body), log.scope);
    held.complete(next);
  }
}

/** A desk whose portal north is told by webhook, and what its calls cost, with all that follows from them. */
async function aTellingDesk() {
  const desk = await threePortals();
  const calls: { url: string }[] = [];
  let seen = desk.outside.calls.length;
  const ports = { memory: desk.memory, bus: desk.held, entries: desk.log.entries, calls };
  const ran = { runs: 0, received: 0 };
  const handle = async (queue: QueueName) => {
    const handled = await drain(desk, queue);
    ran.received += handled;
    ran.runs += handled;
    calls.push(...desk.outside.calls.slice(seen).map((url) => ({ url })));
    seen = desk.outside.calls.length;
  };
  const call = async (...[method, path, calling]: Parameters<ThreePortals['call']>): Promise<unknown> => {
    const answer = await desk.call(method, path, calling);
    if (answer.status >= 300)
      throw new Error(`${method} ${path} was answered ${String(answer.status)}: ${answer.text}`);
    ran.runs++;
    await handle('desk-events');
    return answer.json;
  };
  const costOf = async (work: () => Promise<unknown>): Promise<Work> => {
    Object.assign(ran, { runs: 0, received: 0 });
    return workOf(ports, async () => work().then(() => ran));
  };
  const pass = async (ms: number) => {
    await desk.moved.advance(ms);
    await handle('desk-events');
  };
  const outbound = { url: 'https://north.example/hooks' };
  desk.outside.endpoints.add(outbound.url);
  await call('PATCH', '/api/portals/north', {
    as: desk.tokens.admin,
    headers: { 'if-match': '*' },
    body: { outbound },
  });
  const deliver = async () => handle('deliveries');
  await deliver();
  return { call, costOf, pass, deliver, tokens: desk.tokens };
}

/**
 * A request's whole life: taken in by API, talked about and solved; and the notices of it to its portal, by webhook. Beside it one look-up by a portal that has to be read anew from the tables.
 */
export async function countRequests(): Promise<{ life: Work; notices: Work; lookUp: Work }> {
  const { call, costOf, pass, deliver, tokens } = await aTellingDesk();
  const { north, operator: as } = tokens;
  const headers = { 'if-match': '*' };
  await pass(minuteMs);
  const health = `/api/customers/${customersOf('north')[0]?.customerId ?? ''}/health`;
  const lookUp = await costOf(async () => call('GET', health, { as: north }));

  const life = await costOf(async () => {
    const sent = await call('POST', '/api/requests', { as: north, body: aSentRequest('north') });
    const path = `/api/requests/${(sent as { id: string }).id}`;
    const say = { text: 'It came back after an hour, at two of our places.', audience: 'customer' };
    const move = async (to: string) =>
      call('POST', `${path}/transitions`, { as, headers, body: { to, reason: 'As agreed.' } });
    await move('acknowledged');
    await call('PATCH', path, { as, headers, body: { assignee: 'grace' } });
    await move('in-progress');
    for (const by of [as, north, as]) await call('POST', `${path}/comments`, { as: by, body: say });
    await move('resolved');
    // Its clocks ring, and find it done.
    for (let day = 0; day < 10; day++) await pass(dayMs);
  });
  return { life, notices: await costOf(deliver), lookUp };
}
