import type { Http, HttpAnswer, HttpCall } from '../../shared/platform/http.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
import type { TokenFailure } from '../../shared/platform/tokens.ts';
import { type TokenSource, type TokenWant } from '../../shared/platform/tokens.ts';
import { scriptedAzure } from './scripted-azure.ts';
import { scriptedRelationships } from './scripted-relationships.ts';
import { scriptedMessages } from './scripted-messages.ts';

type ScriptedIssue = {
  id: string;
  service: string;
  title: string;
  classification: string;
  status: string;
  isResolved: boolean;
  startDateTime: string;
  endDateTime: string | null;
  lastModifiedDateTime: string;
  posts: { createdDateTime: string; postType: string; description: { contentType: string; content: string } }[];
};

type ScriptedTenant = {
  id: string;
  domain: string;
  name: string;
  hasAzure: boolean;
  services: string[];
  /** Members of the answers about it, in Partner Center's shape. */
  subscriptions?: object[];
  details?: object;
  relationships?: object[];
  isGcc?: boolean;
  /** Its portals, as Partner Center lists them. */
  managed?: object[];
};

export type Fault = { status?: number; retryAfter?: string; body?: string; network?: boolean; token?: TokenFailure };

const root = {
  graph: 'https://graph.example',
  pc: 'https://pc.example',
  arm: 'https://arm.example',
  login: 'https://login.example',
};

const json = (status: number, body: unknown, headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: JSON.stringify(body),
});

type Called = { tenantId: string; way: string };

/** Into which tenant a call goes, and by which way, as the token of `tokens` says. */
function callerOf({ headers }: HttpCall): Called {
  const [, tenantId = '', way = ''] = (headers?.authorization ?? '').replace('Bearer ', '').split(' ');
  return { tenantId, way };
}

/** The options of an expansion. */
function askedIn(url: URL) {
  const expand = url.searchParams.get('$expand') ?? '';
  const after = /lastModifiedDateTime gt ([^);]+)/.exec(expand)?.[1];
  return { after, fields: /\$select=([^);]+)/.exec(expand)?.[1]?.split(',') };
}

const pick = (issue: ScriptedIssue, fields: readonly string[]) =>
  Object.fromEntries(Object.entries(issue).filter(([name]) => fields.includes(name)));

