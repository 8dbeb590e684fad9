import { azureHints, azureKindOfName, azureNames } from './azure-kinds.ts';

/** A service as people name it: by its name (`strong`), or by what it does (`weak`). */
export type ServiceWords = { id: string; name: string; aka?: readonly string[]; strong: string; weak: string };

/**
 * Ids and names: Microsoft Graph, service communications (`healthOverviews`); `azure` is the desk's own id, Graph does not
 * cover it; `aka`: what senders write into the field. The words are our own list; umlauts are written out.
 */
export const serviceWords: readonly ServiceWords[] = [
  {
    id: 'Exchange',
    name: 'Exchange Online',
    aka: ['Outlook', 'Microsoft Exchange', 'Exchange Online Protection'],
    strong:
      'exchange, exchange online, outlook, mail flow, mx record*, mx eintrag*, dkim, dmarc, アウトルック, エクスチェンジ',
    weak: 'mail, mails, email*, e mail*, mailbox*, inbox*, calendar*, out of office, automatic repl*, webmail, mailver*, mailzu*, mailaus*, mailein*, mailstoer*, mailempfang*, mailprobl*, mailfluss*, mailkonto*, mailadress*, mailprogramm*, ndr, postfach*, postfaech*, kalender*, abwesenheitsnotiz*, メール, 予定表, 受信トレイ',
  },
  {
    id: 'microsoftteams',
    name: 'Microsoft Teams',
    aka: ['Teams', 'MS Teams'],
    strong: 'teams, msteams, チームズ',
    weak: 'meeting*, chat*, besprechung*, 会議, チャット',
  },
  {
    id: 'SharePoint',
    name: 'SharePoint Online',
    aka: ['SharePoint Sites'],
    strong: 'sharepoint*, share point, シェアポイント',
    weak: 'document librar*, dokumentbibliothek*, ドキュメントライブラリ, サイトコレクション',
  },
  {
    id: 'OneDriveForBusiness',
    name: 'OneDrive for Business',
    aka: ['OneDrive'],
    strong: 'onedrive*, ワンドライブ',
    weak: 'one drive, sync client*, 同期クライアント',
  },
  {
    id: 'OrgLiveID',
    name: 'Microsoft Entra',
    aka: ['Entra', 'Entra ID', 'Microsoft Entra ID', 'Azure AD', 'Azure Active Directory', 'Identity Service'],
    strong:
      'entra, entra id, aadsts*, conditional access*, mfa, authenticator*, multi factor*, multifactor*, 条件付きアクセス, 多要素',
    weak: 'sign in*, signin*, signing in*, log in*, login*, log on*, password*, anmeld*, einlogg*, kennwort*, passwor*, サインイン, ログイン, パスワード',
  },
  {
    id: 'OSDPPlatform',
    name: 'Microsoft 365 suite',
    aka: ['Microsoft 365', 'Office 365'],
    strong: 'admin center*, admin centre*, admin portal*, 管理センター',
    weak: 'microsoft 365, office 365, m365, o365, copilot*',
  },
  {
    id: 'O365Client',
    name: 'Microsoft 365 Apps',
    aka: [
      'Office',
      'Excel',
      'Word',
      'PowerPoint',
      'Microsoft 365 Apps for business',
      'Microsoft 365 Apps for enterprise',
    ],
    strong:
      'excel, excel datei*, powerpoint*, word, microsoft apps, microsoft access, ms access, ワード, access database*, access datenbank*, visio file*, エクセル, パワーポイント, パワポ',
    weak: 'office, activation*, aktivierung*, ライセンス認証',
  },
  {
    id: 'officeonline',
    name: 'Office for the web',
    strong: 'office for the web*, excel online*, word online*, excel for the web*, word for the web*',
    weak: '',
  },
  {
    id: 'Intune',
    name: 'Microsoft Intune',
    strong: 'intune*, autopilot*, company portal, unternehmensportal',
    weak: 'managed device*, device complian*, enrol*, 端末, デバイス',
  },
  {
    id: 'MobileDeviceManagement',
    name: 'Mobile Device Management',
    strong: 'mobile device management*, basic mobility*',
    weak: '',
  },
  {
    id: 'PowerBIcom',
    name: 'Power BI',
    aka: ['Power BI Service', 'Microsoft Fabric'],
    strong: 'power bi*, powerbi*, microsoft fabric',
    weak: 'dashboard*, dataset*, ダッシュボード, データセット',
  },
  {
    id: 'PowerApps',
    name: 'Power Apps',
    aka: ['Microsoft Power Apps', 'Power Platform', 'Dataverse'],
    strong: 'power apps*, powerapps*, power app, powerapp, dataverse*, power platform',
    weak: 'canvas app*',
  },
  {
    id: 'MicrosoftFlow',
    name: 'Microsoft Power Automate',
    aka: ['Power Automate', 'Microsoft Flow'],
    strong: 'power automate*, cloud flow*',
    weak: 'flow, flows, フロー',
  },
  { id: 'PowerAppsM365', name: 'Power Apps in Microsoft 365', strong: '', weak: '' },
  { id: 'MicrosoftFlowM365', name: 'Power Automate in Microsoft 365', strong: '', weak: '' },
  {
    id: 'DynamicsCRM',
    name: 'Dynamics 365 Apps',
    aka: ['Dynamics 365', 'Dynamics CRM', 'Dynamics 365 Business Central', 'Business Central'],
    strong: 'dynamics, dynamics 365, business central*, ダイナミクス',
    weak: 'crm',
  },
  {
    id: 'Microsoft365Defender',
    name: 'Microsoft Defender XDR',
    aka: ['Microsoft 365 Defender', 'Defender', 'Defender for Office 365', 'Defender for Endpoint'],
    strong: 'defender*, quarantin*, phish*, 検疫, フィッシング',
    weak: '',
  },
  {
    id: 'cloudappsecurity',
    name: 'Microsoft Defender for Cloud Apps',
    strong: 'cloud app security',
    weak: '',
  },
  {
    id: 'RMS',
    name: 'Microsoft Purview',
    aka: ['Azure Information Protection'],
    strong: 'purview, sensitivity label*',
    weak: 'vertraulichkeitsbezeichnung*, 秘密度ラベル',
  },
  { id: 'PAM', name: 'Privileged Access Management', strong: 'privileged access management', weak: '' },
  { id: 'Lync', name: 'Skype for Business', strong: 'skype for business*', weak: 'skype' },
  {
    id: 'Viva',
    name: 'Microsoft Viva',
    strong: 'viva insights*, viva learning*, viva connections*, viva goals*',
    weak: '',
  },
  { id: 'yammer', name: 'Viva Engage', aka: ['Yammer'], strong: 'viva engage*, yammer*', weak: '' },
  { id: 'Planner', name: 'Planner', aka: ['Microsoft Planner'], strong: 'planner*, プランナー', weak: '' },
  { id: 'Bookings', name: 'Microsoft Bookings', aka: ['Bookings'], strong: 'microsoft bookings, bookings', weak: '' },
  { id: 'Forms', name: 'Microsoft Forms', aka: ['Forms'], strong: 'microsoft forms*, ms forms', weak: 'forms' },
  { id: 'Stream', name: 'Microsoft Stream', strong: 'microsoft stream, stream video*', weak: '' },
  { id: 'SwayEnterprise', name: 'Sway', strong: 'sway', weak: '' },
  { id: 'StaffHub', name: 'Shifts', strong: 'shifts', weak: '' },
  { id: 'azure', name: 'Azure', aka: ['Microsoft Azure'], strong: azureNames, weak: azureHints },
];

