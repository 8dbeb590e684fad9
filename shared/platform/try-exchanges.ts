import type { Clock } from '../core/clock.ts';
import { remedyOf, type FederatedAs, type ProvingConnection } from './client-remedies.ts';
import type { Exchange } from './deployment-check-contracts.ts';
import { TokenFailure } from './tokens.ts';

type TryExchangesDeps = {
  clock: Pick<Clock, 'now'>;
  connections: readonly ProvingConnection[];
  /** Asks Entra for a token of the application in the partner's own tenant, past every cache. Throws {@link TokenFailure}. */
  tryApplication: (connectionId: string) => Promise<void>;
  /** By what the desk's identity is known to Entra, for whoever enters the federated credential; undefined where it is away. */
  identity: () => Promise<FederatedAs | undefined>;
};

/** One real exchange for each connection, and in words what is to be done where it fails. */
export const createTryExchanges = (deps: TryExchangesDeps) => async (): Promise<Exchange[]> =>
  Promise.all(deps.connections.map(async (connection) => tryOne(deps, connection)));

async function tryOne(deps: TryExchangesDeps, connection: ProvingConnection): Promise<Exchange> {
  const startedAt = deps.clock.now();
  const told = (said: string) => ({
    connectionId: connection.id,
    proof: connection.certificate === undefined ? ('identity' as const) : ('certificate' as const),
    tookMs: deps.clock.now() - startedAt,
    said,
  });
  try {
    await deps.tryApplication(connection.id);
    return { ...told('Entra gave a token for Microsoft Graph in the partner’s own tenant.'), ok: true };
  } catch (error) {
    if (!(error instanceof TokenFailure)) throw error;
    const { message, code } = error;
    const remedy = remedyOf(error, connection, await deps.identity());
    return { ...told(`${message}.`), ok: false, ...(code !== undefined && { code }), ...(remedy && { remedy }) };
  }
}
