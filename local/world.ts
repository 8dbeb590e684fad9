import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import resources from '../infra/resources.json' with { type: 'json' };
import { createPartGroup } from './part-group.ts';
import { assertPortsFree, defaultPortBase, freePortBase, portsFrom, type Ports } from './ports.ts';
import type { PartHandle } from './supervised-part.ts';

export type PartName = 'storage' | 'bus' | 'microsoft' | 'inbox' | 'host';

export type WorldOptions = {
  /** The host's port, 7071 unless given; the others follow it. `free` looks for a range that is free. */
  portBase?: number | 'free';
  /** Holds data, journals, logs and the world's clock; what is there is taken up again. */
  folder: string;
  /** Settings that win over the world's own; storage or a bus of one's own replaces that part of the world. */
  env: Record<string, string>;
  /** The deploy root that the host loads. */
  root: string;
  /** Settings for the desk that no part gives. */
  hostSettings?: Record<string, string>;
  /** Runs when all parts but the host are up, with the settings that the host will get: creates tables, seeds. */
  beforeHost?: (settings: Record<string, string>) => Promise<void>;
  /** Which host loads the deploy root: our own, or Azure Functions Core Tools. */
  hostFolder?: 'host' | 'func-host';
  /** Parts that end unexpectedly are started again. */
  supervise?: boolean;
  /** Ends the world, also while it starts. */
  signal?: AbortSignal;
};

export type RunningWorld = {
  /** What the desk runs with. */
  settings: Record<string, string>;
  addresses: { baseUrl: string; microsoft: string; controlUrl: string; inbox: string };
  ports: Ports;
  part(name: PartName): PartHandle;
  /** Switches timer functions of the host on or off by name. */
  setTimers(set: Record<string, boolean>): void;
  /** Moves the clock of the whole world forward. */
  advance(seconds: number): Promise<void>;
  /** Ends everything within five seconds, the host first and storage last. */
  stop(): Promise<void>;
};

// One queue more than the desk has, for whoever wants to try the bus without disturbing the desk.
export const worldQueues = { ...resources.queues, scratch: resources.queues['desk-events'] };

const restart = { firstMs: 5_000, longestMs: 60_000 };

// Microsoft first and the bus last, so that the host meets no message that is due only in its future.
const clockOrder: PartName[] = ['inbox', 'microsoft', 'host', 'bus'];

const stopOrder: { names: PartName[]; withinMs: number }[] = [
  { names: ['host'], withinMs: 2_700 },
  { names: ['bus', 'microsoft', 'inbox'], withinMs: 600 },
  { names: ['storage'], withinMs: 1_500 },
];

/** Starts a whole local world. Throws, with everything ended again, when a port is taken or a part does not start. */
export async function startWorld(options: WorldOptions): Promise<RunningWorld> {
  const { folder, env, root, signal, portBase = defaultPortBase } = options;
  const ports = portsFrom(portBase === 'free' ? await freePortBase() : portBase);
  const parts = partsBeforeHost(folder, ports).filter(({ setting }) => !replaces(env, setting));
  await assertPortsFree(Object.assign({ host: ports.host }, ...parts.map((part) => part.ports)) as Partial<Ports>);

  const group = await createPartGroup({
    folder,
    clockOrder,
    stopOrder,
    ...(options.supervise === true && { restart }),
  });
  const start = (name: PartName, partOptions: unknown, codeFolder: string = name) =>
    group.start({ name, file: join(import.meta.dirname, codeFolder, 'main.ts'), options: partOptions });
  const stop = () => group.stop();
  signal?.addEventListener('abort', () => void stop(), { once: true });

  try {
    signal?.throwIfAborted();
    const given = await Promise.all(parts.map((part) => start(part.name, part.options)));
    // The inbox first: whoever wants its address finds it there.
    const allowed = given.flatMap(({ OUTBOUND_ALLOW = [] }) => OUTBOUND_ALLOW).reverse();
    const own = { OUTBOUND_ALLOW: allowed.join(','), ...publicUrl(env, ports), ...options.hostSettings };
    const settings = Object.assign({}, ...given, own, env) as Record<string, string>;
    await options.beforeHost?.(settings);
    await start('host', { port: ports.host, root, settings }, options.hostFolder);
    return {
      settings,
      addresses: addressesOf(ports),
      ports,
      part: (name) => group.part(name),
      setTimers: (set) => {
        group.setTimers(set);
      },
      advance: (seconds) => group.advance(seconds),
      stop,
    };
  } catch (error) {
    await stop();
    signal?.throwIfAborted();
    throw error;
  }
}

type PlannedPart = {
  name: PartName;
  /** The desk's setting which, given in the environment, makes this part needless. */
  setting: string | undefined;
  ports: Partial<Ports>;
  options: unknown;
};

function partsBeforeHost(folder: string, { bus, blob, queue, table, microsoft, inbox }: Ports): PlannedPart[] {
  return [
    {
      name: 'storage',
      setting: 'STORAGE',
      ports: { blob, queue, table },
      options: { tablePort: table, blobPort: blob, queuePort: queue, location: join(folder, 'azurite') },
    },
    { name: 'bus', setting: 'SERVICE_BUS', ports: { bus }, options: { port: bus, queues: worldQueues } },
    {
      name: 'microsoft',
      // Runs even when the desk talks to another Microsoft: the control endpoint and the vault are here.
      setting: undefined,
      ports: { microsoft },
      options: { port: microsoft, journal: join(folder, 'microsoft', 'journal.jsonl'), worldId: randomUUID() },
    },
    {
      name: 'inbox',
      setting: undefined,
      ports: { inbox },
      options: { port: inbox, journal: join(folder, 'inbox', 'messages.jsonl') },
    },
  ];
}

/** A Microsoft elsewhere could not reach this machine, and is not to be told of it. */
function publicUrl(env: Record<string, string>, ports: Ports): { DESK_PUBLIC_URL?: string } {
  const isElsewhere = env.ENTRA_AUTHORITY !== undefined || env.PARTNER_CENTER_BASE_URL !== undefined;
  return isElsewhere ? {} : { DESK_PUBLIC_URL: addressesOf(ports).baseUrl };
}

function addressesOf({ host, microsoft, inbox }: Ports): RunningWorld['addresses'] {
  const at = (port: number) => `http://127.0.0.1:${String(port)}`;
  return {
    baseUrl: at(host),
    microsoft: at(microsoft),
    controlUrl: `${at(microsoft)}/_control`,
    inbox: at(inbox),
  };
}

/** True when the environment points a connection of the desk elsewhere, by connection string or by identity. */
function replaces(env: Record<string, string>, connection: string | undefined): boolean {
  if (connection === undefined) return false;
  return Object.keys(env).some((name) => name === connection || name.startsWith(`${connection}__`));
}
