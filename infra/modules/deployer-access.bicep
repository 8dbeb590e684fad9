metadata description = 'Rights of the person or pipeline that deploys: certificates into the vault that the desk only reads, packages into their container.'

@description('Object id of who deploys.')
@minLength(36)
@maxLength(36)
param principalId string

@description('What kind of principal that is.')
@allowed(['User', 'Group', 'ServicePrincipal'])
param principalType string

@description('Vault that the desk only reads.')
param readVaultName string

@description('Account with the container of packages.')
param hostAccountName string

var roles = loadJsonContent('../roles.json')

resource readVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = { name: readVaultName }

resource hostAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: hostAccountName

  resource blobs 'blobServices' existing = {
    name: 'default'

    resource packages 'containers' existing = { name: 'packages' }
  }
}

resource certificates 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(readVault.id, principalId, roles.keyVaultCertificatesOfficer.id)
  scope: readVault
  properties: {
    principalId: principalId
    principalType: principalType
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.keyVaultCertificatesOfficer.id
    )
  }
}

resource packages 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostAccount::blobs::packages.id, principalId, roles.storageBlobDataContributor.id)
  scope: hostAccount::blobs::packages
  properties: {
    principalId: principalId
    principalType: principalType
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      roles.storageBlobDataContributor.id
    )
  }
}
