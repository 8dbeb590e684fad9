import type { Category } from './request.ts';

/** Something that Microsoft asks for on a case. `key`: the member of the request's `evidence` that gives it, or one `of` these. */
export type WantedEvidence = {
  key: string;
  of?: readonly string[];
  text: string;
  /** Ids of services, groups of them, or `*`. */
  services: readonly string[];
  category: Category;
  /** A kind of Azure resource; left out: any. */
  kind?: string;
};

/**
 * What to have ready before a case is filed. What every form asks for (title, severity, start, contact) the desk has by itself.
 * `affectedUsers`, `tried` and `resourceId` go into the packet (`shared/escalations/packet.ts`) as members of their own, all
 * others with its evidence. Sources: the members of Azure's supportTickets, the forms of the admin centres; the rest is our own.
 */
export const wantedEvidence: readonly WantedEvidence[] = [
  {
    key: 'affectedUsers',
    text: 'How many people are affected (a number).',
    services: ['*'],
    category: 'technical',
  },
  {
    key: 'tried',
    of: ['tried', 'stepsTaken'],
    text: 'What was tried already, and what came of it.',
    services: ['*'],
    category: 'technical',
  },
  { key: 'errorText', text: 'The whole text or code of the error.', services: ['*'], category: 'technical' },
  {
    key: 'examples',
    text: 'One or two examples with user and time (UTC).',
    services: ['microsoft-365', 'devices', 'security', 'dynamics-365', 'power-platform'],
    category: 'technical',
  },
  {
    key: 'messageId',
    text: 'Message id, sender, recipient and time of one message, and its headers.',
    services: ['Exchange', 'Microsoft365Defender'],
    category: 'technical',
  },
  {
    key: 'callId',
    text: 'Time and link of one meeting or call, or its call id.',
    services: ['microsoftteams', 'Lync'],
    category: 'technical',
  },
  {
    key: 'url',
    text: 'Address of the site or file.',
    services: ['SharePoint', 'OneDriveForBusiness', 'officeonline'],
    category: 'technical',
  },
  {
    key: 'correlationId',
    text: 'Correlation id and time that the error page shows.',
    services: ['SharePoint', 'OneDriveForBusiness', 'entra', 'OSDPPlatform'],
    category: 'technical',
  },
  {
    key: 'clientVersion',
    text: 'Version and channel of the program, and of Windows, macOS or the phone.',
    services: ['O365Client', 'Exchange', 'microsoftteams', 'OneDriveForBusiness'],
    category: 'technical',
  },
  {
    key: 'requestId',
    text: 'Request id, correlation id, error code (AADSTS…) and time of one sign-in.',
    services: ['entra'],
    category: 'technical',
  },
  {
    key: 'deviceId',
    text: 'Name and Intune id of one device, and its platform.',
    services: ['devices'],
    category: 'technical',
  },
  {
    key: 'environmentId',
    text: 'Id and region of the environment.',
    services: ['dynamics-365', 'PowerApps', 'PowerAppsM365', 'MicrosoftFlow', 'MicrosoftFlowM365'],
    category: 'technical',
  },
  {
    key: 'sessionId',
    text: 'Session id of the app, or run id of the flow.',
    services: ['PowerApps', 'PowerAppsM365', 'MicrosoftFlow', 'MicrosoftFlowM365'],
    category: 'technical',
  },
  {
    key: 'workspaceId',
    text: 'Ids of workspace and dataset or report, and the activity id of the error.',
    services: ['PowerBIcom'],
    category: 'technical',
  },
  {
    key: 'resourceId',
    text: 'Resource id (/subscriptions/…): the case is filed on its subscription.',
    services: ['azure'],
    category: 'technical',
  },
  {
    key: 'bootLog',
    text: 'Screenshot and serial log of boot diagnostics.',
    services: ['azure'],
    kind: 'virtual-machines',
    category: 'technical',
  },
  {
    key: 'networkPath',
    text: 'Source, destination, port and time (UTC) of one failed connection.',
    services: ['azure'],
    kind: 'networking',
    category: 'technical',
  },
  {
    key: 'operationId',
    text: 'Request id (x-ms-request-id) and time of one failed call.',
    services: ['azure'],
    kind: 'storage',
    category: 'technical',
  },
  { key: 'invoiceNumber', text: 'Number and month of the invoice.', services: ['*'], category: 'billing' },
  {
    key: 'amount',
    text: 'Which line or amount is wrong, and what it should be.',
    services: ['*'],
    category: 'billing',
  },
  { key: 'subscriptionId', text: 'Id of the subscription.', services: ['*'], category: 'subscription' },
  {
    key: 'quota',
    text: 'Region, kind of quota, present and wanted limit.',
    services: ['azure'],
    category: 'subscription',
  },
];
