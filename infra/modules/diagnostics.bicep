metadata description = 'What the bus, the vaults, the tables and the app themselves log, sent to the workspace.'

@description('Resource id of the workspace.')
param workspaceId string

@description('`audit`: who read which secret, what was done to the bus. `all`: each call of the tables and the log of the app too, which costs.')
@allowed(['audit', 'all'])
param level string

@description('Service Bus namespace.')
param namespaceName string

@description('Vault that the desk writes.')
param deskVaultName string

@description('Vault that the desk only reads.')
param readVaultName string

@description('Account of the tables.')
param deskAccountName string

@description('Name of the function app.')
param appName string

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' existing = { name: namespaceName }

resource deskVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = { name: deskVaultName }

resource readVault 'Microsoft.KeyVault/vaults@2026-02-01' existing = { name: readVaultName }

resource deskAccount 'Microsoft.Storage/storageAccounts@2026-04-01' existing = {
  name: deskAccountName

  resource tables 'tableServices' existing = { name: 'default' }
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = { name: appName }

resource ofBus 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'desk'
  scope: namespace
  properties: { workspaceId: workspaceId, logs: [{ category: 'OperationalLogs', enabled: true }] }
}

resource ofDeskVault 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'desk'
  scope: deskVault
  properties: { workspaceId: workspaceId, logs: [{ category: 'AuditEvent', enabled: true }] }
}

resource ofReadVault 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  name: 'desk'
  scope: readVault
  properties: { workspaceId: workspaceId, logs: [{ category: 'AuditEvent', enabled: true }] }
}

resource ofTables 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (level == 'all') {
  name: 'desk'
  scope: deskAccount::tables
  properties: {
    workspaceId: workspaceId
    logs: [for category in ['StorageRead', 'StorageWrite', 'StorageDelete']: { category: category, enabled: true }]
  }
}

resource ofApp 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (level == 'all') {
  name: 'desk'
  scope: app
  properties: { workspaceId: workspaceId, logs: [{ category: 'FunctionAppLogs', enabled: true }] }
}
