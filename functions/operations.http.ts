import * as z from 'zod';
import type { Authenticate, Route } from '../shared/platform/route.ts';
import { route } from '../shared/platform/route.ts';
import type { Readiness } from '../shared/platform/readiness.ts';
import type { Scope } from '../shared/platform/telemetry.ts';

const partSchema = z.object({
  name: z.string(),
  ready: z.boolean(),
  detail: z.record(z.string(), z.unknown()).optional(),
  error: z.string().optional(),
});
const readinessSchema = z
  .object({ ready: z.boolean(), parts: z.array(partSchema).optional() })
  .meta({ id: 'Readiness' });

export type OperationsDeps = {
  readiness: () => Promise<Readiness>;
  authenticate: Authenticate;
  contract: () => unknown;
};

export const operationsRoutes = ({ readiness, authenticate, contract }: OperationsDeps): Route[] => [
  route({
    name: 'livez',
    method: 'GET',
    path: 'api/livez',
    summary: 'Whether the process answers',
    access: 'public',
    answers: { 200: { description: 'It does', schema: z.object({ alive: z.literal(true) }) } },
    handle: () => ({ status: 200, body: { alive: true } }),
  }),
  route({
    name: 'readyz',
    method: 'GET',
    path: 'api/readyz',
    summary: 'Whether the desk can work; with Desk.Read, which part is away and how old each feed is',
    access: 'public',
    answers: {
      200: { description: 'Ready', schema: readinessSchema },
      503: { description: 'Not ready', schema: readinessSchema },
    },
    handle: async ({ headers, scope }) => {
      const state = await readiness();
      const shown = (await mayRead(authenticate, headers, scope)) ? state : { ready: state.ready };
      return { status: state.ready ? 200 : 503, body: shown, ...(!state.ready && { headers: { 'retry-after': '5' } }) };
    },
  }),
  route({
    name: 'readContract',
    method: 'GET',
    path: 'api/openapi.json',
    summary: 'This contract',
    access: 'public',
    answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
    handle: () => ({ status: 200, body: contract() }),
  }),
];

/** Readiness is public; its details are for readers, and credentials that do not hold are worth as much as none. */
async function mayRead(authenticate: Authenticate, headers: Headers, scope: Scope): Promise<boolean> {
  if (!headers.has('authorization')) return false;
  try {
    const caller = await authenticate(headers, scope);
    return caller.kind === 'person' && caller.roles.has('Desk.Read');
  } catch {
    return false;
  }
}
