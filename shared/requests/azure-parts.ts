import { c, type Concept } from './concept.ts';

/** Parts of Azure (`part-words.ts`). */
export const azureParts: readonly Concept[] = [
  c(
    ['database', 'databases'],
    0.8,
    'database*, sql, cosmos*, datenbank*',
    'データベース, sql',
    'db, queries, abfrage*, db',
  ),
  c(
    ['machine', 'virtual machines'],
    1,
    'virtual machine*, vm, vms, rdp, ssh, azure server*, servers in azure, virtuelle maschine*, virtuellen maschine*, virtueller server*, virtuelle server*',
    '仮想マシン, 仮想サーバー, azure のサーバー, リモートデスクトップ',
    'remote desktop*, remotedesktop*, maschine*, terminalserver*, 仮想 pc',
  ),
  c(
    ['storage', 'storage'],
    1,
    'storage*, blob*, file share*, speicherkonto*, blobspeicher*',
    'ストレージ, blob',
    'dateifreigabe*, speicherkont*, ファイル共有, 保存領域',
  ),
  c(
    ['web-app', 'web apps'],
    1,
    'app service*, web app*, web apps, webapp*, website*, webseite*, web seite*',
    'アプリサービス, app service, web アプリ, ウェブアプリ, ホームページ',
    'web shop*, webshop*, onlineshop*, online shop*, shop, web サイト, ショップサイト, ecサイト',
  ),
  c(['network', 'networks'], 0.8, 'expressroute*, dns, network*, netzwerk*, wlan*, wifi*', 'ネットワーク, 回線'),
  c(['vpn', 'VPN'], 1, 'vpn*, tunnel*, site to site*, point to site*', 'vpn, トンネル'),
  c(
    ['virtual-desktop', 'virtual desktops'],
    1,
    'virtual desktop*, avd, session host*, cloud pc*, windows 365*, virtuelle desktop*, virtuellen desktop*',
    '仮想デスクトップ, avd, クラウド pc',
  ),
  c(['function', 'functions'], 1, 'azure function*, function app*, functions', '関数アプリ, azure functions'),
  c(['kubernetes', 'Kubernetes'], 1, 'kubernetes*, aks, container*, cluster*', 'kubernetes, コンテナ, クラスタ'),
  c(['key-vault', 'Key Vault'], 1, 'key vault*, keyvault*, schluesseltresor*', 'キーコンテナ, key vault'),
  c(
    ['monitor', 'monitoring and logs'],
    1,
    'log analytics*, azure monitor*, log ingestion*, application insights*, protokolldaten*',
    'ログ分析, log analytics, 監視データ',
  ),
  c(['azure-portal', 'the Azure portal'], 1, 'azure portal*, portal azure*', 'azure ポータル, azure portal'),
  c(
    ['backup-job', 'backups'],
    1,
    'backup job*, backup vault*, recovery services*, sicherung*, datensicherung*',
    'バックアップ ジョブ, バックアップジョブ',
  ),
  c(['queue', 'messaging'], 1, 'service bus*, event hub*, event grid*', 'service bus, event hubs'),
  c(
    ['gateway', 'gateways'],
    0.8,
    'data gateway*, on premises data gateway*, datengateway*, application gateway*',
    'データ ゲートウェイ, データゲートウェイ',
  ),
  c(
    ['pipeline', 'builds and releases'],
    1,
    'pipeline*, builds, build, releases, deployment pipeline*',
    'パイプライン, ビルド',
  ),
  c(
    ['provisioned', 'making and starting resources'],
    0.6,
    'create, creating, start, starting, allocation*, anlegen, erstellen, starten',
    '作成, 作ろう, 起動',
  ),
];
