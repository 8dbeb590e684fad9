import { readFileSync } from 'node:fs';
import { HttpRequest, InvocationContext, type HttpResponseInit } from '@azure/functions';
import { createDesk } from '../../functions/desk.ts';
import { readConfig, type Config } from '../../shared/platform/config.ts';
import { handleQueue } from '../../shared/platform/queue-handler.ts';
import { handleRoute } from '../../shared/platform/handle-route.ts';
import type { HttpHandler } from '../../shared/platform/route.ts';
import { handleTimer } from '../../shared/platform/timer-handler.ts';
import type { LogFor } from '../../shared/platform/telemetry.ts';
import type { Held } from '../support/memory-bus.ts';
import type { SimProcess } from '../support/simulation.ts';
import type { Plant } from './plant.ts';
import { identityEndpoint, simulatedPorts, vaultUri } from './simulated-ports.ts';
import { authenticate, type World } from './world.ts';

export type HttpCalling = {
  route: string;
  headers: Record<string, string>;
  params?: Record<string, string>;
  query?: Record<string, string>;
  body?: unknown;
};
export type Called = { status: number; headers: Headers; text: string };

/** The settings of the example file, of a desk that has no connection to a partner's tenant: nothing is polled. */
function settings(): Config {
  const file = readFileSync(new URL('../../local.settings.example.json', import.meta.url), 'utf8');
  const { Values: values } = JSON.parse(file) as { Values: Record<string, string> };
  const read = readConfig({
    ...values,
    KEY_VAULT_URI: vaultUri,
    IDENTITY_ENDPOINT: identityEndpoint,
    IDENTITY_HEADER: 'simulated',
  });
  if (!read.ok) throw new Error(read.wrong.join('; '));
  return { ...read.config, PARTNER_CONNECTIONS: [] };
}

const config = settings();
const context = new InvocationContext({ functionName: 'simulated', invocationId: 'simulated' });

/** host.json: messages of one queue that an instance handles at a time. */
const maxConcurrentCalls = 4;

/** One instance of the whole desk as it is deployed, with caches of its own, over ports that belong to its process. */
export function createInstance(world: World, name: string, plant: Plant) {
  const { sim, ids, bus, faults, lines } = world;
  const process: SimProcess = sim.newProcess(name);
  const { catalogue, takeTurn } = createDesk(simulatedPorts(world, process, plant), config);
  const logFor: LogFor = () => (entry) => lines.push(JSON.stringify(entry));
  const deps = { authenticate, takeTurn, ids, logFor };
  const handlers = new Map<string, HttpHandler>();
  const handlerOf = (routeName: string): HttpHandler => {
    const known = handlers.get(routeName);
    if (known) return known;
    const route = catalogue.routes.find((one) => one.name === routeName);
    if (!route) throw new Error(`there is no route ${routeName}`);
    const handler = handleRoute(route, deps);
    handlers.set(routeName, handler);
    return handler;
  };
  const queues = new Map(catalogue.queues.map((fn) => [fn.queue, handleQueue(fn, deps)]));
  const timer = catalogue.timers.find((one) => one.name === 'sweep');
  if (!timer) throw new Error('there is no sweep');
  const sweep = handleTimer(timer, deps);
  const busy = new Map<string, number>();

  const serve = async (calling: HttpCalling): Promise<Called> => {
    await sim.turn(process, `takes ${calling.route}`);
    const answer = await handlerOf(calling.route)(requestOf(calling, plant), context);
    await sim.turn(process, `answers ${String(answer.status)}`);
    return calledOf(answer);
  };

  /** Peek-lock as the platform does it: completed when the function returns, put back when it throws, unless the lock is gone. */
  const consume = async (held: Held): Promise<void> => {
    bus.take(held);
    const delivery = held.deliveries;
    const holdsLock = () => held.deliveries === delivery && held.lockedUntil > sim.now();
    if (faults.hits('lock is lost')) held.lockedUntil = sim.now() + Math.floor(sim.random() * 3_000);
    const settle = async (how: 'complete' | 'abandon') => {
      await sim.turn(process, `${how}s ${held.message.id}`);
      if (holdsLock() && !faults.hits('settlement fails')) bus[how](held);
    };
    busy.set(held.queue, (busy.get(held.queue) ?? 0) + 1);
    try {
      await queues.get(held.queue)?.(held.message.body, context);
      await settle('complete');
    } catch {
      await settle('abandon');
    } finally {
      busy.set(held.queue, (busy.get(held.queue) ?? 0) - 1);
    }
  };

  const schedule = { adjustForDST: false };
  const scheduleStatus = { last: '', next: '', lastUpdated: '' };
  return {
    process,
    /** Rejects when the instance is killed before it has answered. */
    call: async (calling: HttpCalling): Promise<Called> =>
      new Promise((resolve, reject) => {
        process.ended.add(() => {
          reject(new Error('the connection is lost'));
        });
        serve(calling).then(resolve, reject);
      }),
    mayTake: (held: Held): boolean => process.alive && (busy.get(held.queue) ?? 0) < maxConcurrentCalls,
    consume,
    sweep: async () => sweep({ isPastDue: false, schedule, scheduleStatus }, context),
  };
}

export type Instance = ReturnType<typeof createInstance>;

function requestOf({ headers, params, query, body }: HttpCalling, plant: Plant): HttpRequest {
  return new HttpRequest({
    method: body === undefined ? 'GET' : 'POST',
    url: 'http://desk.example/api/requests',
    headers: { 'content-type': 'application/json', ...(plant.headers?.(headers) ?? headers) },
    ...(params && { params }),
    ...(query && { query }),
    ...(body !== undefined && { body: { string: JSON.stringify(body) } }),
  });
}

const calledOf = ({ status = 200, headers, body }: HttpResponseInit): Called => ({
  status,
  headers: new Headers(headers),
  text: typeof body === 'string' ? body : '',
});
