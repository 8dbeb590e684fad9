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

  @description('Certificate in the vault that the desk only reads, where the application cannot trust the managed identity.')
  certificate: string?

  @description('Mailbox that stands in cases as the contact; the desk reads its inbox.')
  caseMailbox: string?
}

@description('Instances that are always there, for all HTTP functions together or for one other function.')
@export()
type readyInstances = {
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

  @description('The most instances on demand, of each group that scales by itself.')
  @minValue(1)
  @maxValue(1000)
  maximumInstanceCount: int

  @description('Instances that never go away.')
  alwaysReady: readyInstances[]

  @description('HTTP calls that an instance takes at a time. The Flex Consumption plan alone knows it.')
  @minValue(1)
  @maxValue(1000)
  httpConcurrency: int
}

@description('Resource ids of the identities of the app: of the desk, and of the Functions host.')
@export()
type appIdentities = { deskId: string, hostId: string }

@description('A service that gets a private endpoint.')
@export()
type privateService = {
  @description('Short name of the endpoint.')
  @minLength(1)
  @maxLength(20)
  name: string

  @description('Resource id of the service.')
  resourceId: string

  @description('Which part of the service.')
  group: 'blob' | 'table' | 'vault' | 'namespace'
}

@description('When the desk does what it does by itself. What is left out has the value of docs/configuration.md.')
@export()
type deskIntervals = {
  @description('When it is checked that every shard of customers is being polled: NCRONTAB with six fields, in UTC.')
  @minLength(11)
  healthPollSchedule: string?

  @description('When everything that is owed is sent again: NCRONTAB with six fields, in UTC.')
  @minLength(11)
  sweepSchedule: string?

  @description('Minutes between two reads of the service health of a customer.')
  @minValue(1)
  @maxValue(10080)
  healthPollMinutes: int?

  @description('Minutes between two reads of the directory of customers.')
  @minValue(1)
  @maxValue(10080)
  customerSyncMinutes: int?

  @description('Minutes between two reads of a case.')
  @minValue(1)
  @maxValue(10080)
  caseSyncMinutes: int?
}
