metadata description = 'Two user-assigned identities: what the desk does and what the Functions host does have no right in common.'

@description('Ending of the names.')
param suffix string

@description('Region.')
param location string

@description('Tags.')
param tags object

resource desk 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-desk-${suffix}'
  location: location
  tags: tags
}

resource host 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: 'id-host-${suffix}'
  location: location
  tags: tags
}

@description('Resource id of the identity of the desk: tables, bus, vaults, telemetry, and the federated credential of the multi-tenant application.')
output deskId string = desk.id

@description('Its client id, for app settings.')
output deskClientId string = desk.properties.clientId

@description('Its object id: the subject of the federated credential.')
output deskPrincipalId string = desk.properties.principalId

@description('Resource id of the identity of the Functions host: its storage and the deployment package.')
output hostId string = host.id

@description('Its client id, for app settings.')
output hostClientId string = host.properties.clientId

@description('Its object id.')
output hostPrincipalId string = host.properties.principalId
