import type { LogEvent } from '../platform/telemetry.ts';

export const requestEvents = {
  taken: { id: 'requests.taken', level: 'info' },
  repeated: { id: 'requests.repeated', level: 'info' },
  appended: { id: 'requests.appended', level: 'info' },
  projected: { id: 'requests.projected', level: 'info' },
  erased: { id: 'requests.erased', level: 'info' },
  postponed: { id: 'requests.postponed', level: 'warn' },
} as const satisfies Record<string, LogEvent>;
