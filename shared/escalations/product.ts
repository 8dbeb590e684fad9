import type { CloudName } from '../customers/cloud.ts';
import { filedAsOf, productRows, type Product, type ProductRow } from './product-rows.ts';

export { products, type Product } from './product-rows.ts';

/** Billing and subscription management are Partner Center's whatever the service; services not listed belong to Microsoft 365. */
export const productOf = (category: string | null, service: string | null): Product =>
  productRows[filedAsOf({ category, service })].product;

type Place = {
  name: string;
  /** `{tid}` is the customer's tenant id, `{initial}` its initial domain. Absent where no address is known. */
  url?: string;
};

/** The least right a person needs to file about a product in general. */
export const leastRoles: Record<Product, string> = {
  azure: productRows.azure.leastRole,
  entra: productRows.entra.leastRole,
  microsoft365: productRows.suite.leastRole,
  dynamics365: productRows.dynamics365.leastRole,
  'power-platform': productRows['power-apps'].leastRole,
  'partner-center': productRows.billing.leastRole,
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
  { cloud, row: { product, url: own } }: { cloud: CloudName; row: Pick<ProductRow, 'product' | 'url'> },
  tenant: { tenantId: string; initialDomain: string },
): { name: string; link?: string; opensTenant: boolean } {
  const { name, url }: Place = own?.[cloud] ?? places[cloud][product];
  if (url === undefined) return { name, opensTenant: false };
  const link = url
    .replace('{tid}', encodeURIComponent(tenant.tenantId))
    .replace('{initial}', encodeURIComponent(tenant.initialDomain));
  return { name, link, opensTenant: link !== url };
}
