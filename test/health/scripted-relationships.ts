import type { HttpAnswer } from '../../shared/platform/http.ts';

/** Service Support Administrator. */
export const supportRole = 'f023fd81-a637-4b56-95fd-791ac0226033';

type Listed = {
  id: string;
  tenantId: string;
  status: string;
  endsAt: string | null;
  revision: number;
  roles: readonly string[];
};

/** The delegated admin relationships of a partner, as Graph lists them. */
export function scriptedRelationships(root: string) {
  const listed = new Map<string, Listed>();
  const options = {
    pageSize: 300,
    /** Answered instead of the list. */
    body: undefined as string | undefined,
    nextLink: undefined as string | undefined,
    /** Relationships whose assignments are refused. */
    refusedRoles: new Set<string>(),
    /** What is answered to a question about the portals of a customer, by tenant. */
    portals: ((): HttpAnswer => json({ value: [] })) as (tenantId: string) => HttpAnswer,
  };
  const path = '/v1.0/tenantRelationships/delegatedAdminRelationships';

  const view = ({ id, tenantId, status, endsAt, revision, roles }: Listed) => ({
    '@odata.etag': `W/"${String(revision)}"`,
    id,
    status,
    customer: { tenantId, displayName: 'A customer' },
    accessDetails: { unifiedRoles: roles.map((roleDefinitionId) => ({ roleDefinitionId })) },
    lastModifiedDateTime: '2026-10-01T08:00:00.1234567Z',
    endDateTime: endsAt,
  });

  const answer = (url: URL): HttpAnswer => {
    const assigned = /\/([^/]+)\/accessAssignments$/.exec(url.pathname)?.[1];
    if (assigned !== undefined) return assignments(assigned);
    const managed = /\/delegatedAdminCustomers\/([^/]+)\/serviceManagementDetails$/.exec(url.pathname)?.[1];
    if (managed !== undefined) return options.portals(managed);
    if (options.body !== undefined) return { status: 200, headers: {}, body: options.body };
    const skip = Number(url.searchParams.get('$skipToken') ?? '0');
    const size = Math.min(options.pageSize, Number(url.searchParams.get('$top') ?? '100'));
    const all = [...listed.values()];
    const next = options.nextLink ?? `${root}${path}?$top=300&$skipToken=${String(skip + size)}`;
    const isMore = options.nextLink !== undefined || skip + size < all.length;
    return json({ value: all.slice(skip, skip + size).map(view), ...(isMore && { '@odata.nextLink': next }) });
  };

  const assignments = (id: string): HttpAnswer => {
    if (options.refusedRoles.has(id)) return { status: 403, headers: {}, body: '{}' };
    const unifiedRoles = (listed.get(id)?.roles ?? []).map((roleDefinitionId) => ({ roleDefinitionId }));
    return json({ value: [{ id: 'a1', status: 'active', accessDetails: { unifiedRoles } }] });
  };

  return {
    answer,
    options,
    /** Begins or changes a relationship; it ends in 400 days and gives the least role unless said otherwise. */
    put: (change: { id: string } & Partial<Listed>) => {
      const known = listed.get(change.id);
      const begun = { tenantId: '', status: 'active', endsAt: null, revision: 0, roles: [supportRole] };
      listed.set(change.id, { ...begun, ...known, ...change, revision: (known?.revision ?? 0) + 1 });
    },
    remove: (id: string) => listed.delete(id),
  };
}

const json = (body: unknown): HttpAnswer => ({ status: 200, headers: {}, body: JSON.stringify(body) });
