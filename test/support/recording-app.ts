import type { FunctionsApp } from '../../shared/platform/functions-app.ts';

type Options = Record<string, unknown>;

/** Stands where the host's `app` stands and remembers what was registered. */
export function recordingApp() {
  const http = new Map<string, Options>();
  const timers = new Map<string, Options>();
  const queues = new Map<string, Options>();
  const into = (map: Map<string, Options>) => (name: string, options: object) => {
    if (map.has(name)) throw new Error(`${name} is registered twice`);
    map.set(name, options as Options);
  };
  const app: FunctionsApp = { http: into(http), timer: into(timers), serviceBusQueue: into(queues) };
  return { app, http, timers, queues };
}
