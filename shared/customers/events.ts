import type { LogEvent } from '../platform/telemetry.ts';

export const customerEvents = {
  directoryPage: { id: 'customers.directory-page', level: 'info' },
  directoryDone: { id: 'customers.directory-done', level: 'info' },
  directoryDelayed: { id: 'customers.directory-delayed', level: 'warn' },
  directoryChanges: { id: 'customers.directory-changes', level: 'info' },
  directoryHinted: { id: 'customers.directory-hinted', level: 'info' },
  customerUnread: { id: 'customers.customer-unread', level: 'warn' },
  directoryRace: { id: 'customers.directory-race', level: 'info' },
  consentsDelayed: { id: 'customers.consents-delayed', level: 'warn' },
  consentsDone: { id: 'customers.consents-done', level: 'info' },
  delegationDone: { id: 'customers.delegation-done', level: 'info' },
  delegationDelayed: { id: 'customers.delegation-delayed', level: 'warn' },
  delegationRace: { id: 'customers.delegation-race', level: 'info' },
  gdapEnding: { id: 'customers.gdap-ending', level: 'warn' },
} as const satisfies Record<string, LogEvent>;
