/** A service as people name it: by its name (`strong`), or by what it does (`weak`). */
export type ServiceWords = { id: string; name: string; strong: string; weak: string };

/**
 * Ids and names: Microsoft Graph, service communications (`healthOverviews`); `azure` is the desk's own id, Graph does not
 * cover it. The words are our own list; umlauts are written out.
 */
export const serviceWords: readonly ServiceWords[] = [
  {
    id: 'Exchange',
    name: 'Exchange Online',
    strong: 'exchange*, outlook*, アウトルック',
    weak: 'mail, mails, email*, e mail*, mailbox*, inbox*, calendar*, postfach*, postfaech*, kalender*, メール, 予定表, 受信トレイ',
  },
  {
    id: 'microsoftteams',
    name: 'Microsoft Teams',
    strong: 'teams, チームズ',
    weak: 'meeting*, chat*, besprechung*, 会議, チャット',
  },
  {
    id: 'SharePoint',
    name: 'SharePoint Online',
    strong: 'sharepoint*, シェアポイント',
    weak: 'document librar*, dokumentbibliothek*, ドキュメントライブラリ, サイトコレクション',
  },
  {
    id: 'OneDriveForBusiness',
    name: 'OneDrive for Business',
    strong: 'onedrive*, ワンドライブ',
    weak: 'sync client*, 同期クライアント',
  },
  {
    id: 'OrgLiveID',
    name: 'Microsoft Entra',
    strong:
      'entra*, azure ad, azure active directory*, conditional access*, mfa, authenticator*, 条件付きアクセス, 多要素',
    weak: 'sign in*, signin*, log in*, login*, password*, anmeld*, kennwort*, passwor*, サインイン, ログイン, パスワード',
  },
  {
    id: 'OSDPPlatform',
    name: 'Microsoft 365 suite',
    strong: 'admin center*, admin centre*, admin portal*, 管理センター',
    weak: 'microsoft 365, office 365',
  },
  {
    id: 'O365Client',
    name: 'Microsoft 365 Apps',
    strong: 'excel*, powerpoint*, word, microsoft 365 apps*, エクセル, パワーポイント',
    weak: 'office, activation*, aktivierung*, ライセンス認証',
  },
  {
    id: 'officeonline',
    name: 'Office for the web',
    strong: 'office for the web*, excel online*, word online*',
    weak: '',
  },
  {
    id: 'Intune',
    name: 'Microsoft Intune',
    strong: 'intune*, autopilot*',
    weak: 'device*, enrol*, geraet*, デバイス, 端末',
  },
  {
    id: 'PowerBIcom',
    name: 'Power BI',
    strong: 'power bi*, powerbi*',
    weak: 'dashboard*, dataset*, ダッシュボード, データセット',
  },
  {
    id: 'PowerApps',
    name: 'Power Apps',
    strong: 'power apps*, powerapps*, power app, dataverse*',
    weak: 'canvas app*',
  },
  {
    id: 'MicrosoftFlow',
    name: 'Microsoft Power Automate',
    strong: 'power automate*, cloud flow*',
    weak: 'flow, flows, フロー',
  },
  { id: 'DynamicsCRM', name: 'Dynamics 365 Apps', strong: 'dynamics*, business central*', weak: 'crm' },
  {
    id: 'Microsoft365Defender',
    name: 'Microsoft Defender XDR',
    strong: 'defender*',
    weak: 'quarantin*, phish*, 検疫, フィッシング',
  },
  { id: 'yammer', name: 'Viva Engage', strong: 'viva engage*, yammer*', weak: '' },
  { id: 'Planner', name: 'Planner', strong: 'planner*', weak: '' },
  { id: 'Bookings', name: 'Microsoft Bookings', strong: 'bookings', weak: '' },
  { id: 'Forms', name: 'Microsoft Forms', strong: 'microsoft forms*', weak: 'forms' },
  {
    id: 'azure',
    name: 'Azure',
    strong:
      'azure, virtual machine*, virtuelle maschine*, virtuellen maschine*, app service*, azure sql*, cosmos db*, expressroute*, storage account*, speicherkonto*, kubernetes*, aks, 仮想マシン, ストレージアカウント',
    weak: 'vm, vms, sql database*, blob*, vpn gateway*',
  },
];

/** Services that share their machinery: a fault of one is often felt as a fault of the other. Our own default. */
const kin: readonly (readonly string[])[] = [
  ['SharePoint', 'OneDriveForBusiness', 'officeonline'],
  ['microsoftteams', 'Lync'],
  ['PowerApps', 'PowerAppsM365', 'DynamicsCRM'],
  ['MicrosoftFlow', 'MicrosoftFlowM365'],
  ['Intune', 'MobileDeviceManagement'],
  ['Exchange', 'Microsoft365Defender'],
];

/** The suite and the identity service stand under every Microsoft 365 service. */
const foundations = ['OSDPPlatform', 'OrgLiveID'];

const plain = (service: string) => service.toLowerCase();

/** The id of a service that is named by its id or its display name, in any case; else the text itself. */
export function serviceIdOf(text: string): string {
  const known = serviceWords.find((one) => plain(one.id) === plain(text) || plain(one.name) === plain(text));
  return known?.id ?? text;
}

export const serviceNameOf = (id: string): string => serviceWords.find((one) => one.id === id)?.name ?? id;

export type Kinship = 'same' | 'kin' | 'foundation' | 'none';

/** How the service of an incident (`theirs`) stands to the service of a request. */
export function kinshipOf(ours: string, theirs: string): Kinship {
  const [a, b] = [serviceIdOf(ours), serviceIdOf(theirs)];
  if (plain(a) === plain(b)) return 'same';
  if (kin.some((group) => group.includes(a) && group.includes(b))) return 'kin';
  if (foundations.includes(b) && a !== 'azure') return 'foundation';
  return 'none';
}
