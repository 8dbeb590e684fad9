import * as z from 'zod';
import { toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { DeskCloud } from './cloud.ts';
import { SourceFailure } from './customers-source.ts';
import type { DelegationSource, ListedRelationship } from './delegation-source.ts';
import { getJson, type UpstreamDeps } from './upstream-json.http.ts';

/** Graph writes up to seven decimals; a time without a zone could be anybody's and is refused. */
const timeSchema = z.iso.datetime({ offset: true }).transform((text) => toIso(Date.parse(text)));
const pageSchema = z.looseObject({ value: z.array(z.unknown()), '@odata.nextLink': z.string().nullish() });
const relationshipSchema = z.looseObject({
  '@odata.etag': z.string().nullish(),
  id: z.string().regex(/^[\w-]{1,100}$/),
  status: z.string().min(1).max(64),
  customer: z.looseObject({ tenantId: z.guid() }).nullish(),
  lastModifiedDateTime: timeSchema.nullish(),
  endDateTime: timeSchema.nullish(),
});
const assignmentSchema = z.looseObject({
  status: z.string(),
  accessDetails: z.looseObject({ unifiedRoles: z.array(z.looseObject({ roleDefinitionId: z.guid() })) }),
});

const path = '/v1.0/tenantRelationships/delegatedAdminRelationships';
const assignmentPages = 10;

/**
 * Relationships of a partner, read for the person whose refresh token the connection has: an application alone may not.
 * Microsoft docs: "List delegatedAdminRelationships", "List accessAssignments".
 */
export function graphDelegation(deps: UpstreamDeps & { cloud: DeskCloud }): DelegationSource {
  const root = deps.cloud.endpoints.graphBaseUrl;
  const read = async (connectionId: string, url: string) => {
    const connection = deps.cloud.connections.find((one) => one.id === connectionId);
    if (!connection) throw new SourceFailure('refused', 'There is no such connection.');
    const want = { tenantId: connection.tenantId, resource: 'graph', connectionId, way: 'delegated' } as const;
    const page = await getJson(deps, { want, url, schema: pageSchema });
    return { items: page.value, next: nextOf(page['@odata.nextLink'], { root, url }) };
  };

  return {
    list: async (connectionId, from) => {
      const first = `${root}${path}?$top=${String(limits.delegationPageRelationships)}`;
      const { items, next } = await read(connectionId, from === undefined ? first : ownAddress(from, root));
      const parsed = items.map((item) => relationshipSchema.safeParse(item));
      const readable = parsed.flatMap(({ data }) => (data ? [data] : []));
      const relationships = readable.flatMap(toListed);
      // An invitation that no customer has taken up names none: nothing is missing there.
      const open = readable.filter(({ customer, status }) => !customer && invitations.includes(status.toLowerCase()));
      return { relationships, skipped: items.length - relationships.length - open.length, ...(next && { next }) };
    },
    roles: async (connectionId, relationshipId) => {
      const roles = new Set<string>();
      let url: string | undefined = `${root}${path}/${encodeURIComponent(relationshipId)}/accessAssignments`;
      for (let pages = 0; url !== undefined; pages++) {
        if (pages === assignmentPages) throw unreadable('The access assignments do not end.');
        const page: Awaited<ReturnType<typeof read>> = await read(connectionId, url);
        for (const role of page.items.flatMap(rolesOf)) roles.add(role);
        url = page.next;
      }
      return [...roles].sort();
    },
  };
}

const unreadable = (message: string): SourceFailure => new SourceFailure('unreadable', message, { status: 200 });

/** The token goes nowhere but to Graph: an address on another host, or outside its folder, is refused. */
function ownAddress(address: string, root: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const base = new URL(root);
  const folder = `${base.pathname.replace(/\/$/, '')}/v1.0/tenantRelationships/`;
  if (url?.origin === base.origin && url.username === '' && url.pathname.startsWith(folder)) return url.href;
  throw unreadable('The list goes on at another host.');
}

function nextOf(link: string | null | undefined, { root, url }: { root: string; url: string }): string | undefined {
  if (link === null || link === undefined) return undefined;
  const next = ownAddress(link, root);
  if (next === url) throw unreadable('The list repeats the address of its next page.');
  return next;
}

const invitations = ['created', 'approvalpending'];
const endings = ['terminated', 'terminating', 'terminationrequested'];

function toListed(item: z.output<typeof relationshipSchema>): ListedRelationship[] {
  const { id, status, customer, lastModifiedDateTime: changedAt, endDateTime } = item;
  if (!customer) return [];
  // Ended before its time: the agreed end would be a promise that no longer holds.
  const isCutShort = endings.includes(status.toLowerCase()) && changedAt && (!endDateTime || changedAt < endDateTime);
  const endsAt = isCutShort ? changedAt : endDateTime;
  const revision = item['@odata.etag'] ?? changedAt ?? `${status} ${endsAt ?? ''}`;
  return [{ id, tenantId: customer.tenantId.toLowerCase(), status, revision, ...(endsAt && { endsAt }) }];
}

function rolesOf(item: unknown): string[] {
  const parsed = assignmentSchema.safeParse(item);
  if (!parsed.success) throw unreadable('An access assignment cannot be read.');
  if (parsed.data.status.toLowerCase() !== 'active') return [];
  return parsed.data.accessDetails.unifiedRoles.map(({ roleDefinitionId }) => roleDefinitionId.toLowerCase());
}
