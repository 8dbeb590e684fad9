import type { CloudName } from '../customers/cloud.ts';

/** What a case is about, as far as the place to file it goes. */
export const products = ['azure', 'entra', 'microsoft365', 'dynamics365', 'power-platform', 'partner-center'] as const;
export type Product = (typeof products)[number];

const byService: Record<string, Product> = {
  azure: 'azure',
  orgliveid: 'entra',
  dynamicscrm: 'dynamics365',
  powerapps: 'power-platform',
  powerappsm365: 'power-platform',
  microsoftflow: 'power-platform',
  microsoftflowm365: 'power-platform',
  powerbicom: 'power-platform',
};

/** Billing and subscription management are Partner Center's whatever the service; services not listed belong to Microsoft 365. */
export function productOf(category: string | null, service: string | null): Product {
  if (category === 'billing' || category === 'subscription') return 'partner-center';
  return byService[(service ?? '').toLowerCase()] ?? 'microsoft365';
}

type Place = {
  name: string;
  /** `{tid}` is the customer's tenant id, `{initial}` its initial domain. Absent where no address is known. */
  url?: string;
};

const supportAdministrator = 'Service Support Administrator (GDAP)';

/** The least right a person needs to file. Microsoft docs: GDAP least privileged roles by task. */
export const leastRoles: Record<Product, string> = {
  azure: 'Support Request Contributor on the subscription, and any GDAP role in the tenant',
  entra: supportAdministrator,
  microsoft365: supportAdministrator,
  dynamics365: supportAdministrator,
  'power-platform': supportAdministrator,
  'partner-center': 'A Partner Center role that may open support requests',
};

const partnerCenter: Place = {
  name: 'Partner Center, help and support',
  url: 'https://partner.microsoft.com/dashboard/v2/support/',
};

/**
 * Where a person files, by cloud. Only the global addresses are known to take the customer's tenant; elsewhere the plain portal
 * opens and the person switches. Source: Microsoft docs and community portal lists (August 2026).
 */
const places: Record<CloudName, Record<Product, Place>> = {
  global: {
    azure: { name: 'Azure portal', url: 'https://portal.azure.com/{tid}/#create/Microsoft.Support' },
    entra: { name: 'Azure portal', url: 'https://portal.azure.com/{tid}/#create/Microsoft.Support' },
    microsoft365: {
      name: 'Microsoft 365 admin centre',
      url: 'https://admin.cloud.microsoft/?delegatedOrg={initial}',
    },
    dynamics365: {
      name: 'Power Platform admin centre',
      url: 'https://admin.powerplatform.microsoft.com/account/login/{tid}',
    },
    'power-platform': {
      name: 'Power Platform admin centre',
      url: 'https://admin.powerplatform.microsoft.com/account/login/{tid}',
    },
    'partner-center': partnerCenter,
  },
  'us-government': {
    azure: { name: 'Azure Government portal', url: 'https://portal.azure.us' },
    entra: { name: 'Azure Government portal', url: 'https://portal.azure.us' },
    microsoft365: { name: 'Microsoft 365 admin centre (GCC High)', url: 'https://portal.office365.us' },
    dynamics365: {
      name: 'Power Platform admin centre (GCC High)',
      url: 'https://high.admin.powerplatform.microsoft.us',
    },
    'power-platform': {
      name: 'Power Platform admin centre (GCC High)',
      url: 'https://high.admin.powerplatform.microsoft.us',
    },
    'partner-center': partnerCenter,
  },
  china: {
    azure: { name: 'Azure portal (21Vianet)', url: 'https://portal.azure.cn' },
    entra: { name: 'Azure portal (21Vianet)', url: 'https://portal.azure.cn' },
    microsoft365: {
      name: 'Microsoft 365 admin centre (21Vianet)',
      url: 'https://portal.partner.microsoftonline.cn/AdminPortal',
    },
    dynamics365: {
      name: 'Microsoft 365 admin centre (21Vianet)',
      url: 'https://portal.partner.microsoftonline.cn/AdminPortal',
    },
    'power-platform': {
      name: 'Microsoft 365 admin centre (21Vianet)',
      url: 'https://portal.partner.microsoftonline.cn/AdminPortal',
    },
    'partner-center': { name: 'Partner Center (21Vianet), help and support' },
  },
};

/** The portal, its address with the customer's tenant filled in, and whether the address really leads into that tenant. */
export function portalFor(
  { cloud, product }: { cloud: CloudName; product: Product },
  tenant: { tenantId: string; initialDomain: string },
): { name: string; link?: string; opensTenant: boolean } {
  const { name, url } = places[cloud][product];
  if (url === undefined) return { name, opensTenant: false };
  const link = url
    .replace('{tid}', encodeURIComponent(tenant.tenantId))
    .replace('{initial}', encodeURIComponent(tenant.initialDomain));
  return { name, link, opensTenant: link !== url };
}
