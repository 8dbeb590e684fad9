import type { Services } from '../../shared/platform/services.ts';

import { unavailable } from '../../shared/core/errors.ts';
import type { Bus } from '../../shared/platform/bus.ts';
import { HttpFailure, type Http } from '../../shared/platform/http.ts';
import { limits } from '../../shared/core/limits.ts';
import type { TableName } from '../../shared/platform/resources.ts';
import type { Table } from '../../shared/platform/table.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import type { SimProcess } from '../support/simulation.ts';
import type { Faults, StorageFault } from './faults.ts';
import type { Plant } from './plant.ts';
import { outboundSecret } from './portal-endpoint.ts';
import type { World } from './world.ts';

export const identityEndpoint = 'https://identity.example/token';
export const vaultUri = 'https://vault.example';

export type PortCall = {
  /** Waits for its turn; a process that was killed gets none. */
  turn: (label: string) => Promise<void>;
  /** Lets up to `ms` pass. */
  pass: (ms: number) => Promise<void>;
};

/** The ports of one instance of the desk: each call takes a turn, and may meet trouble before its effect or after it. */
export function simulatedPorts(world: World, process: SimProcess, plant: Plant): Services {
  const { sim, ids, faults } = world;
  const plain = sim.clockOf(process);
  const skewMs = faults.hits('clocks differ') ? Math.floor((sim.random() - 0.5) * 4_000) : 0;
  const clock = { ...plain, now: () => plain.now() + skewMs };
  const turn = async (label: string) => sim.turn(process, label);
  const pass = async (ms: number) => clock.sleep(Math.floor(sim.random() * ms));
  const call = { turn, pass };
  const opened = new Map<TableName, Table>();
  const tables = (name: TableName): Table => {
    const known = opened.get(name);
    if (known) return known;
    const simulated = simulatedTable(world, name, call);
    const plain = plant.storage?.(simulated) ?? simulated;
    const table = plant.withoutWriteTokens === true ? plain : withWriteTokens(plain, ids);
    const planted = plant.table?.(table, name, clock) ?? table;
    opened.set(name, planted);
    return planted;
  };
  const bus = simulatedBus(world, call);
  return {
    clock,
    ids,
    random: sim.random,
    tables,
    bus: plant.bus?.(bus) ?? bus,
    busProbe: { ping: async () => Promise.resolve(), deadLetters: async () => Promise.resolve({}) },
    http: simulatedVault(world, call),
    guardedHttp: simulatedPortals(world, call),
  };
}

type Storage = Pick<World, 'memory' | 'sim' | 'outside'> & { faults: Pick<Faults<StorageFault>, 'hits'> };

export function simulatedTable(
  { memory, faults, sim, outside }: Storage,
  name: TableName,
  { turn, pass }: PortCall,
): Table {
  const { table, partitions } = memory.of(name);
  const away = () => unavailable('storage', undefined);
  const through = async <T>(label: string, effect: () => Promise<T>, commitLate?: () => void): Promise<T> => {
    await turn(`${name} ${label}`);
    if (faults.hits('storage refuses the call')) throw away();
    if (faults.hits('storage is slow')) await pass(limits.storageCallMs);
    if (commitLate && faults.hits('storage commits after its time-out')) {
      commitLate();
      throw away();
    }
    const result = await effect();
    if (faults.hits('storage loses its answer')) throw away();
    if (faults.hits('storage is slow')) await pass(limits.storageCallMs);
    return result;
  };
  return {
    get: async (pk, rk) => through(`get ${pk} ${rk}`, async () => table.get(pk, rk)),
    transact: async (pk, ops) => {
      const effect = async () => table.transact(pk, ops);
      // The library itself asks again where an answer was lost: what it was about to write is there by then, and refused.
      const perhapsTwice = async () => {
        const written = await effect();
        if (!faults.hits('storage is asked again by its client')) return written;
        await turn(`${name} transact ${pk} again`);
        return effect();
      };
      const lateMs = Math.floor(sim.random() * 20_000);
      return through(`transact ${pk} ${ops.map((op) => `${op.kind} ${op.rk}`).join(', ')}`, perhapsTwice, () => {
        // What it is refused for then, nobody hears.
        void sim
          .clockOf(outside)
          .sleep(lateMs)
          .then(effect)
          .catch(() => undefined);
      });
    },
    query: async (query) => {
      // A range that was never written to has nothing to tell: the sweep asks 96 of them each minute.
      if (!partitions.has(query.pk)) return { rows: [] };
      return through(`query ${query.pk}`, async () => table.query(query));
    },
  };
}

const simulatedBus = ({ bus, faults, sent }: World, { turn, pass }: PortCall): Bus => ({
  send: async (queue, messages) => {
    await turn(`send ${queue} ${messages.map((message) => message.id).join(', ')}`);
    sent.push(...messages);
    if (faults.hits('bus refuses')) throw new Error('the bus refuses');
    if (faults.hits('bus is silent')) await pass(5_000);
    if (!faults.hits('bus loses the message')) await bus.bus.send(queue, messages);
    if (faults.hits('bus loses its answer')) throw new Error('the bus went silent');
  },
});

const simulatedVault =
  ({ faults, sim }: World, { turn }: PortCall): Http =>
  async ({ url }) => {
    await turn(`ask ${url}`);
    if (faults.hits('vault is away')) throw new HttpFailure('network', 'the vault is away');
    const isIdentity = url.startsWith(identityEndpoint);
    const name = new URL(url).pathname.split('/').at(-1) ?? '';
    const body = isIdentity
      ? { access_token: 'of the identity', expires_on: Math.floor(sim.now() / 1_000) + 86_400 }
      : { value: outboundSecret(name.replace('-outbound', '')) };
    return { status: 200, headers: {}, body: JSON.stringify(body) };
  };

const simulatedPortals =
  ({ portals }: World, { turn, pass }: PortCall): Http =>
  async (call) => {
    await turn(`call ${call.url} ${call.headers?.['webhook-id'] ?? ''}`);
    try {
      return portals.receive(call);
    } catch (error) {
      await pass(limits.deliveryCallMs);
      throw error;
    }
  };
