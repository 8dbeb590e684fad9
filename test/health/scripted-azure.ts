import { HttpFailure, type HttpAnswer, type HttpCall } from '../../shared/platform/http.ts';

/** An event as Azure Resource Manager lists it, and the tenants whose subscriptions it is listed for. */
type ScriptedEvent = { name: string; tenants: Set<string>; properties: Record<string, unknown> };

type AzureFault = { status: number; body?: string; headers?: Record<string, string> };

type GraphQuery = { subscriptions: string[]; query: string; options: { $skipToken?: string } };

const json = (status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: JSON.stringify(body),
});

const bounded = (answer: HttpAnswer, { maxBytes }: HttpCall): HttpAnswer => {
  if (answer.body.length > maxBytes) throw new HttpFailure('too-large', 'more than was allowed');
  return answer;
};

const pascal = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(pascal);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name.charAt(0).toUpperCase() + name.slice(1), pascal(member)]),
  );
};

/** Subscriptions, Resource Graph and service health events of Azure, each tenant with its own faults. */
export function scriptedAzure() {
  const events = new Map<string, ScriptedEvent>();
  /** By tenant; `graph` and `list` are the two ways to ask. */
  const faults = { graph: new Map<string, AzureFault>(), list: new Map<string, AzureFault>() };
  const extraSubscriptions = new Map<string, string[]>();
  const options = {
    /** Answers of Resource Graph instead of its own, by tenant, and of the list by subscription. */
    graph: new Map<string, (query: GraphQuery) => HttpAnswer>(),
    list: new Map<string, (url: URL) => HttpAnswer>(),
  };
  const calls: { kind: 'graph' | 'list'; tenantId: string; url: string; query?: string }[] = [];
  const subscriptionsOf = (tenantId: string): string[] => [
    tenantId.replace(/^0/, 'a'),
    ...(extraSubscriptions.get(tenantId) ?? []),
  ];
  const shown = (tenantId: string) => [...events.values()].filter((event) => event.tenants.has(tenantId));

  const graph = (call: HttpCall, tenantId: string): HttpAnswer => {
    const query = JSON.parse(call.body ?? '') as GraphQuery;
    calls.push({ kind: 'graph', tenantId, url: call.url, query: query.query });
    const fault = faults.graph.get(tenantId);
    if (fault) return { headers: {}, body: '{"error":{"code":"Refused"}}', ...fault };
    const instead = options.graph.get(tenantId);
    if (instead) return instead(query);
    const after = /updatedAt > datetime\(([^)]+)\)/.exec(query.query)?.[1] ?? '';
    const data = shown(tenantId)
      .filter(({ properties }) => properties.status === 'Active' || String(properties.lastUpdateTime) > after)
      .flatMap(({ name, properties }) =>
        query.subscriptions.map((subscriptionId) => ({ name, subscriptionId, properties: pascal(properties) })),
      );
    return json(200, { totalRecords: data.length, count: data.length, data, facets: [], resultTruncated: 'false' });
  };

  const list = (url: URL, tenantId: string): HttpAnswer => {
    calls.push({ kind: 'list', tenantId, url: url.href });
    const fault = faults.list.get(tenantId);
    if (fault) return { headers: {}, body: '{"error":{"code":"Refused"}}', ...fault };
    const instead = options.list.get(tenantId);
    if (instead) return instead(url);
    return json(200, { value: shown(tenantId).map(({ name, properties }) => ({ name, properties })) });
  };

  return {
    events,
    faults,
    extraSubscriptions,
    options,
    calls,
    answer: (url: URL, call: HttpCall, tenantId: string): HttpAnswer => {
      if (url.pathname.endsWith('/Microsoft.ResourceGraph/resources')) return bounded(graph(call, tenantId), call);
      if (url.pathname.endsWith('/Microsoft.ResourceHealth/events')) return bounded(list(url, tenantId), call);
      const value = subscriptionsOf(tenantId).map((subscriptionId) => ({ subscriptionId, state: 'Enabled' }));
      return json(200, { value });
    },
    /** Begins or changes an event; `at` becomes its revision, and with `post` an update of that time is added. */
    event: (change: { name: string; at: string; tenants?: string[]; post?: string } & Record<string, unknown>) => {
      const { name, at, tenants, post, ...fields } = change;
      const known = events.get(name);
      const updates = (known?.properties.updates as object[] | undefined) ?? [];
      const next = post === undefined ? updates : [...updates, { summary: `<p>${post}</p>`, updateDateTime: at }];
      const properties = {
        eventType: 'ServiceIssue',
        status: 'Active',
        title: 'Connectivity faults',
        summary: '<p>Some machines cannot be reached.</p>',
        impactStartTime: at,
        ...known?.properties,
        ...fields,
        lastUpdateTime: at,
        updates: next,
        impact: [{ impactedService: 'Virtual Machines', impactedRegions: [{ updates: next }, { updates: next }] }],
      };
      events.set(name, { name, tenants: tenants ? new Set(tenants) : (known?.tenants ?? new Set()), properties });
    },
  };
}
