import { readFileSync } from 'node:fs';
import { HttpRequest, InvocationContext, type HttpResponseInit } from '@azure/functions';
import { createDesk } from '../../functions/desk.ts';
import { register } from '../../functions/register.ts';
import { createRouteTable } from '../../local/host/route-table.ts';
import { readConfig } from '../../shared/platform/config.ts';
import type { BusProbe } from '../../shared/platform/bus-probe.servicebus.ts';
import type { HttpHandler, Route } from '../../shared/platform/route.ts';
import type { TableName } from '../../shared/platform/resources.ts';
import { tableNames } from '../../shared/platform/resources.ts';
import type { Table } from '../../shared/platform/table.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { audience, authority, deskTenant } from '../portals/entra-issuer.ts';
import { capturedLog } from './captured-log.ts';
import { memoryBus } from './memory-bus.ts';
import { memoryTables, type TableTrouble } from './memory-table.ts';
import { movedClock } from './moved-clock.ts';
import { anOutside, identityEndpoint, vaultUri } from './outside.ts';
import { recordingApp } from './recording-app.ts';
import { seededIds, seededRandom } from './seeded.ts';

export type Called = { status: number; headers: Record<string, string>; text: string; json: unknown };

export type Calling = {
  /** A bearer token. */
  as?: string;
  headers?: Record<string, string>;
  /** Sent as JSON; `text` and `bytes` are sent as they are. */
  body?: unknown;
  text?: string;
  bytes?: Uint8Array;
};

/** The settings of the example file, pointed at the test's own Entra, identity and vault. */
export function settingsOf(change: Record<string, string> = {}): Record<string, string> {
  const example = JSON.parse(readFileSync('local.settings.example.json', 'utf8')) as { Values: Record<string, string> };
  return {
    ...example.Values,
    ENTRA_AUTHORITY: authority,
    DESK_API_AUDIENCE: audience,
    DESK_API_TENANTS: deskTenant,
    IDENTITY_ENDPOINT: identityEndpoint,
    IDENTITY_HEADER: 'local',
    KEY_VAULT_URI: vaultUri,
    ...change,
  };
}

export type DeskOptions = { settings?: Record<string, string>; trouble?: TableTrouble };

/**
 * The whole desk as it is deployed, over ports in memory: routes found by the platform's rules, callers known by real tokens of
 * an issuer whose keys the desk fetches. Only the world around it is the test's.
 */
