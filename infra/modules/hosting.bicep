metadata description = 'The function app on one of two plans. Nothing else depends on which.'

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

@description('True for Elastic Premium, false for Flex Consumption.')
param isPremium bool

@description('Identities of the app.')
param identities appIdentities

@description('Container of the deployment package.')
param deploymentContainerUrl string

@description('Version of Node.js.')
@allowed(['22', '24'])
param nodeVersion string

@description('Size and number of instances.')
param size scale

@description('Subnet for what the app sends; empty without a virtual network.')
param subnetId string

module flex 'hosting-flex.bicep' = if (!isPremium) {
  name: 'hosting-flex'
  params: {
    name: name
    planName: planName
    location: location
    tags: tags
    identities: identities
    deploymentContainerUrl: deploymentContainerUrl
    nodeVersion: nodeVersion
    size: size
    subnetId: subnetId
  }
}

module premium 'hosting-premium.bicep' = if (isPremium) {
  name: 'hosting-premium'
  params: {
    name: name
    planName: planName
    location: location
    tags: tags
    identities: identities
    nodeVersion: nodeVersion
    size: size
    subnetId: subnetId
  }
}

@description('Name of the function app.')
output appName string = isPremium ? premium!.outputs.appName : flex!.outputs.appName

@description('Host name that Azure gave the app.')
output defaultHostName string = isPremium ? premium!.outputs.defaultHostName : flex!.outputs.defaultHostName
