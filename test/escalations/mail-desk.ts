import { caseMailRoutes } from '../../functions/case-mails.http.ts';
import { partner } from '../../local/microsoft/seed-world.ts';
import { systemClock } from '../../shared/core/clock.ts';
import type { DeskCloud } from '../../shared/customers/cloud.ts';
import { graphCaseMailbox } from '../../shared/escalations/case-mailbox.graph.ts';
import { createEnsureCaseMail } from '../../shared/escalations/case-mail-relay.ts';
import type { EscalationRow } from '../../shared/escalations/escalation.ts';
import { move } from '../../shared/escalations/escalation-rules.ts';
import {
  commitChange,
  partitionOfEscalation,
  readEscalation,
  readText,
} from '../../shared/escalations/escalation-store.ts';
import { createSyncCaseMails } from '../../shared/escalations/sync-case-mails.ts';
import type { Http } from '../../shared/platform/http.ts';
import { createHttp } from '../../shared/platform/node-http.http.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import type { MicrosoftOptions } from '../../local/microsoft/start.ts';
import { AppError } from '../../shared/core/errors.ts';
import type { TableName } from '../../shared/platform/resources.ts';
import { queryAll, type Table, type Tables } from '../../shared/platform/table.ts';
import type { Call } from '../../shared/platform/route.ts';
import { graph, runningMicrosoft } from '../local-microsoft/running-microsoft.ts';
import { memoryBus } from '../support/memory-bus.ts';
import { aPerson, aRequest } from './builders.ts';
import { aDesk } from './desk.ts';

const start = '2026-11-02T09:00:00.000Z';

type Options = { http?: (http: Http) => Http; microsoft?: Partial<MicrosoftOptions> };

/** A desk whose case mailbox is that of the simulated Microsoft, read by the real adapter over HTTP. */
export async function aMailDesk({ http: wrap = (http) => http, microsoft: options = {} }: Options = {}) {
  const desk = await aDesk();
  const microsoft = await runningMicrosoft(options, start);
  const bus = memoryBus(desk.clock.now);
  const http = wrap(createHttp({ clock: systemClock }));
  const storage: Storage = { callsLeft: Infinity, isAfter: false };
  const cloud: DeskCloud = {
    cloud: 'global',
    connections: [
      {
        id: 'north',
        tenantId: partner.tenantId,
        clientId: partner.clientId,
        role: 'direct',
        caseMailbox: partner.caseMailbox,
      },
      { id: 'south', tenantId: partner.tenantId, clientId: partner.clientId, role: 'direct' },
    ],
    endpoints: { graphBaseUrl: `${microsoft.baseUrl}/graph`, partnerCenterBaseUrl: '', azureManagementBaseUrl: '' },
    healthPollMinutes: 5,
    customerSyncMinutes: 1_440,
  };
  let token: Promise<string> | undefined;
  const tokens = async () =>
    (token ??= microsoft.bearer(partner.tenantId, graph).then(({ authorization }) => authorization.slice(7)));
  const relay = {
    ...desk.deps,
    tables: ((name: 'escalations' | 'desk') => breaking(desk.deps.tables(name), storage)) as Tables<TableName>,
    // Turns of the mailbox have a bus of their own here, so that the desk's messages can be taken apart from them.
    bus: {
      ...desk.bus.bus,
      send: async (...[queue, messages]: Parameters<typeof bus.bus.send>) =>
        (queue === 'health-polls' ? bus : desk.bus).bus.send(queue, messages),
    },
    cloud,
  };
  const ensure = createEnsureCaseMail(relay);
  const handle = createSyncCaseMails({
    ...relay,
    mailbox: graphCaseMailbox({ http, tokens, clock: desk.clock, cloud }),
  });
  const table = desk.stores.tables('escalations');
  const routes = caseMailRoutes(desk.deps);

  const advance = async (ms: number) => {
    await desk.advance(ms);
    await microsoft.advance(ms / 1_000);
  };
  /** Takes the turns that are due, and what the desk's queues then hold; a turn that throws stays on the bus. */
  const turn = async () => {
    let turns = 0;
    for (let held = bus.ready()[0]; held; held = bus.ready()[0]) {
      bus.take(held);
      await handle(wakeMessageSchema.parse(held.message.body), desk.log.scope);
      bus.complete(held);
      turns++;
    }
    await desk.drain();
    return turns;
  };
  const call = async (name: string, { id, query = {}, body }: { id?: string; query?: object; body?: object } = {}) => {
    const found = routes.find((one) => one.name === name)!;
    const asked: Call<unknown, unknown, unknown> = {
      params: found.params?.parse({ id }),
      query: found.query?.parse(query),
      body: found.body?.parse(body ?? {}),
      caller: aPerson('olav'),
      headers: new Headers(),
      raw: new Uint8Array(),
      scope: desk.log.scope,
    };
    return found.handle(asked);
  };
  await ensure(desk.log.scope);
  await turn();

  return {
    ...desk,
    advance,
    turn,
    ensure: async () => ensure(desk.log.scope),
    microsoft,
    /** The instance that reads the mailbox dies at its n-th call to storage, before or after the call has its effect. */
    dieAt: (callsLeft: number, isAfter: boolean) => Object.assign(storage, { callsLeft, isAfter }),
    /** Another instance goes on. */
    revive: () => {
      Object.assign(storage, { callsLeft: Infinity });
    },
    table,
    call,
    list: async (state: 'unplaced' | 'unverified') =>
      (await call('listCaseMails', { query: { state } })).body as { items: Listed[] },
    receive: async (raw: string) => microsoft.control({ scenario: { mail: { raw } } }),
    /** An escalation, and what follows from its events. */
    escalation: async (id: string, change: Partial<EscalationRow> = {}) => {
      const { after, event } = begun(id, change, desk.clock.now());
      desk.requests.set(after.requestIds[0]!, aRequest({ requestId: after.requestIds[0]! }));
      await commitChange(desk.deps, { after, events: [event] }, desk.log.scope);
      await desk.drain();
    },
    row: async (id: string) => (await readEscalation(table, id))!.row,
    text: async (id: string, key: string) => readText(table, id, key),
    events: async (id: string) => {
      const rows = await queryAll(table, { pk: partitionOfEscalation(id), from: `N|${id}`, to: `N|${id}}` });
      return rows.map(({ columns }) => columns);
    },
  };
}

