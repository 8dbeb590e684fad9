metadata description = 'Virtual network, private endpoints and private DNS zones; and a NAT gateway, so that the app has a way out and one address of its own.'

@description('Ending of the names.')
param suffix string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Addresses of the virtual network: a block of at least /24 that is free in your networks.')
param addressPrefix string

@description('Which service runs the app in its subnet: it depends on the plan.')
@allowed(['Microsoft.App/environments', 'Microsoft.Web/serverFarms'])
param appDelegation string

@description('Host name of the Service Bus namespace; what follows the first dot names its private zone.')
param serviceBusHost string

@description('What gets a private endpoint.')
param endpoints { name: string, resourceId: string, group: 'blob' | 'table' | 'vault' | 'namespace' }[]

var zoneNames = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  // The suffix is such as .vault.azure.net, the zone privatelink.vaultcore.azure.net.
  vault: 'privatelink${replace(environment().suffixes.keyvaultDns, '.vault.', '.vaultcore.')}'
  namespace: 'privatelink.${join(skip(split(serviceBusHost, '.'), 1), '.')}'
}
var groups = ['blob', 'table', 'vault', 'namespace']

resource address 'Microsoft.Network/publicIPAddresses@2025-05-01' = {
  name: 'pip-desk-${suffix}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource nat 'Microsoft.Network/natGateways@2025-05-01' = {
  name: 'ng-desk-${suffix}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }] }
}

resource network 'Microsoft.Network/virtualNetworks@2025-05-01' = {
  name: 'vnet-desk-${suffix}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 26, 0)
          natGateway: { id: nat.id }
          delegations: [{ name: 'app', properties: { serviceName: appDelegation } }]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: cidrSubnet(addressPrefix, 26, 1), defaultOutboundAccess: false }
      }
    ]
  }

  resource appSubnet 'subnets' existing = { name: 'app' }

  resource endpointSubnet 'subnets' existing = { name: 'endpoints' }
}

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
    name: network.name
    location: 'global'
    tags: tags
    properties: { registrationEnabled: false, virtualNetwork: { id: network.id } }
  }
]

resource endpoint 'Microsoft.Network/privateEndpoints@2025-05-01' = [
  for one in endpoints: {
    name: 'pe-${one.name}-${suffix}'
    location: location
    tags: tags
    properties: {
      subnet: { id: network::endpointSubnet.id }
      privateLinkServiceConnections: [
        { name: one.name, properties: { privateLinkServiceId: one.resourceId, groupIds: [one.group] } }
      ]
    }
  }
]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2025-05-01' = [
  for (one, index) in endpoints: {
    parent: endpoint[index]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [{ name: one.group, properties: { privateDnsZoneId: zone[indexOf(groups, one.group)].id } }]
    }
  }
]

@description('Subnet for what the app sends.')
output appSubnetId string = network::appSubnet.id

@description('The one address from which the desk calls others.')
output outboundAddress string = address.properties.ipAddress
