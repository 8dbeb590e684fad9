import { fromIso, hourMs, minuteMs, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import { acceptMs, holdsAt, takeOverAt } from './asking.ts';
import { lookFrom } from './restored.ts';
import { isAtMicrosoft, type EscalationRow } from './escalation.ts';
import type { Escalation } from './escalation-view.ts';

export function clocksOf(row: EscalationRow, nowMs: number): Escalation['clocks'] {
  const clocks: Escalation['clocks'] = [];
  if (row.state === 'claimed' && row.claimedUntil !== undefined) {
    const startedAt = toIso(fromIso(row.claimedUntil) - limits.claimMinutes * minuteMs);
    const how = `A claim holds for ${String(limits.claimMinutes)} minutes.`;
    if (holdsAt(row, nowMs)) clocks.push({ clock: 'claim', startedAt, dueAt: row.claimedUntil, how });
    else clocks.push(filingAnswer(row, row.claimedUntil));
  }
  if (row.state === 'handed-off' && row.acceptBy !== undefined) {
    const startedAt = toIso(fromIso(row.acceptBy) - acceptMs(row));
    const how = `${String(acceptMs(row) / hourMs)} h to accept, for severity ${row.severity}.`;
    clocks.push({ clock: 'acceptance', startedAt, dueAt: row.acceptBy, how });
  }
  return clocks;
}

const filingAnswer = (row: EscalationRow, claimedUntil: string): Escalation['clocks'][number] => ({
  clock: 'filing-answer',
  startedAt: claimedUntil,
  dueAt: row.askAgainAt ?? claimedUntil,
  how: 'Since the end of the claim the desk asks whether a case was filed, again and again, ever more rarely.',
});

/** What a person is to do next, if anything. Never a name of a person: answers to keyed calls keep it. */
export function nextStepOf(row: EscalationRow, nowMs: number): Escalation['nextStep'] {
  const due = (dueAt: string | undefined) => (dueAt === undefined ? {} : { dueAt });
  if (row.restoredAt !== undefined && (row.state === 'awaiting-filing' || row.state === 'claimed')) {
    const from = toIso(lookFrom(row));
    const how = `The desk came back from a backup. Look for the packet's marker among the cases in the portal and tell the number if it is there. If not, from ${from} on {"looked":true} claims it.`;
    return { what: 'say-whether-filed', how };
  }
  if (row.state === 'awaiting-filing') {
    return { what: 'claim', how: 'Whoever is going to file it claims it first; the link is shown then.' };
  }
  if (row.state === 'claimed' && holdsAt(row, nowMs)) {
    const how = 'File it before the claim ends and tell the number; claim again where it takes longer.';
    return { what: 'file', how, ...due(row.claimedUntil) };
  }
  if (row.state === 'claimed') {
    const from = toIso(takeOverAt(row));
    const how = `Whoever claimed it tells the number, or says {"filed":false}. From ${from} on another person may look for the packet's marker among the cases in the portal: {"looked":true} takes it over where there is none.`;
    return { what: 'say-whether-filed', how, ...due(row.askAgainAt) };
  }
  if (row.state === 'handed-off') {
    return { what: 'accept', how: 'Send the packet to the other party and enter what it says.', ...due(row.acceptBy) };
  }
  if (isAtMicrosoft(row) && row.askAgainAt !== undefined) {
    return {
      what: 'tell-news',
      how: 'Nothing can read this case: look in the portal how it goes.',
      ...due(row.askAgainAt),
    };
  }
  return undefined;
}
