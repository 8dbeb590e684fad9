import { toIso } from '../../shared/core/clock.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { azureSupportFollower } from '../../shared/escalations/azure-follower.azuresupport.ts';
import { azureSupportChannel } from '../../shared/escalations/azure-support.azuresupport.ts';
import type { EscalationDeps } from '../../shared/escalations/ports.ts';
import type { Bus } from '../../shared/platform/bus.ts';
import { httpThrough, tokensThrough, type Circuits } from '../../shared/platform/circuit.ts';
import { HttpFailure, type Http } from '../../shared/platform/http.ts';
import { TokenFailure, type TokenSource } from '../../shared/platform/tokens.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { simulatedTable, type PortCall } from '../simulation/simulated-ports.ts';
import type { SimProcess } from '../support/simulation.ts';
import { knownTokens, managementBaseUrl } from './azure-support-simulation.ts';
import { aConnection, aContact, aCustomer, openGate } from './builders.ts';
import type { FilingPlant } from './filing-plants.ts';
import { tell, type FilingWorld } from './filing-world.ts';

/** What an instance keeps between its executions. */
export type Kept = { skewMs: number; circuits: Circuits };

type Running = { kept: Kept; plant: FilingPlant; process: SimProcess; isSweep: boolean };

/** The ports of one execution of the desk: each call takes a turn, and may meet trouble before its effect or after it. */
export function filingPorts(world: FilingWorld, running: Running): EscalationDeps {
  const { kept, plant } = running;
  const { sim, faults } = world;
  const plain = sim.clockOf(running.process);
  const clock = { ...plain, now: () => plain.now() + kept.skewMs };
  const pass = async (ms: number) => clock.sleep(Math.floor(sim.random() * ms));
  const turn = async (label: string) => {
    await sim.turn(running.process, label);
    // Longer than a lock, and than a function may take.
    if (faults.hits('call is held up')) await pass(plant.withoutTimeOut === true ? 900_000 : 170_000);
  };
  const call: PortCall = { turn, pass };
  const storage = async <T>(label: string, effect: () => T): Promise<T> => {
    await turn(label);
    if (faults.hits('storage refuses the call')) throw unavailable('storage', undefined);
    const value = effect();
    if (faults.hits('storage loses its answer')) throw unavailable('storage', undefined);
    return value;
  };
  const support = {
    http: httpThrough(kept.circuits.of('azure-support'), microsoftHttp(world, call, clock.sleep), clock),
    tokens: tokensThrough(kept.circuits.of('entra'), simulatedTokens(world, call)),
    clock,
    managementBaseUrl,
  };
  const channel = azureSupportChannel(support);
  return {
    tables: (name) => {
      const table = withWriteTokens(simulatedTable(world, name, call), world.ids);
      return name === 'escalations' ? (plant.table?.(table) ?? table) : table;
    },
    bus: filingBus(world, call, running.isSweep),
    clock,
    random: sim.random,
    cloud: 'global',
    requests: {
      isKnown: async (requestId) => storage('asks for a request', () => world.requests.has(requestId)),
      readForEscalation: async (requestId) => storage('reads a request', () => world.requests.get(requestId)),
      applyEscalation: async ({ escalation, ...what }) =>
        storage(`tells ${escalation.id}`, () => {
          tell(world, 'told', { key: `${escalation.id} ${String(escalation.version)}`, what: { escalation, ...what } });
        }),
    },
    customers: { byId: async () => aCustomer() },
    connections: () => aConnection(),
    contact: async () => aContact(),
    openIncidents: async () => [],
    ...openGate,
    // A plan that is refused leads the next case to a person, who needs the list of relationships.
    delegation: async () => Promise.resolve({ offered: true, lastReadAt: toIso(clock.now()) }),
    channel: plant.channel?.(channel) ?? channel,
    followers: { azure: azureSupportFollower({ ...support, sender: async () => aContact().email }) },
    announce: async ({ eventId, data, portalIds, at }) =>
      storage('announces', () => {
        const portal = { id: portalIds[0] ?? '', customers: 'all' as const };
        tell(world, 'notices', { key: eventId, what: { at, data: data(portal) } });
      }),
    caseSyncMinutes: 5,
  };
}

function microsoftHttp(world: FilingWorld, { turn }: PortCall, sleep: (ms: number) => Promise<void>): Http {
  const { faults, microsoft } = world;
  return async (call) => {
    await turn(`${call.method} ${call.url}`);
    if (faults.hits('Microsoft stalls')) {
      await sleep(call.timeoutMs);
      throw new HttpFailure('timeout', 'no whole answer in time');
    }
    const answer = await microsoft.http(call);
    if (faults.hits('Microsoft stalls and acts')) {
      await sleep(call.timeoutMs);
      throw new HttpFailure('timeout', 'no whole answer in time');
    }
    await turn(`hears ${String(answer.status)}`);
    return answer;
  };
}

const simulatedTokens =
  ({ faults }: FilingWorld, { turn }: PortCall): TokenSource =>
  async (want) => {
    await turn(`asks for a token of ${want.tenantId}`);
    if (faults.hits('Entra is away')) throw new TokenFailure('away', 'away');
    if (faults.hits('Entra throttles')) throw new TokenFailure('throttled', 'throttled', { retryAfterSeconds: 20 });
    if (faults.hits('Entra refuses')) throw new TokenFailure('invalid-grant', 'no', { code: 'AADSTS700016' });
    return knownTokens(want);
  };

function filingBus({ bus, faults, sim, waking }: FilingWorld, { turn, pass }: PortCall, isSweep: boolean): Bus {
  return {
    send: async (queue, messages) => {
      await turn(`sends ${messages.map(({ id }) => id).join(', ')}`);
      if (waking === 'sweep only' && !isSweep) return;
      if (faults.hits('bus refuses')) throw unavailable('bus', undefined);
      if (faults.hits('bus is silent')) await pass(5_000);
      if (faults.hits('bus loses the message')) return;
      const sent = messages.map((message) =>
        faults.hits('bus sends late')
          ? { ...message, notBefore: (message.notBefore ?? sim.now()) + Math.floor(sim.random() * 300_000) }
          : message,
      );
      await bus.bus.send(queue, sent);
      if (faults.hits('bus sends twice'))
        await bus.bus.send(
          queue,
          sent.map((one) => ({ ...one, id: `${one.id}~` })),
        );
      if (faults.hits('bus loses its answer')) throw unavailable('bus', undefined);
    },
  };
}
