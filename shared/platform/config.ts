import { X509Certificate } from 'node:crypto';
import * as z from 'zod';

/** Everything the desk is told from outside, parsed once at start. An empty text counts as absent. */
const text = z.string().optional();
const required = z.string();
const minutes = (byDefault: number) => z.coerce.number().int().min(1).max(10_080).default(byDefault);
const list = z
  .string()
  .default('')
  .transform((value) =>
    value
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );

const connectionSchema = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{1,32}$/),
  tenantId: z.guid(),
  clientId: z.guid(),
  partnerId: z.string().optional(),
  role: z.enum(['direct', 'provider', 'reseller']),
  caseMailbox: z.email().optional(),
  /** As Key Vault names its things. */
  certificate: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,127}$/)
    .optional(),
});

const cloudSchema = z
  .enum(['global', 'us-government', 'china', 'germany'])
  .default('global')
  .refine(
    (cloud) => cloud !== 'germany',
    'Microsoft Cloud Germany closed in 2021; choose global, us-government or china',
  )
  .transform((cloud) => cloud);

const connectionsSchema = z
  .string()
  .transform((value, context) => {
    try {
      return JSON.parse(value) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'is not JSON' });
      return z.NEVER;
    }
  })
  .pipe(z.array(connectionSchema).min(1));

const pemBlock = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Certificates in PEM, one after the other; `\n` may be written out, since many forms for settings take one line. */
const certificates = z
  .string()
  .transform((value) => value.replaceAll('\\n', '\n'))
  .refine((value) => {
    try {
      return value.match(pemBlock)?.every((block) => new X509Certificate(block).ca) === true;
    } catch {
      return false;
    }
  }, 'is not a list of authorities in PEM')
  .optional();

/** A root without a trailing slash; http is for the local world. */
const publicUrl = z
  .url({ protocol: /^https?$/ })
  .refine((value) => !/[?#]/.test(value), 'has a query or a fragment')
  .transform((value) => value.replace(/\/+$/, ''))
  .optional();

const settingsSchema = z.object({
  MICROSOFT_CLOUD: cloudSchema,
  PARTNER_CONNECTIONS: connectionsSchema,
  ENTRA_AUTHORITY: text,
  GRAPH_BASE_URL: text,
  PARTNER_CENTER_BASE_URL: text,
  AZURE_MANAGEMENT_BASE_URL: text,
  DESK_API_AUDIENCE: list.pipe(z.array(z.string()).min(1)),
  DESK_API_TENANTS: list.pipe(z.array(z.guid()).min(1)),
  STORAGE: text,
  STORAGE__tableServiceUri: text,
  STORAGE__clientId: text,
  SERVICE_BUS: text,
  SERVICE_BUS__fullyQualifiedNamespace: text,
  SERVICE_BUS__clientId: text,
  KEY_VAULT_URI: required,
  CERTIFICATE_VAULT_URI: text,
  OUTBOUND_ALLOW: list,
  DESK_PUBLIC_URL: publicUrl,
  PARTNER_CENTER_WEBHOOK_ROOTS: certificates,
  PARTNER_CENTER_WEBHOOK_CERTIFICATES: list.pipe(z.array(z.url({ protocol: /^https?$/ }).endsWith('/'))),
  // The host resolves these two itself, from the app settings alone: a default here would hide that its timers do not run.
  HEALTH_POLL_SCHEDULE: z.string(),
  SWEEP_SCHEDULE: z.string(),
  HEALTH_POLL_MINUTES: minutes(5),
  CUSTOMER_SYNC_MINUTES: minutes(1_440),
  CASE_SYNC_MINUTES: minutes(5),
  IDENTITY_ENDPOINT: text,
  IDENTITY_HEADER: text,
});

export type Config = Readonly<z.output<typeof settingsSchema>>;

export type ConfigResult = { ok: true; config: Config } | { ok: false; wrong: string[] };

/**
 * Reads the settings. On failure names those that are wrong and why, never a value: the text may be a secret.
 */
export function readConfig(environment: Record<string, string | undefined>): ConfigResult {
  const given = Object.entries(environment).filter(([, value]) => value !== '');
  const parsed = settingsSchema.safeParse(Object.fromEntries(given));
  const wrong = parsed.success
    ? missingPairs(parsed.data)
    : parsed.error.issues.map((issue) => `${issue.path.map(String).join('.')}: ${withoutValue(issue)}`);
  if (!parsed.success || wrong.length > 0) return { ok: false, wrong };
  return { ok: true, config: Object.freeze(parsed.data) };
}

/** zod's own messages name the expectation, not the value, except for those of our own refinements, which hold none. */
const withoutValue = (issue: z.core.$ZodIssue): string => issue.message;

function missingPairs(config: Config): string[] {
  const wrong: string[] = [];
  if (config.STORAGE === undefined && config.STORAGE__tableServiceUri === undefined) {
    wrong.push('STORAGE: set it, or STORAGE__tableServiceUri');
  }
  if (config.SERVICE_BUS === undefined && config.SERVICE_BUS__fullyQualifiedNamespace === undefined) {
    wrong.push('SERVICE_BUS: set it, or SERVICE_BUS__fullyQualifiedNamespace');
  }
  if (config.CERTIFICATE_VAULT_URI === undefined && config.PARTNER_CONNECTIONS.some((one) => one.certificate)) {
    wrong.push('CERTIFICATE_VAULT_URI: set it, for PARTNER_CONNECTIONS names a certificate');
  }
  return wrong;
}

/** The names of all settings, for the example file and the documentation. */
export const settingNames: readonly string[] = Object.keys(settingsSchema.shape);
