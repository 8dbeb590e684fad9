import * as contracts from '../shared/platform/operations-contracts.ts';
import type { Readiness } from '../shared/platform/readiness.ts';
import { route, type Authenticate, type Route } from '../shared/platform/route.ts';
import type { Scope } from '../shared/platform/telemetry.ts';

export type OperationsDeps = {
  readiness: () => Promise<Readiness>;
  authenticate: Authenticate;
  contract: () => unknown;
};

export const operationsRoutes = ({ readiness, authenticate, contract }: OperationsDeps): Route[] => [
  route({ ...contracts.livez, handle: () => ({ status: 200, body: { alive: true } }) }),
  route({
    ...contracts.readyz,
    handle: async ({ headers, scope }) => {
      const state = await readiness();
      const shown = (await mayRead(authenticate, headers, scope)) ? state : { ready: state.ready };
      return { status: state.ready ? 200 : 503, body: shown, ...(!state.ready && { headers: { 'retry-after': '5' } }) };
    },
  }),
  route({ ...contracts.readContract, handle: () => ({ status: 200, body: contract() }) }),
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
