import { gzipSync } from 'node:zlib';
import type { Clock } from '../../../shared/core/clock.ts';
import type { Http, HttpAnswer, HttpCall } from '../../../shared/platform/http.ts';
import type { Random } from '../../../shared/core/ids.ts';

/**
 * Microsoft docs: "Microsoft Graph throttling limits": one application over all tenants, and service communications per
 * application and tenant.
 */
const limits = {
  application: { calls: 130_000, windowMs: 10_000 },
  tenantMinute: { calls: 240, windowMs: 60_000 },
  tenantHour: { calls: 800, windowMs: 3_600_000 },
};

type Issue = { status: string; at: string; posts: string[] };

const services = ['Exchange', 'OSDPPlatform', 'SharePoint', 'microsoftteams', 'OneDriveForBusiness', 'OrgLiveID'];
const more = ['Intune', 'O365Client', 'Microsoft365Defender', 'Planner', 'Forms', 'PowerBIcom'];

export const places = {
  entra: 'https://login.example',
  graph: 'https://graph.example',
  identity: 'https://identity.example/token',
};

const json = (status: number, body: unknown): HttpAnswer => ({ status, headers: {}, body: JSON.stringify(body) });

/** Calls within a window that slides in steps of the window itself: at least as strict as Microsoft's. */
function counter({ calls, windowMs }: { calls: number; windowMs: number }) {
  let window = -1;
  let count = 0;
  return (now: number): boolean => {
    const current = Math.floor(now / windowMs);
    if (current !== window) count = 0;
    window = current;
    return ++count > calls;
  };
}

/** Sign-in and service communications for any number of tenants that all see the same incident, with documented limits and delays. */
export function limitedMicrosoft(clock: Clock, random: Random) {
  const counts = { gets: 0, details: 0, tokens: 0, refused: 0, bytes: 0 };
  let issue: Issue | undefined;
  let answered: { at: string | undefined; body: string; gzipped: number }[] = [];
  const overApplication = counter(limits.application);
  const overTenant = new Map<string, ((now: number) => boolean)[]>();

  const isOver = (tenantId: string): boolean => {
    let windows = overTenant.get(tenantId);
    windows ??= [counter(limits.tenantMinute), counter(limits.tenantHour)];
    overTenant.set(tenantId, windows);
    const now = clock.now();
    return [overApplication, ...windows].map((over) => over(now)).includes(true);
  };

  const view = (isNarrow: boolean) =>
    issue && {
      id: 'EX900001',
      title: 'Users see delays when sending mail',
      service: 'Exchange Online',
      feature: 'Mail delivery',
      impactDescription: 'Users may see delays when sending or receiving mail.',
      classification: 'incident',
      status: issue.status,
      isResolved: issue.status === 'serviceRestored',
      startDateTime: issue.at,
      endDateTime: null,
      lastModifiedDateTime: issue.at,
      ...(!isNarrow && {
        posts: issue.posts.map((at) => ({
          createdDateTime: at,
          postType: 'regular',
          description: { contentType: 'html', content: `<p>Update of ${at}</p>` },
        })),
      }),
    };

  const overviews = (url: URL): HttpAnswer => {
    const expand = url.searchParams.get('$expand') ?? '';
    const after = /gt ([^);]+)/.exec(expand)?.[1];
    const listed = issue && (after === undefined || issue.at > after) ? view(expand.includes('$select')) : undefined;
    const key = `${listed ? (issue?.at ?? '') : ''}|${String(expand.includes('$select'))}`;
    let known = answered.find(({ at }) => at === key);
    if (!known) {
      const status = issue?.status ?? 'serviceOperational';
      const rows = [...services, ...more].map((id) => {
        const own = id === 'Exchange';
        return {
          id,
          service: `${id} service`,
          status: own ? status : 'serviceOperational',
          issues: own && listed ? [listed] : [],
        };
      });
      const body = JSON.stringify({ '@odata.context': `${places.graph}/v1.0/$metadata`, value: rows });
      known = { at: key, body, gzipped: gzipSync(body).length };
      answered = [...answered, known];
    }
    counts.bytes += known.gzipped;
    return { status: 200, headers: {}, body: known.body };
  };

  const graph = (url: URL, tenantId: string): HttpAnswer => {
    if (isOver(tenantId)) {
      counts.refused++;
      return { ...json(429, { error: { code: 'TooManyRequests' } }), headers: { 'retry-after': '30' } };
    }
    if (!url.pathname.includes('/issues/')) {
      counts.gets++;
      return overviews(url);
    }
    counts.details++;
    return issue ? json(200, view(false)) : json(404, { error: { code: 'NotFound' } });
  };

  const http: Http = async (call: HttpCall) => {
    const url = new URL(call.url);
    if (call.url.startsWith(places.identity)) {
      return json(200, { access_token: 'identity', expires_on: String(Math.floor(clock.now() / 1_000) + 86_400) });
    }
    const isToken = url.origin === places.entra;
    await clock.sleep(isToken ? 60 + random() * 120 : 80 + random() * 240);
    if (isToken) {
      counts.tokens++;
      // Entra gives tokens between 60 and 90 minutes; the shortest of them is the dearest.
      return json(200, { access_token: `for ${url.pathname.split('/')[1] ?? ''}`, expires_in: 3_599 });
    }
    return graph(url, (call.headers?.authorization ?? '').replace('Bearer for ', ''));
  };

  const change = (status: string, withPost: boolean): void => {
    const at = new Date(clock.now()).toISOString();
    issue = { status, at, posts: [...(issue?.posts ?? []), ...(withPost ? [at] : [])] };
    answered = [];
  };

  return { http, counts, change };
}