export async function aDesk({ settings = settingsOf(), trouble }: DeskOptions = {}) {
  const read = readConfig(settings);
  if (!read.ok) throw new Error(read.wrong.join('; '));
  const moved = movedClock();
  const { clock } = moved;
  const outside = await anOutside(clock);
  const random = seededRandom(11);
  const ids = seededIds(random);
  const memory = memoryTables(trouble);
  const held = memoryBus(() => clock.now());
  const log = capturedLog();
  const probe: BusProbe = { ping: async () => Promise.resolve(), deadLetters: async () => ({}) };
  const tables = (name: TableName): Table => withWriteTokens(asStrictAsStorage(memory.tables(name)), ids);
  const { catalogue, authenticate, takeTurn } = createDesk(
    {
      clock,
      ids,
      random,
      tables,
      bus: held.bus,
      busProbe: { ping: async () => probe.ping(), deadLetters: async () => probe.deadLetters() },
      http: outside.http,
      guardedHttp: outside.http,
    },
    read.config,
  );
  const app = recordingApp();
  register(app.app, catalogue, { authenticate, takeTurn, ids, logFor: () => log.log });
  const routes = createRouteTable<Route>();
  for (const route of catalogue.routes) {
    routes.add({ template: route.path, methods: [route.method], target: route });
  }

  /** Calls by path, as the host would: the most specific route, its parameters decoded. */
  const call = async (method: string, path: string, calling: Calling = {}): Promise<Called> => {
    const [plain = '', search = ''] = path.split('?');
    const matched = routes.match(method, plain);
    if (!matched) throw new Error(`the host knows no ${method} ${plain}`);
    const body = bodyOf(calling);
    const request = new HttpRequest({
      method,
      url: `http://desk.example${path}`,
      params: matched.params,
      query: Object.fromEntries(new URLSearchParams(search)),
      headers: {
        ...(body && { 'content-type': 'application/json' }),
        ...(calling.as !== undefined && { authorization: `Bearer ${calling.as}` }),
        ...calling.headers,
      },
      ...(body && { body }),
    });
    const { handler } = app.http.get(matched.target.name) as { handler: HttpHandler };
    const context = new InvocationContext({ functionName: matched.target.name, invocationId: 'invocation-1' });
    return calledOf(await handler(request, context));
  };

  /** Hands the desk's own events to their consumer until none is left. */
  const settle = async (): Promise<void> => {
    const { handler } = app.queues.get('projectDeskEvents') as { handler: QueueTrigger };
    for (;;) {
      const next = held.ready().find((one) => one.queue === 'desk-events');
      if (next === undefined) return;
      held.take(next);
      await handler(next.message.body, new InvocationContext());
      held.complete(next);
    }
  };

  const person = async (role: string) =>
    outside.sign({ claims: { oid: `object-of-${role}`, name: `Person of ${role}`, roles: [role] } });

  return {
    ...{ moved, clock, outside, memory, held, log, probe, tables, ids, config: read.config, catalogue, app },
    call,
    settle,
    tokens: {
      reader: await person('Desk.Read'),
      operator: await person('Desk.Operate'),
      admin: await person('Desk.Admin'),
    },
    /** The token of a portal's application. */
    portalToken: async (clientId: string) => outside.sign({ claims: { azp: clientId } }),
    /** What storage and bus were asked so far, all tables together. */
    cost: () => {
      const all = tableNames.map((name) => memory.of(name).counts);
      const sum = (of: keyof (typeof all)[number]) => all.reduce((total, counts) => total + counts[of], 0);
      return { gets: sum('get'), queries: sum('query'), transactions: sum('transact'), sends: held.counts.sends };
    },
  };
}

export type Desk = Awaited<ReturnType<typeof aDesk>>;
type QueueTrigger = (message: unknown, context: InvocationContext) => Promise<void>;

const refused = /[/\\#?%\p{Cc}]/u;

/** The real service answers 400 to a key that it does not take, also in a read: what ends there in a 500 ends here in one. */
function asStrictAsStorage(table: Table): Table {
  const check = (...keys: (string | undefined)[]) => {
    for (const key of keys) {
      if (key === undefined) continue;
      if (refused.test(key) || key.length > 1_024 || !key.isWellFormed()) throw new Error(`storage refuses ${key}`);
    }
  };
  return {
    get: async (pk, rk) => {
      check(pk, rk);
      return table.get(pk, rk);
    },
    query: async (query) => {
      check(query.pk, query.from, query.to);
      return table.query(query);
    },
    transact: async (pk, ops) => {
      check(pk, ...ops.map((op) => op.rk));
      for (const op of ops) if (op.kind !== 'delete') checkColumns(op.columns);
      return table.transact(pk, ops);
    },
  };
}

/** 64 KiB of UTF-16 or bytes in a column. Source: Microsoft docs, "Understanding the Table service data model". */
function checkColumns(columns: Record<string, unknown>): void {
  for (const [name, value] of Object.entries(columns)) {
    const isTooLong =
      typeof value === 'string' ? value.length > 32_768 : value instanceof Uint8Array && value.length > 65_536;
    if (isTooLong) throw new Error(`storage refuses column ${name}`);
  }
}

function bodyOf({ body, text, bytes }: Calling): { string: string } | { bytes: Uint8Array } | undefined {
  if (bytes !== undefined) return { bytes };
  const string = text ?? (body === undefined ? undefined : JSON.stringify(body));
  return string === undefined ? undefined : { string };
}

function calledOf(answer: HttpResponseInit): Called {
  const text = typeof answer.body === 'string' ? answer.body : '';
  const headers = Object.fromEntries(new Headers(answer.headers));
  return {
    status: answer.status ?? 200,
    headers,
    text,
    json: text === '' || headers['content-type']?.startsWith('text/') ? undefined : (JSON.parse(text) as unknown),
  };
}
