// A desk to try things on: cheap, and gone without a trace when it is deleted. Give it a partner tenant of its own (a sandbox):
// Partner Center calls one desk for each.
using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'dev')

// The partner's own. They are no secrets, but nobody else's business; without them the deployment is refused.
param partnerConnections = json(readEnvironmentVariable('DESK_PARTNER_CONNECTIONS', '[]'))
param deskApiAudience = any(readEnvironmentVariable('DESK_API_AUDIENCE', ''))

param instanceMemoryMB = 512
param storageRedundancy = 'LRS'
param vaultPurgeProtection = false
param deleteLocks = false
param retentionDays = 30
param diagnostics = 'off'
