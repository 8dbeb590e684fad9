import type { FunctionsApp } from '../shared/platform/functions-app.ts';
import { handleQueue, type QueueFunction } from '../shared/platform/queue-handler.ts';
import { handleRoute, type RouteDeps } from '../shared/platform/handle-route.ts';
import type { Route } from '../shared/platform/route.ts';
import { handleTimer, type TimerFunction } from '../shared/platform/timer-handler.ts';

/** Everything the desk does, as one list: the host, the local host, the tests and the API document all work from it. */
export type Catalogue = { routes: Route[]; queues: QueueFunction[]; timers: TimerFunction[] };

/** Tells the host what there is. Authentication is the desk's own: a function key in a URL would end up in logs. */
export function register(app: FunctionsApp, catalogue: Catalogue, deps: RouteDeps): void {
  for (const route of catalogue.routes) {
    app.http(route.name, {
      methods: [route.method],
      authLevel: 'anonymous',
      route: route.path,
      handler: handleRoute(route, deps),
    });
  }
  for (const queue of catalogue.queues) {
    app.serviceBusQueue(queue.name, {
      queueName: queue.queue,
      connection: 'SERVICE_BUS',
      handler: handleQueue(queue, deps),
    });
  }
  for (const timer of catalogue.timers) {
    app.timer(timer.name, { schedule: `%${timer.scheduleSetting}%`, handler: handleTimer(timer, deps) });
  }
}
