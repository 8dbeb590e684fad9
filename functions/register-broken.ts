import type { FunctionsApp } from '../shared/platform/functions-app.ts';

/**
 * With wrong settings the app still answers: an entry file that throws would leave the host running with no functions and 404
 * everywhere. Which settings are wrong is for the log alone, names and reasons, never a value.
 */
export function registerBroken(app: Pick<FunctionsApp, 'http'>, wrong: readonly string[]): void {
  for (const [name, route] of [
    ['livez', 'api/livez'],
    ['readyz', 'api/readyz'],
  ] as const) {
    app.http(name, {
      methods: ['GET'],
      authLevel: 'anonymous',
      route,
      handler: (_request, context) => {
        context.error(`settings are wrong: ${wrong.join('; ')}`);
        return {
          status: 503,
          headers: { 'content-type': 'application/json; charset=utf-8', 'retry-after': '60' },
          body: JSON.stringify({ ready: false, reason: 'The settings of the desk are wrong; its log names them.' }),
        };
      },
    });
  }
}
