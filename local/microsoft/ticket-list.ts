import { armRefusal } from './arm.ts';
import type { Cloud } from './cloud.ts';
import type { ApiRequest, Reply } from './reply.ts';
import { ticketView } from './tickets.ts';

type View = ReturnType<typeof ticketView>;

const defaultTop = 25;
const maxTop = 100;

/** `$top` (25, at most 100), `$filter` and `nextLink` of the ticket list. */
export function ticketPage(cloud: Cloud, subscriptionId: string, { query }: ApiRequest): Reply {
  const filter = query.get('$filter');
  const top = Math.max(1, Math.min(wholeNumber(query.get('$top'), defaultTop), maxTop));
  const skip = wholeNumber(query.get('$skipToken'), 0);
  const fits = filterOf(filter);
  const rows = [...cloud.state.tickets.values()]
    .filter((ticket) => ticket.subscriptionId === subscriptionId)
    .sort((left, right) => right.createdAt - left.createdAt)
    .map((ticket) => ticketView(ticket, cloud.now()))
    .filter(fits);
  const next = new URLSearchParams(query);
  next.set('$skipToken', String(skip + top));
  const root = `${cloud.baseUrl}/arm/subscriptions/${subscriptionId}/providers/Microsoft.Support/supportTickets`;
  return {
    status: 200,
    body: {
      value: rows.slice(skip, skip + top),
      ...(skip + top < rows.length && { nextLink: `${root}?${next.toString()}` }),
    },
  };
}

function wholeNumber(text: string | null, fallback: number): number {
  if (text === null) return fallback;
  if (!/^\d+$/.test(text)) throw badFilter(`${text} is not a whole number.`);
  return Number(text);
}

function badFilter(message: string) {
  return armRefusal({ status: 400, code: 'BadRequest', message });
}

const textOf = (value: unknown) => (typeof value === 'string' ? value.toLowerCase() : '');

/** Status, ServiceId and ProblemClassificationId with `eq`; CreatedDate with `gt` and `ge`; joined by `and`. */
function filterOf(filter: string | null): (view: View) => boolean {
  if (filter === null) return () => true;
  const tests = filter.split(/\s+and\s+/i).map((part) => {
    const [, field = '', operator = '', literal = ''] = /^\s*(\w+)\s+(eq|gt|ge)\s+'?([^']+?)'?\s*$/i.exec(part) ?? [];
    return oneTest(`${field} ${operator}`.toLowerCase(), literal.toLowerCase());
  });
  return (view) => tests.every((test) => test(view));
}

function oneTest(fieldAndOperator: string, literal: string): (view: View) => boolean {
  switch (fieldAndOperator) {
    case 'status eq':
      return ({ properties }) => properties.status.toLowerCase() === literal;
    case 'serviceid eq':
      return ({ properties }) => textOf(propertyOf(properties, 'serviceId')) === literal;
    case 'problemclassificationid eq':
      return ({ properties }) => textOf(propertyOf(properties, 'problemClassificationId')) === literal;
    case 'createddate gt':
      return ({ properties }) => Date.parse(properties.createdDate) > Date.parse(literal);
    case 'createddate ge':
      return ({ properties }) => Date.parse(properties.createdDate) >= Date.parse(literal);
    default:
      throw badFilter('The filter is not understood.');
  }
}

function propertyOf(properties: Record<string, unknown>, name: string): unknown {
  return properties[name];
}
