import type { LogEvent } from '../platform/telemetry.ts';

export const healthEvents = {
  alertIgnored: { id: 'health.alert-ignored', level: 'info' },
  cycle: { id: 'health.cycle', level: 'info' },
  cycleRace: { id: 'health.cycle-race', level: 'info' },
  detailsGivenUp: { id: 'health.details-given-up', level: 'error' },
  messages: { id: 'health.messages', level: 'info' },
  sweepFailed: { id: 'health.sweep-failed', level: 'warn' },
  transition: { id: 'health.transition', level: 'info' },
} as const satisfies Record<string, LogEvent>;
