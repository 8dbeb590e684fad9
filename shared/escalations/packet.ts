import * as z from 'zod';
import { hashOf } from '../core/hash.ts';
import type { CloudName } from '../customers/cloud.ts';
import { leastRoles, portalFor, productOf, products } from './product.ts';
import type { EscalatableCustomer, EscalatableRequest } from './escalatable.ts';

/** The partner's contact for Microsoft: never the customer's. `timeZone` is a Windows zone name, `country` ISO 3166-1 alpha-3. */
export const partnerContactSchema = z.strictObject({
  firstName: z.string(),
  lastName: z.string(),
  email: z.email(),
  phone: z.string().optional(),
  country: z.string().length(3),
  timeZone: z.string(),
});
export type PartnerContact = z.output<typeof partnerContactSchema>;

/** What somebody of the customer said about Microsoft reading diagnostic data: in which words, and when. */
export const diagnosticConsentSchema = z
  .strictObject({ given: z.boolean(), by: z.string(), at: z.iso.datetime({ offset: true }), wording: z.string() })
  .meta({ id: 'DiagnosticConsent' });
export type DiagnosticConsent = z.output<typeof diagnosticConsentSchema>;

/** Everything the form of Microsoft's portal asks for, so that filing is copying. */
export const packetSchema = z
  .strictObject({
    marker: z.string().meta({ description: 'Stands in the description, so that the case can be found again.' }),
    product: z.enum(products),
    service: z.string().optional(),
    problemCategory: z.string(),
    title: z.string(),
    description: z.string(),
    severity: z.enum(['A', 'B', 'C']),
    impact: z.string().optional(),
    startedAt: z.iso.datetime({ offset: true }),
    affectedUsers: z.number().optional(),
    tried: z.array(z.string()),
    incidentIds: z.array(z.string()),
    resourceId: z.string().optional(),
    evidence: z.record(z.string(), z.unknown()).optional(),
    attachments: z
      .array(z.strictObject({ name: z.string(), url: z.string() }))
      .optional()
      .meta({ description: 'Files that the sender keeps: open them and give Microsoft what it needs.' }),
    contact: partnerContactSchema,
    language: z.string(),
    timeZone: z.string(),
    portal: z.strictObject({
      name: z.string(),
      tenantId: z.string(),
      tenantName: z.string(),
      opensTenant: z.boolean().meta({ description: 'False: check or switch to the tenant before filing.' }),
      leastRole: z.string(),
    }),
    link: z.string().optional(),
    diagnosticConsent: diagnosticConsentSchema
      .optional()
      .meta({ description: 'Without it, or where it is not given, say no to diagnostic data.' }),
  })
  .meta({ id: 'EscalationPacket' });
export type Packet = z.output<typeof packetSchema>;

/** A short opaque text that finds a case again and tells nobody anything. */
export const markerOf = (escalationId: string): string =>
  `DESK-${hashOf('escalation-marker', escalationId).slice(0, 10).toUpperCase()}`;

const severityLetters = { critical: 'A', moderate: 'B', minimal: 'C' } as const;

const categoryNames: Record<string, string> = {
  billing: 'Billing',
  subscription: 'Subscription management',
  technical: 'Technical',
};

/** Languages in which Microsoft takes a case; any other is filed in English. Microsoft docs: Support API, contactDetails. */
const supportLanguages: Record<string, string> = {
  en: 'en-us',
  es: 'es-es',
  fr: 'fr-fr',
  ja: 'ja-jp',
  ko: 'ko-kr',
  ru: 'ru-ru',
  pt: 'pt-br',
  it: 'it-it',
  de: 'de-de',
};

export function supportLanguage(language: string | undefined): string {
  const tag = (language ?? 'en').toLowerCase();
  if (tag.startsWith('zh')) return /tw|hk|hant/.test(tag) ? 'zh-tw' : 'zh-hans';
  return supportLanguages[tag.slice(0, 2)] ?? 'en-us';
}

const triedItems = 50;
const triedCharacters = 500;

/** What the sender says was tried: a text or a list of texts in the evidence. */
function triedIn(evidence: Record<string, unknown>): string[] {
  const given = evidence.tried ?? evidence.stepsTaken ?? [];
  const list = Array.isArray(given) ? given : [given];
  return list
    .filter((item) => typeof item === 'string')
    .slice(0, triedItems)
    .map((item) => item.slice(0, triedCharacters));
}

const resourcePattern = /^\/subscriptions\/([0-9a-f-]{36})\//i;

/** The Azure resource in the evidence, only if its subscription is one of the customer's: no case about somebody else's. */
export function resourceOf(
  request: Pick<EscalatableRequest, 'evidence'>,
  subscriptionIds: readonly string[],
): { resourceId: string; subscriptionId: string } | undefined {
  const resourceId = request.evidence?.resourceId;
  if (typeof resourceId !== 'string') return undefined;
  const named = resourcePattern.exec(resourceId)?.[1]?.toLowerCase();
  const subscriptionId = subscriptionIds.find((id) => id.toLowerCase() === named);
  return subscriptionId === undefined ? undefined : { resourceId, subscriptionId };
}

export type PacketParts = {
  escalationId: string;
  cloud: CloudName;
  request: EscalatableRequest;
  customer: EscalatableCustomer;
  contact: PartnerContact;
  incidentIds: readonly string[];
  diagnosticConsent?: DiagnosticConsent | undefined;
};

const problemCategory = ({ category, service }: EscalatableRequest): string =>
  [categoryNames[category ?? ''] ?? 'Technical', service].filter((part) => part !== null).join(' / ');

export function buildPacket(parts: PacketParts): Packet {
  const { escalationId, cloud, request, customer, contact, incidentIds, diagnosticConsent } = parts;
  const product = productOf(request.category, request.service);
  const marker = markerOf(escalationId);
  const evidence = request.evidence ?? {};
  const { name, link, opensTenant } = portalFor({ cloud, product }, customer);
  const resource = resourceOf(request, customer.azureSubscriptionIds);
  return {
    marker,
    product,
    ...(request.service !== null && { service: request.service }),
    problemCategory: problemCategory(request),
    title: request.title,
    description: `${request.description}\n\n[${marker}]`,
    severity: severityLetters[request.severity],
    ...(request.businessImpact !== undefined && { impact: request.businessImpact }),
    startedAt: request.startedAt ?? request.createdAt,
    ...(typeof evidence.affectedUsers === 'number' && { affectedUsers: evidence.affectedUsers }),
    tried: triedIn(evidence),
    incidentIds: [...incidentIds],
    ...(product === 'azure' && resource && { resourceId: resource.resourceId }),
    ...(request.evidence && { evidence: request.evidence }),
    ...(request.attachments && { attachments: request.attachments.map(({ name, url }) => ({ name, url })) }),
    contact,
    language: supportLanguage(request.language),
    timeZone: contact.timeZone,
    portal: {
      name,
      tenantId: customer.tenantId,
      tenantName: customer.name,
      opensTenant,
      leastRole: leastRoles[product],
    },
    ...(link !== undefined && { link }),
    ...(diagnosticConsent && { diagnosticConsent }),
  };
}
