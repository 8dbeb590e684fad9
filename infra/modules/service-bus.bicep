metadata description = 'The Service Bus namespace and its queues. Private endpoints need the Premium tier, which costs many times what Standard does.'

@description('Name of the namespace.')
@minLength(6)
@maxLength(50)
param name string

@description('Region.')
param location string

@description('Tags.')
param tags object

@description('True where private endpoints alone lead to the namespace: takes the Premium tier.')
param isPrivate bool

@description('Locks the namespace against deletion.')
param deleteLock bool

resource namespace 'Microsoft.ServiceBus/namespaces@2026-01-01' = {
  name: name
  location: location
  tags: tags
  // Premium with one messaging unit; Standard has duplicate detection and scheduled messages too, which Basic has not.
  sku: isPrivate ? { name: 'Premium', tier: 'Premium', capacity: 1 } : { name: 'Standard', tier: 'Standard' }
  properties: {
    disableLocalAuth: true
    minimumTlsVersion: '1.2'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
  }

  resource queue 'queues' = [
    for queue in items(loadJsonContent('../resources.json').queues): {
      name: queue.key
      properties: {
        lockDuration: 'PT${queue.value.lockSeconds}S'
        maxDeliveryCount: queue.value.maxDeliveryCount
        defaultMessageTimeToLive: 'P${queue.value.timeToLiveDays}D'
        // What expires is dropped: its row still owes the wake, and the sweep sends it again.
        deadLetteringOnMessageExpiration: false
        requiresDuplicateDetection: true
        duplicateDetectionHistoryTimeWindow: 'PT${queue.value.duplicateWindowSeconds}S'
        requiresSession: false
      }
    }
  ]
}

resource lock 'Microsoft.Authorization/locks@2020-05-01' = if (deleteLock) {
  name: 'keep'
  scope: namespace
  properties: { level: 'CanNotDelete', notes: 'The queues of the desk.' }
}

@description('Name of the namespace.')
output namespaceName string = namespace.name

@description('Resource id of the namespace.')
output namespaceId string = namespace.id

@description('Host name of the namespace.')
output fullyQualifiedNamespace string = split(replace(namespace.properties.serviceBusEndpoint, 'https://', ''), ':')[0]
