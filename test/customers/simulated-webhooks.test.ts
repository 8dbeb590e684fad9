import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { HttpRequest, InvocationContext } from '@azure/functions';
import { expect, it, onTestFinished, vi } from 'vitest';
import { customers } from '../../local/microsoft/seed-world.ts';
import { createHookRows, registrationView } from '../../shared/customers/hook-registration-row.ts';
import { systemIds } from '../../shared/core/ids.ts';
import { handleRoute } from '../../shared/platform/handle-route.ts';
import type { HttpHandler } from '../../shared/platform/route.ts';
import { aDeskAtMicrosoft } from '../health/a-desk-at-microsoft.ts';
import { capturedLog } from '../support/captured-log.ts';

/** The desk's route for webhooks on a port of this machine, once it is told which desk's. */
async function aReceiver() {
  const state: { handler?: HttpHandler; statuses: number[] } = { statuses: [] };
  const server = createServer((incoming, response) => {
    const answer = async () => {
      const request = new HttpRequest({
        method: 'POST',
        url: `http://desk.example${incoming.url ?? ''}`,
        headers: incoming.headers as Record<string, string>,
        body: { bytes: await buffer(incoming) },
      });
      const { status = 500 } = (await state.handler?.(request, new InvocationContext())) ?? {};
      state.statuses.push(status);
      response.writeHead(status).end();
    };
    void answer();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { state, url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}` };
}

async function aToldDesk() {
  const { state, url } = await aReceiver();
  const desk = await aDeskAtMicrosoft({ DESK_PUBLIC_URL: url });
  const route = desk.catalogue.routes.find(({ name }) => name === 'receivePartnerCenterHook')!;
  const { log } = capturedLog();
  const never = async () => Promise.reject(new Error('nobody is asked for credentials'));
  state.handler = handleRoute(route, {
    authenticate: never,
    takeTurn: () => undefined,
    ids: systemIds,
    logFor: () => log,
  });
  const rows = createHookRows({ table: desk.relay.tables('desk'), clock: desk.relay.clock });
  const registration = async () => (await rows.all()).map(registrationView)[0];
  const taken = async (count: number) =>
    vi.waitFor(() => {
      expect(state.statuses.filter((status) => status === 200)).toHaveLength(count);
    }, 5_000);
  return { ...desk, registration, taken, statuses: state.statuses };
}

it('the desk registers itself at the simulated Partner Center, is validated, and hears of what changes', async () => {
  const desk = await aToldDesk();
  const { microsoft, sweep, taken } = desk;
  for (let minute = 0; minute < 3; minute++) {
    await sweep();
    await microsoft.advance(60);
  }
  await taken(1);
  await sweep();
  expect(await desk.registration()).toMatchObject({ events: 13, validation: 'completed', responseCode: 'OK' });

  const { tenantId, slug } = customers[0]!;
  const customer = async () => (await desk.queries.customers.get(desk.idOf(slug)))!;
  const roles = ['62e90394-69f5-4237-9190-012177145e10'];
  await microsoft.control({ scenario: { gdap: { tenantId, roles } } });
  await microsoft.control({
    scenario: { subscription: { tenantId, offerName: 'Dynamics 365 Customer Service Enterprise' } },
  });
  await taken(3);
  expect((await customer()).gdap?.roleIds).not.toEqual(roles);
  expect((await customer()).services).not.toContain('DynamicsCRM');
  await desk.cycle(1);
  await desk.cycle(1);
  expect((await customer()).gdap?.roleIds).toEqual(roles);
  expect((await customer()).services).toContain('DynamicsCRM');
  expect(desk.statuses.every((status) => status === 200)).toBe(true);
});
