import { fromIso } from '../core/clock.ts';
import type { CaseFollower, CaseRef } from './case-follower.ts';
import type { CaseNews } from './case-news.ts';
import type { EscalationRow } from './escalation.ts';
import { refusals, type Refused } from './filing-channel.ts';
import type { EscalationDeps } from './ports.ts';

/** Which of Microsoft's interfaces gives which cases; the first line that fits counts. */
const readers: readonly {
  of: keyof NonNullable<EscalationDeps['followers']>;
  when: (row: EscalationRow) => boolean;
}[] = [
  { of: 'azure', when: ({ channel }) => channel === 'azure-support' },
  // Cases of Partner Center have 14 or 15 digits, all others 16.
  {
    of: 'partnerCenter',
    when: ({ product, caseNumber }) => product === 'partner-center' || (caseNumber?.length ?? 16) < 16,
  },
];

/** Undefined where no interface gives the case: it is followed by mails and by people. */
export function followerOf({ followers }: EscalationDeps, row: EscalationRow): CaseFollower | undefined {
  const reader = readers.find(({ when }) => when(row));
  return reader && followers[reader.of];
}

/** Who reads it, and how it is found; undefined where it has no number, or its connection is not configured. */
export function caseRefOf(deps: Pick<EscalationDeps, 'connections'>, row: EscalationRow): CaseRef | undefined {
  const connection = deps.connections(row.connectionId);
  if (connection === undefined || row.caseNumber === undefined) return undefined;
  const { id: escalationId, caseNumber, connectionId, tokenWay, subscriptionId, ticketName } = row;
  return {
    ...{ escalationId, caseNumber, connectionId, tokenWay, subscriptionId, ticketName },
    customerTenantId: row.tenantId,
    partnerTenantId: connection.tenantId,
  };
}

export type CaseReading =
  | { kind: 'seen'; news: CaseNews }
  /** Nothing gives it, or not yet. */
  | { kind: 'unread' }
  | { kind: 'unreadable'; reason: string; retryAfterSeconds?: number | undefined; isRefused: boolean };

export async function readCase(deps: EscalationDeps, row: EscalationRow): Promise<CaseReading> {
  const follower = followerOf(deps, row);
  if (!follower || isTooEarly(row, deps.clock.now())) return { kind: 'unread' };
  const ref = caseRefOf(deps, row);
  if (!ref) return { kind: 'unreadable', reason: 'The partner connection is not configured.', isRefused: true };
  const read = await follower.read(ref, row.readUntil);
  switch (read.kind) {
    case 'found':
      return { kind: 'seen', news: { via: 'api', ...read.case } };
    case 'absent':
      return { kind: 'unreadable', reason: 'Microsoft does not know the case by this interface.', isRefused: true };
    case 'passing': {
      const { reason, retryAfterSeconds, doubt } = read;
      return { kind: 'unreadable', reason: doubt ? reasonOf(doubt) : reason, retryAfterSeconds, isRefused: false };
    }
    case 'refused':
      return { kind: 'unreadable', reason: reasonOf(read), isRefused: true };
  }
}

const isTooEarly = ({ readNotBefore }: EscalationRow, nowMs: number): boolean =>
  readNotBefore !== undefined && fromIso(readNotBefore) > nowMs;

const reasonOf = ({ code }: Refused): string => `${refusals[code].text} ${refusals[code].remedy}`;
