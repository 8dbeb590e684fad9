import { armRefusal, callerOfArm, callerOfSubscription } from './arm.ts';
import type { Cloud } from './cloud.ts';
import { incidentAt } from './incidents.ts';
import type { IncidentNow } from './incidents.ts';
import { isoTime, jsonObject } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { customers, guidOf } from './seed-world.ts';

/** Incidents of the scenario with this service happen in Azure, not in Microsoft 365. */
export const azureServiceName = 'Azure';

const listDays = 3;
const dayMs = 24 * 60 * 60 * 1000;
const defaultTop = 100;

/** Azure Service Health: events of a subscription, and of all subscriptions of a tenant by Resource Graph. */
export function resourceHealthRoutes(cloud: Cloud): Route[] {
  return [
    {
      name: 'arm.resourceHealthEvents.get',
      path: '/subscriptions/:subscription/providers/Microsoft.ResourceHealth/events',
      handle: async (request) => {
        const { subscriptionId, tenantId } = await callerOfSubscription(cloud, request);
        const start = Date.parse(`${request.query.get('queryStartTime') ?? ''} UTC`);
        const since = Number.isNaN(start) ? cloud.now() - listDays * dayMs : start;
        const listed = incidentsOf(cloud, tenantId).filter(({ lastModifiedAt }) => lastModifiedAt >= since);
        return { status: 200, body: { value: listed.map((incident) => eventView(incident, subscriptionId)) } };
      },
    },
    {
      name: 'arm.resourceGraph.post',
      path: '/providers/Microsoft.ResourceGraph/resources',
      handle: async (request) => {
        const { tid } = await callerOfArm(cloud, request);
        return resourceGraphPage(cloud, tid, request);
      },
    },
  ];
}

function incidentsOf(cloud: Cloud, tenantId: string): IncidentNow[] {
  return [...cloud.state.incidents.values()]
    .map((incident) => incidentAt(incident, cloud.now()))
    .filter((incident) => incident !== undefined)
    .filter((incident) => incident.service === azureServiceName && incident.customers.includes(tenantId));
}

/** Microsoft docs: Events, 2025-05-01. */
function eventView(incident: IncidentNow, subscriptionId: string) {
  const at = isoTime(incident.lastModifiedAt);
  const isReviewed = incident.status.toLowerCase() === 'postincidentreviewpublished';
  const updates = incident.posts.map((post, index) => ({
    summary: post.html,
    updateDateTime: isoTime(post.at),
    eventTags: isReviewed && index === incident.posts.length - 1 ? ['Final PIR'] : [],
  }));
  const status = incident.isResolved ? 'Resolved' : 'Active';
  return {
    id: `/subscriptions/${subscriptionId}/providers/Microsoft.ResourceHealth/events/${incident.id}`,
    name: incident.id,
    type: '/providers/Microsoft.ResourceHealth/events',
    properties: {
      eventType: incident.classification === 'incident' ? 'ServiceIssue' : 'HealthAdvisory',
      eventSource: 'ServiceHealth',
      status,
      title: incident.title,
      summary: `<p>${incident.impactDescription}</p>`,
      header: 'An Azure service issue may affect your service',
      level: 'Warning',
      eventLevel: incident.classification === 'incident' ? 'Error' : 'Informational',
      isEventSensitive: false,
      impactStartTime: isoTime(incident.startAt),
      ...(incident.endAt !== undefined && { impactMitigationTime: isoTime(incident.endAt) }),
      lastUpdateTime: at,
      impact: [
        {
          impactedService: 'Virtual Machines',
          impactedServiceGuid: guidOf('azure-service:virtual-machines'),
          impactedRegions: [
            {
              impactedRegion: 'North Europe',
              status,
              impactedSubscriptions: [subscriptionId],
              impactedTenants: [],
              lastUpdateTime: at,
              updates,
            },
          ],
        },
      ],
      isHIR: false,
      platformInitiated: true,
      priority: 2,
    },
  };
}

/** Resource Graph writes the names of properties in PascalCase. */
function pascal(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.charAt(0).toUpperCase() + name.slice(1), pascal(member)]),
  );
}

type GraphQuery = { subscriptions?: unknown; query?: unknown; options?: { $top?: number; $skipToken?: string } };

/** Microsoft docs: Resources, 2022-10-01. Of the query language it understands what is asked of service health: active, or changed after. */
function resourceGraphPage(cloud: Cloud, tenantId: string, request: ApiRequest): Reply {
  const { subscriptions, query, options }: GraphQuery = jsonObject(request.body) ?? {};
  if (typeof query !== 'string' || !/^\s*ServiceHealthResources\b/i.test(query)) {
    throw armRefusal({
      status: 400,
      code: 'BadRequest',
      message: 'Please provide below info when asking for support.',
    });
  }
  const own = customers.find((customer) => customer.tenantId === tenantId)?.azureSubscriptionId;
  const isAsked = !Array.isArray(subscriptions) || subscriptions.includes(own);
  if (own === undefined || !isAsked) {
    throw armRefusal({ status: 403, code: 'AccessDenied', message: 'Access to the subscriptions is denied.' });
  }
  return {
    status: 200,
    headers: { 'x-ms-user-quota-remaining': '14', 'x-ms-user-quota-resets-after': '00:00:05' },
    body: pageOf(rowsOf(incidentsOf(cloud, tenantId), query, own), options),
  };
}

function rowsOf(incidents: readonly IncidentNow[], query: string, subscriptionId: string) {
  const after = Date.parse(/>\s*datetime\(([^)]+)\)/i.exec(query)?.[1] ?? '');
  return incidents
    .filter(({ isResolved, lastModifiedAt }) => !isResolved || Number.isNaN(after) || lastModifiedAt > after)
    .map((incident) => {
      const { properties, ...event } = eventView(incident, subscriptionId);
      return { ...event, type: 'microsoft.resourcehealth/events', subscriptionId, properties: pascal(properties) };
    });
}

function pageOf(rows: readonly object[], { $top = defaultTop, $skipToken = '0' }: GraphQuery['options'] = {}) {
  const end = Number($skipToken) + $top;
  const data = rows.slice(Number($skipToken), end);
  return {
    totalRecords: rows.length,
    count: data.length,
    data,
    facets: [],
    resultTruncated: 'false',
    ...(end < rows.length && { $skipToken: String(end) }),
  };
}
