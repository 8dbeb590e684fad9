import type { WorldClock } from '../world-clock.ts';
import type { RegisteredFunction } from './core-api.ts';
import type { HostJson } from './host-json.ts';
import type { HostLog } from './host-log.ts';
import type { Invocation, Invoker } from './invoke.ts';
import { createRouteTable, type RouteTable } from './route-table.ts';
import type { Bus } from './service-bus-receiver.ts';
import { createServiceBusTrigger, type ServiceBusTrigger } from './service-bus-trigger.ts';
import { connectionString, isDisabled, type Lookup, resolveSettings } from './settings.ts';
import { createTimer, type Timer } from './timers.ts';

type Triggers = {
  routes: RouteTable<RegisteredFunction>;
  timers: Map<string, Timer>;
  queues: ServiceBusTrigger[];
};

type Options = {
  hostJson: HostJson;
  lookup: Lookup;
  clock: WorldClock;
  invoker: Invoker;
  bus: Bus;
  log: HostLog;
};

/**
 * Indexes the app: builds each function's trigger. A function that cannot be indexed is reported and left out; the
 * others run.
 */
export function createTriggers(functions: Iterable<RegisteredFunction>, options: Options): Triggers {
  const triggers: Triggers = { routes: createRouteTable(), timers: new Map(), queues: [] };
  for (const fn of functions) {
    if (isDisabled(fn.name, options.lookup)) continue;
    try {
      refuseOutputs(fn);
      addTrigger(triggers, fn, options);
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      options.log.warn(`The '${fn.name}' function is in error: ${reason}`);
    }
  }
  return triggers;
}

function addTrigger(triggers: Triggers, fn: RegisteredFunction, options: Options): void {
  const { binding } = fn.trigger;
  switch (binding.type) {
    case 'httpTrigger':
      addRoute(triggers.routes, fn, options.hostJson.extensions.http.routePrefix);
      break;
    case 'timerTrigger': {
      const expression = resolveSettings(text(binding.schedule, 'schedule'), options.lookup);
      triggers.timers.set(fn.name, createTimer({ fn, expression, clock: options.clock, invoker: options.invoker }));
      break;
    }
    case 'serviceBusTrigger':
      triggers.queues.push(queueTrigger(fn, options));
      break;
    case undefined:
    default:
      throw new Error(`triggers of type '${String(binding.type)}' are not supported by the local host.`);
  }
}

function addRoute(routes: RouteTable<RegisteredFunction>, fn: RegisteredFunction, prefix: string): void {
  const { route, methods } = fn.trigger.binding;
  const own = typeof route === 'string' ? route.replace(/^\/+/, '') : fn.name;
  // As the platform: whatever begins so, not only the path segment, and without regard to the prefix.
  if (/^(?:admin|runtime)/i.test(own)) throw new Error('its route conflicts with one or more built in routes.');
  const template = [prefix, own].filter(Boolean).join('/');
  routes.add({ template, methods: Array.isArray(methods) ? methods.map(String) : ['GET', 'POST'], target: fn });
}

function queueTrigger(fn: RegisteredFunction, { hostJson, lookup, invoker, bus, log }: Options): ServiceBusTrigger {
  const { binding } = fn.trigger;
  if (binding.cardinality === 'many') throw new Error("cardinality 'many' is not supported by the local host.");
  if (binding.isSessionsEnabled === true) throw new Error('sessions are not supported by the local host.');
  if (binding.sdkBinding === true) throw new Error('sdkBinding is not supported by the local host.');
  if (binding.topicName !== undefined) throw new Error('topics are not supported by the local host.');

  const { autoCompleteMessages, maxAutoLockRenewalDuration, maxConcurrentCalls } = hostJson.extensions.serviceBus;
  const own = binding.autoCompleteMessages;
  const receiver = bus.open({
    connectionString: connectionString(binding.connection, lookup),
    queueName: resolveSettings(text(binding.queueName, 'queueName'), lookup),
    maxConcurrentCalls,
    maxAutoLockRenewalMs: maxAutoLockRenewalDuration,
  });
  const autoComplete = typeof own === 'boolean' ? own : autoCompleteMessages;
  return createServiceBusTrigger({ fn, receiver, invoker, maxConcurrentCalls, autoComplete, log });
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw new Error(`its ${name} is missing.`);
  return value;
}

function refuseOutputs(fn: RegisteredFunction): void {
  const other = Object.values(fn.metadata.bindings).find(
    (binding) => binding !== fn.trigger.binding && binding.type !== 'http',
  );
  if (other) throw new Error(`bindings of type '${String(other.type)}' are not supported by the local host.`);
}

/** What a function gets that is run through the admin API. */
export function manualInvocation(triggers: Triggers, fn: RegisteredFunction, input: string): Invocation | undefined {
  const timer = triggers.timers.get(fn.name);
  if (timer) return { input: timer.manualInput() };
  return fn.trigger.binding.type === 'serviceBusTrigger' ? { input: { string: input } } : undefined;
}
