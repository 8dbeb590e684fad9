metadata description = 'One private endpoint, and its name in a private DNS zone.'

@description('Name of the endpoint.')
@minLength(2)
@maxLength(64)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Subnet of the endpoint.')
param subnetId string

@description('What it leads to.')
param resourceId string

@description('Which part of that.')
@allowed(['blob', 'table', 'vault', 'namespace'])
param group string

@description('Private DNS zone of that part.')
param zoneId string

resource endpoint 'Microsoft.Network/privateEndpoints@2025-09-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    subnet: { id: subnetId }
    privateLinkServiceConnections: [
      { name: name, properties: { privateLinkServiceId: resourceId, groupIds: [group] } }
    ]
  }

  resource record 'privateDnsZoneGroups' = {
    name: 'default'
    properties: { privateDnsZoneConfigs: [{ name: group, properties: { privateDnsZoneId: zoneId } }] }
  }
}
