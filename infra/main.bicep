metadata name = 'CSP Support Desk'
metadata description = 'Everything that the desk needs in Azure, wired by identity. It is deployed into a resource group: azd up, or az deployment group create.'

targetScope = 'resourceGroup'
import { deskIntervals, partnerConnection, readyInstances } from 'modules/types.bicep'

@description('Name of this desk, such as production. It is part of what names are made of: with another one you get another desk.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Region of all resources.')
param location string = resourceGroup().location

@description('Tags of all resources.')
param tags { *: string } = {}

@description('Microsoft cloud that the desk works with. Keep the default: the cloud of the subscription.')
@allowed(['global', 'us-government', 'china'])
param microsoftCloud string = environment().name == 'AzureUSGovernment'
  ? 'us-government'
  : environment().name == 'AzureChinaCloud' ? 'china' : 'global'

@description('The partner tenants that the desk works for.')
@minLength(1)
param partnerConnections partnerConnection[]

@description('Audiences that a token of a caller may name, comma-separated: client id and application id URI of the API.')
@minLength(6)
param deskApiAudience string

@description('Home tenants of callers. None means the tenant of the subscription.')
param deskApiTenants string[] = []

@description('Address under which others reach the desk, without a slash at its end. Empty takes the one that Azure gives the app. Partner Center calls one address for each partner tenant: two desks that work for the same one take its webhooks from each other.')
param publicUrl string = ''

@description('Authorities trusted for webhooks of Partner Center beside the pinned ones, in PEM.')
param partnerCenterWebhookRoots string = ''

@description('Places where the certificates of those webhooks may lie; none means the documented one.')
param partnerCenterWebhookCertificates string[] = []

@description('When the desk does what it does by itself. What is left out has the value of docs/configuration.md.')
param intervals deskIntervals = {}

@description('`private`: storage, vaults and bus are reached by private endpoints alone. It takes a virtual network, a NAT gateway and Service Bus Premium, and costs many times what `public` does. The app is public in both: portals and Partner Center call it. A desk keeps what it began with: its bus cannot change tiers.')
@allowed(['public', 'private'])
param network string = 'public'

@description('Addresses of the virtual network where there is one: at least a /24.')
@maxLength(18)
param addressPrefix string = '10.90.0.0/24'

@description('`elastic-premium` where a cloud or a region has no Flex Consumption. A desk keeps what it began with: an app cannot move between these plans.')
@allowed(['flex', 'elastic-premium'])
param hosting string = 'flex'

@description('Version of Node.js.')
@allowed(['22', '24'])
param nodeVersion string = '24'

