import * as z from 'zod';
import { armRefusal, callerOfSubscription } from './arm.ts';
import { callerWhoFiles, requirePlan } from './arm-support-rights.ts';
import type { Cloud } from './cloud.ts';
import { isoTime, jsonObject } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { ticketPage } from './ticket-list.ts';
import { ticketPatchSchema, ticketRequestSchema } from './ticket-request.ts';
import { isSetUp, operationIdOf, provisioningSeconds, ticketKey, ticketView } from './tickets.ts';
import type { Ticket } from './tickets.ts';

const root = '/subscriptions/:subscription/providers/Microsoft.Support';

/** Microsoft.Support tickets of a subscription, filed on behalf of a customer. Microsoft docs: Azure Support REST API. */
export function armSupportRoutes(cloud: Cloud): Route[] {
  const found = (request: ApiRequest) => foundTicket(cloud, request);
  return [
    {
      name: 'arm.supportTickets.put',
      path: `${root}/supportTickets/:name`,
      handle: (request) => put(cloud, request),
    },
    {
      name: 'arm.checkNameAvailability.post',
      path: `${root}/checkNameAvailability`,
      handle: (request) => nameAvailability(cloud, request),
    },
    {
      name: 'arm.supportTickets.get',
      path: `${root}/supportTickets/:name`,
      handle: async (request) => ({ status: 200, body: ticketView(await found(request), cloud.now()) }),
    },
    {
      name: 'arm.supportTickets.patch',
      path: `${root}/supportTickets/:name`,
      handle: (request) => patch(cloud, request),
    },
    {
      name: 'arm.supportTickets.get',
      path: `${root}/supportTickets`,
      handle: async (request) => {
        const { subscriptionId } = await callerOfSubscription(cloud, request);
        return ticketPage(cloud, subscriptionId, request);
      },
    },
    {
      name: 'arm.operationsStatus.get',
      path: `${root}/operationsStatus/:operation`,
      handle: async (request) => operationStatus(cloud, request, await ticketOfOperation(cloud, request)),
    },
    {
      name: 'arm.operationResults.get',
      path: `${root}/operationResults/:operation`,
      handle: async (request) => {
        const ticket = await ticketOfOperation(cloud, request);
        if (!isSetUp(ticket, cloud.now())) return accepted(cloud, ticket);
        return { status: 200, body: ticketView(ticket, cloud.now()) };
      },
    },
  ];
}

/** Parses a body, or answers 400 with one detail per field that does not fit. */
export function parsedBody<Schema extends z.ZodType>(schema: Schema, request: ApiRequest): z.output<Schema> {
  const result = schema.safeParse(jsonObject(request.body));
  if (result.success) return result.data;
  const details = result.error.issues.map((issue) => ({
    code: 'InvalidParameter',
    message: `${issue.path.join('.')}: ${issue.message}`,
    target: issue.path.join('.'),
  }));
  throw armRefusal({ status: 400, code: 'BadRequest', message: 'The body does not fit.', details });
}

export async function foundTicket(cloud: Cloud, request: ApiRequest): Promise<Ticket> {
  const { subscriptionId } = await callerOfSubscription(cloud, request);
  const name = request.param('name');
  return ticketNamed(cloud, { subscriptionId, name });
}

function ticketNamed(cloud: Cloud, id: { subscriptionId: string; name: string }): Ticket {
  const ticket = cloud.state.tickets.get(ticketKey(id));
  if (ticket) return ticket;
  throw armRefusal({
    status: 404,
    code: 'ResourceNotFound',
    message: `The resource 'Microsoft.Support/supportTickets/${id.name}' was not found.`,
  });
}

async function ticketOfOperation(cloud: Cloud, request: ApiRequest): Promise<Ticket> {
  const { subscriptionId } = await callerOfSubscription(cloud, request);
  const operation = request.param('operation').toLowerCase();
  const ticket = [...cloud.state.tickets.values()].find(
    (one) => one.subscriptionId === subscriptionId && operationIdOf(one) === operation,
  );
  if (ticket) return ticket;
  throw armRefusal({ status: 404, code: 'OperationNotFound', message: 'The operation was not found.' });
}

const nameSchema = z.object({ name: z.string(), type: z.string() });

/** Microsoft docs: Support Tickets, check name availability. */
async function nameAvailability(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  const { subscriptionId } = await callerWhoFiles(cloud, request);
  const { name } = parsedBody(nameSchema, request);
  const isTaken = cloud.state.tickets.has(ticketKey({ subscriptionId, name }));
  return {
    status: 200,
    body: isTaken
      ? { nameAvailable: false, reason: 'AlreadyExists', message: 'The name is taken.' }
      : { nameAvailable: true },
  };
}

async function put(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  const { subscriptionId, tenantId } = await callerWhoFiles(cloud, request);
  requirePlan(cloud, tenantId);
  const name = request.param('name');
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw armRefusal({ status: 400, code: 'InvalidResourceName', message: 'The name of the ticket is not allowed.' });
  }
  const { properties } = parsedBody(ticketRequestSchema, request);
  await cloud.commit({ at: cloud.now(), type: 'ticket-put', subscriptionId, tenantId, name, properties });
  const ticket = ticketNamed(cloud, { subscriptionId, name });
  if (!isSetUp(ticket, cloud.now())) return accepted(cloud, ticket);
  return { status: 200, body: ticketView(ticket, cloud.now()) };
}

function operationUrl(cloud: Cloud, kind: 'operationsStatus' | 'operationResults', ticket: Ticket): string {
  const provider = `${cloud.baseUrl}/arm/subscriptions/${ticket.subscriptionId}/providers/Microsoft.Support`;
  return `${provider}/${kind}/${operationIdOf(ticket)}?api-version=2024-04-01`;
}

function accepted(cloud: Cloud, ticket: Ticket): Reply {
  return {
    status: 202,
    headers: {
      'azure-asyncoperation': operationUrl(cloud, 'operationsStatus', ticket),
      location: operationUrl(cloud, 'operationResults', ticket),
      'retry-after': String(provisioningSeconds),
    },
  };
}

/** Microsoft docs: Track asynchronous Azure operations. */
function operationStatus(cloud: Cloud, request: ApiRequest, ticket: Ticket): Reply {
  const now = cloud.now();
  const isDone = isSetUp(ticket, now);
  return {
    status: 200,
    ...(!isDone && { headers: { 'retry-after': String(provisioningSeconds) } }),
    body: {
      id: `/subscriptions/${ticket.subscriptionId}/providers/Microsoft.Support/operationsStatus/${request.param('operation')}`,
      name: operationIdOf(ticket),
      status: isDone ? 'Succeeded' : 'InProgress',
      startTime: isoTime(ticket.createdAt),
      ...(isDone && { endTime: isoTime(ticket.createdAt + provisioningSeconds * 1000) }),
    },
  };
}

async function patch(cloud: Cloud, request: ApiRequest): Promise<Reply> {
  const { name, subscriptionId } = await foundTicket(cloud, request);
  const { status, ...properties } = parsedBody(ticketPatchSchema, request);
  await cloud.commit({
    at: cloud.now(),
    type: 'ticket-patched',
    subscriptionId,
    name,
    properties,
    ...(status !== undefined && { status: status === 'closed' ? 'Closed' : 'Open' }),
  });
  return { status: 200, body: ticketView(ticketNamed(cloud, { subscriptionId, name }), cloud.now()) };
}
