// A desk to try things on: cheap, and its vaults can be purged once it is deleted. Give it a partner tenant of its own (a sandbox):
// Partner Center calls one desk for each.
using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')

// The partner's own. They are no secrets, but nobody else's business; without them the deployment is refused.
param partnerConnections = json(readEnvironmentVariable('DESK_PARTNER_CONNECTIONS', '[]'))
param deskApiAudience = any(readEnvironmentVariable('DESK_API_AUDIENCE', ''))
param deskApiTenants = filter(split(readEnvironmentVariable('DESK_API_TENANTS', ''), ','), one => !empty(one))

param instanceMemoryMB = 512
param storageRedundancy = 'LRS'
param vaultPurgeProtection = false
param retentionDays = 30
param diagnostics = 'off'

// Who deploys puts certificates and packages there; a pipeline sets AZURE_PRINCIPAL_TYPE to ServicePrincipal.
param deployerPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param deployerPrincipalType = any(readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User'))