@description('Memory of an instance in MB.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('The most instances on demand: on Flex Consumption for each queue, each timer and all of HTTP, on elastic premium (at most 20) for the app. Where a region refuses fewer than 40, the deployment says so.')
@minValue(1)
@maxValue(1000)
param maximumInstanceCount int = 40

@description('Instances that are always there, by group or function. Without any the app scales to nothing and starts with the next message.')
param alwaysReady readyInstances[] = []

@description('HTTP calls that an instance takes at a time (Flex Consumption). More memory takes more.')
@minValue(1)
@maxValue(1000)
param httpConcurrency int = instanceMemoryMB == 512 ? 4 : instanceMemoryMB == 2048 ? 16 : 32

@description('Lets the scaler ask how long queues are, by the role Azure Service Bus Data Owner on the four queues. Without it the scaler estimates, later and less exactly.')
param scaleOnQueueLength bool = true

@description('Redundancy of the tables. GRS and GZRS keep a copy in the paired region; zones are not in every region.')
@allowed(['LRS', 'ZRS', 'GRS', 'RAGRS', 'GZRS', 'RAGZRS'])
param storageRedundancy string = 'ZRS'

@description('Nobody can purge a deleted vault before its 90 days are over. It can never be switched off again.')
param vaultPurgeProtection bool = true

@description('Locks storage, vaults and bus against deletion. Who deploys needs the right to set locks (Owner, or Locks Contributor). Take them off before you tear down.')
param deleteLocks bool = false

@description('Days for which log lines are kept.')
@minValue(30)
@maxValue(730)
param retentionDays int = 90

@description('What the workspace takes in a day, in GB: a ceiling against a runaway. -1 is none.')
@allowed([-1, 1, 2, 5, 10, 20])
param dailyCapGb int = 1

@description('Who gets mail when something is wrong.')
param alertEmails string[] = []

@description('What the resources themselves log. `all` holds each call of a table and costs.')
@allowed(['off', 'audit', 'all'])
param diagnostics string = 'audit'

@description('Object id of who deploys: gets certificates into the vault that the desk only reads, and packages into their container. Empty gives no such right.')
param deployerPrincipalId string = ''

@description('What kind of principal that is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param deployerPrincipalType string = 'User'

// Names are the same whenever the same desk is deployed again.
var suffix = uniqueString(subscription().subscriptionId, resourceGroup().id, environmentName)
var allTags = union(tags, { 'azd-env-name': environmentName })
var isPrivate = network == 'private'
var isPremium = hosting == 'elastic-premium'
module identity 'modules/identity.bicep' = {
  name: 'identity'
  params: { suffix: suffix, location: location, tags: allTags }
}

module storage 'modules/storage.bicep' = {
  name: 'storage'
  params: {
    suffix: suffix
    location: location
    tags: allTags
    redundancy: storageRedundancy
    isPrivate: isPrivate
    deleteLock: deleteLocks
  }
}

module bus 'modules/service-bus.bicep' = {
  name: 'service-bus'
  params: {
    name: 'sb-desk-${suffix}'
    location: location
    tags: allTags
    isPrivate: isPrivate
    deleteLock: deleteLocks
  }
}

module vault 'modules/vault.bicep' = {
  name: 'vault'
  params: {
    suffix: suffix
    location: location
    tags: allTags
    isPrivate: isPrivate
    purgeProtection: vaultPurgeProtection
    deleteLock: deleteLocks
  }
}

module access 'modules/access.bicep' = {
  name: 'access'
  params: {
    deskId: identity.outputs.deskId
    deskPrincipalId: identity.outputs.deskPrincipalId
    hostId: identity.outputs.hostId
    hostPrincipalId: identity.outputs.hostPrincipalId
    hostAccountName: storage.outputs.hostAccountName
    deskAccountName: storage.outputs.deskAccountName
    namespaceName: bus.outputs.namespaceName
    readsQueueLengths: scaleOnQueueLength
    deskVaultName: vault.outputs.deskVaultName
    readVaultName: vault.outputs.readVaultName
  }
}

module deployerAccess 'modules/deployer-access.bicep' = if (!empty(deployerPrincipalId)) {
  name: 'deployer-access'
  params: {
    principalId: deployerPrincipalId
    principalType: deployerPrincipalType
    readVaultName: vault.outputs.readVaultName
    hostAccountName: storage.outputs.hostAccountName
  }
}

module privateNetwork 'modules/network.bicep' = if (isPrivate) {
  name: 'network'
  params: {
    suffix: suffix
    location: location
    tags: allTags
    addressPrefix: addressPrefix
    isPremium: isPremium
    hostAccountId: storage.outputs.hostAccountId
    deskAccountId: storage.outputs.deskAccountId
    deskVaultId: vault.outputs.deskVaultId
    readVaultId: vault.outputs.readVaultId
    namespaceId: bus.outputs.namespaceId
    serviceBusHost: bus.outputs.fullyQualifiedNamespace
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  params: {
    name: 'log-desk-${suffix}'
    location: location
    tags: allTags
    retentionDays: retentionDays
    dailyCapGb: dailyCapGb
    writerId: identity.outputs.deskId
    writerPrincipalId: identity.outputs.deskPrincipalId
  }
}

module app 'modules/hosting.bicep' = {
  name: 'hosting'
  dependsOn: [access] // The app starts with its rights in place.
  params: {
    name: 'func-desk-${suffix}'
    planName: 'plan-desk-${suffix}'
    location: location
    tags: allTags
    isPremium: isPremium
    identities: { deskId: identity.outputs.deskId, hostId: identity.outputs.hostId }
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    nodeVersion: nodeVersion
    size: {
      instanceMemoryMB: instanceMemoryMB
      maximumInstanceCount: maximumInstanceCount
      alwaysReady: alwaysReady
      httpConcurrency: httpConcurrency
    }
    subnetId: isPrivate ? privateNetwork!.outputs.appSubnetId : ''
  }
}

module settings 'modules/settings.bicep' = {
  name: 'settings'
  params: {
    appName: app.outputs.appName
    defaultHostName: app.outputs.defaultHostName
    isPremium: isPremium
    deskClientId: identity.outputs.deskClientId
    hostClientId: identity.outputs.hostClientId
    hostIdentityId: identity.outputs.hostId
    hostEndpoints: storage.outputs.hostEndpoints
    deploymentContainerUrl: storage.outputs.deploymentContainerUrl
    tableEndpoint: storage.outputs.tableEndpoint
    serviceBusHost: bus.outputs.fullyQualifiedNamespace
    deskVaultUri: vault.outputs.deskVaultUri
    readVaultUri: vault.outputs.readVaultUri
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    desk: {
      microsoftCloud: microsoftCloud
      partnerConnections: partnerConnections
      apiAudience: deskApiAudience
      apiTenants: empty(deskApiTenants) ? [subscription().tenantId] : deskApiTenants
      publicUrl: publicUrl
      webhookRoots: partnerCenterWebhookRoots
      webhookCertificates: partnerCenterWebhookCertificates
      intervals: intervals
    }
  }
}

module watching 'modules/watching.bicep' = {
  name: 'watching'
  params: {
    name: take('desk-${environmentName}', 40)
    location: location
    tags: allTags
    workspaceId: monitoring.outputs.workspaceId
    emails: alertEmails
    diagnostics: diagnostics
    namespaceId: bus.outputs.namespaceId
    namespaceName: bus.outputs.namespaceName
    deskVaultName: vault.outputs.deskVaultName
    readVaultName: vault.outputs.readVaultName
    deskAccountName: storage.outputs.deskAccountName
    appName: app.outputs.appName
  }
}

// azd keeps these for the other commands of the project.
output AZURE_LOCATION string = location
output DESK_PACKAGE_URL string = '${storage.outputs.deploymentContainerUrl}/desk.zip'
output DESK_APP_NAME string = app.outputs.appName
output DESK_BASE_URL string = settings.outputs.baseUrl
output DESK_IDENTITY_CLIENT_ID string = identity.outputs.deskClientId
output DESK_IDENTITY_PRINCIPAL_ID string = identity.outputs.deskPrincipalId
output DESK_TABLE_ENDPOINT string = storage.outputs.tableEndpoint
output DESK_VAULT_URI string = vault.outputs.deskVaultUri
output DESK_READ_VAULT_URI string = vault.outputs.readVaultUri
output DESK_OUTBOUND_ADDRESS string = isPrivate ? privateNetwork!.outputs.outboundAddress : ''
output DESK_SERVICE_BUS_NAMESPACE string = bus.outputs.fullyQualifiedNamespace
