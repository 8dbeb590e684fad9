// Production where storage, vaults and bus may not be reached from public networks. Service Bus Premium and the network are most of its price.
using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'production')

// The partner's own. They are no secrets, but nobody else's business; without them the deployment is refused.
param partnerConnections = json(readEnvironmentVariable('DESK_PARTNER_CONNECTIONS', '[]'))
param deskApiAudience = any(readEnvironmentVariable('DESK_API_AUDIENCE', ''))
param deskApiTenants = filter(split(readEnvironmentVariable('DESK_API_TENANTS', ''), ','), one => !empty(one))
param publicUrl = readEnvironmentVariable('DESK_PUBLIC_URL', '')
param alertEmails = json(readEnvironmentVariable('DESK_ALERT_EMAILS', '[]'))

param network = 'private'
param addressPrefix = readEnvironmentVariable('DESK_ADDRESS_PREFIX', '10.90.0.0/24')
param storageRedundancy = 'GZRS'
param deleteLocks = true

// Who deploys puts certificates and packages there; a pipeline sets AZURE_PRINCIPAL_TYPE to ServicePrincipal.
param deployerPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param deployerPrincipalType = any(readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User'))
