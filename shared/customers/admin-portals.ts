import type { CloudName } from './cloud.ts';

/** A cloud, or `gcc`: tenants of the US Government Community Cloud stand in the global cloud and have some portals of their own. */
export type PortalCloud = CloudName | 'gcc';

/**
 * Where a service is administered, per cloud. `{tid}` is the customer's tenant id, `{initial}` its initial domain, `{label}` that
 * domain's first label, `{incident}` Microsoft's id of an incident, `{subscription}` the short form of
 * the customer's first Azure subscription. A pattern that names nothing of the customer opens the tenant in which the person is
 * signed in. Of a cloud left out no page is known; `gcc` left out is as `global`.
 */
export type AdminPortal = {
  /**
   * A Graph service id, `azure`, or one of the pages `service-health`, `support-request`, `azure-support-request`, `partner-center`,
   * `business-central`, `lighthouse`.
   */
  service: string;
  name: string;
  /** What else Microsoft's own lists of a customer call it. */
  names?: readonly string[];
  /** Whoever opens it sees the partner's tenant. */
  opensPartner?: true;
  leastRole: string;
  patterns: Partial<Record<PortalCloud, string>>;
};

const support = 'Service Support Administrator';
const powerPlatform = {
  global: 'https://admin.powerplatform.microsoft.com/account/login/{tid}',
  gcc: 'https://gcc.admin.powerplatform.microsoft.us',
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
  china: 'https://{label}-admin.sharepoint.cn',
};

/**
 * The one table of portals. Microsoft publishes delegated links per customer only through Graph's serviceManagementDetails; most
 * patterns are those of widely used community lists, and the hosts of 21Vianet differ between such lists.
 */
export const adminPortals: readonly AdminPortal[] = [
  {
    service: 'OSDPPlatform',
    name: 'Microsoft 365 admin center',
    names: ['Microsoft 365', 'Office 365'],
    leastRole: support,
    patterns: suite,
  },
  {
    service: 'Exchange',
    name: 'Exchange admin center',
    names: ['Exchange Online'],
    leastRole: 'Exchange Administrator',
    patterns: {
      global: 'https://admin.cloud.microsoft/exchange?landingpage=homepage&form=mac_sidebar&delegatedOrg={initial}#',
      'us-government': 'https://admin.exchange.office365.us',
    },
  },
  {
    service: 'SharePoint',
    name: 'SharePoint admin center',
    names: ['SharePoint Online'],
    leastRole: 'SharePoint Administrator',
    patterns: sharePoint,
  },
  {
    service: 'OneDriveForBusiness',
    name: 'SharePoint admin center (OneDrive)',
    names: ['OneDrive', 'OneDrive for Business'],
    leastRole: 'SharePoint Administrator',
    patterns: sharePoint,
  },
  {
    service: 'microsoftteams',
    name: 'Teams admin center',
    names: ['Teams'],
    leastRole: 'Teams Administrator',
    patterns: {
      global: 'https://admin.teams.microsoft.com/?delegatedOrg={initial}',
      gcc: 'https://admin.gov.teams.microsoft.us/dashboard',
      'us-government': 'https://admin.gov.teams.microsoft.us/dashboard',
    },
  },
  {
    service: 'Intune',
    name: 'Intune admin center',
    names: ['Microsoft Intune', 'Endpoint Manager', 'Microsoft Endpoint Manager'],
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
    names: ['Microsoft Entra ID', 'Microsoft Entra', 'Azure Active Directory'],
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
    names: ['Microsoft Defender', 'Microsoft Defender XDR', 'Microsoft 365 Defender'],
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
    names: ['Dynamics 365', 'Dynamics CRM Online'],
    leastRole: 'Dynamics 365 Administrator',
    patterns: powerPlatform,
  },
  {
    service: 'PowerApps',
    name: 'Power Platform admin center',
    names: ['Power Platform', 'Power Apps'],
    leastRole: 'Power Platform Administrator',
    patterns: powerPlatform,
  },
  {
    service: 'MicrosoftFlow',
    name: 'Power Platform admin center (Power Automate)',
    names: ['Power Automate', 'Microsoft Power Automate'],
    leastRole: 'Power Platform Administrator',
    patterns: powerPlatform,
  },
  {
    service: 'PowerBIcom',
    name: 'Power BI admin portal',
    names: ['Power BI', 'Microsoft Fabric'],
    leastRole: 'Fabric Administrator',
    patterns: {
      global: 'https://app.powerbi.com/admin-portal?ctid={tid}',
      gcc: 'https://app.powerbigov.us/admin-portal',
      'us-government': 'https://app.powerbigov.us/admin-portal',
    },
  },
  {
    service: 'azure',
    name: 'Azure portal',
    names: ['Azure', 'Microsoft Azure'],
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
    opensPartner: true,
    leastRole: 'Admin agent',
    patterns: {
      global: 'https://partner.microsoft.com/dashboard/v2/support/',
      'us-government': 'https://partner.microsoft.com/dashboard/v2/support/',
    },
  },
  {
    service: 'business-central',
    name: 'Business Central admin center',
    names: ['Dynamics 365 Business Central'],
    leastRole: 'Dynamics 365 Business Central Administrator',
    patterns: { global: 'https://businesscentral.dynamics.com/{tid}/admin' },
  },
  {
    service: 'lighthouse',
    name: 'Microsoft 365 Lighthouse',
    opensPartner: true,
    leastRole: 'Lighthouse Reader',
    patterns: { global: 'https://lighthouse.microsoft.com' },
  },
];

const messageCenter = '#/MessageCenter/:/messages/{incident}';
const alerts = '#/servicehealth/:/alerts/{incident}';

/** The page of one incident, by whose it is. Found in widely used lists, not documented; none takes a delegated tenant. */
export const incidentPages: readonly (AdminPortal & { isOf: RegExp })[] = [
  {
    isOf: /^MC\d+$/,
    service: 'incident',
    name: 'The post in the message center',
    leastRole: 'Message Center Reader',
    patterns: {
      global: `https://admin.microsoft.com/AdminPortal/Home${messageCenter}`,
      'us-government': `https://portal.office365.us/AdminPortal/Home${messageCenter}`,
      china: `https://portal.partner.microsoftonline.cn/AdminPortal/Home${messageCenter}`,
    },
  },
  {
    isOf: /^[A-Z]{2}\d+$/,
    service: 'incident',
    name: 'The incident in the Microsoft 365 admin center',
    leastRole: support,
    patterns: {
      global: `https://admin.microsoft.com/AdminPortal/Home${alerts}`,
      'us-government': `https://portal.office365.us/AdminPortal/Home${alerts}`,
      china: `https://portal.partner.microsoftonline.cn/AdminPortal/Home${alerts}`,
    },
  },
  {
    isOf: /^[A-Z0-9]{4}-[A-Z0-9]{3}$/,
    service: 'incident',
    name: 'The event in Azure Service Health',
    leastRole: 'Reader on the subscription',
    patterns: {
      // Microsoft docs, Azure Service Health: the tracking id, and the first and last three characters of the subscription's id.
      global: 'https://app.azure.com/h/{incident}/{subscription}',
    },
  },
];
