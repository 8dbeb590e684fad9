metadata description = 'Where the desk writes what it did: one workspace, Application Insights on top of it, no key.'

@description('Names the workspace and Application Insights.')
@minLength(4)
@maxLength(63)
param name string

@description('Region of both.')
param location string

@description('Tags of both.')
param tags object

@description('How long log lines are kept, in days. Thirty-one are free of charge; dead grants and filings are looked up for longer.')
@minValue(30)
@maxValue(730)
param retentionDays int

@description('What the workspace takes in a day, in GB. Beyond it lines are lost until the next day: the alert "no sweep" then tells. A ceiling against a runaway, not a budget; -1 is none.')
@allowed([-1, 1, 2, 5, 10, 20])
param dailyCapGb int

@description('Principal id of the identity with which the app writes its telemetry (the desk\'s).')
param writerPrincipalId string

@description('Resource id of that identity: it makes the name of the role assignment.')
param writerId string

var roles = loadJsonContent('../roles.json')

resource workspace 'Microsoft.OperationalInsights/workspaces@2026-03-01' = {
  name: name
  location: location
  tags: tags
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    workspaceCapping: { dailyQuotaGb: dailyCapGb }
    // Readers of the resource see its lines; nobody writes with the workspace's keys.
    features: { enableLogAccessUsingOnlyResourcePermissions: true, disableLocalAuth: true }
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: name
  location: location
  tags: tags
  kind: 'web'
  properties: {
    Application_Type: 'web'
    WorkspaceResourceId: workspace.id
    IngestionMode: 'LogAnalytics'
    DisableLocalAuth: true
    // Log lines hold ids alone; addresses of callers are kept out as well.
    DisableIpMasking: false
  }
}

resource publisher 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, writerId, roles.monitoringMetricsPublisher.id)
  scope: insights
  properties: {
    principalId: writerPrincipalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', roles.monitoringMetricsPublisher.id)
    description: roles.monitoringMetricsPublisher.why
  }
}

output workspaceId string = workspace.id
#disable-next-line outputs-should-not-contain-secrets // It names the endpoints; without a token of the identity nothing is taken.
output insightsConnectionString string = insights.properties.ConnectionString
