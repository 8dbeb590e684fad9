metadata description = 'Two storage accounts: one for the Functions host and the deployment package, one for the tables of the desk.'

@description('Ending of the names, lower case letters and digits.')
@minLength(1)
@maxLength(17)
param suffix string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Redundancy of the tables.')
@allowed(['LRS', 'ZRS', 'GRS', 'RAGRS', 'GZRS', 'RAGZRS'])
param redundancy string

@description('True where private endpoints alone lead to the accounts.')
param isPrivate bool

@description('Locks both accounts against deletion.')
param deleteLock bool

var accountProperties = {
  allowBlobPublicAccess: false
  allowCrossTenantReplication: false
  allowSharedKeyAccess: false
  defaultToOAuthAuthentication: true
  minimumTlsVersion: 'TLS1_2'
  supportsHttpsTrafficOnly: true
  publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  // Without a virtual network the app has no address of its own that a firewall could name: the identity is what protects.
  networkAcls: { bypass: 'AzureServices', defaultAction: isPrivate ? 'Deny' : 'Allow' }
}

resource hostAccount 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: 'sthost${suffix}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: accountProperties

  resource blobs 'blobServices' = {
    name: 'default'
    properties: {
      // A package that was overwritten or deleted can be published again.
      isVersioningEnabled: true
      deleteRetentionPolicy: { enabled: true, days: 30 }
      containerDeleteRetentionPolicy: { enabled: true, days: 30 }
    }

    resource packages 'containers' = {
      name: 'packages'
      properties: { publicAccess: 'None' }
    }
  }
}

resource deskAccount 'Microsoft.Storage/storageAccounts@2026-04-01' = {
  name: 'stdesk${suffix}'
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: { name: 'Standard_${redundancy}' }
  properties: accountProperties

  resource tableService 'tableServices' = {
    name: 'default'

    resource table 'tables' = [for name in loadJsonContent('../resources.json').tables: { name: name }]
  }
}

resource hostLock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  name: 'keep'
  scope: hostAccount
  properties: { level: 'CanNotDelete', notes: 'Keys of the Functions host and the deployment package.' }
}

resource deskLock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  name: 'keep'
  scope: deskAccount
  properties: { level: 'CanNotDelete', notes: 'The tables of the desk: every request, case and clock.' }
}

@description('Account of the tables.')
output deskAccountName string = deskAccount.name

@description('Resource id of the account of the tables.')
output deskAccountId string = deskAccount.id

@description('Where the tables are.')
output tableEndpoint string = deskAccount.properties.primaryEndpoints.table

@description('Account of the Functions host.')
output hostAccountName string = hostAccount.name

@description('Resource id of the account of the Functions host.')
output hostAccountId string = hostAccount.id

@description('Endpoints of the account of the Functions host, by service.')
output hostEndpoints object = hostAccount.properties.primaryEndpoints

@description('Container of the deployment package.')
output deploymentContainerUrl string = '${hostAccount.properties.primaryEndpoints.blob}${hostAccount::blobs::packages.name}'
