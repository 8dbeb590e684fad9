import type { Category } from './request.ts';

/** Something to look at before anybody is asked for help, and when it applies. */
export type Check = {
  id: string;
  text: string;
  /** The page to look at: that of the service, or the customer's service health. */
  opens?: 'service' | 'service-health';
  /** Ids of services, groups of them, or `*`. */
  services: readonly string[];
  category: Category;
  /** A kind of Azure resource; left out: any. */
  kind?: string;
};

/**
 * In the order in which they are done: health first, then settings. Order of work: Microsoft docs, "Customer support in the CSP
 * program"; the checks of each service are our own.
 */
export const checks: readonly Check[] = [
  {
    id: 'service-health',
    text: "Look into the customer's service health: is an incident known?",
    opens: 'service-health',
    services: ['*'],
    category: 'technical',
  },
  {
    id: 'azure-resource-health',
    text: 'Look at the health of the resource and at Azure Service Health of its region.',
    opens: 'service',
    services: ['azure'],
    category: 'technical',
  },
  {
    id: 'who-is-affected',
    text: 'Is it one person, one device, one place, or everybody? Try another browser and another network.',
    services: ['*'],
    category: 'technical',
  },
  {
    id: 'what-changed',
    text: 'Look into the audit log: what was changed before it began?',
    services: ['*'],
    category: 'technical',
  },
  {
    id: 'licence-assigned',
    text: 'Is the licence assigned, with this service switched on in it?',
    services: ['microsoft-365', 'devices', 'security', 'dynamics-365', 'power-platform'],
    category: 'technical',
  },
  {
    id: 'exchange-message-trace',
    text: 'Trace a message: where does it wait, or who refuses it, with which code?',
    opens: 'service',
    services: ['Exchange'],
    category: 'technical',
  },
  {
    id: 'exchange-dns',
    text: 'Are MX, SPF, DKIM and DMARC of the domain right?',
    services: ['Exchange'],
    category: 'technical',
  },
  {
    id: 'exchange-web',
    text: 'Does it also happen in Outlook on the web? If not, it is the program or its profile.',
    services: ['Exchange'],
    category: 'technical',
  },
  {
    id: 'teams-call-quality',
    text: 'Look at the call in Call analytics, and at the policies that apply to the person.',
    opens: 'service',
    services: ['microsoftteams', 'Lync'],
    category: 'technical',
  },
  {
    id: 'sharepoint-permissions',
    text: 'Check the permission of the person on the site or file, and whether sharing is allowed.',
    opens: 'service',
    services: ['SharePoint', 'OneDriveForBusiness', 'officeonline'],
    category: 'technical',
  },
  {
    id: 'sharepoint-recycle-bin',
    text: 'Is it in a recycle bin, or in the version history?',
    services: ['SharePoint', 'OneDriveForBusiness'],
    category: 'technical',
  },
  {
    id: 'onedrive-client',
    text: 'Update, pause and reset the sync client; look for names and paths that it cannot sync.',
    services: ['OneDriveForBusiness'],
    category: 'technical',
  },
  {
    id: 'apps-repair',
    text: 'Start without add-ins, update, then repair the installation.',
    services: ['O365Client'],
    category: 'technical',
  },
  {
    id: 'entra-sign-in-log',
    text: 'Find the sign-in in the log: error code, and which Conditional Access policy applied.',
    opens: 'service',
    services: ['entra'],
    category: 'technical',
  },
  {
    id: 'entra-methods',
    text: "Check the person's authentication methods, and whether the account is blocked or at risk.",
    opens: 'service',
    services: ['entra'],
    category: 'technical',
  },
  {
    id: 'intune-device',
    text: 'Look at the device: last check-in, compliance, and errors of enrolment or policy.',
    opens: 'service',
    services: ['devices'],
    category: 'technical',
  },
  {
    id: 'security-alert',
    text: 'Find the alert or message in the portal: which policy acted? Submit a false positive.',
    opens: 'service',
    services: ['security'],
    category: 'technical',
  },
  {
    id: 'business-apps-environment',
    text: 'Look at the environment: state, capacity, running operations, and the roles of the person.',
    opens: 'service',
    services: ['dynamics-365', 'power-platform'],
    category: 'technical',
  },
  {
    id: 'flow-run',
    text: 'Open the failed run: which step failed, with which error? Renew its connection.',
    services: ['MicrosoftFlow', 'MicrosoftFlowM365'],
    category: 'technical',
  },
  {
    id: 'powerbi-refresh',
    text: 'Read the refresh history; check credentials and gateway of the data source.',
    services: ['PowerBIcom'],
    category: 'technical',
  },
  {
    id: 'azure-activity-log',
    text: 'Read the activity log and the metrics of the resource for the time it began.',
    opens: 'service',
    services: ['azure'],
    category: 'technical',
  },
  {
    id: 'azure-vm-boot',
    text: 'Look at boot diagnostics and the serial console; stop (deallocate) and start, or redeploy.',
    services: ['azure'],
    kind: 'virtual-machines',
    category: 'technical',
  },
  {
    id: 'azure-network-path',
    text: 'Test the path with Network Watcher: security groups, routes, DNS, and the far end of a tunnel.',
    services: ['azure'],
    kind: 'networking',
    category: 'technical',
  },
  {
    id: 'azure-storage-access',
    text: 'Check keys, roles, firewall and private endpoints of the account.',
    services: ['azure'],
    kind: 'storage',
    category: 'technical',
  },
  {
    id: 'azure-sql-load',
    text: 'Look at load, blocking and firewall rules of the database.',
    services: ['azure'],
    kind: 'sql-database',
    category: 'technical',
  },
  {
    id: 'azure-app-logs',
    text: 'Read the log of the app and the time of its last deployment.',
    services: ['azure'],
    kind: 'app-service',
    category: 'technical',
  },
  {
    id: 'azure-kubernetes-nodes',
    text: 'Look at nodes, events and versions of the cluster.',
    services: ['azure'],
    kind: 'kubernetes',
    category: 'technical',
  },
  {
    id: 'billing-compare',
    text: 'Hold the invoice against the subscriptions and their changes in Partner Center.',
    services: ['*'],
    category: 'billing',
  },
  {
    id: 'billing-azure-usage',
    text: 'Hold the invoice against the usage of the subscription by resource and day.',
    services: ['azure'],
    category: 'billing',
  },
  {
    id: 'subscription-state',
    text: 'Look at the subscription in Partner Center: state, term, renewal, and what may still be cancelled.',
    services: ['*'],
    category: 'subscription',
  },
  {
    id: 'azure-quota',
    text: 'Look at usage and quota of the region in the Azure portal.',
    opens: 'service',
    services: ['azure'],
    category: 'subscription',
  },
  {
    id: 'advisory-documented',
    text: "Is it described in Microsoft's documentation, or in the customer's own plan with you?",
    services: ['*'],
    category: 'advisory',
  },
];
