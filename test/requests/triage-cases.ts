import type { Category } from '../../shared/requests/request.ts';
import type { Boundary } from '../../shared/requests/triage-answer.ts';

/** What a person reading the request would say. `null`: nobody could tell. */
export type TriageCase = {
  title: string;
  description: string;
  category: Category | null;
  service: string | null;
  boundary: Boundary | null;
  incidents: string[];
};

const c = (
  [title, description]: [string, string],
  [category, service, boundary]: [Category | null, string | null, Boundary | null],
  ...incidents: string[]
): TriageCase => ({ title, description, category, service, boundary, incidents });

/** Held against the live incidents of `live-incidents.ts`. */
export const triageCases: readonly TriageCase[] = [
  // English
  c(
    ['Outgoing mail is very slow', 'Messages to customers outside arrive forty minutes late since this morning.'],
    ['technical', 'Exchange', 'microsoft'],
    'EX100',
  ),
  c(
    ['Emails delayed', 'Our recipients say that email from us comes late.'],
    ['technical', 'Exchange', 'microsoft'],
    'EX100',
  ),
  c(
    ['Outlook search shows nothing', 'Searching my mailbox gives an empty list, older items are missing.'],
    ['technical', 'Exchange', 'microsoft'],
    'EX200',
  ),
  c(
    ['Outlook calendar shares are wrong', 'A colleague sees duplicate appointments in the shared calendar.'],
    ['technical', 'Exchange', 'partner'],
  ),
  c(['Mail goes to junk', 'Newsletters that we want land in the junk folder.'], [null, 'Exchange', null]),
  c(
    ['Teams meetings: no sound', 'Audio is choppy and people are dropped from meetings.'],
    ['technical', 'microsoftteams', 'microsoft'],
    'TM300',
  ),
  c(
    ['Teams chat history missing', 'Chats from last week have disappeared in Teams.'],
    ['technical', 'microsoftteams', 'partner'],
  ),
  c(
    ['Cannot sign in with the authenticator', 'Users are prompted for MFA again and again.'],
    ['technical', 'OrgLiveID', 'microsoft'],
    'MO400',
  ),
  c(['SharePoint site cannot be opened', 'One site gives an error page.'], ['technical', 'SharePoint', 'partner']),
  c(
    ['SharePoint outage', 'SharePoint is down for all users, nobody can open a document.'],
    ['technical', 'SharePoint', 'microsoft'],
  ),
  c(
    ['OneDrive does not sync', 'The sync client hangs on one computer.'],
    ['technical', 'OneDriveForBusiness', 'partner'],
  ),
  c(
    ['Excel crashes at start', 'Excel closes unexpectedly when a large file is opened.'],
    ['technical', 'O365Client', 'partner'],
  ),
  c(
    ['Virtual machine not reachable', 'Our virtual machine in Azure is unreachable over RDP.'],
    ['technical', 'azure', 'microsoft'],
    'AZ500',
  ),
  c(
    ['Azure SQL price', 'What did we pay for the database, the invoice is not clear.'],
    ['billing', 'azure', 'partner'],
  ),
  c(['Wrong amount on invoice', 'We were charged for 30 seats, but have 25.'], ['billing', null, 'partner']),
  c(['Refund', 'Please refund the payment for the cancelled trial.'], ['billing', null, 'partner']),
  c(['Ten more licences', 'Please add ten licences of the subscription.'], ['subscription', null, 'partner']),
  c(['Cancel our subscription', 'We want to cancel at renewal.'], ['subscription', null, 'partner']),
  c(['Quota for virtual machines', 'We need a higher quota of cores in Azure.'], ['subscription', 'azure', 'partner']),
  c(
    ['How do we migrate to Exchange Online?', 'Which best practice do you recommend?'],
    ['advisory', 'Exchange', 'partner'],
  ),
  c(['How to set up retention', 'Please advise on the settings.'], ['advisory', null, 'partner']),
  c(
    ['Add-in from the marketplace fails', 'The third party add-in from AppSource gives an error in Outlook.'],
    ['technical', 'Exchange', 'publisher'],
  ),
  c(
    ['Teams calls fail behind our firewall', 'Since we changed our firewall, Teams calls fail.'],
    ['technical', 'microsoftteams', 'customer'],
  ),
  c(['Please call me', 'Thank you.'], [null, null, null]),
  c(['Power BI dashboard does not refresh', 'The dashboard shows an error.'], ['technical', 'PowerBIcom', 'partner']),
  c(['Power Automate flow fails', 'A cloud flow ends with an error.'], ['technical', 'MicrosoftFlow', 'partner']),
  c(['Devices not enrolling', 'Intune shows an error when new devices enrol.'], ['technical', 'Intune', 'partner']),
  // German
  c(
    ['E-Mails kommen verspätet an', 'Nachrichten an externe Empfänger werden seit heute früh verzögert zugestellt.'],
    ['technical', 'Exchange', 'microsoft'],
    'EX100',
  ),
  c(
    ['Outlook-Suche findet nichts', 'Die Suche im Postfach ist leer, Treffer fehlen.'],
    ['technical', 'Exchange', 'microsoft'],
    'EX200',
  ),
  c(
    ['Ton in Teams-Besprechungen abgehackt', 'In jeder Besprechung wird der Ton unterbrochen.'],
    ['technical', 'microsoftteams', 'microsoft'],
    'TM300',
  ),
  c(
    ['Anmeldung mit MFA nicht möglich', 'Benutzer werden immer wieder zur MFA aufgefordert.'],
    ['technical', 'OrgLiveID', 'microsoft'],
    'MO400',
  ),
  c(['SharePoint-Seite lädt nicht', 'Eine einzelne Seite lädt nicht.'], ['technical', 'SharePoint', 'partner']),
  c(['Rechnung unklar', 'Die Rechnung vom Oktober enthält eine doppelte Zahlung.'], ['billing', null, 'partner']),
  c(['Fünf Lizenzen mehr', 'Bitte fünf Lizenzen hinzufügen.'], ['subscription', null, 'partner']),
  c(['Vertrag kündigen', 'Wir möchten das Abo zum Jahresende kündigen.'], ['subscription', null, 'partner']),
  c(
    ['Wie richten wir Teams ein?', 'Wir suchen eine Anleitung und Empfehlungen.'],
    ['advisory', 'microsoftteams', 'partner'],
  ),
  c(
    ['Virtuelle Maschine nicht erreichbar', 'Die virtuelle Maschine in Azure ist ausgefallen.'],
    ['technical', 'azure', 'microsoft'],
    'AZ500',
  ),
  // Japanese
  c(
    ['メールの送信が遅い', '今朝から社外宛てのメールが40分ほど遅れて届きます。'],
    ['technical', 'Exchange', 'microsoft'],
    'EX100',
  ),
  c(
    ['外部からのメールが届かない', 'Outlookでメールの受信が遅延しています。'],
    ['technical', 'Exchange', 'microsoft'],
    'EX100',
  ),
  c(
    ['Outlookの検索結果が表示されない', 'メールボックスを検索しても何も見つからない。'],
    ['technical', 'Exchange', 'microsoft'],
    'EX200',
  ),
  c(
    ['Teams会議の音声が途切れる', '会議中に音声が途切れ、切断されます。'],
    ['technical', 'microsoftteams', 'microsoft'],
    'TM300',
  ),
  c(
    ['多要素認証を何度も求められる', 'サインインのたびに多要素認証が繰り返し表示されます。'],
    ['technical', 'OrgLiveID', 'microsoft'],
    'MO400',
  ),
  c(['Teamsのチャットが消えた', '先週のチャットが表示されません。'], ['technical', 'microsoftteams', 'partner']),
  c(['請求書の金額が違う', '今月の請求金額が契約と合いません。'], ['billing', null, 'partner']),
  c(
    ['ライセンスを10個追加したい', 'サブスクリプションにライセンスを追加してください。'],
    ['subscription', null, 'partner'],
  ),
  c(['SharePointへの移行方法を教えて', '推奨の方法を教えてください。'], ['advisory', 'SharePoint', 'partner']),
  c(
    ['SharePointが全社で使えない', '全ユーザーがSharePointにアクセスできない状態です。'],
    ['technical', 'SharePoint', 'microsoft'],
  ),
  c(['仮想マシンに接続できない', 'Azureの仮想マシンに接続できません。'], ['technical', 'azure', 'microsoft'], 'AZ500'),
  c(['お世話になっております', 'お電話ください。'], [null, null, null]),
];
