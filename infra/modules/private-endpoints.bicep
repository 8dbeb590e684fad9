metadata description = 'Private endpoints of storage, vaults and bus, and the private DNS zones by which the app finds them.'

import { privateService } from 'types.bicep'

@description('Ending of the names.')
param suffix string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Virtual network that resolves the names.')
param networkId string

@description('Subnet of the endpoints.')
param subnetId string

@description('Host name of the Service Bus namespace; what follows the first dot names its private zone.')
param serviceBusHost string

@description('What gets a private endpoint.')
@minLength(1)
param services privateService[]

var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  // The suffix is such as .vault.azure.net, the zone then privatelink.vaultcore.azure.net.
  vault: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  namespace: 'privatelink.${join(skip(split(serviceBusHost, '.'), 1), '.')}'
}
var groups = ['blob', 'table', 'vault', 'namespace']

resource zone 'Microsoft.Network/privateDnsZones@2024-06-01' = [
  for group in groups: {
    name: zoneNames[group]
    location: 'global'
    tags: tags
  }
]

resource link 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (group, index) in groups: {
    parent: zone[index]
    name: 'desk-${group}'
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: networkId } }
  }
]

module endpoint 'private-endpoint.bicep' = [
  for service in services: {
    name: 'endpoint-${service.name}'
    params: {
      name: 'pe-${service.name}-${suffix}'
      location: location
      tags: tags
      subnetId: subnetId
      resourceId: service.resourceId
      group: service.group
      zoneId: zone[indexOf(groups, service.group)].id
    }
  }
]
