metadata description = 'What tells people how the desk is: alerts, the workbook, and what the resources themselves log.'

@description('Prefix of the names of alerts.')
@minLength(2)
@maxLength(40)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('Resource id of the workspace.')
param workspaceId string

@description('Who gets mail.')
param emails string[]

@description('What the resources log.')
@allowed(['off', 'audit', 'all'])
param diagnostics string

@description('Resource id of the Service Bus namespace.')
param namespaceId string

@description('Name of that namespace.')
param namespaceName string

@description('Vault that the desk writes.')
param deskVaultName string

@description('Vault that the desk only reads.')
param readVaultName string

@description('Account of the tables.')
param deskAccountName string

@description('Name of the function app.')
param appName string

module alerts 'alerts.bicep' = {
  name: 'alerts'
  params: {
    name: name
    location: location
    tags: tags
    workspaceId: workspaceId
    serviceBusId: namespaceId
    emails: emails
  }
}

module workbook 'workbook.bicep' = {
  name: 'workbook'
  params: { location: location, tags: tags, workspaceId: workspaceId, serviceBusId: namespaceId }
}

module logs 'diagnostics.bicep' = if (diagnostics != 'off') {
  name: 'diagnostics'
  params: {
    workspaceId: workspaceId
    level: diagnostics == 'all' ? 'all' : 'audit'
    namespaceName: namespaceName
    deskVaultName: deskVaultName
    readVaultName: readVaultName
    deskAccountName: deskAccountName
    appName: appName
  }
}
