import * as z from 'zod';
import type { Cloud } from './cloud.ts';
import { Refusal } from './reply.ts';
import { customers } from './seed-world.ts';
import type { Change } from './state.ts';

const customerTenantSchema = z
  .string()
  .toLowerCase()
  .refine((tenantId) => customers.some((customer) => customer.tenantId === tenantId), {
    error: 'no customer has this tenant',
  });

const timeSchema = z.iso.datetime({ offset: true });

/** A post of Message center; the same id again is its next revision. */
const messageSchema = z.strictObject({
  id: z.string().regex(/^[\w.-]{1,64}$/, 'letters, digits, dots and dashes only'),
  title: z.string().min(1).optional(),
  body: z.string().optional(),
  category: z.string().min(1).optional(),
  services: z.array(z.string()).optional(),
  isMajorChange: z.boolean().optional(),
  actionRequiredBy: timeSchema.optional(),
  endsAt: timeSchema.optional(),
  customers: z.array(customerTenantSchema).optional(),
});

/**
 * What happens at Microsoft. A new incident needs service, classification, status and customers; the same id again changes
 * what is given. `refreshToken` is an addition: every refresh token issued until now dies.
 */
export const scenarioSchema = z
  .strictObject({
    incident: z
      .strictObject({
        id: z.string().regex(/^[\w.-]{1,64}$/, 'letters, digits, dots and dashes only'),
        service: z.string().min(1).optional(),
        classification: z.enum(['incident', 'advisory']).optional(),
        // Not a closed list: Microsoft may answer a value that nobody has seen yet.
        status: z
          .string()
          .regex(/^[A-Za-z]+$/, 'letters only')
          .optional(),
        customers: z.array(customerTenantSchema).optional(),
        post: z.string().optional(),
        title: z.string().min(1).optional(),
      })
      .optional(),
    message: messageSchema.optional(),
    consent: z.strictObject({ tenantId: customerTenantSchema, granted: z.boolean() }).optional(),
    gdap: z
      .strictObject({ tenantId: customerTenantSchema, endsAt: z.iso.datetime({ offset: true }).or(z.iso.date()) })
      .optional(),
    ticket: z
      .strictObject({ name: z.string().min(1), status: z.string().min(1), message: z.string().optional() })
      .optional(),
    mail: z.strictObject({ raw: z.string().min(1) }).optional(),
    refreshToken: z.strictObject({ revoked: z.literal(true) }).optional(),
  })
  .refine((scenario) => Object.keys(scenario).length > 0, { error: 'the scenario is empty' });

type Scenario = z.output<typeof scenarioSchema>;

function refused(message: string): Refusal {
  return new Refusal({ status: 400, body: { error: message } });
}

/** The changes that a scenario makes; refuses what names something unknown before any of them is made. */
export function scenarioChange(cloud: Cloud, scenario: Scenario): Change[] {
  const at = cloud.now();
  const { incident, message, consent, gdap, ticket, mail, refreshToken } = scenario;
  const changes: Change[] = [];
  if (incident) {
    requireWholeIncident(cloud, incident);
    changes.push({ at, type: 'incident-changed', ...incident });
  }
  if (message) changes.push({ at, type: 'message-changed', ...message });
  if (consent) changes.push({ at, type: 'consent-set', ...consent });
  if (gdap) changes.push({ at, type: 'gdap-set', tenantId: gdap.tenantId, endsAt: Date.parse(gdap.endsAt) });
  if (ticket) changes.push({ at, type: 'ticket-moved', ...ticketMove(cloud, ticket) });
  if (mail) changes.push({ at, type: 'mail-received', raw: mail.raw });
  if (refreshToken) changes.push({ at, type: 'refresh-tokens-revoked' });
  return changes;
}

function requireWholeIncident(cloud: Cloud, incident: NonNullable<Scenario['incident']>): void {
  if (cloud.state.incidents.has(incident.id)) return;
  const needed = ['service', 'classification', 'status', 'customers'] as const;
  const missing = needed.filter((field) => incident[field] === undefined);
  if (missing.length > 0) throw refused(`A new incident needs ${missing.join(', ')}.`);
}

function ticketMove(cloud: Cloud, { name, status, message }: NonNullable<Scenario['ticket']>) {
  const ticket = [...cloud.state.tickets.values()].find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (ticket === undefined) throw refused(`No ticket has the name ${name}.`);
  return { subscriptionId: ticket.subscriptionId, name: ticket.name, status, message };
}
