/**
 * A kind of Azure resource: what it is called (`name`; `aka` as senders write it into the field), the words by which people
 * speak of it, and the types of Azure Resource Manager that are of this kind (beginnings, lower case).
 */
export type AzureKind = {
  id: string;
  name: string;
  aka?: readonly string[];
  /** Words that say Azure as well. */
  strong: string;
  /** Words that say the kind once Azure is known. */
  weak: string;
  types: readonly string[];
};

/** Our own list, by the providers that most tickets are about. Umlauts are written out. */
export const azureKinds: readonly AzureKind[] = [
  {
    id: 'virtual-desktop',
    name: 'Azure Virtual Desktop',
    strong: 'virtual desktop*, avd',
    weak: 'host pool*, session host*, hostpool*',
    types: ['microsoft.desktopvirtualization'],
  },
  {
    id: 'virtual-machines',
    name: 'Virtual Machines',
    aka: ['Azure Virtual Machines', 'Virtual Machine', 'VM'],
    strong: 'virtual machine*, virtuelle maschine*, virtuellen maschine*, 仮想マシン',
    weak: 'vm, vms, vcpu*, cores, vmss, scale set*, dsv*, allocationfailed',
    types: ['microsoft.compute'],
  },
  {
    id: 'storage',
    name: 'Storage',
    aka: ['Azure Storage', 'Storage Accounts', 'Azure Files', 'Blob Storage'],
    strong: 'storage account*, speicherkonto*, speicherkonten, azure files, azure storage, ストレージアカウント',
    weak: 'blob*, file share*, dateifreigabe*, ストレージ',
    types: ['microsoft.storage'],
  },
  {
    id: 'sql-database',
    name: 'SQL Database',
    aka: ['Azure SQL', 'Azure SQL Database', 'SQL Managed Instance'],
    strong: 'azure sql*, sql managed instance*',
    weak: 'sql, database*, datenbank*, データベース',
    types: ['microsoft.sql', 'microsoft.sqlvirtualmachine'],
  },
  {
    id: 'cosmos-db',
    name: 'Azure Cosmos DB',
    aka: ['Cosmos DB'],
    strong: 'cosmos db*, cosmosdb*',
    weak: 'cosmos',
    types: ['microsoft.documentdb'],
  },
  {
    id: 'functions',
    name: 'Azure Functions',
    aka: ['Function App', 'Functions'],
    strong: 'azure function*, function app*',
    weak: '',
    types: [],
  },
  {
    id: 'app-service',
    name: 'App Service',
    aka: ['Azure App Service', 'Web App'],
    strong: 'app service*, azure web app*',
    weak: 'web app*, webapp*, deployment slot*',
    types: ['microsoft.web'],
  },
  {
    id: 'kubernetes',
    name: 'Azure Kubernetes Service',
    aka: ['AKS', 'Kubernetes'],
    strong: 'kubernetes*, aks',
    weak: 'cluster*, pod, pods, node pool*',
    types: ['microsoft.containerservice', 'microsoft.containerregistry'],
  },
  {
    id: 'networking',
    name: 'Networking',
    aka: ['Virtual Network', 'VPN Gateway', 'ExpressRoute', 'Load Balancer', 'Application Gateway'],
    strong:
      'expressroute*, azure firewall*, vpn gateway*, application gateway*, azure front door*, azure dns, azure vpn*, vpn ゲートウェイ, vpnゲートウェイ',
    weak: 'vnet*, virtual network*, load balancer*, private endpoint*, nsg, virtuelles netzwerk, vpn, 仮想ネットワーク',
    types: ['microsoft.network', 'microsoft.cdn'],
  },
  {
    id: 'backup',
    name: 'Backup and Site Recovery',
    aka: ['Azure Backup', 'Azure Site Recovery'],
    strong: 'azure backup*, recovery services vault*, site recovery*',
    weak: 'backup*, sicherung*, バックアップ',
    types: ['microsoft.recoveryservices', 'microsoft.dataprotection'],
  },
  {
    id: 'key-vault',
    name: 'Key Vault',
    aka: ['Azure Key Vault'],
    strong: 'key vault*, keyvault*',
    weak: '',
    types: ['microsoft.keyvault'],
  },
  {
    id: 'monitor',
    name: 'Azure Monitor',
    aka: ['Log Analytics', 'Application Insights'],
    strong: 'azure monitor*, log analytics*, application insights*',
    weak: 'alert rule*',
    types: ['microsoft.insights', 'microsoft.operationalinsights', 'microsoft.alertsmanagement'],
  },
  {
    id: 'logic-apps',
    name: 'Logic Apps',
    strong: 'logic app*',
    weak: '',
    types: ['microsoft.logic'],
  },
  {
    id: 'messaging',
    name: 'Service Bus and Event Hubs',
    aka: ['Service Bus', 'Event Hubs'],
    strong: 'service bus*, event hub*, event grid*',
    weak: '',
    types: ['microsoft.servicebus', 'microsoft.eventhub', 'microsoft.eventgrid'],
  },
  {
    id: 'ai',
    name: 'Azure AI services',
    aka: ['Azure OpenAI', 'Cognitive Services'],
    strong: 'azure openai*, azure ai*, cognitive service*',
    weak: 'openai',
    types: ['microsoft.cognitiveservices', 'microsoft.machinelearningservices'],
  },
];

const listed = (words: readonly string[]): string => words.filter((one) => one !== '').join(', ');

/** Words that say Azure, whichever kind. */
export const azureNames = listed(['azure', ...azureKinds.map(({ strong }) => strong)]);
/** Words that hint at Azure where nothing else is named. */
export const azureHints = 'vm, vms, vcpu*, sql database*, blob*, allocationfailed, resource group*, ressourcengruppe*';

const kindByName = new Map(
  azureKinds.flatMap(({ id, name, aka = [] }) => [id, name, ...aka].map((one) => [one.toLowerCase(), id] as const)),
);

/** The kind that goes by this name. */
export const azureKindOfName = (name: string): string | undefined => kindByName.get(name.toLowerCase());

/** The kind of an Azure resource by its id, in any case; undefined where it is none, or of a type that the table does not know. */
export function azureKindOfResource(resourceId: unknown): string | undefined {
  if (typeof resourceId !== 'string') return undefined;
  const [, provider = '', path = ''] = /\/providers\/([^/]+)\/([^/]+)[^?#]*$/i.exec(resourceId) ?? [];
  const type = `${provider}/${path}`.toLowerCase();
  return azureKinds.find(({ types }) => types.some((one) => type.startsWith(`${one}/`)))?.id;
}

/** Whether a text is an id of Azure Resource Manager. */
export const isAzureResourceId = (text: unknown): boolean =>
  typeof text === 'string' && /^\/subscriptions\/[0-9a-f-]{36}(?:\/|$)/i.test(text);

export const azureKindName = (id: string): string => azureKinds.find((one) => one.id === id)?.name ?? id;
