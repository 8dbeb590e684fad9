import { readFileSync } from 'node:fs';
import { format } from 'prettier';
import { readConfig, settingNames } from '../../shared/platform/config.ts';

/** The settings of the example file, in its order. */
export const exampleSettings = (
  JSON.parse(readFileSync('local.settings.example.json', 'utf8')) as { Values: Record<string, string> }
).Values;

type Group = { title: string; about?: string; settings: Record<string, string> };

/** What each setting is, once. Whether it is required, and what it is by default, is asked of the code. */
export const groups: readonly Group[] = [
  {
    title: 'Microsoft',
    about:
      'One deployment serves one cloud. Endpoints follow from it; the four that override them exist for the local world and for tests, and stay unset in production.',
    settings: {
      MICROSOFT_CLOUD:
        '`global`, `us-government` or `china` (operated by 21Vianet). `germany` is refused: that cloud closed in 2021.',
      PARTNER_CONNECTIONS:
        'The partner tenants that the desk works for, as a JSON array: `id` (yours, lower case, part of keys: never change it), `tenantId`, `clientId` of the multi-tenant application, `role` (`direct` for a direct-bill partner, `provider` and `reseller` for indirect ones); and, each only where there is one, `partnerId` (the Partner ID of the location that sells, in Partner Center under Account settings, Identifiers), `certificate`, the name of one in the vault of certificates, only where the application cannot prove itself by the managed identity, and `caseMailbox`, the address that stands in cases as the partner’s contact: the desk reads its inbox, so the application needs `Application Mail.Read` of Exchange Online’s RBAC for Applications in the scope of that mailbox alone, and `Mail.Read` is not consented in Entra, which would open every mailbox. No rule of the mailbox may move mails out of the inbox, and no gateway may stand before Exchange Online.',
      ENTRA_AUTHORITY: 'Overrides where tokens come from and who signs those of callers.',
      GRAPH_BASE_URL: 'Overrides Microsoft Graph.',
      PARTNER_CENTER_BASE_URL: 'Overrides the Partner Center API.',
      AZURE_MANAGEMENT_BASE_URL: 'Overrides Azure Resource Manager.',
    },
  },
  {
    title: 'Callers',
    settings: {
      DESK_API_AUDIENCE:
        'Audiences that a caller’s token may name, comma-separated: the client id of the API, which Entra writes into tokens of version 2, and its application id URI.',
      DESK_API_TENANTS: 'Home tenants of callers, comma-separated. A token of any other tenant is refused unread.',
    },
  },
  {
    title: 'Storage, bus and secrets',
    about:
      'With a managed identity give the `__` names; a connection string is for machines without one. Of each pair one is required; the connection string wins.',
    settings: {
      STORAGE: 'Connection string of the storage account that holds the desk’s tables.',
      STORAGE__tableServiceUri: 'Table endpoint of that account, such as `https://account.table.core.windows.net`.',
      STORAGE__credential: '`managedidentity`. Read by the Functions host, not by the desk.',
      STORAGE__clientId:
        'Client id of a user-assigned identity, also for the vault; unset means the system-assigned one.',
      SERVICE_BUS: 'Connection string of the namespace. The queue triggers use the same name as their connection.',
      SERVICE_BUS__fullyQualifiedNamespace: 'The namespace, such as `desk.servicebus.windows.net`.',
      SERVICE_BUS__credential: '`managedidentity`. Read by the Functions host for its triggers, not by the desk.',
      SERVICE_BUS__clientId: 'Client id of a user-assigned identity for the bus; unset means the system-assigned one.',
      KEY_VAULT_URI:
        'The vault with the secrets of others: webhook keys of portals; access and contract ids of support contracts; what the reach policy’s channels need (the secret of a webhook, the address of a Teams workflow, the routing key of PagerDuty); and for each connection that reads customers through GDAP `{id}-refresh-token`, which `npm run consent` puts there and the desk renews daily. It must be allowed to get and to set all of them (role Key Vault Secrets Officer). Its own is `partner-consent-key` alone, which it makes itself.',
      CERTIFICATE_VAULT_URI:
        'A vault that the desk cannot write to, with the certificates by which applications prove themselves: needed where a connection names a `certificate`. The desk reads them and has the vault sign, so that no private key leaves it (roles Key Vault Reader and Key Vault Crypto User).',
    },
  },
  {
    title: 'Calls to the outside',
    settings: {
      OUTBOUND_ALLOW:
        'Hosts with ports, comma-separated, that webhooks, to portals and to people, may go to although they are not public HTTPS. Unset in production.',
    },
  },
  {
    title: 'Webhooks of Partner Center',
    about:
      'Partner Center tells of changes at `/api/hooks/partner-center`, signed with a certificate of Microsoft. Where the first is unset nothing is registered, and changes are seen later. A partner tenant has one registration: let one deployment only have it.',
    settings: {
      DESK_PUBLIC_URL:
        'Address under which the desk is reached from outside, such as `https://desk.azurewebsites.net`. The desk registers itself there with Partner Center and keeps that so. The links by which people acknowledge a page begin with it; where it is unset, notices carry none. Entra sends the browser of `npm run consent` back to `/api/partner-consents/callback` there: register that address, under Web, with the multi-tenant application.',
      PARTNER_CENTER_WEBHOOK_ROOTS:
        'Authorities that are trusted beside the pinned roots, in PEM, one after the other; line ends may be written `\\n`. For the day when Microsoft changes its own.',
      PARTNER_CENTER_WEBHOOK_CERTIFICATES:
        'Replaces the places where the certificates may lie, comma-separated: each the beginning of an address, up to the file name. Unset means the one that Microsoft documents.',
    },
  },
  {
    title: 'Schedules and intervals',
    about:
      'Schedules are NCRONTAB with six fields, in UTC. The Functions host reads them from the app settings, where it knows no default. They only start what is missing: what is due follows from stored times, at the intervals below.',
    settings: {
      HEALTH_POLL_SCHEDULE: 'When it is checked that every shard of customers is being polled.',
      SWEEP_SCHEDULE: 'When everything that is owed for more than two minutes is sent again.',
      HEALTH_POLL_MINUTES: 'How often the service health of each customer is read.',
      CUSTOMER_SYNC_MINUTES: 'How often the directory of customers is read from Partner Center.',
      CASE_SYNC_MINUTES:
        'How often a case at Microsoft is asked for news, and each case mailbox is read; a case more often while something is due, less often where nothing is expected.',
    },
  },
  {
    title: 'Of the platform',
    about:
      'Azure sets the first two for an app with a managed identity, and the local world sets its own. The other two are for the Functions host.',
    settings: {
      IDENTITY_ENDPOINT: 'Where the app gets tokens of its managed identity.',
      IDENTITY_HEADER: 'What it must show there.',
      FUNCTIONS_WORKER_RUNTIME: '`node`.',
      AzureWebJobsStorage: 'Its own storage: locks of timers, keys. May be the same account.',
    },
  },
];

