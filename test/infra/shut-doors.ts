import { placeOf, type Template } from './bicep.ts';
import { resourcesOf, valueAt, type Resource } from './resources.ts';

/**
 * What must stand in a resource of a type so that only identities of Entra get in, and only over TLS. Types without keys of their own
 * have an empty list; a type that is not here fails, so that somebody looks it up: learn.microsoft.com/azure/templates.
 */
const required: Record<string, Record<string, string>> = {
  'Microsoft.Storage/storageAccounts': {
    'properties.allowSharedKeyAccess': 'false',
    'properties.allowBlobPublicAccess': 'false',
    'properties.supportsHttpsTrafficOnly': 'true',
    'properties.minimumTlsVersion': "'TLS1_2'",
  },
  'Microsoft.Storage/storageAccounts/blobServices': {},
  'Microsoft.Storage/storageAccounts/blobServices/containers': { 'properties.publicAccess': "'None'" },
  'Microsoft.Storage/storageAccounts/tableServices': {},
  'Microsoft.Storage/storageAccounts/tableServices/tables': {},
  'Microsoft.ServiceBus/namespaces': { 'properties.disableLocalAuth': 'true', 'properties.minimumTlsVersion': "'1.2'" },
  'Microsoft.ServiceBus/namespaces/queues': {},
  'Microsoft.KeyVault/vaults': { 'properties.enableRbacAuthorization': 'true' },
  'Microsoft.Insights/components': { 'properties.DisableLocalAuth': 'true' },
  'Microsoft.OperationalInsights/workspaces': { 'properties.features.disableLocalAuth': 'true' },
  'Microsoft.Web/sites': { 'properties.httpsOnly': 'true', 'properties.siteConfig.minTlsVersion': "'1.2'" },
  'Microsoft.Web/sites/basicPublishingCredentialsPolicies': { 'properties.allow': 'false' },
  'Microsoft.Web/sites/config': {},
  'Microsoft.Web/serverfarms': {},
  'Microsoft.ManagedIdentity/userAssignedIdentities': {},
  'Microsoft.Authorization/roleAssignments': {},
  'Microsoft.Authorization/locks': {},
  'Microsoft.Insights/actionGroups': {},
  'Microsoft.Insights/metricAlerts': {},
  'Microsoft.Insights/scheduledQueryRules': {},
  'Microsoft.Insights/workbooks': {},
  'Microsoft.Insights/diagnosticSettings': {},
  'Microsoft.Network/natGateways': {},
  'Microsoft.Network/publicIPAddresses': {},
  'Microsoft.Network/virtualNetworks': {},
  'Microsoft.Network/privateEndpoints': {},
  'Microsoft.Network/privateEndpoints/privateDnsZoneGroups': {},
  'Microsoft.Network/privateDnsZones': {},
  'Microsoft.Network/privateDnsZones/virtualNetworkLinks': {},
};

/** A function app also takes passwords over FTP and its own publishing site, unless a resource of its own says no to each. */
const publishing = ['ftp', 'scm'];

function openDoors(resource: Resource, all: Resource[]): string[] {
  const { template, type, body, name } = resource;
  const rules = required[type];
  if (rules === undefined) return [`nobody looked up whether ${type} has keys`];
  const wrong = Object.entries(rules)
    .filter(([path, value]) => valueAt(template, body, path)?.text !== value)
    .map(([path, value]) => `${name}: ${path} is not ${value}`);
  if (type !== 'Microsoft.Web/sites') return wrong;
  const shut = all
    .filter((one) => one.type === `${type}/basicPublishingCredentialsPolicies`)
    .map((one) => valueAt(template, one.body, 'name')?.text);
  const open = publishing.filter((door) => !shut.includes(`'${door}'`));
  return [...wrong, ...open.map((door) => `${name}: passwords for ${door} are not switched off`)];
}

export function doorFaults(template: Template): string[] {
  const all = resourcesOf(template);
  return all.flatMap((resource) =>
    openDoors(resource, all).map((what) => `${placeOf(template, resource.node)}: ${what}`),
  );
}
