import { hashOf } from '../core/hash.ts';
import type { CloudName } from '../customers/cloud.ts';
import { letterOf } from './case-severity.ts';
import {
  keptPacketSchema,
  type DiagnosticConsent,
  type Given,
  type KeptPacket,
  type Packet,
  type PartnerContact,
} from './packet-schema.ts';
import { formOf } from './portal-forms.ts';
import { portalFor } from './product.ts';
import { filedAsOf, productRows, type ProductRow } from './product-rows.ts';
import type { EscalatableCustomer, EscalatableRequest } from './escalatable.ts';

export {
  diagnosticConsentSchema,
  packetSchema,
  type DiagnosticConsent,
  type Packet,
  type PartnerContact,
} from './packet-schema.ts';

/** The packet of what is kept; one of the version before does not say as what it is filed. */
export function packetOf(kept: KeptPacket): Packet {
  const [category = ''] = kept.problemCategory.split(' / ');
  const subject = { category: categories[category] ?? null, service: kept.service ?? null, evidence: kept.evidence };
  const given: Given = {
    ...kept,
    filedAs: kept.filedAs ?? filedAsOf({ ...subject, title: kept.title }),
    // Microsoft calls for severity A; without a number it can only write.
    preferredContact: kept.severity === 'A' && kept.contact.phone !== undefined ? 'phone' : 'email',
  };
  return { ...given, form: formOf(given) };
}

const keptAlone = keptPacketSchema.strip();

/** What is kept of a packet: a form would double its texts, and the ids of a contract stand in the vault. */
export const keptOf = (packet: Packet): KeptPacket => keptAlone.parse(packet);

/** With the ids of the contract, for the claimant. */
export function withContract(packet: Packet, contract: Packet['contract']): Packet {
  const given = { ...packet, ...(contract && { contract }) };
  return { ...given, form: formOf(given) };
}

/** A short opaque text that finds a case again and tells nobody anything. */
export const markerOf = (escalationId: string): string =>
  `DESK-${hashOf('escalation-marker', escalationId).slice(0, 10).toUpperCase()}`;

const categoryNames: Record<string, string> = {
  billing: 'Billing',
  subscription: 'Subscription management',
  technical: 'Technical',
};

const categories: Record<string, string> = Object.fromEntries(
  Object.entries(categoryNames).map(([category, name]) => [name, category]),
);

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
  const key = filedAsOf(request);
  const row = productRows[key];
  const { name, link, opensTenant } = portalFor({ cloud, row }, customer);
  return packetOf({
    marker: markerOf(escalationId),
    product: row.product,
    filedAs: key,
    problemCategory: problemCategory(request),
    title: request.title,
    description: `${request.description}\n\n[${markerOf(escalationId)}]`,
    severity: letterOf(request.severity),
    startedAt: request.startedAt ?? request.createdAt,
    tried: triedIn(request.evidence ?? {}),
    incidentIds: [...incidentIds],
    ...givenParts(request),
    ...azureParts(row, parts),
    contact,
    language: supportLanguage(request.language),
    timeZone: contact.timeZone,
    portal: {
      name,
      tenantId: customer.tenantId,
      tenantName: customer.name,
      opensTenant,
      leastRole: row.leastRole,
      form: row.unconfirmed ? 'unconfirmed' : 'documented',
    },
    ...(link !== undefined && { link }),
    ...(diagnosticConsent && { diagnosticConsent }),
  });
}

/** What a request may say and need not. */
function givenParts({ service, businessImpact, evidence, attachments }: EscalatableRequest): Partial<KeptPacket> {
  return {
    ...(service !== null && { service }),
    ...(businessImpact !== undefined && { impact: businessImpact }),
    ...(typeof evidence?.affectedUsers === 'number' && { affectedUsers: evidence.affectedUsers }),
    ...(evidence && { evidence }),
    ...(attachments && { attachments: attachments.map(({ name, url }) => ({ name, url })) }),
  };
}

/** The subscription of the named resource, else the customer's first. */
function azureParts({ form, product }: ProductRow, { request, customer }: PacketParts): Partial<KeptPacket> {
  if (form !== 'azure') return {};
  const resource = resourceOf(request, customer.azureSubscriptionIds);
  const subscriptionId = resource?.subscriptionId ?? customer.azureSubscriptionIds[0];
  return {
    ...(subscriptionId !== undefined && { subscriptionId }),
    ...(product === 'azure' && resource && { resourceId: resource.resourceId }),
  };
}
