import * as z from 'zod';

import type { RegisteredFunction } from './core-api.ts';
import type { Invocation, Invoker } from './invoke.ts';

/** Microsoft docs, "Manually run a non HTTP-triggered function": the trigger's input as a string. */
const invocationSchema = z.object({ input: z.string().nullish() });

type AdminAnswer = { status: number; json?: unknown };

export type Admin = { answer(request: { method: string; path: string; body: string }): AdminAnswer };

type Options = {
  functions: ReadonlyMap<string, RegisteredFunction>;
  invoker: Invoker;
  /** What a function is given when it is run by hand; undefined where its trigger cannot be played. */
  manualInvocation: (fn: RegisteredFunction, input: string) => Invocation | undefined;
};

/**
 * The part of the host's own API that people and scripts use against an app on their machine, where it asks for no
 * key.
 */
export function createAdmin(options: Options): Admin {
  return {
    answer: ({ method, path, body }) => {
      if (method === 'GET' && /^\/admin\/host\/status\/?$/i.test(path))
        return { status: 200, json: { state: 'Running' } };
      const [, name] = /^\/admin\/functions\/([^/]+)\/?$/i.exec(path) ?? [];
      if (method !== 'POST' || name === undefined) return { status: 404 };
      return run(options, name, body);
    },
  };
}

function run({ functions, invoker, manualInvocation }: Options, name: string, body: string): AdminAnswer {
  const fn = [...functions.values()].find((candidate) => candidate.name.toLowerCase() === name.toLowerCase());
  if (!fn) return { status: 404 };

  const parsed = invocationSchema.safeParse(parseJson(body));
  if (!parsed.success) return { status: 400, json: { message: 'The body must be JSON such as { "input": "" }.' } };

  const invocation = manualInvocation(fn, parsed.data.input ?? '');
  if (!invocation) return { status: 400, json: { message: `'${fn.name}' cannot be run by hand.` } };

  // Accepted, not done: the caller does not wait, and a failure is in the log.
  invoker.invoke(fn, invocation).catch(() => undefined);
  return { status: 202 };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
