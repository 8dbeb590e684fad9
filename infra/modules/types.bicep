metadata description = 'Types that main.bicep and its modules share.'

@description('A partner tenant that the desk works for. The desk reads the list as JSON from PARTNER_CONNECTIONS.')
@export()
type partnerConnection = {
  @description('Your own name of it: lower case letters, digits and dashes. It is part of keys: never change it.')
  @minLength(1)
  @maxLength(32)
  id: string

  @description('Entra tenant of the partner.')
  @minLength(36)
  @maxLength(36)
  tenantId: string

  @description('Client id of the multi-tenant application.')
  @minLength(36)
  @maxLength(36)
  clientId: string

  @description('Partner id (MPN id) of the location that sells.')
  partnerId: string?

  @description('How the partner stands to its customers.')
  role: 'direct' | 'provider' | 'reseller'

  @description('Mailbox that stands in cases as the contact; the desk reads its inbox.')
  caseMailbox: string?
}

@description('Instances that are always there, for all HTTP functions together or for one other function.')
@export()
type alwaysReady = {
  @description('`http` for all HTTP functions, `function:` and the name for each other one.')
  name:
    | 'http'
    | 'function:projectDeskEvents'
    | 'function:runEscalation'
    | 'function:deliverNotice'
    | 'function:runHealthPoll'
    | 'function:pollServiceHealth'
    | 'function:sweep'

  @description('How many. They are billed whether or not they work.')
  @minValue(1)
  @maxValue(20)
  instanceCount: int
}

@description('How large and how many the instances of the function app are.')
@export()
type scale = {
  @description('Memory of an instance in MB.')
  instanceMemoryMB: 512 | 2048 | 4096

  @description('The most instances of the whole app.')
  @minValue(1)
  @maxValue(1000)
  maximumInstanceCount: int

  @description('Instances that never go away.')
  alwaysReady: alwaysReady[]

  @description('HTTP calls that an instance takes at a time. The Flex Consumption plan alone knows it.')
  @minValue(1)
  @maxValue(1000)
  httpConcurrency: int
}

@description('What both hosting plans must know of the identities of the app.')
@export()
type appIdentities = {
  @description('Resource id of the identity for the tables, the bus, the vaults and telemetry.')
  deskId: string

  @description('Resource id of the identity for the storage of the host and the deployment package.')
  hostId: string
}
