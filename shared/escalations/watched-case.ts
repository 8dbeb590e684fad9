import type { CaseFact, EscalationRow } from './escalation.ts';
import { microsoftClocks, type MicrosoftClock, type Targets, type Watched } from './microsoft-clock.ts';

/** What an escalation's head keeps of the facts: their ends, not each pause between. */
const factsOfHead = ({ respondedAt, heardAt, answerAsOf, needsAnswer, promisedAt, nextUpdateBy }: EscalationRow) => [
  ...(respondedAt === undefined ? [] : [{ at: respondedAt, heard: true as const }]),
  ...(heardAt === undefined ? [] : [{ at: heardAt, heard: true as const }]),
  ...(answerAsOf === undefined ? [] : [{ at: answerAsOf, needsAnswer: needsAnswer ?? false }]),
  ...(promisedAt === undefined || nextUpdateBy === undefined ? [] : [{ at: promisedAt, nextUpdateBy }]),
];

function targetsOf({ targets, responseHours: hours }: EscalationRow): Targets | undefined {
  if (targets !== undefined || hours === undefined) return targets;
  return { responseHours: { critical: hours, moderate: hours, minimal: hours } };
}

/** The case of an escalation for Microsoft's clocks; undefined where there is none. */
export function watchedOf(row: EscalationRow, facts?: readonly CaseFact[]): Watched | undefined {
  const { filedAt, severity, state, updatedAt, caseNumber } = row;
  if (filedAt === undefined || caseNumber === undefined) return undefined;
  return {
    filedAt,
    severity,
    targets: targetsOf(row),
    facts: facts ?? factsOfHead(row),
    ...(state === 'closed' && { closedAt: row.seenAt ?? updatedAt }),
  };
}

export function clocksOfCase(row: EscalationRow, nowMs: number, facts?: readonly CaseFact[]): MicrosoftClock[] {
  const watched = watchedOf(row, facts);
  return watched ? microsoftClocks(watched, nowMs) : [];
}
