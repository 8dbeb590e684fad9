import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import type { Part, StartPart } from '../part.ts';
import { createAdmin } from './admin.ts';
import { createCore, type FunctionsCore } from './core-api.ts';
import { readHostJson } from './host-json.ts';
import { createHostLog, type HostLog } from './host-log.ts';
import { createHttpServer } from './http-server.ts';
import { createInvoker } from './invoke.ts';
import { loadApp } from './load-app.ts';
import { type Bus, sdkBus } from './service-bus-receiver.ts';
import type { Lookup } from './settings.ts';
import { shiftDate } from './shift-date.ts';
import { createTriggers, manualInvocation } from './triggers.ts';

/** How long functions may go on when the host stops, and how long links may take to close. */
const drainMs = 2_000;
const closeMs = 500;
/** Azure/azure-functions-host pull request 9471. */
const defaultBodyLimitBytes = 210_000_000;

export type HostOptions = {
  /** 0 takes a free one. */
  port: number;
  /** The deploy root: `host.json`, `package.json` with `main`, and the bundle. */
  root: string;
  /** App settings; in a process of its own they become its environment before the bundle loads. */
  settings: Record<string, string>;
  adminKey?: never;
  /** Moves `Date` with the world's clock: for a process of its own only. */
  shiftDate?: boolean;
  /** Functions registered in this process instead of a bundle's; settings then leave the environment alone. */
  core?: FunctionsCore;
  log?: HostLog;
  bus?: Bus;
};

export type HostPart = Part & {
  baseUrl: string;
  /** Stops (`false`) or resumes (`true`) single timers by function name. */
  setTimers(set: Record<string, boolean>): void;
};

/**
 * The Functions host for development: does for `@azure/functions` what the platform's host and Node worker do, so
 * that the deployed bundle runs unchanged. Rejects on a wrong `host.json` and a port that is taken; an app that does
 * not load leaves a host that answers 404.
 */
export const startHost = (async (options, { clock }): Promise<HostPart> => {
  const lookup: Lookup = (name) => options.settings[name] ?? process.env[name];
  const log = options.log ?? createHostLog(lookup('DESK_LOCAL_LOG') === '1');
  const hostJson = await readHostJson(options.root);
  const core = options.core ?? createCore();
  if (options.shiftDate) shiftDate(() => clock.offsetMs());
  if (!options.core) {
    Object.assign(process.env, options.settings);
    await loadApp(core, { root: options.root, log });
  }

  const bus = options.bus ?? sdkBus();
  const invoker = createInvoker({ core, functionTimeoutMs: hostJson.functionTimeout, log });
  const triggers = createTriggers(core.functions.values(), { hostJson, lookup, clock, invoker, bus, log });
  const server = createHttpServer({
    routes: triggers.routes,
    invoker,
    admin: createAdmin({
      functions: core.functions,
      invoker,
      manualInvocation: (fn, input) => manualInvocation(triggers, fn, input),
    }),
    bodyLimitBytes: Number(lookup('FUNCTIONS_REQUEST_BODY_SIZE_LIMIT') ?? defaultBodyLimitBytes),
    customHeaders: hostJson.extensions.http.customHeaders,
    log,
  });

  for (const hook of core.hooks('appStart')) await hook({ hookData: {} });
  const baseUrl = await listen(server, options.port);
  for (const timer of triggers.timers.values()) timer.start();
  for (const queue of triggers.queues) queue.start();

  return {
    baseUrl,
    settings: { DESK_BASE_URL: baseUrl },
    setTimers: (set) => {
      for (const [name, isEnabled] of Object.entries(set)) {
        const timer = triggers.timers.get(name);
        if (timer) timer.setEnabled(isEnabled);
        else log.warn(`There is no timer '${name}' to stop or resume.`);
      }
    },
    stop: async () => {
      server.close();
      server.closeIdleConnections();
      for (const timer of triggers.timers.values()) timer.stop();
      const queues = Promise.all(triggers.queues.map((queue) => queue.stop()));
      await Promise.race([Promise.all([queues, invoker.drain(drainMs)]), sleep(drainMs, undefined, { ref: false })]);
      for (const hook of core.hooks('appTerminate')) await hook({ hookData: {} });
      await Promise.race([bus.close(), sleep(closeMs, undefined, { ref: false })]);
      server.closeAllConnections();
    },
  };
}) satisfies StartPart<HostOptions>;

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      resolve(`http://127.0.0.1:${String((server.address() as AddressInfo).port)}`);
    });
  });
}
