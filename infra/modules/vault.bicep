metadata description = 'Two vaults with Azure RBAC: one that the desk writes, and one of certificates that people put there: the desk reads their public part and has the vault sign.'

@description('Ending of the names.')
@minLength(1)
@maxLength(16)
param suffix string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('True where private endpoints alone lead to the vaults.')
param isPrivate bool

@description('A deleted vault and its secrets cannot be purged before the retention is over. It can never be switched off again.')
param purgeProtection bool

@description('Locks both vaults against deletion.')
param deleteLock bool

var vaultProperties = {
  tenantId: subscription().tenantId
  sku: { family: 'A', name: 'standard' }
  enableRbacAuthorization: true
  enableSoftDelete: true
  softDeleteRetentionInDays: 90
  // The service refuses an explicit false.
  enablePurgeProtection: purgeProtection ? true : null
  publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  networkAcls: { bypass: 'None', defaultAction: isPrivate ? 'Deny' : 'Allow' }
}

resource deskVault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: 'kv-desk-${suffix}'
  location: location
  tags: tags
  properties: vaultProperties
}

resource readVault 'Microsoft.KeyVault/vaults@2026-02-01' = {
  name: 'kv-read-${suffix}'
  location: location
  tags: tags
  properties: vaultProperties
}

resource deskLock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  name: 'keep'
  scope: deskVault
  properties: { level: 'CanNotDelete', notes: 'Refresh tokens, and the webhook keys of portals.' }
}

resource readLock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  name: 'keep'
  scope: readVault
  properties: { level: 'CanNotDelete', notes: 'Certificates by which the desk proves itself.' }
}

@description('Name of the vault that the desk writes.')
output deskVaultName string = deskVault.name

@description('Resource id of the vault that the desk writes.')
output deskVaultId string = deskVault.id

@description('Address of the vault that the desk writes.')
output deskVaultUri string = deskVault.properties.vaultUri

@description('Name of the vault that the desk only reads.')
output readVaultName string = readVault.name

@description('Resource id of the vault that the desk only reads.')
output readVaultId string = readVault.id

@description('Address of the vault that the desk only reads.')
output readVaultUri string = readVault.properties.vaultUri
