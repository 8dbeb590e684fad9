metadata description = 'What wakes people. Every alert stands in alerts.json, which tests hold against what the desk writes.'

@description('Prefix of every name.')
@minLength(2)
@maxLength(40)
param name string

@description('Region of the rules over logs; those over metrics are global.')
param location string

@description('Tags of every rule.')
param tags object

@description('Resource id of the workspace that holds the desk\'s log.')
param workspaceId string

@description('Resource id of the Service Bus namespace.')
param serviceBusId string

@description('Who gets mail. Without anybody, alerts are seen in the portal alone.')
param emails string[]

var alerts = loadJsonContent('../alerts.json')
// Mails name the place in this document.
var runbook = 'docs/operating.md'

resource people 'Microsoft.Insights/actionGroups@2023-01-01' = {
  name: '${name}-people'
  location: 'global'
  tags: tags
  properties: {
    groupShortName: 'csp-desk'
    enabled: true
    emailReceivers: [
      for (email, i) in emails: {
        name: 'mail-${i}'
        emailAddress: email
        useCommonAlertSchema: true
      }
    ]
  }
}

resource logs 'Microsoft.Insights/scheduledQueryRules@2026-03-01' = [
  for alert in alerts.logs: {
    name: '${name}-${alert.name}'
    location: location
    tags: tags
    kind: 'LogAlert'
    properties: {
      displayName: alert.title
      description: '${alert.description} What to do: ${runbook}#${alert.runbook}'
      severity: alert.severity
      enabled: true
      scopes: [workspaceId]
      evaluationFrequency: alert.every
      windowSize: alert.window
      // What is a state ends by itself; what happened once is told, and told as ended by nobody.
      autoMitigate: alert.resolves
      // A workspace that is new has not seen a line yet.
      skipQueryValidation: true
      criteria: {
        allOf: [
          {
            query: join(concat(alert.of == 'lines' ? alerts.lines : [], alert.query), '\n')
            timeAggregation: 'Count'
            operator: 'GreaterThan'
            threshold: 0
            dimensions: map(alert.?splitBy ?? [], column => { name: column, operator: 'Include', values: ['*'] })
            failingPeriods: { numberOfEvaluationPeriods: 1, minFailingPeriodsToAlert: 1 }
          }
        ]
      }
      actions: { actionGroups: [people.id] }
    }
  }
]

resource metrics 'Microsoft.Insights/metricAlerts@2026-01-01' = [
  for alert in alerts.metrics: {
    name: '${name}-${alert.name}'
    location: 'global'
    tags: tags
    properties: {
      description: '${alert.title}. ${alert.description} What to do: ${runbook}#${alert.runbook}'
      severity: alert.severity
      enabled: true
      scopes: [serviceBusId]
      targetResourceType: alert.resource
      evaluationFrequency: alert.every
      windowSize: alert.window
      autoMitigate: true
      criteria: {
        'odata.type': 'Microsoft.Azure.Monitor.SingleResourceMultipleMetricCriteria'
        allOf: [
          {
            criterionType: 'StaticThresholdCriterion'
            name: alert.name
            metricNamespace: alert.resource
            metricName: alert.metric
            timeAggregation: alert.aggregation
            operator: alert.operator
            threshold: alert.threshold
            dimensions: map(alert.splitBy, column => { name: column, operator: 'Include', values: ['*'] })
          }
        ]
      }
      actions: [{ actionGroupId: people.id }]
    }
  }
]
