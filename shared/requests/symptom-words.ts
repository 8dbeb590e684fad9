/** Something that people speak of in their own words, and Microsoft in its: the ground on which the two are compared. */
export type Concept = { id: string; name: string; weight: number; words: string };

/** What goes wrong. "It fails" is said of everything and weighs little. Umlauts are written out. Our own list. */
export const symptoms: readonly Concept[] = [
  {
    id: 'late',
    name: 'late or slow',
    weight: 1,
    words:
      'delay*, late, slow*, latency*, lag, lagging*, takes long*, hours later*, never arriv*, not arriv*, not receiv*, verzoeger*, langsam*, spaet*, verspaet*, kommen nicht an*, kommt nicht an*, 遅延, 遅い, 遅く, 遅れ, 時間がかか, 届かない, 届きません, 届いていない',
  },
  {
    id: 'returned',
    name: 'refused or returned',
    weight: 1,
    words:
      'bounce*, ndr, undeliver*, returned*, reject*, not arriv*, never arriv*, unzustellbar*, abgewiesen*, abgelehnt*, kommen nicht an*, kommt nicht an*, 拒否, 返送, 配信不能, エラーで戻, 届かない, 届きません',
  },
  {
    id: 'unavailable',
    name: 'not available',
    weight: 1,
    words:
      'down, outage*, unavailable*, not available*, unreachable*, cannot access*, can t access*, unable to access*, not load*, won t load*, cannot open*, can t open*, unable to open*, offline*, ausfall*, ausgefallen*, nicht erreichbar*, nicht verfuegbar*, stoerung*, gestoert*, laedt nicht*, nicht oeffnen*, 障害, 停止, つながらない, 繋がらない, 接続できない, 接続できません, アクセスできない, アクセスできません, 利用できない, 利用できません, 使えない, 使えません, 開けない, 開けません, 開かない, 開きません',
  },
  {
    id: 'missing',
    name: 'missing or not shown',
    weight: 1,
    words:
      'missing*, disappear*, vanish*, not show*, lost, not appear*, not visible*, not display*, empty, fehlt, fehlen*, verschwunden*, nicht angezeigt*, 消え, 表示されない, 表示されません, 見えない, 見当たら, なくなった, 見つから',
  },
  {
    id: 'crash',
    name: 'crashes or hangs',
    weight: 1,
    words:
      'crash*, freez*, hangs*, hanging*, closes unexpected*, abstuerz*, stuerzt*, friert*, haengt*, クラッシュ, 落ちる, 落ちます, フリーズ, 固ま, 強制終了',
  },
  {
    id: 'interrupted',
    name: 'interrupted or of poor quality',
    weight: 1,
    words:
      'choppy*, dropped*, drops*, disconnect*, interrupt*, poor quality*, jitter*, abgehackt*, unterbroch*, abgebroch*, abbrech*, bricht ab*, brechen ab*, 途切れ, 切断, 切れる, 切れます, 品質',
  },
  {
    id: 'prompted',
    name: 'asked again and again',
    weight: 1,
    words: 'prompt*, repeatedly*, again and again*, loop*, aufgefordert*, immer wieder*, 繰り返し, 何度も',
  },
  {
    id: 'doubled',
    name: 'doubled',
    weight: 1,
    words: 'duplicate*, twice*, doppelt*, 重複, 二重',
  },
  {
    id: 'failing',
    name: 'fails',
    weight: 0.4,
    words:
      'error*, fail*, cannot, can t, cant, unable*, not work*, doesn t, does not, broken*, issue*, problem*, refuse*, crash*, fehler*, fehlgeschlagen*, funktioniert nicht*, kann nicht*, koennen nicht*, koennen sich nicht*, nicht moeglich*, geht nicht*, エラー, 失敗, できない, できません, 不具合, 動かない, 動作しない, うまくいかない',
  },
];

