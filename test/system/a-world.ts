import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { callDesk, type DeskAnswer, type DeskCall } from '../../local/call-desk.ts';
import { startDeskWorld } from '../../local/desk-world.ts';
import type { Stack } from '../../local/stack-file.ts';
import type { RunningWorld } from '../../local/world.ts';
import { buildDeployRoot } from '../../scripts/build.ts';

type StackPortal = Stack['portals'][number];
type Portal = Required<StackPortal>;
type Customer = StackPortal['customers'][number];
type Ticket = {
  name: string;
  tenantId: string;
  subscriptionId: string;
  number: string | null;
  status: string;
  puts: number;
};

/** A webhook as the inbox got it. */
export type Notice = {
  portalId: string;
  id: string;
  type: string;
  data: Record<string, unknown>;
  headers: Record<string, string>;
  /** The bytes of the body, as text. */
  body: string;
};

export type SystemWorld = Awaited<ReturnType<typeof aWorld>>;

/** A whole local world of one's own on free ports, with words to talk to it. Always stop it. */
export async function aWorld() {
  const folder = await mkdtemp(join(tmpdir(), 'desk-system-'));
  const root = join(folder, 'dist');
  await buildDeployRoot(root);
  const { world, stack } = await startDeskWorld({ folder, portBase: 'free', root });
  const control = async (command: unknown): Promise<void> => {
    const answer = await fetch(stack.microsoft.controlUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(command),
    });
    if (answer.status !== 204) throw new Error(`control: ${String(answer.status)} ${await answer.text()}`);
  };
  return {
    world,
    stack,
    folder,
    tokens: { reader: '', operator: '', admin: '', expired: '', ...stack.tokens },
    portals: stack.portals.map(withToken),
    call: async (path: string, call?: DeskCall): Promise<DeskAnswer> => callDesk(stack.baseUrl, path, call),
    /** Tells the simulated Microsoft what happens. */
    control,
    /** Moves the clock of the whole world, as whoever holds only its addresses does. */
    advance: async (seconds: number) => control({ clock: { advanceSeconds: seconds } }),
    tickets: async () => (await stateOf(stack)).tickets,
    /** Calls that the simulated Microsoft got. */
    calls: async () => (await stateOf(stack)).calls,
    notices: async (): Promise<Notice[]> => readInbox(stack.inbox),
    stop: async () => {
      await world.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Call = { method: string; path: string; tenantId?: string };

const stateOf = async ({ microsoft }: Stack) =>
  (await (await fetch(microsoft.controlUrl)).json()) as { tickets: Ticket[]; calls: Call[] };

function withToken(portal: StackPortal): Portal {
  if (portal.token === undefined) throw new Error(`portal ${portal.id} has no token`);
  return { ...portal, token: portal.token };
}

/** The portal's customer with Azure, or one without. */
export function customerOf(portal: Portal, { azure }: { azure: boolean }): Customer {
  const found = portal.customers.find((customer) => (customer.azureSubscriptionId !== undefined) === azure);
  if (!found) throw new Error(`portal ${portal.id} has no such customer`);
  return found;
}

type Kept = { portalId?: string; headers: Record<string, string>; bodyBase64: string };

async function readInbox(inbox: string): Promise<Notice[]> {
  const kept = (await (await fetch(`${inbox}/messages`)).json()) as Kept[];
  return kept.map(({ portalId = '', headers, bodyBase64 }) => {
    const body = Buffer.from(bodyBase64, 'base64').toString();
    const { type, data } = JSON.parse(body) as Pick<Notice, 'type' | 'data'>;
    return { portalId, id: headers['webhook-id'] ?? '', type, data, headers, body };
  });
}

/** Ends a part by a signal and waits until it is gone. */
export async function end(world: RunningWorld, name: Parameters<RunningWorld['part']>[0], signal: NodeJS.Signals) {
  world.part(name).kill(signal);
  await world.part(name).exited;
}
