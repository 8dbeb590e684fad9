import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Cloud } from './cloud.ts';
import { serviceNameOf } from './graph-services.ts';
import { Refusal } from './reply.ts';
import { signInPolicyCodes } from './entra-errors.ts';
import { customers, partner } from './seed-world.ts';
import { signInWays } from './sign-in-ways.ts';
import { severityNames, statusNames } from './service-request-state.ts';
import type { Change } from './state.ts';
import { newVaultCertificate } from './vault-certificates.ts';

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
 * what is given. `consent` is that of both ways. Additions: `refreshToken` kills every refresh token issued until now, or lets the
 * partner's person sign in again, whose new token stands in the vault at once; `signInPolicy` lets a customer's Conditional Access
 * stop that person, until it is told `null`; `signIn`: how that person's sign-ins in a browser go from now on; `serviceRequest`: filed
 * or moved on in Partner Center's portal; `gdap.roles` are the template ids that the access assignment of the relationship gives from
 * now on, `gdap.pending`: it waits for the customer's approval; `azure`: the partner's rights in the customer's subscription;
 * `subscription`: a customer buys or ends an offer; `certificate`: a new version of one in the vault, good for so many days (or over
 * since), that the partner's application is registered with or not.
 */
export const scenarioSchema = z
  .strictObject({
    incident: z
      .strictObject({
        id: z.string().regex(/^[\w.-]{1,64}$/, 'letters, digits, dots and dashes only'),
        // The display name, as Graph has it in issues; an id, said instead, would name a service that nobody has.
        service: z.string().min(1).transform(serviceNameOf).optional(),
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
      .strictObject({
        tenantId: customerTenantSchema,
        endsAt: z.iso.datetime({ offset: true }).or(z.iso.date()).optional(),
        roles: z.array(z.guid().toLowerCase()).optional(),
        pending: z.boolean().optional(),
      })
      .refine(({ endsAt, roles, pending }) => endsAt !== undefined || roles !== undefined || pending !== undefined, {
        error: 'endsAt, roles or pending is needed',
      })
      .optional(),
    azure: z
      .strictObject({
        tenantId: customerTenantSchema,
        role: z.enum(['none', 'reader', 'contributor']).optional(),
        reseller: z.boolean().optional(),
        plan: z.enum(['passes', 'refused']).optional(),
      })
      .optional(),
    subscription: z
      .strictObject({
        tenantId: customerTenantSchema,
        offerName: z.string().min(1),
        status: z.string().min(1).default('active'),
      })
      .optional(),
    ticket: z
      .strictObject({ name: z.string().min(1), status: z.string().min(1), message: z.string().optional() })
      .optional(),
    serviceRequest: z
      .strictObject({
        id: z.string().regex(/^\d{14,16}$/),
        tenantId: customerTenantSchema.optional(),
        title: z.string().min(1).optional(),
        status: z.enum(statusNames).optional(),
        severity: z.enum(severityNames).optional(),
        note: z.string().min(1).optional(),
      })
      .optional(),
    mail: z
      .strictObject({ raw: z.string().min(1) })
      .or(z.strictObject({ removed: z.string().min(1) }))
      .optional(),
    refreshToken: z
      .strictObject({ revoked: z.literal(true) })
      .or(z.strictObject({ issued: z.literal(true) }))
      .optional(),
    signIn: z.enum(signInWays).optional(),
    certificate: z
      .strictObject({
        name: z
          .string()
          .toLowerCase()
          .regex(/^[a-z0-9-]{1,127}$/),
        days: z.number().min(-3_650).max(3_650).default(365),
        registered: z.boolean().default(true),
      })
      .optional(),
    signInPolicy: z
      .strictObject({ tenantId: customerTenantSchema, code: z.literal(signInPolicyCodes).nullable() })
      .optional(),
  })
  .refine((scenario) => Object.keys(scenario).length > 0, { error: 'the scenario is empty' });

type Scenario = z.output<typeof scenarioSchema>;

function refused(message: string): Refusal {
  return new Refusal({ status: 400, body: { error: message } });
}

/** The changes that a scenario makes; refuses what names something unknown before any of them is made. */
export function scenarioChange(cloud: Cloud, scenario: Scenario): Change[] {
  const at = cloud.now();
  const { incident, message, consent, gdap, azure, subscription, ticket, mail, refreshToken, serviceRequest } =
    scenario;
  const { certificate } = scenario;
  const changes: Change[] = [];
  if (incident) {
    requireWholeIncident(cloud, incident);
    changes.push({ at, type: 'incident-changed', ...incident });
  }
  if (message) changes.push({ at, type: 'message-changed', ...message });
  if (consent) changes.push({ at, type: 'consent-set', ...consent });
  if (gdap) changes.push(gdapChange(at, gdap));
  if (azure) changes.push({ at, type: 'azure-rights-set', ...azure });
  if (subscription) changes.push({ at, type: 'subscription-set', ...subscription });
  if (ticket) changes.push({ at, type: 'ticket-moved', ...ticketMove(cloud, ticket) });
  if (serviceRequest) changes.push({ at, type: 'service-request-moved', ...serviceRequestMove(cloud, serviceRequest) });
  if (mail) changes.push(mailChange(at, mail));
  if (refreshToken) changes.push(...refreshTokenChanges(at, 'issued' in refreshToken));
  changes.push(...certificateChanges(at, certificate));
  return [...changes, ...signInChanges(at, scenario)];
}

const signInChanges = (at: number, { signIn, signInPolicy }: Scenario): Change[] => [
  ...(signIn ? [{ at, type: 'sign-in-set' as const, way: signIn }] : []),
  ...(signInPolicy ? [{ at, type: 'sign-in-block-set' as const, ...signInPolicy }] : []),
];

const gdapChange = (at: number, { tenantId, endsAt, ...more }: NonNullable<Scenario['gdap']>): Change => ({
  at,
  type: 'gdap-set',
  tenantId,
  ...(endsAt && { endsAt: Date.parse(endsAt) }),
  ...more,
});

const mailChange = (at: number, mail: NonNullable<Scenario['mail']>): Change =>
  'raw' in mail ? { at, type: 'mail-received', raw: mail.raw } : { at, type: 'mail-removed', messageId: mail.removed };

const certificateChanges = (at: number, given: Scenario['certificate']): Change[] =>
  given ? [{ type: 'certificate-put', name: given.name, ...newVaultCertificate(at, given) }] : [];

function refreshTokenChanges(at: number, isIssued: boolean): Change[] {
  if (!isIssued) return [{ at, type: 'refresh-tokens-revoked' }];
  const token = `0.${randomBytes(48).toString('base64url')}`;
  const version = randomBytes(16).toString('hex');
  return [
    { at, type: 'refresh-token-issued', token },
    { at, type: 'secret-set', name: partner.refreshTokenSecretName, version, value: token },
  ];
}

function requireWholeIncident(cloud: Cloud, incident: NonNullable<Scenario['incident']>): void {
  if (cloud.state.incidents.has(incident.id)) return;
  const needed = ['service', 'classification', 'status', 'customers'] as const;
  const missing = needed.filter((field) => incident[field] === undefined);
  if (missing.length > 0) throw refused(`A new incident needs ${missing.join(', ')}.`);
}

function serviceRequestMove(cloud: Cloud, given: NonNullable<Scenario['serviceRequest']>) {
  const isNew = !cloud.state.serviceRequests.has(given.id);
  if (isNew && given.tenantId === undefined) throw refused('A new service request needs tenantId.');
  return given;
}

function ticketMove(cloud: Cloud, { name, status, message }: NonNullable<Scenario['ticket']>) {
  const ticket = [...cloud.state.tickets.values()].find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (ticket === undefined) throw refused(`No ticket has the name ${name}.`);
  return { subscriptionId: ticket.subscriptionId, name: ticket.name, status, message };
}
