import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';

/** TCP ports of one local world, all on 127.0.0.1. */
export type Ports = {
  host: number;
  bus: number;
  blob: number;
  queue: number;
  table: number;
  microsoft: number;
  inbox: number;
};

export const defaultPortBase = 7071;

const distance: Ports = { host: 0, bus: 1, blob: 2, queue: 3, table: 4, microsoft: 9, inbox: 19 };
const highestBase = 65_535 - distance.inbox;

const owner: Record<keyof Ports, string> = {
  host: 'the Functions host',
  bus: 'the Service Bus emulator',
  blob: 'Azurite (blobs)',
  queue: 'Azurite (queues)',
  table: 'Azurite (tables)',
  microsoft: 'the simulated Microsoft cloud',
  inbox: 'the webhook inbox',
};

const names = Object.keys(distance) as (keyof Ports)[];

/** The ports that belong to a base. Throws for a base that leaves no room. */
export function portsFrom(base: number): Ports {
  if (!Number.isInteger(base) || base < 1024 || base > highestBase) {
    throw new Error(`PORT_BASE must be a whole number from 1024 to ${String(highestBase)}, not ${String(base)}.`);
  }
  return Object.fromEntries(names.map((name) => [name, base + distance[name]])) as Ports;
}

/** PORT_BASE as given in the environment (text), or the default. */
export function portBaseFrom(value: string | undefined): number {
  return value === undefined || value.trim() === '' ? defaultPortBase : Number(value);
}

/**
 * Waits until every port can be listened on, at most `patienceMs`: a world that was just killed needs a moment to let go.
 * Throws with the first port that stays taken and the part that should be there.
 */
export async function assertPortsFree(ports: Partial<Ports>, patienceMs = 4_000): Promise<void> {
  const until = Date.now() + patienceMs;
  for (const name of names) {
    const port = ports[name];
    if (port === undefined) continue;
    while (!(await isFree(port))) {
      if (Date.now() >= until) {
        throw new Error(
          `Port ${String(port)}, where ${owner[name]} should be, is taken by another process. ` +
            'End that process, or choose other ports with PORT_BASE.',
        );
      }
      await wait(100);
    }
  }
}

/**
 * A base, at random, whose ports are all free at this moment: from 20000 to 32700 unless told otherwise. Above that systems take ports for
 * outgoing connections, and one of those may sit on a port of a world that is about to start again.
 */
export async function freePortBase(from = 20_000, to = 32_700): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    const base = randomInt(from, to);
    const free = await Promise.all(Object.values(portsFrom(base)).map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error(`No free range of ports was found between ${String(from)} and ${String(to)}.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
