import { createDesk } from '../../functions/desk.ts';
import { createCustomerStore } from '../../shared/customers/customer-store.ts';
import { customerIdOf, type Customer } from '../../shared/customers/customer.ts';
import { handleRoute } from '../../shared/platform/handle-route.ts';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import { aDesk, type DeskOptions } from '../support/a-desk.ts';
import { callHandler } from '../support/http-call.ts';
import { seededRandom } from '../support/seeded.ts';
import { deskTenant } from './entra-issuer.ts';

const tenantOf = (n: number): string => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;
export const customerIdAt = (n: number): string => customerIdOf('global', tenantOf(n));
export const application = { tenantId: deskTenant, clientId: 'aaaaaaaa-0000-4000-8000-000000000000' };

/** Two resellers, as the directory has them. */
export const harbour = { tenantId: 'bbbbbbbb-0000-4000-8000-000000000000', partnerId: '5501230', name: 'Harbour' };
export const meadow = { tenantId: 'cccccccc-0000-4000-8000-000000000000', partnerId: '7704560', name: 'Meadow' };

export const aCustomer = (n: number, more: Partial<Customer> = {}): Customer => ({
  customerId: customerIdAt(n),
  connectionId: 'contoso-emea',
  tenantId: tenantOf(n),
  name: `Customer ${String(n)}`,
  initialDomain: `c${String(n)}.onmicrosoft.example`,
  domains: [`c${String(n)}.example`],
  relationship: 'reseller',
  azureSubscriptionIds: [],
  access: { way: 'app' },
  healthShard: 'contoso-emea|0',
  openIncidentIds: [],
  coverage: {},
  detailsAt: '2026-11-01T00:00:00.000Z',
  externalRefs: [],
  ...more,
});

export type Made = {
  id: string;
  version: number;
  customers: unknown;
  disabled: boolean;
  newSecrets?: { inbound?: string; outbound?: string };
  usableFrom?: string;
  rotations: { inbound?: { endsAt: string }; outbound?: { endsAt: string } };
  secrets?: { inbound: string; outbound?: string };
  errors?: { path: string; message: string }[];
  code?: string;
};

type AdminCall = [method: string, path: string, body?: unknown, headers?: Record<string, string>];

/** A desk with three customers, and its administrator. */
export async function aManagedDesk(options: DeskOptions = {}) {
  const desk = await aDesk(options);
  const store = createCustomerStore(desk);
  for (const n of [1, 2, 3]) await store.insert(aCustomer(n));

  const admin = async (...[method, path, body, headers = {}]: AdminCall) => {
    const {
      status,
      json,
      headers: told,
    } = await desk.call(method, `/api/portals${path}`, {
      as: desk.tokens.admin,
      ...(body !== undefined && { body }),
      headers,
    });
    return { status, headers: told, json: json as Made };
  };
  const register = async (more: Record<string, unknown> = {}) => {
    const body = { id: 'harbour', name: 'Harbour', customers: [customerIdAt(1)], ...more };
    const made = await admin('POST', '', body);
    if (made.status !== 201) throw new Error(`not registered: ${JSON.stringify(made.json)}`);
    return made.json;
  };
  return { ...desk, store, admin, register, instance: () => anInstance(desk) };
}

export type ManagedDesk = Awaited<ReturnType<typeof aManagedDesk>>;

/** Another instance of the same desk: the same tables, vault and clock, with caches of its own. */
function anInstance(desk: Awaited<ReturnType<typeof aDesk>>) {
  const { clock, ids, tables, outside, held, config } = desk;
  const { http } = outside;
  const services = { clock, ids, tables, http, guardedHttp: http, random: seededRandom(5), bus: held.bus };
  const busProbe = { ping: async () => Promise.resolve(), deadLetters: async () => Promise.resolve({}) };
  const { catalogue, authenticate, takeTurn } = createDesk({ ...services, busProbe }, config);
  const call = async (name: string, calling: Parameters<typeof callHandler>[1]) => {
    const route = catalogue.routes.find((one) => one.name === name);
    if (!route) throw new Error(`there is no route ${name}`);
    return callHandler(handleRoute(route, { authenticate, takeTurn, ids, logFor: () => desk.log.log }), calling);
  };
  /** The status of a webhook that is signed with a secret: 202 where it holds. */
  const hook = async (portalId: string, secret: string): Promise<number> => {
    const text = JSON.stringify({ type: 'ticket.seen', timestamp: '2026-11-02T09:00:00Z', data: {} });
    const timestampSeconds = Math.floor(clock.now() / 1_000);
    const message = { id: `msg_${ids.newId()}`, timestampSeconds, body: Buffer.from(text) };
    const headers = signWebhook(message, parseWebhookSecrets(secret));
    return (await call('receivePortalHook', { params: { portalId }, text, headers })).status;
  };
  /** Customers that a portal's own token shows. */
  const customers = async (clientId: string) => {
    const headers = { authorization: `Bearer ${await desk.portalToken(clientId)}` };
    const { status, json } = await call('listCustomers', { url: 'api/customers', headers });
    const items = (json as { items?: { customerId: string }[] } | undefined)?.items ?? [];
    return { status, ids: items.map(({ customerId }) => customerId) };
  };
  return { call, hook, customers };
}
