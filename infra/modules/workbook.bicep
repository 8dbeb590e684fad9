metadata description = 'The desk\'s own figures on one page. Its queries stand in workbook.json, which tests hold against what the desk writes.'

@description('Region of the workbook.')
param location string

@description('Tags of the workbook.')
param tags object

@description('Resource id of the workspace that holds the desk\'s log.')
param workspaceId string

@description('Resource id of the Service Bus namespace.')
param serviceBusId string

var page = loadJsonContent('../workbook.json')
var lines = loadJsonContent('../alerts.json').lines

var range = {
  type: 9
  content: {
    version: 'KqlParameterItem/1.0'
    parameters: [
      {
        id: guid(workspaceId, 'range')
        version: 'KqlParameterItem/1.0'
        name: 'Range'
        label: 'Time'
        type: 4
        isRequired: true
        value: { durationMs: 86400000 }
        typeSettings: { selectableValues: map([3600000, 14400000, 86400000, 604800000, 2592000000], ms => { durationMs: ms }) }
      }
    ]
    style: 'pills'
  }
  name: 'range'
}

var parts = [
  for part in page.parts: {
    type: 3
    name: part.name
    content: {
      version: 'KqlItem/1.0'
      title: part.title
      query: join(concat(lines, part.query), '\n')
      queryType: 0
      resourceType: 'microsoft.operationalinsights/workspaces'
      crossComponentResources: [workspaceId]
      timeContext: { durationMs: 86400000 }
      timeContextFromParameter: 'Range'
      visualization: part.visualization
      size: 0
    }
  }
]

var deadLetters = {
  type: 10
  name: 'dead-letters'
  content: {
    version: 'MetricsItem/2.0'
    chartId: guid(workspaceId, 'dead-letters')
    title: page.deadLetters
    size: 0
    chartType: 2
    resourceType: 'microsoft.servicebus/namespaces'
    metricScope: 0
    resourceIds: [serviceBusId]
    timeContext: { durationMs: 86400000 }
    timeContextFromParameter: 'Range'
    metrics: [
      {
        namespace: 'microsoft.servicebus/namespaces'
        metric: 'microsoft.servicebus/namespaces--DeadletteredMessages'
        aggregation: 3
        splitBy: 'EntityName'
      }
    ]
  }
}

resource workbook 'Microsoft.Insights/workbooks@2023-06-01' = {
  name: guid(workspaceId, 'desk')
  location: location
  tags: tags
  kind: 'shared'
  properties: {
    displayName: 'CSP support desk'
    category: 'workbook'
    sourceId: workspaceId
    serializedData: string({
      version: 'Notebook/1.0'
      items: concat([{ type: 1, name: 'intro', content: { json: page.intro } }, range], parts, [deadLetters])
      fallbackResourceIds: [workspaceId]
    })
  }
}
