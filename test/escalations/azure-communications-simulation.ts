import type { HttpAnswer, HttpCall } from '../../shared/platform/http.ts';

/** As far as letters and changes need it. */
type Ticket = { name: string; status: string; properties: Record<string, unknown> };

export type Communication = {
  ticket: string;
  name: string;
  direction: 'Inbound' | 'Outbound';
  sender: string;
  subject: string;
  body: string;
  at: number;
  /** How often it was put: more than once would be two letters elsewhere. */
  puts: number;
};

const pageSize = 10;

type Simulated = { tickets: ReadonlyMap<string, Ticket>; now: () => number; baseUrl: string };

/** What partner and Microsoft write to each other, and changes of a ticket: pages of ten, names, a lock, a closed ticket. */
export function communicationsSimulation({ tickets, now, baseUrl }: Simulated) {
  const all: Communication[] = [];
  /** While an engineer works the severity cannot be changed; `setUpMs`: a letter that was accepted is there later. */
  const state = { isLocked: false, setUpMs: 0 };
  const error = (status: number, code: string, message = code): HttpAnswer =>
    json(status, { error: { code, message } });

  const list = (name: string, url: URL): HttpAnswer => {
    const skip = Number(url.searchParams.get('$skipToken') ?? 0);
    const own = all.filter(({ ticket }) => ticket === name).toSorted((one, other) => other.at - one.at);
    const next = `${baseUrl}${url.pathname}?api-version=2024-04-01&$skipToken=${String(skip + pageSize)}`;
    return json(200, {
      value: own.slice(skip, skip + pageSize).map(view),
      ...(skip + pageSize < own.length && { nextLink: next }),
    });
  };

  const put = (ticket: Ticket, name: string, call: HttpCall): HttpAnswer => {
    if (ticket.status === 'Closed') return error(400, 'BadRequest', 'The ticket is closed.');
    const known = all.find((one) => one.ticket === ticket.name && one.name === name);
    if (known) known.puts++;
    const { properties } = JSON.parse(call.body ?? '{}') as {
      properties: Record<'subject' | 'body' | 'sender', string>;
    };
    const made = known ?? {
      ...properties,
      ticket: ticket.name,
      name,
      direction: 'Inbound' as const,
      at: now(),
      puts: 1,
    };
    if (!known) all.push(made);
    return state.setUpMs === 0 ? json(200, view(made)) : { status: 202, headers: { 'retry-after': '5' }, body: '' };
  };

  const one = (ticket: string, name: string): HttpAnswer => {
    const found = all.find((each) => each.ticket === ticket && each.name === name && now() >= each.at + state.setUpMs);
    return found ? json(200, view(found)) : error(404, 'ResourceNotFound');
  };

  const patch = (ticket: Ticket, call: HttpCall): HttpAnswer => {
    const { status, severity } = JSON.parse(call.body ?? '{}') as { status?: string; severity?: string };
    if (severity !== undefined && ticket.status === 'Closed') return error(400, 'BadRequest', 'The ticket is closed.');
    if (severity !== undefined && state.isLocked) return error(400, 'BadRequest', 'An engineer works on it.');
    if (severity !== undefined) ticket.properties = { ...ticket.properties, severity };
    if (status === 'closed') ticket.status = 'Closed';
    return json(200, {});
  };

  return {
    all,
    state,
    /** Microsoft writes. */
    say: (ticket: string, body: string, at = now()) => {
      const name = `ms-${String(all.length + 1)}`;
      all.push({
        ...{ ticket, name, direction: 'Outbound', sender: 'support@microsoft.example', subject: 'Your case' },
        ...{ body, at, puts: 1 },
      });
    },
    answer: (kind: string, call: HttpCall): HttpAnswer => {
      const parts = new URL(call.url).pathname.split('/');
      const at = parts.indexOf('supportTickets');
      const [name = '', , letter = ''] = parts.slice(at + 1);
      const ticket = tickets.get(name);
      if (!ticket) return error(404, 'ResourceNotFound');
      if (kind === 'patch') return patch(ticket, call);
      if (kind === 'communications') return list(name, new URL(call.url));
      return kind === 'communication-put' ? put(ticket, letter, call) : one(name, letter);
    },
  };
}

const view = ({ name, direction, sender, subject, body, at }: Communication) => ({
  name,
  properties: {
    communicationType: 'Web',
    communicationDirection: direction,
    ...{ sender, subject, body, createdDate: new Date(at).toISOString() },
  },
});

const json = (status: number, body: unknown): HttpAnswer => ({
  status,
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify(body),
});