/** Services that share their machinery: a fault of one is often felt as a fault of the other. Our own default. */
const kin: readonly (readonly string[])[] = [
  ['SharePoint', 'OneDriveForBusiness', 'officeonline'],
  ['microsoftteams', 'Lync'],
  ['PowerApps', 'PowerAppsM365', 'DynamicsCRM'],
  ['MicrosoftFlow', 'MicrosoftFlowM365'],
  ['Intune', 'MobileDeviceManagement'],
  ['Exchange', 'Microsoft365Defender'],
  ['O365Client', 'officeonline'],
];

/** The suite and the identity service stand under every Microsoft 365 service. */
const foundations = ['OSDPPlatform', 'OrgLiveID'];

const plain = (service: string) => service.toLowerCase();

const idByName = new Map(
  serviceWords.flatMap(({ id, name, aka = [] }) => [id, name, ...aka].map((one) => [plain(one), id] as const)),
);

/** The id of a service that is named by its id or a name it goes by, in any case, or by a kind of Azure's; else the text itself. */
export const serviceIdOf = (text: string): string =>
  idByName.get(plain(text)) ?? (azureKindOfName(text) === undefined ? text : 'azure');

export const serviceNameOf = (id: string): string => serviceWords.find((one) => one.id === id)?.name ?? id;

export const isKnownService = (id: string): boolean => serviceWords.some((one) => one.id === id);

export type Kinship = 'same' | 'kin' | 'foundation' | 'none';

/** How the service of an incident (`theirs`) stands to the service of a request. */
export function kinshipOf(ours: string, theirs: string): Kinship {
  const [a, b] = [serviceIdOf(ours), serviceIdOf(theirs)];
  if (plain(a) === plain(b)) return 'same';
  if (kin.some((group) => group.includes(a) && group.includes(b))) return 'kin';
  if (foundations.includes(b) && a !== 'azure') return 'foundation';
  return 'none';
}
