import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { fieldMapSchema } from './field-map-schema.ts';
import { headerNameSchema, hmacDescriptionSchema } from './hmac-description.ts';
import { publicKeyPattern } from './public-key.ts';

export const secretNameSchema = z.string().regex(/^[0-9A-Za-z-]{1,127}$/);

const publicKeySchema = z.string().regex(publicKeyPattern, 'must be whpk_ and 32 bytes in base64');

/** The `webhook-*` headers of Standard Webhooks; with public keys its `v1a` too. */
const standardSchema = z.strictObject({
  kind: z.literal('standard-webhooks'),
  publicKeys: z.array(publicKeySchema).min(1).max(2).optional(),
});

/** A signature of the sender's own making, described. */
const describedSchema = z.strictObject({
  kind: z.literal('described-hmac'),
  hmac: hmacDescriptionSchema,
  fields: fieldMapSchema,
});

/**
 * Nothing is signed: the sender shows the secret itself in a header. Weaker, because whoever reads one call (a proxy, a log)
 * can write any other; for senders that cannot sign at all.
 */
const sharedSecretSchema = z.strictObject({
  kind: z.literal('shared-secret'),
  shown: z.discriminatedUnion('as', [
    z.strictObject({ as: z.literal('basic'), username: z.string().regex(/^[\x21-\x39\x3b-\x7e]{1,100}$/) }),
    z.strictObject({ as: z.literal('bearer') }),
    z.strictObject({ as: z.literal('header'), header: headerNameSchema }),
  ]),
  fields: fieldMapSchema,
});

export const recipeNames = ['servicenow', 'zendesk', 'halopsa', 'connectwise', 'autotask'] as const;

const withSecret = { secretName: secretNameSchema };

/**
 * How a portal's webhooks prove who sent them, and what they mean. The secret is in the vault: one, or two with a space between
 * them while one replaces the other (the newer first).
 */
export const inboundSchema = z.discriminatedUnion('kind', [
  standardSchema.extend(withSecret),
  describedSchema.extend(withSecret),
  sharedSecretSchema.extend(withSecret),
]);
export type Inbound = z.output<typeof inboundSchema>;

/** A portal's row keeps it in one column of Table storage (32 K characters). */
const inboundCharacters = 24_000;

/** What is described of an inbound, without the place of its secret. */
export const describedInboundSchema = z
  .discriminatedUnion('kind', [standardSchema, describedSchema, sharedSecretSchema])
  .meta({ id: 'PortalInbound' });
export type DescribedInbound = z.output<typeof describedInboundSchema>;

/** Who is named as a request's contact where a payload of the PSA names nobody: usually the desk of the partner itself. */
const standInSchema = z.strictObject({
  name: z.string().min(1).max(limits.nameCharacters),
  email: z.email().max(limits.emailCharacters),
});
export type StandIn = z.output<typeof standInSchema>;

/** Recipes for payloads that name the contact by a number of their own alone. */
const withStandIn: readonly string[] = ['zendesk', 'autotask'];

const recipeSchema = z
  .strictObject({ recipe: z.enum(recipeNames), contact: standInSchema.optional() })
  .refine(({ recipe, contact }) => contact !== undefined || !withStandIn.includes(recipe), {
    path: ['contact'],
    error: 'must be given: this payload holds no address of a contact',
  });

/** As an administrator sends it: described, or a recipe by name; the desk itself names the place of the secret. */
export const sentInboundSchema = z
  .union([describedInboundSchema, recipeSchema])
  .refine((sent) => JSON.stringify(sent).length <= inboundCharacters, {
    error: `must not be longer than ${String(inboundCharacters)} characters as JSON`,
  });
export type SentInbound = z.output<typeof sentInboundSchema>;
