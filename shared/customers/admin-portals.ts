import type { CloudName } from './cloud.ts';

/**
 * Where a service is administered, per cloud. `{tid}` is the customer's tenant id, `{initial}` its initial domain, `{label}` that
 * domain's first label. A pattern without any of them opens the tenant in which the person is signed in. A cloud left out does
 * not offer the page.
 */
export type AdminPortal = {
  /** A Graph service id, `azure`, or one of the pages `service-health`, `support-request`, `azure-support-request`, `partner-center`. */
  service: string;
  name: string;
  leastRole: string;
  patterns: Partial<Record<CloudName, string>>;
};

const support = 'Service Support Administrator';
const powerPlatform = {
  global: 'https://admin.powerplatform.microsoft.com/account/login/{tid}',
  'us-government': 'https://high.admin.powerplatform.microsoft.us',
};
const suite = {
  global: 'https://admin.cloud.microsoft/?delegatedOrg={initial}',
  'us-government': 'https://portal.office365.us',
  china: 'https://portal.partner.microsoftonline.cn/AdminPortal',
};
const sharePoint = {
  global: 'https://{label}-admin.sharepoint.com',
  'us-government': 'https://{label}-admin.sharepoint.us',
};

/**
 * The one table of portals. Microsoft publishes delegated links per customer only through Graph's serviceManagementDetails; most
 * patterns are those of widely used community lists, and the hosts of 21Vianet differ between such lists.
 */
export const adminPortals: readonly AdminPortal[] = [
  { service: 'OSDPPlatform', name: 'Microsoft 365 admin center', leastRole: support, patterns: suite },
  {
    service: 'Exchange',
    name: 'Exchange admin center',
    leastRole: 'Exchange Administrator',
    patterns: {
      global: 'https://admin.cloud.microsoft/exchange?landingpage=homepage&form=mac_sidebar&delegatedOrg={initial}#',
      'us-government': 'https://admin.exchange.office365.us',
    },
  },
  {
    service: 'SharePoint',
    name: 'SharePoint admin center',
    leastRole: 'SharePoint Administrator',
    patterns: sharePoint,
  },
  {
    service: 'OneDriveForBusiness',
    name: 'SharePoint admin center (OneDrive)',
    leastRole: 'SharePoint Administrator',
    patterns: sharePoint,
  },
  {
    service: 'microsoftteams',
    name: 'Teams admin center',
    leastRole: 'Teams Administrator',
    patterns: {
      global: 'https://admin.teams.microsoft.com/?delegatedOrg={initial}',
      'us-government': 'https://admin.gov.teams.microsoft.us/dashboard',
    },
  },
  {
    service: 'Intune',
    name: 'Intune admin center',
    leastRole: 'Intune Administrator',
    patterns: {
      global: 'https://intune.microsoft.com/{tid}',
      'us-government': 'https://intune.microsoft.us',
      china: 'https://intune.microsoftonline.cn',
    },
  },
  {
    service: 'OrgLiveID',
    name: 'Entra admin center',
    leastRole: 'Global Reader',
    patterns: {
      global: 'https://entra.microsoft.com/{tid}',
      'us-government': 'https://entra.microsoft.us',
      china: 'https://entra.microsoftonline.cn',
    },
  },
  {
    service: 'Microsoft365Defender',
    name: 'Defender portal',
    leastRole: 'Security Reader',
    patterns: {
      global: 'https://security.microsoft.com/?tid={tid}',
      'us-government': 'https://security.microsoft.us',
      china: 'https://security.microsoftonline.cn',
    },
  },
  {
    service: 'DynamicsCRM',
    name: 'Power Platform admin center (Dynamics 365)',
    leastRole: 'Dynamics 365 Administrator',
    patterns: powerPlatform,
  },
  {
    service: 'PowerApps',
    name: 'Power Platform admin center',
    leastRole: 'Power Platform Administrator',
    patterns: powerPlatform,
  },
  {
    service: 'MicrosoftFlow',
    name: 'Power Platform admin center (Power Automate)',
    leastRole: 'Power Platform Administrator',
    patterns: powerPlatform,
  },
  {
    service: 'PowerBIcom',
    name: 'Power BI admin portal',
    leastRole: 'Fabric Administrator',
    patterns: {
      global: 'https://app.powerbi.com/admin-portal?ctid={tid}',
      'us-government': 'https://app.powerbigov.us/admin-portal',
    },
  },
  {
    service: 'azure',
    name: 'Azure portal',
    leastRole: 'Directory Readers, and Reader on the subscription',
    patterns: {
      global: 'https://portal.azure.com/{tid}',
      'us-government': 'https://portal.azure.us',
      china: 'https://portal.azure.cn',
    },
  },
  {
    service: 'service-health',
    name: 'Service health of the customer',
    leastRole: support,
    patterns: {
      ...suite,
      global: 'https://admin.microsoft.com/Partner/BeginClientSession.aspx?CTID={tid}&CSDEST=ServiceStatus',
    },
  },
  {
    service: 'support-request',
    name: 'New Microsoft 365 support request',
    leastRole: support,
    patterns: {
      ...suite,
      global: 'https://admin.microsoft.com/Partner/BeginClientSession.aspx?CTID={tid}&CSDEST=Support',
    },
  },
  {
    service: 'azure-support-request',
    name: 'New Azure support request',
    leastRole: 'Directory Readers, and Support Request Contributor on the subscription',
    patterns: {
      global: 'https://portal.azure.com/{tid}/#create/Microsoft.Support',
      'us-government': 'https://portal.azure.us/#create/Microsoft.Support',
      china: 'https://portal.azure.cn/#create/Microsoft.Support',
    },
  },
  {
    service: 'partner-center',
    name: 'Partner Center help and support',
    leastRole: 'Admin agent',
    patterns: {
      global: 'https://partner.microsoft.com/dashboard/v2/support/',
      'us-government': 'https://partner.microsoft.com/dashboard/v2/support/',
    },
  },
];