/** What is needed where everything else is left out. */
const least = Object.fromEntries(
  [
    'PARTNER_CONNECTIONS',
    'DESK_API_AUDIENCE',
    'DESK_API_TENANTS',
    'STORAGE',
    'SERVICE_BUS',
    'KEY_VAULT_URI',
    'HEALTH_POLL_SCHEDULE',
    'SWEEP_SCHEDULE',
  ].map((name) => [name, exampleSettings[name]]),
);

const wrongWithout = (name: string): boolean => !readConfig({ ...exampleSettings, [name]: undefined }).ok;

function byDefault(name: string): string {
  const read = readConfig(least);
  if (!read.ok) throw new Error(read.wrong.join('; '));
  const value: unknown = name in least ? undefined : Object.entries(read.config).find(([key]) => key === name)?.[1];
  return typeof value === 'string' || typeof value === 'number' ? `\`${String(value)}\`` : '–';
}

const required = (name: string): string => {
  if (!settingNames.includes(name) || !wrongWithout(name)) return 'no';
  return ['STORAGE', 'SERVICE_BUS'].includes(name) ? 'one of the pair' : 'yes';
};

const example = (name: string): string => {
  const value = exampleSettings[name] ?? '';
  return value === '' ? '–' : `\`${value}\``;
};

const sectionOf = ({ title, about = '', settings }: Group): string[] => [
  `## ${title}`,
  about,
  [
    '| setting | what it is | required | default | example |',
    '| --- | --- | --- | --- | --- |',
    ...Object.entries(settings).map(
      ([name, what]) => `| \`${name}\` | ${what} | ${required(name)} | ${byDefault(name)} | ${example(name)} |`,
    ),
  ].join('\n'),
];

/** `docs/configuration.md`, made from the settings' own schema and the texts above. */
export async function configurationDocument(): Promise<string> {
  const text = [
    '# Configuration',
    'App settings, read once when the app starts. `local.settings.example.json` holds each of them. An empty text counts as unset.',
    'With wrong or missing settings the app registers `livez` and `readyz` only. Both answer 503, and the log names the settings that are wrong, never a value.',
    ...groups.flatMap(sectionOf),
    '## On a developer’s machine',
    'Each setting above, given in the environment of `npm start`, wins over the local world’s own. Two more are for the local world alone: `PORT_BASE` moves its ports (default 7071), and `DESK_LOCAL_LOG=1` prints what functions log.',
    '_Generated; `vitest run test/architecture/documents.test.ts -u` writes it anew._',
  ].join('\n\n');
  return format(text, { parser: 'markdown', printWidth: 120, singleQuote: true });
}
