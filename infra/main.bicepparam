// What azd deploys with: each value can be set for an environment of azd by `azd env set NAME value`.
using './main.bicep'

param environmentName = readEnvironmentVariable('AZURE_ENV_NAME', 'desk')

// The partner's own. They are no secrets, but nobody else's business; without them the deployment is refused.
param partnerConnections = json(readEnvironmentVariable('DESK_PARTNER_CONNECTIONS', '[]'))
param deskApiAudience = any(readEnvironmentVariable('DESK_API_AUDIENCE', ''))
param deskApiTenants = filter(split(readEnvironmentVariable('DESK_API_TENANTS', ''), ','), one => !empty(one))
param publicUrl = readEnvironmentVariable('DESK_PUBLIC_URL', '')
param alertEmails = json(readEnvironmentVariable('DESK_ALERT_EMAILS', '[]'))

// `any` since a text of the environment may be none of the allowed: the deployment is refused then.
param hosting = any(readEnvironmentVariable('DESK_HOSTING', 'flex'))
param network = any(readEnvironmentVariable('DESK_NETWORK', 'public'))
param addressPrefix = readEnvironmentVariable('DESK_ADDRESS_PREFIX', '10.90.0.0/24')
param instanceMemoryMB = any(int(readEnvironmentVariable('DESK_INSTANCE_MEMORY_MB', '2048')))
param maximumInstanceCount = int(readEnvironmentVariable('DESK_MAXIMUM_INSTANCE_COUNT', '40'))
param alwaysReady = json(readEnvironmentVariable('DESK_ALWAYS_READY', '[]'))
param storageRedundancy = any(readEnvironmentVariable('DESK_STORAGE_REDUNDANCY', 'ZRS'))
param vaultPurgeProtection = bool(readEnvironmentVariable('DESK_VAULT_PURGE_PROTECTION', 'true'))
param deleteLocks = bool(readEnvironmentVariable('DESK_DELETE_LOCKS', 'false'))
param diagnostics = any(readEnvironmentVariable('DESK_DIAGNOSTICS', 'audit'))

// azd knows who is signed in; a pipeline sets AZURE_PRINCIPAL_TYPE to ServicePrincipal.
param deployerPrincipalId = readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')
param deployerPrincipalType = any(readEnvironmentVariable('AZURE_PRINCIPAL_TYPE', 'User'))
