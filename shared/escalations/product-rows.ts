import type { CloudName } from '../customers/cloud.ts';

/** What a case is about, as far as the place to file it goes. */
export const products = ['azure', 'entra', 'microsoft365', 'dynamics365', 'power-platform', 'partner-center'] as const;
export type Product = (typeof products)[number];

export type FormName = 'microsoft-365' | 'power-platform' | 'azure' | 'partner-center';

export const filedAs = [
  'exchange',
  'sharepoint',
  'teams',
  'office-apps',
  'suite',
  'intune',
  'security',
  'entra',
  'entra-premium',
  'entra-free',
  'azure',
  'dynamics365',
  'business-central',
  'power-apps',
  'fabric',
  'billing',
  'subscription',
] as const;
export type FiledAs = (typeof filedAs)[number];

/** How a case about one product is filed by hand: one row of data. */
export type ProductRow = {
  name: string;
  product: Product;
  form: FormName;
  leastRole: string;
  /** Graph service ids, or the desk's own names, in small letters. */
  services?: readonly string[];
  /** The product to choose in a form that asks for one. */
  formProduct?: string;
  workspace?: string;
  /** No public source tells the fields of this product's form: they are those of its portal's form, or of the API. */
  unconfirmed?: true;
  /** Another address than that of its product, where one is known. */
  url?: Partial<Record<CloudName, { name: string; url: string }>>;
};

const supportAdministrator = 'Service Support Administrator (GDAP)';
const onSubscription = 'Support Request Contributor on the subscription, and any GDAP role in the tenant';
const inPartnerCenter = 'A Partner Center role that may open support requests';
const microsoft365 = { product: 'microsoft365', form: 'microsoft-365', leastRole: supportAdministrator } as const;
const powerPlatform = { product: 'power-platform', form: 'power-platform', leastRole: supportAdministrator } as const;
const entra = { product: 'entra', form: 'azure' } as const;

/**
 * The products. Rights: Microsoft docs, GDAP least privileged roles by task (2023); where to file: "Report problems on behalf of a
 * customer" and "Which support portal should I use?" (Partner Center docs, 2022 and 2023). The forms themselves: see portal-forms.
 */
export const productRows: Record<FiledAs, ProductRow> = {
  exchange: { ...microsoft365, name: 'Exchange Online', services: ['exchange'] },
  sharepoint: {
    ...microsoft365,
    name: 'SharePoint Online and OneDrive',
    services: ['sharepoint', 'onedriveforbusiness'],
  },
  teams: { ...microsoft365, name: 'Microsoft Teams', services: ['microsoftteams', 'lync'] },
  'office-apps': { ...microsoft365, name: 'Microsoft 365 Apps', services: ['o365client', 'officeonline'] },
  suite: { ...microsoft365, name: 'Microsoft 365, suite and licensing', services: ['osdpplatform'] },
  intune: { ...microsoft365, name: 'Microsoft Intune', services: ['intune', 'mobiledevicemanagement'] },
  security: {
    ...microsoft365,
    name: 'Microsoft Defender and Purview',
    services: ['microsoft365defender', 'cloudappsecurity', 'rms', 'pam', 'purview'],
    unconfirmed: true,
  },
  entra: {
    ...entra,
    name: 'Microsoft Entra ID',
    services: ['orgliveid'],
    leastRole: `With Entra ID P1 or P2: ${supportAdministrator}; without: ${onSubscription}`,
  },
  'entra-premium': { ...entra, name: 'Microsoft Entra ID P1 or P2', leastRole: supportAdministrator },
  'entra-free': { ...entra, name: 'Microsoft Entra ID Free', leastRole: onSubscription },
  azure: { product: 'azure', form: 'azure', name: 'Azure', services: ['azure'], leastRole: onSubscription },
  dynamics365: {
    ...powerPlatform,
    product: 'dynamics365',
    name: 'Dynamics 365 apps',
    services: ['dynamicscrm'],
    formProduct: 'Dynamics 365 Customer Engagement',
  },
  /** Microsoft docs, "Escalate support issues to Microsoft": from its own admin centre or from Partner Center. */
  'business-central': {
    ...powerPlatform,
    product: 'dynamics365',
    name: 'Dynamics 365 Business Central',
    services: ['business-central', 'businesscentral'],
    formProduct: 'Dynamics 365 Business Central',
    unconfirmed: true,
    url: {
      global: { name: 'Business Central admin centre', url: 'https://businesscentral.dynamics.com/{tid}/admin' },
    },
  },
  'power-apps': {
    ...powerPlatform,
    name: 'Power Apps and Power Automate',
    services: ['powerapps', 'powerappsm365', 'microsoftflow', 'microsoftflowm365'],
    formProduct: 'Power Apps or Power Automate, whichever it is about',
  },
  fabric: {
    ...powerPlatform,
    name: 'Power BI and Fabric',
    services: ['powerbicom', 'fabric'],
    formProduct: 'Power BI or Fabric, whichever it is about',
    unconfirmed: true,
  },
  billing: {
    product: 'partner-center',
    form: 'partner-center',
    name: 'Partner Center, billing',
    leastRole: inPartnerCenter,
    workspace: 'Billing',
  },
  subscription: {
    product: 'partner-center',
    form: 'partner-center',
    name: 'Partner Center, subscription management',
    leastRole: inPartnerCenter,
    workspace: 'Customers',
  },
};

const byService = new Map(
  filedAs.flatMap((key) => (productRows[key].services ?? []).map((service) => [service, key] as const)),
);

export type Subject = {
  category: string | null;
  service: string | null;
  title?: string | undefined;
  evidence?: Record<string, unknown> | undefined;
};

/**
 * Billing and subscription management are Partner Center's whatever the service; services not listed belong to Microsoft 365.
 * Graph has no id of Business Central's own: the title tells it. Evidence `entraLicence` says P1, P2 or anything else.
 */
export function filedAsOf({ category, service, title = '', evidence }: Subject): FiledAs {
  if (category === 'billing' || category === 'subscription') return category;
  const key = byService.get((service ?? '').toLowerCase()) ?? 'suite';
  if (key === 'dynamics365' && /\bbusiness central\b/i.test(title)) return 'business-central';
  const licence = evidence?.entraLicence;
  if (key !== 'entra' || typeof licence !== 'string') return key;
  return /\bp[12]\b/i.test(licence) ? 'entra-premium' : 'entra-free';
}
