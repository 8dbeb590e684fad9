metadata description = 'Virtual network of the app, with a NAT gateway: the app has a way out and one address of its own to the outside.'

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

resource address 'Microsoft.Network/publicIPAddresses@2025-09-01' = {
  name: 'pip-desk-${suffix}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

resource nat 'Microsoft.Network/natGateways@2025-09-01' = {
  name: 'ng-desk-${suffix}'
  location: location
  tags: tags
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }] }
}

resource network 'Microsoft.Network/virtualNetworks@2025-09-01' = {
  name: 'vnet-desk-${suffix}'
  location: location
  tags: tags
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 25, 0)
          defaultOutboundAccess: false
          natGateway: { id: nat.id }
          delegations: [{ name: 'app', properties: { serviceName: appDelegation } }]
        }
      }
      {
        name: 'endpoints'
        properties: { addressPrefix: cidrSubnet(addressPrefix, 26, 2), defaultOutboundAccess: false }
      }
    ]
  }

  resource appSubnet 'subnets' existing = { name: 'app' }

  resource endpointSubnet 'subnets' existing = { name: 'endpoints' }
}

@description('Resource id of the virtual network.')
output networkId string = network.id

@description('Subnet for what the app sends.')
output appSubnetId string = network::appSubnet.id

@description('Subnet of the private endpoints.')
output endpointSubnetId string = network::endpointSubnet.id

@description('The one address from which the desk calls others.')
output outboundAddress string = address.properties.ipAddress
