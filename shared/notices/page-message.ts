import { limits } from '../core/limits.ts';
import type { Severity } from '../statement/statement.ts';
import type { Page, PageNotice, Source } from './page.ts';
import type { Looked } from './page-ports.ts';
import type { Happening } from './reach-policy.ts';

/**
 * What a notice says, made when it is sent. Everything but the names of the customer and of whoever acknowledged, and the title
 * where the target wants it, is the desk's own words or an id.
 */
export type PageMessage = {
  action: PageNotice['action'];
  at: string;
  pageId: string;
  run: number;
  what: Happening;
  severity: Severity;
  service?: string | undefined;
  requestId?: string | undefined;
  escalationId?: string | undefined;
  incidentId?: string | undefined;
  caseNumber?: string | undefined;
  customerId: string;
  customer?: string | undefined;
  title?: string | undefined;
  acknowledgeUrl?: string | undefined;
  acknowledgedBy?: string | undefined;
  late?: boolean | undefined;
};

const happened: Record<Happening, string> = {
  'critical-request': 'A critical support request needs somebody now',
  parked: 'An escalation is stuck and needs a person',
  'filing-asked': 'A claim on an escalation ran out: was the case filed?',
  'acceptance-late': 'A hand-off was not accepted in time',
  'microsoft-late': 'Microsoft is late with an escalated case',
  'microsoft-asks': 'Microsoft waits for an answer of ours',
};

export const sentenceOf = ({ action, what, acknowledgedBy, late }: PageMessage): string => {
  if (action === 'acknowledged') {
    const who = acknowledgedBy ?? 'somebody';
    return late === true ? `Acknowledged late, by ${who}` : `Acknowledged by ${who}`;
  }
  if (action === 'settled') return `Over: ${happened[what]}`;
  return action === 'updated' ? `More on this: ${happened[what]}` : happened[what];
};

export type MessageParts = {
  notice: PageNotice;
  page: Page;
  looked: Looked | undefined;
  includeTitle: boolean;
  acknowledgeUrl?: string | undefined;
  acknowledgedBy?: string | undefined;
};

export function messageOf({ notice, page, looked, includeTitle, ...more }: MessageParts): PageMessage {
  const { action, createdAt: at, run, what, late } = notice;
  const { id: pageId, severity, customerId, matter } = page;
  return {
    ...{ action, at, run, what, late, pageId, severity, customerId },
    ...idsOf(page, notice),
    ...(matter.kind === 'incident' && { incidentId: matter.id }),
    service: looked?.service ?? page.service,
    caseNumber: looked?.caseNumber,
    customer: looked?.customerName,
    title: includeTitle ? looked?.title?.slice(0, limits.titleCharacters) : undefined,
    ...more,
  };
}

/** The source that a notice is about: the newest of its kind. */
export const sourceOf = ({ sources }: Page, { what }: Pick<PageNotice, 'what'>): Source | undefined =>
  sources.findLast((source) => source.what === what) ?? sources.at(-1);

function idsOf(page: Page, notice: PageNotice): Pick<PageMessage, 'requestId' | 'escalationId'> {
  const source = sourceOf(page, notice);
  if (source === undefined) return {};
  return source.kind === 'request' ? { requestId: source.id } : { escalationId: source.id };
}
