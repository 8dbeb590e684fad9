import type { HttpAnswer } from '../../shared/platform/http.ts';

/** A post as Graph sends it. */
export const aMessage = (id: string, at: string) => ({
  id,
  title: 'Recordings get chapters',
  body: { contentType: 'html', content: '<p>Recordings will be <b>divided</b>.</p>' } as unknown,
  category: 'stayInformed' as unknown,
  severity: 'normal',
  services: ['Exchange Online', 'SharePoint Online'] as unknown,
  tags: ['User impact'] as unknown,
  isMajorChange: false as unknown,
  actionRequiredByDateTime: null as unknown,
  startDateTime: at as unknown,
  endDateTime: null as unknown,
  lastModifiedDateTime: at,
});
type ScriptedMessage = ReturnType<typeof aMessage>;

/** Message center for tenants that a test names. */
export function scriptedMessages(root: string) {
  const messages = new Map<string, { message: ScriptedMessage; tenants: Set<string> }>();
  const options = {
    filterRefused: false,
    pageSize: Number.POSITIVE_INFINITY,
    nextLink: undefined as string | undefined,
    /** By tenant: what is answered to it instead. */
    answers: new Map<string, HttpAnswer>(),
  };
  const answer = (url: URL, tenantId: string): HttpAnswer => {
    const given = options.answers.get(tenantId);
    if (given) return given;
    const after = /lastModifiedDateTime gt (\S+)/.exec(url.searchParams.get('$filter') ?? '')?.[1];
    if (after !== undefined && options.filterRefused) return { status: 400, headers: {}, body: '{"error":{}}' };
    const rows = [...messages.values()]
      .filter(
        ({ message, tenants }) =>
          tenants.has(tenantId) && (after === undefined || message.lastModifiedDateTime > after),
      )
      .map(({ message }) => message);
    const from = Number(url.searchParams.get('$skip') ?? '0');
    const until = from + options.pageSize;
    const query = new URLSearchParams([...url.searchParams].filter(([name]) => name !== '$skip'));
    const more = until < rows.length ? `${root}${url.pathname}?${query.toString()}&$skip=${String(until)}` : undefined;
    const next = options.nextLink ?? more;
    const body = JSON.stringify({
      value: rows.slice(from, until),
      ...(next !== undefined && { '@odata.nextLink': next }),
    });
    return { status: 200, headers: {}, body };
  };
  return {
    options,
    answer,
    /** Publishes or revises a post; `at` becomes its revision. */
    say: ({
      id,
      at,
      tenants,
      ...fields
    }: { id: string; at: string; tenants?: string[] } & Partial<ScriptedMessage>) => {
      const known = messages.get(id);
      const message = { ...aMessage(id, at), ...known?.message, ...fields, lastModifiedDateTime: at };
      messages.set(id, { message, tenants: tenants ? new Set(tenants) : (known?.tenants ?? new Set()) });
    },
  };
}
