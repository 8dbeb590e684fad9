import { createDesk } from '../../functions/desk.ts';
import { microsoft as atMicrosoft } from '../../functions/desk-microsoft.ts';
import { partner } from '../../local/microsoft/seed-world.ts';
import { withIncludedRoles, type Caller } from '../../shared/core/caller.ts';
import { secondMs, systemClock, type Clock } from '../../shared/core/clock.ts';
import { readConfig } from '../../shared/platform/config.ts';
import type { Http, HttpAnswer, HttpCall } from '../../shared/platform/http.ts';
import { createHttp } from '../../shared/platform/node-http.http.ts';
import type { PartnerConsent } from '../../shared/platform/partner-consent-contracts.ts';
import type { Answer, Call } from '../../shared/platform/route.ts';
import type { AskedConsent } from '../../shared/platform/start-consent.ts';
import { runningMicrosoft } from '../local-microsoft/running-microsoft.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { memoryTables } from '../support/memory-table.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

export const deskUrl = 'http://127.0.0.1:7071';

export const wantedByPerson = {
  tenantId: partner.tenantId,
  resource: 'partnercenter',
  connectionId: partner.id,
  way: 'delegated',
} as const;

const admin: Caller = {
  kind: 'person',
  id: 'person:admin',
  name: 'Alex Admin',
  tenantId: 'tenant',
  objectId: 'admin',
  roles: withIncludedRoles(['Desk.Admin']),
};

/** The desk as it is deployed, over tables in memory and real HTTP to the simulated Microsoft; time passes by itself nowhere. */
export async function aConsentDesk(change: Record<string, string> = {}) {
  const microsoft = await runningMicrosoft();
  const clock: Clock = {
    ...systemClock,
    now: () => microsoft.clock.now(),
    sleep: async (ms) => microsoft.advance(ms / secondMs),
  };
  const schedules = { HEALTH_POLL_SCHEDULE: '0 */5 * * * *', SWEEP_SCHEDULE: '0 * * * * *' };
  const ports = { STORAGE: 'memory', SERVICE_BUS: 'memory', DESK_PUBLIC_URL: deskUrl };
  const parsed = readConfig({ ...microsoft.settings, ...schedules, ...ports, ...change });
  if (!parsed.ok) throw new Error(parsed.wrong.join());
  const memory = memoryTables();
  const random = seededRandom(5);
  const calls: string[] = [];
  /** What comes between the desk and the network. */
  const wire: { before?: (call: HttpCall) => void; after?: (call: HttpCall, answer: HttpAnswer) => HttpAnswer } = {};
  const direct = createHttp({ clock });
  const http: Http = async (call) => {
    calls.push(`${call.method} ${call.url}`);
    wire.before?.(call);
    const answer = await direct(call);
    return wire.after?.(call, answer) ?? answer;
  };
  const { bus } = memoryBus(() => clock.now());
  const busProbe = { ping: async () => Promise.resolve(), deadLetters: async () => Promise.resolve({}) };
  const ids = seededIds(random);
  const services = { clock, ids, random, tables: memory.tables, bus, busProbe, http, guardedHttp: http };
  const { catalogue } = createDesk(services, parsed.config);
  const { tokens, grants, keepGrants } = atMicrosoft(services, parsed.config);
  const log = capturedLog();

  const handle = async (name: string, call: Partial<Call<unknown, unknown, unknown>>): Promise<Answer> =>
    catalogue.routes
      .find((one) => one.name === name)!
      .handle({
        ...{ params: {}, query: {}, body: {}, caller: admin, headers: new Headers(), raw: new Uint8Array() },
        ...call,
        scope: log.scope,
      });
  const asked = async (headers: Record<string, string> = {}, body: object = {}): Promise<Answer> =>
    handle('askPartnerConsent', { body, headers: new Headers(headers) });
  const ask = async (headers?: Record<string, string>): Promise<AskedConsent> =>
    (await asked(headers)).body as AskedConsent;
  /** Signs in as the simulated Entra has it, and returns where it sends the browser. */
  const signIn = async ({ url }: Pick<AskedConsent, 'url'>): Promise<URL> => {
    const { headers } = await fetch(url, { redirect: 'manual' });
    return new URL(headers.get('location') ?? '');
  };
  /** The browser arrives at the desk. */
  const arrive = async (at: URL, accept = 'text/html'): Promise<Answer> =>
    handle('takePartnerConsent', {
      caller: undefined,
      query: Object.fromEntries(at.searchParams),
      headers: new Headers({ accept }),
    });
  const read = async ({ id }: Pick<AskedConsent, 'id'>): Promise<PartnerConsent> =>
    (await handle('readPartnerConsent', { params: { id } })).body as PartnerConsent;
  const kept = async (): Promise<string[]> => {
    const authorization = { authorization: `Bearer ${await identityToken()}` };
    const name = `${microsoft.settings.KEY_VAULT_URI!}/secrets/${partner.refreshTokenSecretName}`;
    const { body } = await microsoft.call(`${name}/versions?api-version=7.4`, { headers: authorization });
    return (body as { value: { id: string }[] }).value.map(({ id }) => id);
  };
  const identityToken = async () => {
    const { IDENTITY_ENDPOINT: endpoint = '', IDENTITY_HEADER: header = '' } = microsoft.settings;
    const url = `${endpoint}?resource=https://vault.azure.net&api-version=2019-08-01`;
    return (await microsoft.call(url, { headers: { 'x-identity-header': header } })).textAt('access_token');
  };
  return {
    ...{ microsoft, clock, memory, calls, wire, log, tokens, grants, keepGrants },
    ...{ asked, ask, signIn, arrive, read, kept },
    grant: async () => grants.read(partner.id),
    /** From the asking to the page. */
    through: async () => {
      const begun = await ask();
      const page = await arrive(await signIn(begun));
      return { begun, page, standing: await read(begun) };
    },
  };
}

export type ConsentDesk = Awaited<ReturnType<typeof aConsentDesk>>;