type Storage = { callsLeft: number; isAfter: boolean };

const died = () => new AppError('unavailable', 'This instance is gone.');

/** Storage as an instance sees it that dies. */
function breaking(table: Table, storage: Storage): Table {
  const run = async <T>(call: () => Promise<T>): Promise<T> => {
    storage.callsLeft--;
    if (storage.callsLeft < 0 || (storage.callsLeft === 0 && !storage.isAfter)) throw died();
    const answer = await call();
    if (storage.callsLeft === 0) throw died();
    return answer;
  };
  return {
    get: async (...args) => run(async () => table.get(...args)),
    query: async (...args) => run(async () => table.query(...args)),
    transact: async (...args) => run(async () => table.transact(...args)),
  };
}

export type Listed = { id: string; reason?: { code: string }; text?: string; subject?: string; isMicrosoft: boolean };

function begun(id: string, change: Partial<EscalationRow>, nowMs: number) {
  const at = new Date(nowMs).toISOString();
  const row: EscalationRow = {
    id,
    requestIds: [id.slice(0, id.lastIndexOf('-'))],
    portalId: 'northlight',
    customerId: 'ccustomer',
    connectionId: 'north',
    tenantId: partner.tenantId,
    tokenWay: 'app',
    state: 'awaiting-filing',
    channel: 'assisted',
    severity: 'moderate',
    version: 0,
    turn: 1,
    createdAt: at,
    updatedAt: at,
    reasons: [],
    attempt: 0,
    failures: 0,
  };
  const { state = 'awaiting-filing', ...rest } = change;
  const what = state === 'awaiting-filing' ? 'started' : 'filed';
  if (what === 'started') return move({ ...row, state: 'claimed' }, { to: state, what, nowMs, change: rest });
  return move(row, { to: 'filed', what, nowMs, change: rest });
}
