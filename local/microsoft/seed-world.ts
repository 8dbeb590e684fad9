import { createHash } from 'node:crypto';
import { customerRows } from './seed-customers.ts';

/** The same name gives the same GUID on every machine, so that tokens, rows and logs of two runs can be compared. */
export function guidOf(name: string): string {
  const hex = createHash('sha256').update(`csp-support-desk:${name}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** Tenant where the desk itself lives: its staff, its API registration, its managed identity. */
export const deskTenantId = guidOf('tenant:desk');
export const deskApiAudience = `api://${guidOf('application:desk-api')}`;

export const managedIdentity = {
  clientId: guidOf('identity:client'),
  principalId: guidOf('identity:principal'),
  /** Value of IDENTITY_HEADER; the platform makes a new one per start, a fixed one is enough here. */
  header: guidOf('identity:header'),
} as const;

/** The multi-tenant application that reads customers' tenants; its federated credential names the managed identity. */
export const partner = {
  id: 'lindmoor-emea',
  name: 'Lindmoor Cloud Partners',
  tenantId: guidOf('tenant:lindmoor-emea'),
  clientId: guidOf('application:lindmoor-emea'),
  clientSecret: guidOf('secret:lindmoor-emea'),
  partnerId: '6104417',
  role: 'direct',
  /** Integration account behind the refresh token (Secure Application Model). */
  user: { oid: guidOf('person:integration'), name: 'Partner Integration', upn: 'integration@lindmoor.example' },
  refreshToken: `0.${createHash('sha256').update('refresh-token:lindmoor-emea').digest('base64url')}`,
  refreshTokenSecretName: 'lindmoor-emea-refresh-token',
  /** To which Microsoft writes about cases. */
  caseMailbox: 'cases@lindmoor.example',
} as const;

/** Indirect resellers, for a partner that is a provider; each serves the customers of one portal. */
export const resellers = [
  { tenantId: guidOf('tenant:reseller-harbour'), partnerId: '5501230', name: 'Harbour Business Systems' },
  { tenantId: guidOf('tenant:reseller-meadow'), partnerId: '5501231', name: 'Meadow Cloud Services' },
] as const;

/** Value of the setting PARTNER_CONNECTIONS. */
export const partnerConnections = [
  {
    id: partner.id,
    tenantId: partner.tenantId,
    clientId: partner.clientId,
    partnerId: partner.partnerId,
    role: partner.role,
    caseMailbox: partner.caseMailbox,
  },
] as const;

export type SeedCustomer = {
  slug: string;
  tenantId: string;
  companyName: string;
  country: string;
  city: string;
  culture: string;
  /** `something.onmicrosoft.com` */
  initialDomain: string;
  customDomain: string;
  azureSubscriptionId?: string;
  /**
   * What of the partner's application is consented in this tenant when the world begins: everything, only what its person does
   * there (`delegated`, read through GDAP), or nothing.
   */
  consented: 'all' | 'delegated' | 'none';
  /** Graph service ids that this tenant has licences for. */
  serviceIds: readonly string[];
  /** What the partner sold it, by the names of Partner Center. */
  offers: readonly string[];
  isGcc: boolean;
};

const slugsWithAzure = new Set(['aldercote', 'muellersdorf']);
const consentBySlug: Readonly<Record<string, SeedCustomer['consented']>> = {
  thistledown: 'delegated',
  umberleigh: 'none',
};
/** In the Government Community Cloud: a tenant of the global cloud with portals of its own. */
const slugsInGcc = new Set(['junipervale']);

const everyTenantHas = ['Exchange', 'OSDPPlatform', 'SharePoint', 'microsoftteams', 'OneDriveForBusiness', 'OrgLiveID'];
const licensedExtras = [
  ['Intune', 'O365Client', 'Microsoft365Defender'],
  ['O365Client', 'Planner', 'Forms'],
  ['DynamicsCRM', 'PowerApps', 'MicrosoftFlow', 'PowerBIcom'],
  ['Intune', 'yammer', 'PowerBIcom'],
];
/** Offers that give just the extras of the same line, and what every tenant has. */
const offersByLine = [
  ['Microsoft 365 Business Premium'],
  ['Microsoft 365 Business Standard'],
  ['Office 365 E3', 'Dynamics 365 Sales Enterprise Edition', 'Power BI Pro'],
  ['Office 365 E3', 'Enterprise Mobility + Security E3', 'Power BI Pro'],
];

export const customers: readonly SeedCustomer[] = customerRows.map(
  ([slug, companyName, country, city, culture], index) => ({
    slug,
    tenantId: guidOf(`tenant:${slug}`),
    companyName,
    country,
    city,
    culture,
    initialDomain: `${slug}.onmicrosoft.com`,
    customDomain: `${slug}.example`,
    ...(slugsWithAzure.has(slug) && { azureSubscriptionId: guidOf(`azure-subscription:${slug}`) }),
    consented: consentBySlug[slug] ?? 'all',
    serviceIds: [...everyTenantHas, ...(licensedExtras[index % licensedExtras.length] ?? [])],
    offers: offersByLine[index % offersByLine.length] ?? [],
    isGcc: slugsInGcc.has(slug),
  }),
);

const tenantIdsBetween = (start: number, end: number) =>
  customers.slice(start, end).map((customer) => customer.tenantId);

/** Applications of two partner portals in the desk's tenant, with disjoint customers (one with Azure each). */
export const portals = [
  {
    name: 'harbour',
    tenantId: deskTenantId,
    clientId: guidOf('application:harbour'),
    customerTenantIds: tenantIdsBetween(0, 12),
  },
  {
    name: 'meadow',
    tenantId: deskTenantId,
    clientId: guidOf('application:meadow'),
    customerTenantIds: tenantIdsBetween(12, 24),
  },
] as const;

/** People of the desk whose tokens the world hands out. */
export const callers = [
  { key: 'reader', oid: guidOf('person:reader'), name: 'Robin Reader', roles: ['Desk.Read'] },
  { key: 'operator', oid: guidOf('person:operator'), name: 'Oda Operator', roles: ['Desk.Operate'] },
  { key: 'admin', oid: guidOf('person:admin'), name: 'Alex Admin', roles: ['Desk.Admin'] },
] as const;
