import { azureServiceName } from './arm-resource-health.ts';
import { authorize } from './cloud.ts';
import type { Cloud } from './cloud.ts';
import { mayReadHealth } from './delegation.ts';
import { graphError } from './faults.ts';
import { serviceIdOf, serviceNamesById } from './graph-services.ts';
import { messagesOf } from './graph-messages.ts';
import { incidentAt } from './incidents.ts';
import type { IncidentNow } from './incidents.ts';
import { BadOption, parseCount, parseExpand, parseFilter, parseOrder, parseSelect } from './odata.ts';
import { isoTime, Refusal } from './reply.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { customers } from './seed-world.ts';
import { createThrottle } from './throttle.ts';

/** Microsoft docs: Microsoft Graph throttling limits, service communications (per application and tenant). */
const throttleRules = [
  { limit: 240, windowSeconds: 60 },
  { limit: 800, windowSeconds: 3600 },
];
const defaultPageSize = 100;
const maxPageSize = 1000;
const root = '/v1.0/admin/serviceAnnouncement';

/** Reasons why a status is worse than another, for the overview of a service with several open issues. */
const statusesByWeight = [
  'serviceInterruption',
  'serviceDegradation',
  'extendedRecovery',
  'restoringService',
  'investigating',
  'verifyingService',
];

type ForTenant = (tenantId: string, request: ApiRequest) => Reply;

/** Service communications of the tenant that the token was issued for. */
export function graphRoutes(cloud: Cloud): Route[] {
  const throttle = createThrottle(throttleRules);

  /** Checks token, consent and limits, and turns an option that is not understood into Graph's 400. */
  const forTenant =
    (handle: ForTenant, permission = 'ServiceHealth.Read.All') =>
    async (request: ApiRequest) => {
      const { tenantId, applicationId } = await tenantOfCaller(cloud, request, permission);
      const wait = throttle.take(`${applicationId}:${tenantId}`, cloud.now());
      if (wait !== undefined) throw graphRefusal(cloud, request, { status: 429, retryAfterSeconds: wait });
      try {
        return handle(tenantId, request);
      } catch (error) {
        if (error instanceof BadOption) throw graphRefusal(cloud, request, { status: 400 });
        throw error;
      }
    };
  const withContext = (path: string, body: Record<string, unknown>): Reply => ({
    status: 200,
    body: { '@odata.context': `${cloud.baseUrl}/graph/v1.0/$metadata#admin/serviceAnnouncement/${path}`, ...body },
  });

  return [
    {
      name: 'graph.healthOverviews.get',
      path: `${root}/healthOverviews`,
      handle: forTenant((tenantId, { query }) => {
        const expand = parseExpand(query.get('$expand'));
        const rows = overviewsOf(cloud, tenantId).map((overview) => {
          if (expand === undefined) return overview;
          const issues = issuesOf(cloud, tenantId).filter((issue) => issue.service === overview.service);
          return { ...overview, issues: selected(issues, expand) };
        });
        const filtered = rows.filter(parseFilter(query.get('$filter'))).map(parseSelect(query.get('$select')));
        return withContext(expand ? 'healthOverviews(issues())' : 'healthOverviews', { value: filtered });
      }),
    },
    {
      name: 'graph.healthOverviews.get',
      path: `${root}/healthOverviews/:service`,
      handle: forTenant((tenantId, request) => {
        const named = request.param('service');
        const overview = overviewsOf(cloud, tenantId).find((one) => one.service === named);
        if (overview === undefined) throw notFound(cloud, request);
        return withContext('healthOverviews/$entity', overview);
      }),
    },
    {
      name: 'graph.issues.get',
      path: `${root}/issues`,
      handle: forTenant((tenantId, request) =>
        page(cloud, { name: 'issues', all: issuesOf(cloud, tenantId) }, request),
      ),
    },
    {
      name: 'graph.issues.get',
      path: `${root}/issues/:id`,
      handle: forTenant((tenantId, request) => {
        const id = request.param('id');
        const issue = issuesOf(cloud, tenantId).find((one) => one.id === id);
        if (issue === undefined) throw notFound(cloud, request);
        return withContext('issues/$entity', issue);
      }),
    },
    {
      name: 'graph.messages.get',
      path: `${root}/messages`,
      handle: forTenant(
        (tenantId, request) => page(cloud, { name: 'messages', all: messagesOf(cloud, tenantId) }, request),
        'ServiceMessage.Read.All',
      ),
    },
  ];
}

type GraphTrouble = { status: number; code?: string; message?: string; retryAfterSeconds?: number };

export function graphRefusal(cloud: Cloud, request: ApiRequest, trouble: GraphTrouble): Refusal {
  const { retryAfterSeconds, ...error } = trouble;
  const given = request.headers['client-request-id'];
  const clientRequestId = typeof given === 'string' ? { clientRequestId: given } : {};
  return new Refusal({
    status: trouble.status,
    ...(retryAfterSeconds !== undefined && { headers: { 'retry-after': String(retryAfterSeconds) } }),
    body: graphError({ ...error, ...clientRequestId, now: cloud.now() }),
  });
}

function notFound(cloud: Cloud, request: ApiRequest): Refusal {
  return graphRefusal(cloud, request, { status: 404, code: 'NotFound', message: 'The resource was not found.' });
}

