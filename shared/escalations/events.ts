import type { LogEvent } from '../platform/telemetry.ts';

/** What escalations log: ids, codes and states only. */
export const escalationEvents = {
  step: { id: 'escalation.step', level: 'info' },
  troubled: { id: 'escalation.troubled', level: 'warn' },
  refused: { id: 'escalation.refused', level: 'warn' },
  overtaken: { id: 'escalation.overtaken', level: 'info' },
  caseUnreadable: { id: 'escalation.case-unreadable', level: 'warn' },
  contractEntered: { id: 'escalation.contract-entered', level: 'info' },
  mailsRead: { id: 'escalation.mails-read', level: 'info' },
  mailRace: { id: 'escalation.mail-race', level: 'info' },
  mailUnreadable: { id: 'escalation.mail-unreadable', level: 'warn' },
  filingHeld: { id: 'escalation.filing-held', level: 'error' },
  filingReleased: { id: 'escalation.filing-released', level: 'warn' },
  mailNotPlaced: { id: 'escalation.mail-not-placed', level: 'error' },
} as const satisfies Record<string, LogEvent>;
