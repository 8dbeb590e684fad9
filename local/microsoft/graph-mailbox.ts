import type { Cloud } from './cloud.ts';
import { authorizeGraph, graphRefusal } from './graph.ts';
import { messageView, readReceived } from './mailbox.ts';
import { BadOption, parseCount, parseFilter, parseOrder, parseSelect } from './odata.ts';
import type { ApiRequest, Reply } from './reply.ts';
import type { Route } from './router.ts';
import { partner } from './seed-world.ts';
import { createThrottle } from './throttle.ts';

/** Microsoft docs: Microsoft Graph throttling limits, Outlook service limits (per application and mailbox). */
const throttleRules = [{ limit: 10_000, windowSeconds: 600 }];
const defaultPageSize = 10;
const maxPageSize = 1000;

/** The partner's case mailbox, whose inbox holds every mail that the control endpoint was given. */
export function mailboxRoutes(cloud: Cloud): Route[] {
  const throttle = createThrottle(throttleRules);
  const owned = (handle: (request: ApiRequest) => Reply) => async (request: ApiRequest) => {
    await requireMailbox(cloud, request);
    const wait = throttle.take(partner.caseMailbox, cloud.now());
    if (wait !== undefined) throw graphRefusal(cloud, request, { status: 429, retryAfterSeconds: wait });
    try {
      return handle(request);
    } catch (error) {
      if (error instanceof BadOption) throw graphRefusal(cloud, request, { status: 400 });
      throw error;
    }
  };
  return [
    {
      name: 'graph.messages.get',
      path: '/v1.0/users/:mailbox/mailFolders/:folder/messages',
      handle: owned((request) => list(cloud, request)),
    },
    {
      name: 'graph.messages.get',
      path: '/v1.0/users/:mailbox/messages/:id',
      handle: owned((request) => one(cloud, request)),
    },
  ];
}

/**
 * Exchange gives the partner's application `Application Mail.Read` in the scope of this mailbox and of no other. Such a right does
 * not stand in the token. Microsoft docs: "Role Based Access Control for Applications in Exchange Online".
 */
async function requireMailbox(cloud: Cloud, request: ApiRequest): Promise<void> {
  const claims = await authorizeGraph(cloud, request);
  const { tid, idtyp, appid } = claims;
  const isPermitted = tid === partner.tenantId && idtyp === 'app' && appid === partner.clientId;
  if (isPermitted && request.param('mailbox').toLowerCase() === partner.caseMailbox) return;
  const message = 'Access is denied. Check credentials and try again.';
  throw graphRefusal(cloud, request, { status: 403, code: 'ErrorAccessDenied', message });
}

const prefersText = ({ headers }: ApiRequest): boolean =>
  /outlook\.body-content-type\s*=\s*"?text"?/i.test(String(headers.prefer ?? ''));

function list(cloud: Cloud, request: ApiRequest): Reply {
  const { query } = request;
  if (request.param('folder').toLowerCase() !== 'inbox') throw notFound(cloud, request);
  requireSameProperties(cloud, request);
  const size = Math.max(1, Math.min(parseCount(query.get('$top'), defaultPageSize), maxPageSize));
  const skip = parseCount(query.get('$skip'), 0);
  const isText = prefersText(request);
  const rows = cloud.state.mails
    .map((mail, position) => messageView(mail, position, isText))
    .filter(parseFilter(query.get('$filter')))
    .sort(parseOrder(query.get('$orderby') ?? 'receivedDateTime desc'));
  const next = [...query, ['$skip', String(skip + size)]]
    .filter(([name], at, all) => name !== '$skip' || at === all.length - 1)
    .map(([name = '', value = '']) => `${name}=${encodeURIComponent(value)}`);
  const base = `${cloud.baseUrl}/graph${request.path}`;
  return {
    status: 200,
    body: {
      '@odata.context': `${cloud.baseUrl}/graph/v1.0/$metadata#users/mailFolders('inbox')/messages`,
      ...(skip + size < rows.length && { '@odata.nextLink': `${base}?${next.join('&')}` }),
      value: rows.slice(skip, skip + size).map(selected(query.get('$select'))),
    },
  };
}

/** Microsoft docs, "List messages": a property of `$orderby` must come in `$filter` too, else `InefficientFilter`. */
function requireSameProperties(cloud: Cloud, request: ApiRequest): void {
  const [filter, order] = [request.query.get('$filter'), request.query.get('$orderby')];
  const property = order?.trim().split(/\s/)[0] ?? '';
  if (filter === null || order === null || filter.trim().startsWith(`${property} `)) return;
  const message = 'The restriction or sort order is too complex for this operation.';
  throw graphRefusal(cloud, request, { status: 400, code: 'InefficientFilter', message });
}

function one(cloud: Cloud, request: ApiRequest): Reply {
  const id = request.param('id');
  const position = cloud.state.mails.findIndex((mail, at) => readReceived(mail, at).id === id);
  const mail = cloud.state.mails[position];
  if (!mail) throw notFound(cloud, request);
  return {
    status: 200,
    body: selected(request.query.get('$select'))(messageView(mail, position, prefersText(request))),
  };
}

/** Ids come always; headers only when they are asked for. */
function selected(select: string | null): (row: Record<string, unknown>) => Record<string, unknown> {
  if (select !== null) return parseSelect(`id,${select}`);
  return (row) => Object.fromEntries(Object.entries(row).filter(([name]) => name !== 'internetMessageHeaders'));
}

const notFound = (cloud: Cloud, request: ApiRequest) =>
  graphRefusal(cloud, request, {
    status: 404,
    code: 'ErrorItemNotFound',
    message: 'The specified object was not found in the store.',
  });
