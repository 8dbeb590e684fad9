/** The clouds that the desk serves. Microsoft Cloud Germany closed in 2021; the settings refuse it. */
export type CloudName = 'global' | 'us-government' | 'china';

/** A partner tenant through which the desk sees customers. A partner authorised in several regions has several. */
export type PartnerConnection = {
  id: string;
  tenantId: string;
  clientId: string;
  /** Partner ID of the reseller of record (formerly MPN id). */
  partnerId?: string | undefined;
  role: 'direct' | 'provider' | 'reseller';
  /** Address of the mailbox to which Microsoft writes about the partner's cases. */
  caseMailbox?: string | undefined;
};

/** Roots without a trailing slash and without a version. */
export type CloudEndpoints = { graphBaseUrl: string; partnerCenterBaseUrl: string; azureManagementBaseUrl: string };

/** Which Microsoft cloud this deployment serves, through whom, and how often it looks. */
export type DeskCloud = {
  cloud: CloudName;
  connections: readonly PartnerConnection[];
  endpoints: CloudEndpoints;
  healthPollMinutes: number;
  customerSyncMinutes: number;
};

/**
 * Where each cloud's APIs stand. Microsoft docs: "National cloud deployments" (Graph), "Partner Center REST URLs"; for 21Vianet
 * the documentation names `login.chinacloudapi.cn`. For certificates see "Partner Center webhooks", which names one place.
 */
export const clouds: Record<
  CloudName,
  CloudEndpoints & {
    authority: string;
    tokenExchangeAudience: string;
    vaultAudience: string;
    /** Where certificates of Partner Center's webhooks lie: the beginning of their addresses, to the file name. */
    certificatePlaces: readonly string[];
  }
> = {
  global: {
    authority: 'https://login.microsoftonline.com',
    graphBaseUrl: 'https://graph.microsoft.com',
    partnerCenterBaseUrl: 'https://api.partnercenter.microsoft.com',
    azureManagementBaseUrl: 'https://management.azure.com',
    tokenExchangeAudience: 'api://AzureADTokenExchange',
    vaultAudience: 'https://vault.azure.net',
    certificatePlaces: ['https://3psostorageacct.blob.core.windows.net/cert/'],
  },
  'us-government': {
    authority: 'https://login.microsoftonline.us',
    graphBaseUrl: 'https://graph.microsoft.us',
    partnerCenterBaseUrl: 'https://api.partnercenter.microsoft.com',
    azureManagementBaseUrl: 'https://management.usgovcloudapi.net',
    tokenExchangeAudience: 'api://AzureADTokenExchangeUSGov',
    vaultAudience: 'https://vault.usgovcloudapi.net',
    certificatePlaces: ['https://3psostorageacct.blob.core.windows.net/cert/'],
  },
  china: {
    authority: 'https://login.chinacloudapi.cn',
    graphBaseUrl: 'https://microsoftgraph.chinacloudapi.cn',
    partnerCenterBaseUrl: 'https://partner.partnercenterapi.microsoftonline.cn',
    azureManagementBaseUrl: 'https://management.chinacloudapi.cn',
    tokenExchangeAudience: 'api://AzureADTokenExchangeChina',
    vaultAudience: 'https://vault.azure.cn',
    // None is documented.
    certificatePlaces: [],
  },
};
