import * as z from 'zod';
import { toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { DeskCloud } from '../customers/cloud.ts';
import { SourceFailure } from '../customers/customers-source.ts';
import { getJson, type UpstreamDeps } from '../customers/upstream-json.http.ts';
import type { CaseMailbox, ListedMail, MailboxTrouble } from './case-mailbox.ts';

const timeSchema = z.iso.datetime({ offset: true }).transform((text) => toIso(Date.parse(text)));
const pageSchema = z.looseObject({ value: z.array(z.unknown()), '@odata.nextLink': z.string().nullish() });
const messageSchema = z.looseObject({
  id: z.string().min(1).max(1_000),
  internetMessageId: z.string().max(2_000).nullish(),
  receivedDateTime: timeSchema,
  subject: z.string().nullish(),
  bodyPreview: z.string().nullish(),
  internetMessageHeaders: z.array(z.looseObject({ name: z.string(), value: z.string() })).nullish(),
});
const bodySchema = z.looseObject({ body: z.looseObject({ content: z.string() }) });

const fields = 'id,internetMessageId,receivedDateTime,subject,bodyPreview,internetMessageHeaders';

/**
 * The inbox of the case mailbox by Microsoft Graph, as the application in the partner's own tenant (`Mail.Read` for that mailbox
 * alone). Headers come only when they are selected; bodies are read one by one, so that a huge one holds up nothing. Ids stay the
 * same while a mail is moved about. Microsoft docs: "List messages", "Get message", "Immutable identifiers for Outlook".
 */
export function graphCaseMailbox(deps: UpstreamDeps & { cloud: DeskCloud }): CaseMailbox {
  const root = `${deps.cloud.endpoints.graphBaseUrl}/v1.0/users/`;
  const read = async <T>(connectionId: string, pathOrUrl: string, schema: z.ZodType<T>): Promise<T> => {
    const connection = deps.cloud.connections.find((one) => one.id === connectionId);
    if (connection?.caseMailbox === undefined)
      throw new SourceFailure('refused', 'The connection has no case mailbox.');
    const mailbox = `${root}${encodeURIComponent(connection.caseMailbox)}/`;
    const url =
      pathOrUrl.startsWith('mail') || pathOrUrl.startsWith('message')
        ? mailbox + pathOrUrl
        : ownAddress(pathOrUrl, root);
    const want = { tenantId: connection.tenantId, resource: 'graph', connectionId } as const;
    return getJson(deps, {
      want,
      url,
      schema,
      headers: { prefer: 'outlook.body-content-type="text", IdType="ImmutableId"' },
    });
  };
  return {
    list: async (connectionId, from) =>
      orTrouble(async () => {
        const page = await read(connectionId, 'next' in from ? from.next : firstPath(from.since), pageSchema);
        const mails = page.value.map((item) => toListed(item)).filter((mail) => mail !== undefined);
        const next = page['@odata.nextLink'];
        return { mails, skipped: page.value.length - mails.length, ...(next && { next }) };
      }),
    body: async (connectionId, key) => {
      const path = `messages/${encodeURIComponent(key)}?$select=body`;
      const answer = await orTrouble(async () => read(connectionId, path, bodySchema));
      if (!('kind' in answer)) return { kind: 'body', text: answer.body.content };
      const trouble = answer as MailboxTrouble;
      return trouble.status === 404 || trouble.reason === 'unreadable' ? { kind: 'gone' } : trouble;
    },
  };
}

function firstPath(since: string): string {
  const query = new URLSearchParams({
    $filter: `receivedDateTime ge ${since}`,
    $orderby: 'receivedDateTime asc',
    $select: fields,
    $top: String(limits.caseMailPage),
  });
  return `mailFolders/inbox/messages?${query.toString().replaceAll('+', '%20')}`;
}

/** The token goes nowhere but to this mailbox's place at Graph. */
function ownAddress(address: string, root: string): string {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  const base = new URL(root);
  if (url?.origin === base.origin && url.username === '' && url.pathname.startsWith(base.pathname)) return url.href;
  throw new SourceFailure('unreadable', 'The list goes on at another host.', { status: 200 });
}

function toListed(item: unknown): ListedMail | undefined {
  const { data } = messageSchema.safeParse(item);
  return (
    data && {
      key: data.id,
      // A mail without an id of its own goes by the mailbox's.
      internetMessageId: data.internetMessageId ?? data.id,
      receivedAt: data.receivedDateTime,
      subject: data.subject ?? '',
      preview: data.bodyPreview ?? '',
      headers: (data.internetMessageHeaders ?? []).map(({ name, value }) => ({ name, value })),
    }
  );
}

async function orTrouble<T extends object>(attempt: () => Promise<T>): Promise<T | MailboxTrouble> {
  try {
    return await attempt();
  } catch (error) {
    if (!(error instanceof SourceFailure)) throw error;
    const { reason, status, retryAfterSeconds } = error;
    return { kind: 'trouble', reason, status, retryAfterSeconds };
  }
}
