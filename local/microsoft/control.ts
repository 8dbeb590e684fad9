import * as z from 'zod';
import type { World } from '../part.ts';
import type { Cloud } from './cloud.ts';
import type { Faults } from './faults.ts';
import { isoTime, jsonObject, Refusal } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Call, Route } from './router.ts';
import { scenarioChange, scenarioSchema } from './scenario.ts';
import { isSetUp } from './tickets.ts';

/**
 * A fault answers the next `times` calls whose name `{api}.{resource}.{method}` fits `match`, before anything happens.
 * `after: true` lets the effect happen first; `status: 0` cuts the connection; without `status` the call is only delayed.
 *
 * A resource is named by its collection, for the list and for one item alike: `entra.discovery|keys.get`,
 * `entra.authorize.get`, `entra.token.post`; `identity.token.get`; `vault.secrets.get|put`, `vault.certificates.get`,
 * `vault.keys.post`; `graph.healthOverviews|issues|messages.get`,
 * `graph.delegatedAdminRelationships|accessAssignments|serviceManagementDetails.get`;
 * `partnercenter.customers|subscriptions|auditrecords|relationships|managedservices.get`,
 * `partnercenter.webhookEvents|certificate.get`, `partnercenter.webhookRegistration.get|post|put`,
 * `partnercenter.validationEvents.get|post`, `partnercenter.servicerequests.get|patch`, `partnercenter.applicationconsents.post|delete`;
 * `arm.subscriptions|services|problemClassifications|resourceHealthEvents.get`, `arm.resourceGraph.post`,
 * `arm.supportTickets.get|put|patch`, `arm.operationsStatus|operationResults.get`, `arm.communications.get|put`.
 */
const faultSchema = z
  .strictObject({
    match: z.string().min(1),
    status: z.int().min(0).max(599).optional(),
    retryAfter: z.int().min(0).optional(),
    delayMs: z.int().min(0).max(600_000).optional(),
    times: z.int().min(1).default(1),
    after: z.boolean().default(false),
  })
  .refine(({ status, delayMs }) => status !== undefined || delayMs !== undefined, {
    error: 'status or delayMs is needed',
  })
  .refine(({ status = 200 }) => status === 0 || status >= 200, { error: 'status must be 0 or 200 to 599' });

const commandSchema = z
  .strictObject({
    reset: z.literal(true).optional(),
    scenario: scenarioSchema.optional(),
    fault: faultSchema.optional(),
    timers: z.record(z.string().min(1), z.boolean()).optional(),
    clock: z.strictObject({ advanceSeconds: z.number().positive() }).optional(),
  })
  .refine((command) => Object.keys(command).length > 0, { error: 'nothing was asked for' });

const tokenSchema = z.strictObject({
  tenantId: z.guid(),
  audience: z.string().min(1),
  claims: z.record(z.string(), z.unknown()).default({}),
  lifetimeSeconds: z.int(),
});

type ControlOptions = { cloud: Cloud; world: World; faults: Faults; calls: Call[] };

/** Steers the world, and tells what happened in it; no part of Microsoft. */
export function controlRoutes(options: ControlOptions): Route[] {
  const timers: Record<string, boolean> = {};
  return [
    { name: 'control.state.get', path: '', handle: () => stateReply(options, timers) },
    { name: 'control.command.post', path: '', handle: (request) => obey(options, timers, request) },
    {
      name: 'control.tokens.post',
      path: '/tokens',
      handle: async (request) => {
        const token = await options.cloud.tokens.issue(parsed(tokenSchema, request));
        return { status: 200, body: { token } };
      },
    },
  ];
}

function badCommand(message: string): Refusal {
  return new Refusal({ status: 400, body: { error: message } });
}

function parsed<Schema extends z.ZodType>(schema: Schema, request: ApiRequest): z.output<Schema> {
  const body = jsonObject(request.body);
  if (body === undefined) throw badCommand('The body must be a JSON object.');
  const result = schema.safeParse(body);
  if (result.success) return result.data;
  throw badCommand(z.prettifyError(result.error));
}

/** Parts of one body take effect in this order: reset, scenario, fault, timers, clock. */
async function obey(options: ControlOptions, timers: Record<string, boolean>, request: ApiRequest): Promise<Reply> {
  const { cloud, world, faults } = options;
  const command = parsed(commandSchema, request);
  const changes = command.scenario === undefined ? [] : scenarioChange(cloud, command.scenario);
  if (command.reset) await reset(options, timers);
  for (const change of changes) await cloud.commit(change);
  if (command.fault) {
    const { match, status, retryAfter, delayMs = 0, times, after } = command.fault;
    faults.add({ match, status, retryAfterSeconds: retryAfter, delayMs, isAfterEffect: after, timesLeft: times });
  }
  if (command.timers) {
    Object.assign(timers, command.timers);
    world.timers(command.timers);
  }
  if (command.clock) await world.advance(command.clock.advanceSeconds);
  return { status: 204 };
}

/** Back to the seed world, faults and log forgotten, timers running; the clock cannot go back. */
async function reset({ cloud, world, faults, calls }: ControlOptions, timers: Record<string, boolean>): Promise<void> {
  await cloud.commit({ at: cloud.now(), type: 'reset' });
  faults.clear();
  calls.length = 0;
  const stopped = Object.keys(timers).filter((name) => timers[name] === false);
  if (stopped.length > 0) world.timers(Object.fromEntries(stopped.map((name) => [name, true])));
  for (const name of stopped) timers[name] = true;
}

function stateReply({ cloud, calls }: ControlOptions, timers: Record<string, boolean>): Reply {
  const now = cloud.now();
  return {
    status: 200,
    body: {
      now: isoTime(now),
      calls,
      tickets: [...cloud.state.tickets.values()].map((ticket) => ({
        name: ticket.name,
        tenantId: ticket.tenantId,
        subscriptionId: ticket.subscriptionId,
        number: isSetUp(ticket, now) ? ticket.number : null,
        status: ticket.status,
        puts: ticket.puts,
        communications: ticket.communications.map(({ direction, body }) => ({ direction, body })),
      })),
      timers,
      mails: cloud.state.mails.map(({ at, raw }) => ({ at: isoTime(at), raw })),
    },
  };
}
