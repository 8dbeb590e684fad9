import { letterOf, severityOf } from './case-severity.ts';
import { isAtMicrosoft, type EscalationRow } from './escalation.ts';
import type { Escalation } from './escalation-view.ts';
import type { Content } from './escalation-store.ts';
import { lateNow, plain, type MicrosoftClock } from './microsoft-clock.ts';
import { clocksOfCase } from './watched-case.ts';

/** Microsoft's clocks of an escalation as they are answered. */
export const microsoftClocksOf = (
  row: EscalationRow,
  nowMs: number,
  { facts }: Content,
): Omit<MicrosoftClock, 'key'>[] =>
  clocksOfCase(row, nowMs, facts).map(({ clock, startedAt, dueAt, state, metAt, how, pauses }) => ({
    ...{ clock, startedAt, dueAt, state, how, pauses },
    ...(metAt !== undefined && { metAt }),
  }));

const sentences: Record<MicrosoftClock['clock'], (clock: MicrosoftClock) => string> = {
  'microsoft-first-response': ({ startedAt, dueAt, how }) =>
    `It was filed on ${plain(startedAt)}, and a first response was due on ${plain(dueAt)} (${how}) We have had none.`,
  'microsoft-next-update': ({ dueAt }) => `You promised an update, which was due on ${plain(dueAt)}. It has not come.`,
  'microsoft-silence': ({ startedAt }) => `We have not heard from you since ${plain(startedAt)}.`,
};

/**
 * What a person is to do about Microsoft: answer it, or ask where it stays, by telephone where the contract names a number. The text
 * is made from the packet when it is asked for; it is gone with it.
 */
export function microsoftStepOf(row: EscalationRow, nowMs: number, content: Content): Escalation['nextStep'] {
  if (!isAtMicrosoft(row)) return undefined;
  if (row.needsAnswer === true) {
    const how = 'Microsoft waits for an answer: its clock stands still until it has one.';
    return { what: 'answer-microsoft', how, ...(row.answerAsOf !== undefined && { dueAt: row.answerAsOf }) };
  }
  const [late] = lateNow(clocksOfCase(row, nowMs, content.facts)).sort((a, b) => (a.dueAt < b.dueAt ? -1 : 1));
  return late && nudge(row, late, content);
}

function nudge(row: EscalationRow, late: MicrosoftClock, { packet, contract = {} }: Content): Escalation['nextStep'] {
  const { phoneRoute: phone, dutyContact: contact } = contract;
  const canRing = phone !== undefined || contact !== undefined;
  return {
    what: 'nudge-microsoft',
    how: `Microsoft is late: send the text on the case${canRing ? ', and ring' : ''}.`,
    dueAt: late.dueAt,
    text: nudgeText(row, late, packet),
    ...(phone !== undefined && { phone }),
    ...(contact && { contact }),
  };
}

function nudgeText(row: EscalationRow, late: MicrosoftClock, packet: Content['packet']): string {
  const severity = letterOf(severityOf(row.caseSeverity) ?? row.severity);
  return [
    `Case ${String(row.caseNumber)}, severity ${severity}${packet ? `: ${packet.title}` : ''}`,
    sentences[late.clock](late),
    ...(packet?.impact === undefined ? [] : [`Impact: ${packet.impact}`]),
    `Please have somebody take it now, and say by when we hear from you.${reach(packet)}`,
  ].join('\n');
}

const reach = (packet: Content['packet']): string => {
  if (packet === undefined) return '';
  const { firstName, lastName, phone, email } = packet.contact;
  return ` Reach us: ${firstName} ${lastName}, ${phone ?? email}. Our reference: ${packet.marker}.`;
};
