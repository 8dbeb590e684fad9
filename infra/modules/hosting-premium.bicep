metadata description = 'The function app on an Elastic Premium plan, for clouds and regions without Flex Consumption. At least one instance always runs.'

import { appIdentities, scale } from 'types.bicep'

@description('Name of the function app.')
@minLength(2)
@maxLength(60)
param name string

@description('Name of the plan.')
param planName string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Identities of the app.')
param identities appIdentities

@description('Version of Node.js.')
@allowed(['22', '24'])
param nodeVersion string

@description('Size and number of instances. EP1 has 3.5 GB and EP2 has 7 GB of memory.')
param size scale

@description('Subnet for what the app sends; empty without a virtual network.')
param subnetId string

// A plan on Linux does not go beyond 20 instances in every region.
var maximum = min(size.maximumInstanceCount, 20)
var always = reduce(size.alwaysReady, 1, (most, one) => max(most, one.instanceCount))

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'elastic'
  sku: { name: size.instanceMemoryMB > 2048 ? 'EP2' : 'EP1', tier: 'ElasticPremium' }
  properties: { reserved: true, elasticScaleEnabled: true, maximumElasticWorkerCount: maximum }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  tags: union(tags, { 'azd-service-name': 'desk' })
  kind: 'functionapp,linux'
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identities.deskId}': {}, '${identities.hostId}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    clientCertEnabled: false
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    outboundVnetRouting: { allTraffic: !empty(subnetId) }
    siteConfig: {
      linuxFxVersion: 'NODE|${nodeVersion}'
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      ftpsState: 'Disabled'
      http20Enabled: true
      // Not readyz: that answers 503 while Microsoft is away, and no new instance would help against that.
      healthCheckPath: '/api/livez'
      functionAppScaleLimit: maximum
      minimumElasticInstanceCount: min(always, maximum)
      // Behind private endpoints only the app itself sees how long its queues are.
      functionsRuntimeScaleMonitoringEnabled: !empty(subnetId)
    }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }
}

@description('Name of the function app.')
output appName string = app.name

@description('Host name that Azure gave the app.')
output defaultHostName string = app.properties.defaultHostName