/** Partner Center, Graph and Azure for as many tenants as a test needs, each with its own faults. */
export function scriptedMicrosoft() {
  const tenants: ScriptedTenant[] = [];
  const issues = new Map<string, { issue: ScriptedIssue; tenants: Set<string> }>();
  const faults = new Map<string, Fault>();
  const calls: { url: string; headers: Record<string, string> }[] = [];
  const options = {
    filterRefused: false,
    selectRefused: false,
    /** What a tenant's replica shows when it is asked for an issue in full. */
    lagging: new Map<string, ScriptedIssue>(),
    /** What goes wrong for a tenant when it is asked for an issue in full, and only then. */
    detailFaults: new Map<string, Fault>(),
    pageSize: 100,
    partnerCenter: undefined as Fault | undefined,
    nextLink: undefined as object | undefined,
    resellers: [] as object[],
    /** Tried before everything else of Partner Center: an answer, or undefined to go on. */
    instead: undefined as ((url: URL, call: HttpCall) => HttpAnswer | undefined) | undefined,
    /** Why the application gets no token for Azure. */
    azureTokenFailure: undefined as TokenFailure | undefined,
  };
  const relationships = scriptedRelationships(root.graph);
  const azure = scriptedAzure();
  const wants: TokenWant[] = [];
  const audit: object[] = [];
  const messages = scriptedMessages(root.graph);
  let tokens = 0;

  /** Of a tenant, or of one way into it (`app tenant`, `delegated tenant`), or of all (`*`). */
  const faultOf = (tenantId: string, way: string): Fault | undefined =>
    faults.get(`${way} ${tenantId}`) ?? faults.get(tenantId) ?? faults.get('*');

  const source: TokenSource = async (want) => {
    const { tenantId, resource, way = 'app' } = want;
    tokens++;
    wants.push(want);
    if (resource === 'azure' && way !== 'delegated' && options.azureTokenFailure) throw options.azureTokenFailure;
    const fault = faultOf(tenantId, way);
    if (fault?.token && resource === 'graph') throw fault.token;
    return `${resource} ${tenantId} ${way}`;
  };

  const http: Http = async (call: HttpCall) => {
    calls.push({ url: call.url, headers: call.headers ?? {} });
    const url = new URL(call.url);
    const caller = callerOf(call);
    if (url.origin === root.pc) return atPartnerCenter(url, call);
    if (url.origin === root.login) return discovery(url);
    if (url.origin === root.arm) return azure.answer(url, call, caller.tenantId);
    if (url.origin === root.graph) return atGraph(url, caller);
    throw new Error(`nobody must call ${call.url}`);
  };

  const atGraph = (url: URL, { tenantId, way }: Called): HttpAnswer => {
    const fault = faultOf(tenantId, way);
    if (fault) return faulty(fault);
    return url.pathname.includes('/tenantRelationships/') ? relationships.answer(url) : graph(url, tenantId);
  };

  const faulty = (fault: Fault): HttpAnswer => {
    if (fault.network) throw new HttpFailure('timeout', 'no answer');
    return {
      status: fault.status ?? 500,
      headers: fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter },
      body: fault.body ?? '{"error":{"code":"UnknownError"}}',
    };
  };

  const graph = (url: URL, tenantId: string): HttpAnswer => {
    if (url.pathname.endsWith('/messages')) return messages.answer(url, tenantId);
    const { after, fields } = askedIn(url);
    const isRefused = (after !== undefined && options.filterRefused) || (fields && options.selectRefused);
    if (isRefused) return json(400, { error: { code: 'BadRequest' } });
    const own = [...issues.values()].filter((one) => one.tenants.has(tenantId)).map(({ issue }) => issue);
    const [, detailId] = /\/issues\/([^/]+)$/.exec(url.pathname) ?? [];
    if (detailId !== undefined) return oneIssue(tenantId, detailId);
    const tenant = tenants.find(({ id }) => id === tenantId);
    const overview = (id: string) => {
      const here = own.filter((issue) => issue.service === id);
      const open = here.find((issue) => !issue.isResolved);
      const listed = here.filter((issue) => after === undefined || issue.lastModifiedDateTime > after);
      const shown = listed.map((issue) => (fields ? pick(issue, fields) : issue));
      return { id, service: `${id} Online`, status: open?.status ?? 'serviceOperational', issues: shown };
    };
    return json(200, { value: (tenant?.services ?? []).map(overview) });
  };

  const oneIssue = (tenantId: string, id: string): HttpAnswer => {
    const fault = options.detailFaults.get(tenantId);
    if (fault) return faulty(fault);
    const lagging = options.lagging.get(tenantId);
    const known = issues.get(id);
    const shown = lagging?.id === id ? lagging : known?.tenants.has(tenantId) ? known.issue : undefined;
    return shown ? json(200, shown) : json(404, { error: { code: 'NotFound' } });
  };

  const item = (tenant: ScriptedTenant) => ({
    id: tenant.id,
    companyProfile: { tenantId: tenant.id, domain: tenant.domain, companyName: tenant.name },
    relationshipToPartner: 'reseller',
  });

  const atPartnerCenter = (url: URL, call: HttpCall): HttpAnswer => {
    if (options.partnerCenter) return faulty(options.partnerCenter);
    const answer = options.instead?.(url, call) ?? beside(url) ?? partnerCenter(url, call);
    if (answer.body.length > call.maxBytes) throw new HttpFailure('too-large', 'more than was allowed');
    return answer;
  };

  const beside = (url: URL): HttpAnswer | undefined => {
    if (url.pathname === '/v1/auditrecords') return json(200, { totalCount: audit.length, items: audit });
    if (url.pathname === '/v1/relationships') return json(200, { items: options.resellers });
    const [, managed] = /^\/v1\/customers\/([^/]+)\/managedservices$/.exec(url.pathname) ?? [];
    return managed === undefined
      ? undefined
      : json(200, { items: tenants.find(({ id }) => id === managed)?.managed ?? [] });
  };

  const discovery = (url: URL): HttpAnswer => {
    const tenant = tenants.find(({ id }) => id === url.pathname.split('/')[1]);
    if (!tenant) return json(400, { error: 'invalid_tenant' });
    return json(200, { issuer: url.origin, tenant_region_sub_scope: tenant.isGcc ? 'GCC' : null });
  };

  const partnerCenter = (url: URL, call: HttpCall): HttpAnswer => {
    const [, tenantId, what] = /^\/v1\/customers(?:\/([^/]+))?(?:\/([^/]+))?$/.exec(url.pathname) ?? [];
    if (tenantId === undefined) return customerPage(Number(call.headers?.['MS-ContinuationToken'] ?? '0'));
    const tenant = tenants.find(({ id }) => id === tenantId);
    if (!tenant) return json(404, { code: '1000' });
    if (what === undefined) {
      const customDomains = [tenant.domain, `${tenant.name}.Example`];
      return json(200, { ...item(tenant), customDomains, ...tenant.details });
    }
    if (what === 'relationships') return json(200, { items: tenant.relationships ?? [] });
    const plans = tenant.subscriptions ?? (tenant.hasAzure ? [{ status: 'active', productType: { id: 'Azure' } }] : []);
    return { status: 200, headers: {}, body: `\uFEFF${JSON.stringify({ totalCount: plans.length, items: plans })}` };
  };

  const customerPage = (offset: number): HttpAnswer => {
    const items = tenants.slice(offset, offset + options.pageSize).map(item);
    const end = offset + options.pageSize;
    const token = { headers: [{ key: 'ms-continuationtoken', value: String(end) }] };
    const next = { uri: 'https://elsewhere.example/customers??seekOperation=Next', ...token };
    return json(200, {
      totalCount: items.length,
      items,
      links: { self: token, ...(end < tenants.length && { next: options.nextLink ?? next }) },
    });
  };

  return {
    http,
    tokens: source,
    wants,
    root,
    tenants,
    relationships,
    azure,
    faults,
    messages,
    options,
    audit,
    calls,
    tokenCount: () => tokens,
    /** Reads of one issue in full. */
    detailCalls: () => calls.filter(({ url }) => /\/issues\/[^/?]+$/.test(url)),
    shown: (id: string): ScriptedIssue => structuredClone(issues.get(id)!.issue),
    graphCalls: () => calls.filter(({ url }) => url.startsWith(root.graph)),
    /** Adds tenants `0`, `1`, … with two services each, the first with an Azure plan. */
    addTenants: (count: number) => {
      for (let n = tenants.length, end = n + count; n < end; n++) {
        const id = `0000${String(n).padStart(4, '0')}-0000-4000-8000-000000000000`;
        const name = `customer${String(n)}`;
        const domain = `${name}.onmicrosoft.example`;
        tenants.push({ id, domain, name, hasAzure: n === 0, services: ['Exchange', 'microsoftteams'] });
      }
    },
    /** Begins or changes an issue; `at` becomes its revision, and a post of that time is added. */
    issue: (change: { id: string; at: string; tenants?: string[]; post?: boolean } & Partial<ScriptedIssue>) => {
      const { at, tenants: whose, post, ...fields } = change;
      const known = issues.get(change.id);
      const posts = [...(change.posts ?? known?.issue.posts ?? [])];
      const description = { contentType: 'html', content: `<p>Update of <b>${at}</b></p>` };
      if (post !== false) posts.push({ createdDateTime: at, postType: 'Regular', description });
      const issue = {
        service: 'Exchange',
        title: 'Mail is late',
        classification: 'incident',
        status: 'serviceDegradation',
        isResolved: false,
        startDateTime: at,
        endDateTime: null,
        ...known?.issue,
        ...fields,
        lastModifiedDateTime: at,
        posts,
      };
      issues.set(change.id, { issue, tenants: whose ? new Set(whose) : (known?.tenants ?? new Set()) });
    },
  };
}
