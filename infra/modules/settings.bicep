metadata description = 'The app settings, the same on every plan but for what only Elastic Premium reads. No key and no connection string with one.'

import { deskIntervals, partnerConnection } from 'types.bicep'

@description('Name of the function app.')
param appName string

@description('Host name that Azure gave the app.')
param defaultHostName string

@description('True on an Elastic Premium plan, which takes runtime and package from settings.')
param isPremium bool

@description('Client id of the identity of the desk.')
param deskClientId string

@description('Client id of the identity of the Functions host.')
param hostClientId string

@description('Resource id of the identity of the Functions host.')
param hostIdentityId string

@description('Endpoints of the storage account of the Functions host, by service.')
param hostEndpoints object

@description('Container of the deployment package.')
param deploymentContainerUrl string

@description('Endpoint of the tables of the desk.')
param tableEndpoint string

@description('Host name of the Service Bus namespace.')
param serviceBusHost string

@description('Address of the vault that the desk writes.')
param deskVaultUri string

@description('Address of the vault that the desk only reads.')
param readVaultUri string

@description('Endpoints of Application Insights; without a token of the identity nothing is taken there.')
param insightsConnectionString string

@description('What the desk is told that is no address of Azure: each is the setting of that meaning.')
param desk {
  microsoftCloud: 'global' | 'us-government' | 'china'
  partnerConnections: partnerConnection[]
  apiAudience: string
  apiTenants: string[]
  publicUrl: string
  webhookRoots: string
  webhookCertificates: string[]
  intervals: deskIntervals
}

// The package is fetched by identity from its container; Azure Files, the default of this plan, would need a key.
var premium = {
  FUNCTIONS_EXTENSION_VERSION: '~4'
  FUNCTIONS_WORKER_RUNTIME: 'node'
  WEBSITE_RUN_FROM_PACKAGE: '${deploymentContainerUrl}/desk.zip'
  WEBSITE_RUN_FROM_PACKAGE_BLOB_MI_RESOURCE_ID: hostIdentityId
}

var settings = {
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'Authorization=AAD;ClientId=${deskClientId}'
  APPLICATIONINSIGHTS_CONNECTION_STRING: insightsConnectionString
  // Timers of two apps with one id would share one lease.
  AzureFunctionsWebHost__hostid: appName
  // Endpoints work in every cloud, an account's name in the global one alone. The host has no use for queues of storage.
  AzureWebJobsStorage__blobServiceUri: hostEndpoints.blob
  AzureWebJobsStorage__clientId: hostClientId
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__tableServiceUri: hostEndpoints.table
  CASE_SYNC_MINUTES: string(desk.intervals.?caseSyncMinutes ?? 5)
  CERTIFICATE_VAULT_URI: readVaultUri
  CUSTOMER_SYNC_MINUTES: string(desk.intervals.?customerSyncMinutes ?? 1440)
  DESK_API_AUDIENCE: desk.apiAudience
  DESK_API_TENANTS: join(desk.apiTenants, ',')
  DESK_PUBLIC_URL: empty(desk.publicUrl) ? 'https://${defaultHostName}' : desk.publicUrl
  HEALTH_POLL_MINUTES: string(desk.intervals.?healthPollMinutes ?? 5)
  HEALTH_POLL_SCHEDULE: desk.intervals.?healthPollSchedule ?? '0 */5 * * * *'
  KEY_VAULT_URI: deskVaultUri
  MICROSOFT_CLOUD: desk.microsoftCloud
  PARTNER_CENTER_WEBHOOK_CERTIFICATES: join(desk.webhookCertificates, ',')
  PARTNER_CENTER_WEBHOOK_ROOTS: desk.webhookRoots
  PARTNER_CONNECTIONS: string(desk.partnerConnections)
  SERVICE_BUS__clientId: deskClientId
  SERVICE_BUS__credential: 'managedidentity'
  SERVICE_BUS__fullyQualifiedNamespace: serviceBusHost
  STORAGE__clientId: deskClientId
  STORAGE__credential: 'managedidentity'
  STORAGE__tableServiceUri: tableEndpoint
  SWEEP_SCHEDULE: desk.intervals.?sweepSchedule ?? '0 * * * * *'
}

resource app 'Microsoft.Web/sites@2025-03-01' existing = {
  name: appName

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: union(settings, isPremium ? premium : {})
  }
}

@description('Address under which others reach the desk.')
output baseUrl string = settings.DESK_PUBLIC_URL
