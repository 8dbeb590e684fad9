import type { LogEvent } from '../platform/telemetry.ts';

export const requestEvents = {
  taken: { id: 'requests.taken', level: 'info' },
  repeated: { id: 'requests.repeated', level: 'info' },
  appended: { id: 'requests.appended', level: 'info' },
  projected: { id: 'requests.projected', level: 'info' },
  erased: { id: 'requests.erased', level: 'info' },
  postponed: { id: 'requests.postponed', level: 'warn' },
  changeWaits: { id: 'requests.change-waits', level: 'info' },
  waitingApplied: { id: 'requests.waiting-applied', level: 'info' },
  tooManyWait: { id: 'requests.too-many-wait', level: 'error' },
} as const satisfies Record<string, LogEvent>;
