metadata description = 'Every right that the two identities of the app have. Ids, names and reasons of the roles are in roles.json.'

@description('Resource id of the identity of the desk.')
param deskId string

@description('Its object id.')
param deskPrincipalId string

@description('Resource id of the identity of the Functions host.')
param hostId string

@description('Its object id.')
param hostPrincipalId string

@description('Account of the Functions host.')
param hostAccountName string

@description('Account of the tables.')
param deskAccountName string

@description('Service Bus namespace.')
param namespaceName string

@description('Lets the scaler ask how long the queues are.')
param readsQueueLengths bool

@description('Vault that the desk writes.')
param deskVaultName string

@description('Vault that the desk only reads.')
param readVaultName string

var roles = loadJsonContent('../roles.json')
var queueNames = objectKeys(loadJsonContent('../resources.json').queues)
var definitions = 'Microsoft.Authorization/roleDefinitions'

resource hostAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = { name: hostAccountName }

resource deskAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = { name: deskAccountName }

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' existing = { name: namespaceName }

resource queue 'Microsoft.ServiceBus/namespaces/queues@2026-01-01' existing = [
  for name in queueNames: { parent: namespace, name: name }
]

resource deskVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = { name: deskVaultName }

resource readVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = { name: readVaultName }

resource hostStorage 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.storageBlobDataOwner.id, roles.storageTableDataContributor.id]: {
    name: guid(hostAccount.id, hostId, role)
    scope: hostAccount
    properties: {
      principalId: hostPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(definitions, role)
    }
  }
]

resource deskTables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(deskAccount.id, deskId, roles.storageTableDataContributor.id)
  scope: deskAccount
  properties: {
    principalId: deskPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, roles.storageTableDataContributor.id)
  }
}

resource deskBus 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.serviceBusDataSender.id, roles.serviceBusDataReceiver.id]: {
    name: guid(namespace.id, deskId, role)
    scope: namespace
    properties: {
      principalId: deskPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(definitions, role)
    }
  }
]

resource scaler 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (name, index) in queueNames: if (readsQueueLengths) {
    name: guid(queue[index].id, deskId, roles.serviceBusDataOwner.id)
    scope: queue[index]
    properties: {
      principalId: deskPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(definitions, roles.serviceBusDataOwner.id)
    }
  }
]

resource deskSecrets 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(deskVault.id, deskId, roles.keyVaultSecretsOfficer.id)
  scope: deskVault
  properties: {
    principalId: deskPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId(definitions, roles.keyVaultSecretsOfficer.id)
  }
}

resource deskCertificates 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for role in [roles.keyVaultReader.id, roles.keyVaultCryptoUser.id]: {
    name: guid(readVault.id, deskId, role)
    scope: readVault
    properties: {
      principalId: deskPrincipalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(definitions, role)
    }
  }
]
