import type { LogEvent } from '../platform/telemetry.ts';

export const customerEvents = {
  directoryPage: { id: 'customers.directory-page', level: 'info' },
  directoryDone: { id: 'customers.directory-done', level: 'info' },
  directoryDelayed: { id: 'customers.directory-delayed', level: 'warn' },
  directoryChanges: { id: 'customers.directory-changes', level: 'info' },
  directoryHinted: { id: 'customers.directory-hinted', level: 'info' },
  customerUnread: { id: 'customers.customer-unread', level: 'warn' },
  directoryRace: { id: 'customers.directory-race', level: 'info' },
} as const satisfies Record<string, LogEvent>;
