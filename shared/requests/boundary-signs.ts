/** What a boundary rule may want besides service and category: something the desk knows, or words that point somewhere. */
export const factSigns = ['live-incident', 'open-incident', 'other-product'] as const;

/**
 * Words behind the signs: English, German, Japanese; umlauts written out. Our own list, but for codes, which are Microsoft's.
 */
export const signWords = {
  /** Sold by the marketplace, or made by somebody else. */
  publisher:
    'marketplace*, appsource*, third party*, add in from*, isv, drittanbieter*, サードパーティ, マーケットプレース, 他社製',
  /** The customer's own network, servers and software. */
  'own-environment':
    'our firewall*, our proxy*, our internet*, our router*, our network, our switch, on premises*, our own app*, our own server*, own ad fs, our ad fs, adfs server*, okta, unsere firewall*, unser proxy*, unserer firewall*, eigene anwendung*, lokalen server*, eigener server*, 社内プロキシ, 自社アプリ, 社内ネットワーク, オンプレミス',
  /** Things that stand in a building. */
  premises:
    'power outage*, power cut*, power failure*, no power in, without power, internet line*, internet provider*, internet slow*, internet is slow*, slow internet*, internet ist langsam*, internet langsam*, インターネットが遅, wi fi, wifi, wlan, printer*, scanner*, keyboard*, monitor is, screen is broken*, docking station*, projector*, cable, battery*, my hard drive*, meine festplatte*, laptop does not turn on, does not turn on, computer will not start, computer does not start, laptop does not start, stays dark, rechner startet nicht, 電源が入ら, パソコンが起動, door, air conditioning*, elevator*, stromausfall*, kein strom, drucker*, tastatur*, bildschirm ist, internetanschluss*, klimaanlage*, 停電, プリンター, プリンタ, スキャナ, キーボード, エアコン, インターネット回線, 無線lan, 無線 lan',
  /** Made by the customer's own developers and makers. */
  'own-code':
    'our own vba*, our vba*, our macro*, vba macro*, our developers*, our plugin*, our plug in*, custom connector*, our code, our deployment*, we deployed*, our own macro*, own customisation*, eigenes makro*, unser makro*, unserem deployment*, selbst entwickelt*, selbst programmiert*, eigener code*, 自作マクロ, 自社開発, 当社のコード, デプロイ後',
  /** Began with a change that somebody made on purpose. */
  'own-change':
    'since we changed*, after we changed*, after changing*, since we enabled*, after we enabled*, since our change*, after our change*, since we moved*, after we moved*, since our admin*, was changed nobody, record was changed*, nachdem wir, seit wir, seit unserer umstellung*, nach unserer umstellung*, 変更してから, 変更した後, 設定変更後, 変更後に',
  /** Permissions and limits: settings that an administrator reads and changes. */
  settings:
    'access denied*, permission*, mailbox is full, mailbox full, quota exceeded*, storage limit*, out of storage, forbidden, zugriff verweigert*, berechtigung*, postfach ist voll, postfach voll, speicher voll, アクセス権, アクセスが拒否, 権限, 容量不足',
  /** Inside a virtual machine. */
  'guest-system':
    'inside the vm*, inside the azure vm*, disk is full, disk c, iis, windows update*, blue screen*, operating system*, ssh key*, guest os*, innerhalb der vm*, festplatte voll*, betriebssystem*, ゲストos, ゲスト os, ディスクがいっぱい',
  /** Microsoft's own guard against spam has shut out a tenant or an address; only Microsoft lifts it. */
  'blocked-by-microsoft':
    '5 7 705, 5 7 708, 5 7 750, 5 7 606, delist*, blocked by microsoft*, tenant is blocked*, tenant has exceeded threshold*, von microsoft gesperrt*, microsoft にブロック',
  /** Work that runs at Microsoft and does not end. */
  stuck:
    'stuck in provisioning*, has been stuck*, still provisioning*, still pending*, pending for*, haengt seit*, in der bereitstellung*, 処理中のまま, 保留のまま, 終わらない, プロビジョニング中のまま',
  /** The platform below the customer's resources. */
  platform:
    'allocationfailed*, allocation failed*, resource health says*, whole region*, entire region*, availability zone*, region is down*, ganze region*, リージョン全体',
  /** The service itself answers wrongly: for everyone who asks, or everywhere. */
  'service-fault':
    'http 500*, http 502*, http 503*, http 504*, error 500*, error 503*, fehler 500, fehler 503, internal server error*, service unavailable*, in every browser*, on every device*, known bug*, regression*, reproducible*, bad gateway, gateway timeout*, return 500*, return 502*, return 503*, return 504*, returns 500*, returns 502*, returns 503*, returns 504*, every network*, any tenant*, interner serverfehler*, in jedem browser*, auf jedem geraet*, aus jedem netz*, reproduzierbar*, エラー 500, エラー 503, 500 エラー, 503 エラー, 504 エラー, 内部サーバーエラー, どのブラウザ, どの端末でも',
  /** Many are affected. */
  outage:
    'outage*, all users*, everyone*, everybody*, whole company*, entire company*, nobody can*, no one can*, nobody*, entire tenant*, all staff*, all employees*, all colleagues*, every user*, all of us, whole firm*, whole organi*, alle benutzer*, allen benutzern*, alle mitarbeiter*, allen mitarbeitern*, alle kollegen*, allen kollegen*, alle anwender*, ganze firma*, gesamte firma*, niemand, komplett ausgefallen*, totalausfall*, geht gar nichts*, geht nichts mehr*, nothing works*, 何も使え, 全員, 全ユーザー, 全社, 全スタッフ, みんな, 社内全体, 誰も, 全ての利用者, 全面',
  /** What Azure support does for a subscription. Microsoft docs: Escalate problems to Microsoft. */
  'azure-subscription-work':
    'quota*, transfer*, move our azure subscription*, from another partner*, deprovision*, kontingent*, uebertrag*, クォータ, 移管',
  /** A contract that this partner has no part in. */
  'bought-elsewhere':
    'directly from microsoft*, direct from microsoft*, bought it on microsoft*, on microsoft com ourselves, our own credit card*, our credit card directly*, direkt bei microsoft*, マイクロソフトから直接, 直接購入',
  /** Microsoft's bill to the partner. */
  'partner-bill':
    'reconciliation file*, partner center invoice*, invoice from partner center*, invoice reconciliation*, abgleichsdatei*, 調整ファイル, 照合ファイル',
  /** A wish to have a product changed. */
  'product-wish':
    'feature request*, please add a feature*, roadmap*, funktionswunsch*, neue funktion wuenschen*, 機能要望, 機能追加の要望',
} as const;

export type WordSign = keyof typeof signWords;
export type Sign = (typeof factSigns)[number] | WordSign;

export const signs = [...factSigns, ...(Object.keys(signWords) as WordSign[])] as const;
