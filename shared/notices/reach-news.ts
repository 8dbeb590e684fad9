import type { Scope } from '../platform/telemetry.ts';
import type { Source } from './page.ts';
import type { Look } from './page-ports.ts';
import type { Pages, Raised } from './page-raise.ts';
import { happenings, type Happening } from './reach-policy.ts';

/** The part of an event of a request, and of the request now, that reaching people depends on. */
export type RequestNews = {
  head: { id: string; state: string; impact?: { incidentId?: string | undefined } | undefined };
  event: {
    kind: string;
    sequence: number;
    state: string;
    severity?: string | undefined;
    from?: string | undefined;
    changes?: { severity?: string | undefined } | undefined;
  };
};

export type EscalationNews = {
  head: { id: string; requestIds: readonly string[]; incidentIds?: readonly string[] | undefined };
  event: { version: number; what: string };
};

const isOver = (state: string): boolean => state === 'resolved' || state === 'closed';

export const requestStands = ({ state, severity }: { state: string; severity: string }): boolean =>
  !isOver(state) && severity === 'critical';

type EscalationNow = { state: string; askedAt?: string | undefined; needsAnswer?: boolean | undefined };

const overStates: readonly string[] = ['closed', 'declined', 'cancelled'];

/** Whether what people were told of an escalation is still so. */
export function escalationStands(what: Happening, { state, askedAt, needsAnswer }: EscalationNow): boolean {
  switch (what) {
    case 'parked':
      return state === 'parked';
    case 'filing-asked':
      return state === 'claimed' && askedAt !== undefined;
    case 'acceptance-late':
      return state === 'handed-off';
    case 'microsoft-asks':
      return !overStates.includes(state) && needsAnswer === true;
    case 'microsoft-late':
    case 'critical-request':
      return !overStates.includes(state);
  }
}

/** Critical from the start, made critical, or critical and open again. */
function makesCritical({ kind, severity, changes, from, state }: RequestNews['event']): boolean {
  if (kind === 'created') return severity === 'critical';
  if (kind === 'changed') return changes?.severity === 'critical';
  return from !== undefined && isOver(from) && !isOver(state);
}

const isHappening = (what: string): what is Happening => (happenings as readonly string[]).includes(what);

/**
 * Who is told of what: reads the events of requests and escalations as they are made known. What is over by then pages nobody;
 * what ends, settles. Idempotent by event.
 */
export function createReach({ pages, look }: { pages: Pages; look: Look }) {
  const raise = async (source: Source, about: Raised['about'], scope: Scope) => {
    const looked = await look(source, { title: false });
    if (looked?.stands !== true) return;
    const { severity, category, service, customerId } = looked;
    await pages.raise({ source, about, what: source.what, severity, category, service, customerId }, scope);
  };
  return {
    ofRequest: async ({ head, event }: RequestNews, scope: Scope): Promise<void> => {
      const incidentId = head.impact?.incidentId;
      if (makesCritical(event)) {
        const about = incidentId === undefined ? ofRequest(head.id) : ofIncident(incidentId);
        await raise({ kind: 'request', id: head.id, what: 'critical-request', seen: event.sequence }, about, scope);
      }
      if (isOver(head.state) || event.changes?.severity !== undefined) await pages.settle(head.id, scope);
    },

    ofEscalation: async ({ head, event }: EscalationNews, scope: Scope): Promise<void> => {
      const { id, requestIds, incidentIds } = head;
      if (!isHappening(event.what)) return pages.settle(id, scope);
      const about = incidentIds?.[0] === undefined ? ofRequest(requestIds[0] ?? id) : ofIncident(incidentIds[0]);
      await raise({ kind: 'escalation', id, what: event.what, seen: event.version }, about, scope);
    },
  };
}

const ofRequest = (id: string): Raised['about'] => ({ kind: 'request', id });
const ofIncident = (id: string): Raised['about'] => ({ kind: 'incident', id });
