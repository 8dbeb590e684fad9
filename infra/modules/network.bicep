metadata description = 'What a private desk has beside a public one: a virtual network for the app, and private endpoints of all that it keeps.'

@description('Ending of the names.')
param suffix string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Addresses of the virtual network: a block of at least /24 that is free in your networks.')
param addressPrefix string

@description('True on an Elastic Premium plan: another service then runs the app in its subnet.')
param isPremium bool

@description('Resource id of the account of the Functions host.')
param hostAccountId string

@description('Resource id of the account of the tables.')
param deskAccountId string

@description('Resource id of the vault that the desk writes.')
param deskVaultId string

@description('Resource id of the vault that the desk only reads.')
param readVaultId string

@description('Resource id of the Service Bus namespace.')
param namespaceId string

@description('Host name of that namespace.')
param serviceBusHost string

module network 'virtual-network.bicep' = {
  name: 'virtual-network'
  params: {
    suffix: suffix
    location: location
    tags: tags
    addressPrefix: addressPrefix
    appDelegation: isPremium ? 'Microsoft.Web/serverFarms' : 'Microsoft.App/environments'
  }
}

module endpoints 'private-endpoints.bicep' = {
  name: 'private-endpoints'
  params: {
    suffix: suffix
    location: location
    tags: tags
    networkId: network.outputs.networkId
    subnetId: network.outputs.endpointSubnetId
    serviceBusHost: serviceBusHost
    // No endpoint for storage queues: neither the host nor the desk has any use for them.
    services: [
      { name: 'host-blobs', resourceId: hostAccountId, group: 'blob' }
      { name: 'host-tables', resourceId: hostAccountId, group: 'table' }
      { name: 'desk-tables', resourceId: deskAccountId, group: 'table' }
      { name: 'desk-vault', resourceId: deskVaultId, group: 'vault' }
      { name: 'read-vault', resourceId: readVaultId, group: 'vault' }
      { name: 'bus', resourceId: namespaceId, group: 'namespace' }
    ]
  }
}

@description('Subnet for what the app sends.')
output appSubnetId string = network.outputs.appSubnetId

@description('The one address from which the desk calls others.')
output outboundAddress string = network.outputs.outboundAddress
