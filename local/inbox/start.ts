import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import * as z from 'zod';
import type { StartPart, World } from '../part.ts';
import { createFaults, sentFaultSchema, type Fault, type Faults } from './faults.ts';
import { memoryJournal, openJournal, type Journal } from '../journal.ts';

/** `journal` is the path of a file; without one, messages are gone when the inbox ends. */
type InboxOptions = { port: number; journal?: string };

const messageSchema = z.object({
  /** From a path such as `/portals/{portalId}`. */
  portalId: z.string().optional(),
  path: z.string(),
  /** World time, ISO 8601. */
  at: z.iso.datetime(),
  headers: z.record(z.string(), z.string()),
  bodyBase64: z.string(),
});

type Message = z.infer<typeof messageSchema>;

type Inbox = { messages: Message[]; journal: Journal<Message>; faults: Faults; clock: World['clock'] };

/**
 * A receiver of webhooks: takes any POST and answers 204 once the message is on the disk. `GET /messages` lists what came,
 * `DELETE /messages` forgets it, `POST /_fault` lets the next requests fail. A message that a fault refuses is not kept.
 */
export const startInbox: StartPart<InboxOptions> = async ({ port, journal: path }, { clock }) => {
  const journal = path === undefined ? memoryJournal<Message>() : await openJournal<Message>(path);
  const inbox: Inbox = {
    messages: journal.entries.map((entry) => messageSchema.parse(entry)),
    journal,
    faults: createFaults(),
    clock,
  };
  const server = createServer((request, response) => {
    answer(inbox, request, response).catch((error: unknown) => {
      console.error(error);
      response.writeHead(500).end();
    });
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    settings: { OUTBOUND_ALLOW: `127.0.0.1:${String(port)}` },
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await journal.close();
    },
  };
};

async function answer(inbox: Inbox, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://inbox').pathname;
  switch (`${String(request.method)} ${path}`) {
    case 'GET /messages':
      response.setHeader('content-type', 'application/json').end(JSON.stringify(inbox.messages));
      return;
    case 'DELETE /messages':
      await inbox.journal.clear();
      inbox.messages.length = 0;
      response.writeHead(204).end();
      return;
    case 'POST /_fault':
      await addFault(inbox.faults, request, response);
      return;
  }
  if (request.method === 'POST') await receive(inbox, { path, request, response });
  else response.writeHead(404).end();
}

async function addFault(faults: Faults, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const fault = sentFaultSchema.safeParse(parseJson((await buffer(request)).toString('utf8')));
  if (fault.success) faults.add(fault.data);
  response.writeHead(fault.success ? 204 : 400).end(fault.success ? undefined : z.prettifyError(fault.error));
}

type Exchange = { path: string; request: IncomingMessage; response: ServerResponse };

async function receive(inbox: Inbox, { path, request, response }: Exchange): Promise<void> {
  const portalId = /^\/portals\/([^/]+)/.exec(path)?.[1];
  const body = await buffer(request);
  const fault = inbox.faults.take(path);
  if (fault?.delayMs !== undefined) await wait(fault.delayMs);
  if (!fault || fault.status < 300) {
    const message = {
      ...(portalId !== undefined && { portalId }),
      path,
      at: new Date(inbox.clock.now()).toISOString(),
      headers: flatten(request.headers),
      bodyBase64: body.toString('base64'),
    };
    await inbox.journal.append(message);
    inbox.messages.push(message);
  }
  response.writeHead(fault?.status ?? 204, retryAfter(fault)).end();
}

function retryAfter(fault: Fault | undefined): Record<string, string> {
  return fault?.retryAfter === undefined ? {} : { 'retry-after': String(fault.retryAfter) };
}

function flatten(headers: IncomingMessage['headers']): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