export function authorizeGraph(cloud: Cloud, request: ApiRequest) {
  const messages = {
    missing: 'Access token is empty.',
    invalid: 'The token cannot be read or its signature is wrong.',
    expired: 'Lifetime validation failed, the token is expired.',
    audience: 'Access token validation failure. Invalid audience.',
  };
  return authorize(cloud, {
    request,
    api: 'graph',
    refuse: (trouble) => graphRefusal(cloud, request, { status: 401, message: messages[trouble] }),
  });
}

async function tenantOfCaller(cloud: Cloud, request: ApiRequest, permission: string) {
  const claims = await authorizeGraph(cloud, request);
  const tenantId = claims.tid;
  const isApplication = claims.idtyp === 'app';
  const { consents, delegatedConsents } = cloud.state;
  const isConsented = (isApplication ? consents : delegatedConsents).get(tenantId) === 'granted';
  const isPermitted = isApplication
    ? claims.roles?.includes(permission)
    : claims.scp?.split(' ').includes(permission) && mayReadHealth(cloud, tenantId);
  if (!isConsented || !isPermitted) throw graphRefusal(cloud, request, { status: 403 });
  return { tenantId, applicationId: claims.appid ?? '' };
}

function incidentsOf(cloud: Cloud, tenantId: string): IncidentNow[] {
  return [...cloud.state.incidents.values()]
    .map((incident) => incidentAt(incident, cloud.now()))
    .filter((incident) => incident !== undefined)
    .filter(({ service, customers: affected }) => service !== azureServiceName && affected.includes(tenantId));
}

function issuesOf(cloud: Cloud, tenantId: string) {
  return incidentsOf(cloud, tenantId).map(issueView);
}

/** Microsoft docs: serviceHealthIssue; the live service writes enum values in camelCase. */
function issueView(incident: IncidentNow) {
  return {
    startDateTime: isoTime(incident.startAt),
    endDateTime: incident.endAt === undefined ? null : isoTime(incident.endAt),
    lastModifiedDateTime: isoTime(incident.lastModifiedAt),
    title: incident.title,
    id: incident.id,
    impactDescription: incident.impactDescription,
    classification: incident.classification,
    origin: incident.origin,
    status: incident.status,
    service: incident.service,
    feature: incident.feature,
    featureGroup: incident.featureGroup,
    isResolved: incident.isResolved,
    details: [{ name: 'NotifyInApp', value: 'True' }],
    posts: incident.posts.map((post) => ({
      createdDateTime: isoTime(post.at),
      postType: post.type,
      description: { contentType: 'html', content: post.html },
    })),
  };
}

function overviewsOf(cloud: Cloud, tenantId: string) {
  const open = incidentsOf(cloud, tenantId).filter((incident) => !incident.isResolved);
  const licensed = customers.find((customer) => customer.tenantId === tenantId)?.serviceIds ?? [];
  const ids = new Set([...licensed, ...open.map((incident) => serviceIdOf(incident.service))]);
  return [...ids].map((id) => {
    const issues = open.filter((incident) => serviceIdOf(incident.service) === id);
    const statuses = issues.map((incident) => incident.status);
    const worst = statusesByWeight.find((status) => statuses.includes(status)) ?? statuses[0];
    return { id, service: serviceNamesById[id] ?? issues[0]?.service ?? id, status: worst ?? 'serviceOperational' };
  });
}

function selected(rows: Record<string, unknown>[], options: URLSearchParams): Record<string, unknown>[] {
  return rows
    .filter(parseFilter(options.get('$filter')))
    .sort(parseOrder(options.get('$orderby')))
    .slice(0, parseCount(options.get('$top'), rows.length))
    .map(parseSelect(options.get('$select')));
}

type Collection = { name: string; all: Record<string, unknown>[] };

function page(cloud: Cloud, { name: collection, all }: Collection, { query, headers }: ApiRequest): Reply {
  const preference = /odata\.maxpagesize=(\d+)/i.exec(String(headers.prefer ?? ''))?.[1];
  const preferred = Math.min(Number(preference ?? defaultPageSize), maxPageSize);
  const size = Math.max(1, Math.min(parseCount(query.get('$top'), preferred), preferred));
  const skip = parseCount(query.get('$skip'), 0);
  const withoutTop = new URLSearchParams([...query].filter(([name]) => name !== '$top'));
  const rows = selected(all, withoutTop);
  const options = [...query].filter(([name]) => name !== '$skip');
  const next = [...options, ['$skip', String(skip + size)]].map(([name = '', value = '']) => {
    return `${name}=${encodeURIComponent(value)}`;
  });
  return {
    status: 200,
    ...(preference !== undefined && { headers: { 'preference-applied': `odata.maxpagesize=${String(preferred)}` } }),
    body: {
      '@odata.context': `${cloud.baseUrl}/graph/v1.0/$metadata#admin/serviceAnnouncement/${collection}`,
      ...(query.get('$count') === 'true' && { '@odata.count': rows.length }),
      ...(skip + size < rows.length && {
        '@odata.nextLink': `${cloud.baseUrl}/graph${root}/${collection}?${next.join('&')}`,
      }),
      value: rows.slice(skip, skip + size),
    },
  };
}
