import { fromIso } from '../core/clock.ts';
import { followerOf } from './channel-table.ts';
import type { CaseNews } from './seen-news.ts';
import type { EscalationRow } from './escalation.ts';
import { refusals, type Refused } from './filing-channel.ts';
import type { EscalationDeps } from './ports.ts';
import { caseRefOf } from './wish.ts';

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