/** What it goes wrong with, whatever the service. Our own list. */
export const parts: readonly Concept[] = [
  {
    id: 'mail',
    name: 'mail delivery',
    weight: 1,
    words:
      'mail, mails, email*, e mail*, deliver*, recipient*, sender*, smtp*, nachricht*, zustell*, empfaenger*, メール, 送信, 受信',
  },
  {
    id: 'mailbox',
    name: 'mailboxes',
    weight: 1,
    words: 'mailbox*, inbox*, postfach*, postfaech*, メールボックス, 受信トレイ',
  },
  {
    id: 'junk',
    name: 'junk mail and quarantine',
    weight: 1,
    words: 'junk*, spam*, quarantin*, phish*, 迷惑メール, 検疫, フィッシング',
  },
  {
    id: 'calendar',
    name: 'calendars',
    weight: 1,
    words:
      'calendar*, free busy*, appointment*, room booking*, kalender*, termin, termine, terminen, 予定表, カレンダー, 予定',
  },
  { id: 'search', name: 'search', weight: 1, words: 'search*, suche*, 検索' },
  {
    id: 'sign-in',
    name: 'signing in',
    weight: 1,
    words:
      'sign in*, signin*, signing in*, log in*, login*, logging in*, log on*, authenticat*, single sign*, password*, anmeld*, einlogg*, kennwort*, passwor*, サインイン, ログイン, 認証, パスワード',
  },
  {
    id: 'mfa',
    name: 'multifactor authentication',
    weight: 1,
    words:
      'mfa, multi factor*, multifactor*, authenticator*, two factor*, 2fa, zwei faktor*, mehrstufig*, 多要素, 二段階',
  },
  {
    id: 'meeting',
    name: 'meetings',
    weight: 1,
    words: 'meeting*, conference*, webinar*, besprechung*, konferenz*, 会議, ミーティング',
  },
  {
    id: 'call',
    name: 'calls',
    weight: 1,
    words:
      'calls, calling*, call quality*, phone call*, phone system*, pstn*, dial*, anruf*, telefon*, 通話, 電話, 発信, 着信',
  },
  {
    id: 'sound',
    name: 'sound and picture',
    weight: 1,
    words:
      'audio*, sound*, video*, camera*, microphone*, screen shar*, mikrofon*, kamera*, bildschirm*, 音声, 映像, カメラ, マイク, 画面共有, ビデオ',
  },
  { id: 'chat', name: 'chat', weight: 1, words: 'chat*, チャット' },
  { id: 'presence', name: 'presence', weight: 1, words: 'presence*, anwesenheit*, プレゼンス, 在席' },
  { id: 'sync', name: 'synchronisation', weight: 1, words: 'sync*, 同期' },
  {
    id: 'file',
    name: 'files',
    weight: 1,
    words:
      'file, files, document*, upload*, download*, datei*, dokument*, hochlad*, ファイル, アップロード, ダウンロード, ドキュメント, 文書',
  },
  {
    id: 'site',
    name: 'sites and pages',
    weight: 1,
    words: 'site, sites, page, pages, webseite*, seite*, サイト, ページ',
  },
  {
    id: 'sharing',
    name: 'sharing',
    weight: 1,
    words: 'sharing*, share link*, shared link*, freigabe*, teilen*, 共有リンク, ファイル共有',
  },
  {
    id: 'admin',
    name: 'admin portals',
    weight: 1,
    words: 'admin cent*, admin portal*, administration*, verwaltungsportal*, 管理センター, 管理ポータル',
  },
  {
    id: 'report',
    name: 'reports',
    weight: 1,
    words: 'reports, report refresh*, dashboard*, refresh*, bericht*, レポート, ダッシュボード',
  },
  {
    id: 'device',
    name: 'devices',
    weight: 1,
    words: 'device*, enrol*, compliance polic*, geraet*, デバイス, 端末',
  },
  {
    id: 'mobile',
    name: 'mobile apps',
    weight: 1,
    words: 'mobile*, iphone*, android*, ios, handy, smartphone*, モバイル, スマホ, スマートフォン, 携帯',
  },
  { id: 'flow', name: 'flows', weight: 1, words: 'flow, flows, cloud flow*, フロー' },
  { id: 'canvas', name: 'apps built by the customer', weight: 1, words: 'canvas*, model driven*, キャンバス' },
  {
    id: 'database',
    name: 'databases',
    weight: 1,
    words: 'database*, sql, cosmos*, datenbank*, データベース',
  },
  {
    id: 'machine',
    name: 'virtual machines',
    weight: 1,
    words: 'virtual machine*, vm, vms, virtuelle maschine*, virtuellen maschine*, 仮想マシン',
  },
  { id: 'storage', name: 'storage', weight: 1, words: 'storage*, blob*, speicherkonto*, ストレージ' },
  {
    id: 'network',
    name: 'networks',
    weight: 1,
    words: 'vpn*, expressroute*, dns, network*, netzwerk*, ネットワーク',
  },
];
