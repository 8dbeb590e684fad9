import { armRefusal, callerOfArm } from './arm.ts';
import { foundTicket, parsedBody } from './arm-support.ts';
import type { Cloud } from './cloud.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { partner } from './seed-world.ts';
import { communicationRequestSchema } from './ticket-request.ts';
import { communicationView } from './tickets.ts';

/** The list's page size cannot be chosen. Microsoft docs: Communications, list. */
const pageSize = 10;
const root = '/subscriptions/:subscription/providers/Microsoft.Support/supportTickets/:name/communications';

/** What partner and Microsoft write to each other on a ticket. */
export function armCommunicationRoutes(cloud: Cloud): Route[] {
  return [
    { name: 'arm.communications.get', path: root, handle: (request) => list(cloud, request) },
    { name: 'arm.communications.get', path: `${root}/:communication`, handle: (request) => one(cloud, request) },
    { name: 'arm.communications.put', path: `${root}/:communication`, handle: (request) => put(cloud, request) },
  ];
}

async function list(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  const ticket = await foundTicket(cloud, request);
  const skip = Number(request.query.get('$skipToken') ?? 0);
  const newestFirst = ticket.communications.toReversed();
  const next = `${cloud.baseUrl}/arm${request.path}?api-version=2024-04-01&$skipToken=${String(skip + pageSize)}`;
  return {
    status: 200,
    body: {
      value: newestFirst.slice(skip, skip + pageSize).map((communication) => communicationView(ticket, communication)),
      ...(skip + pageSize < newestFirst.length && { nextLink: next }),
    },
  };
}

async function one(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  const ticket = await foundTicket(cloud, request);
  const name = request.param('communication');
  const communication = ticket.communications.find((each) => each.name === name);
  if (communication) return { status: 200, body: communicationView(ticket, communication) };
  throw armRefusal({ status: 404, code: 'ResourceNotFound', message: `The communication '${name}' was not found.` });
}

async function put(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  const { name, subscriptionId } = await foundTicket(cloud, request);
  const claims = await callerOfArm(cloud, request);
  const { subject, body, sender } = parsedBody(communicationRequestSchema, request).properties;
  if (claims.idtyp === 'app' && sender === undefined) {
    throw armRefusal({
      status: 400,
      code: 'BadRequest',
      message: 'sender is required when a service principal writes.',
    });
  }
  await cloud.commit({
    at: cloud.now(),
    type: 'communication-added',
    subscriptionId,
    name,
    communication: {
      name: request.param('communication'),
      direction: 'inbound',
      sender: sender ?? partner.user.upn,
      subject,
      body,
    },
  });
  return one(cloud, request);
}
