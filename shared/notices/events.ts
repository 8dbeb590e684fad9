import type { LogEvent } from '../platform/telemetry.ts';

export const noticeEvents = {
  tested: { id: 'notices.tested', level: 'info' },
  delivered: { id: 'notices.delivered', level: 'info' },
  tryFailed: { id: 'notices.try-failed', level: 'warn' },
  givenUp: { id: 'notices.given-up', level: 'error' },
  gone: { id: 'notices.gone', level: 'warn' },
  skipped: { id: 'notices.skipped', level: 'info' },
  settledElsewhere: { id: 'notices.settled-elsewhere', level: 'info' },
} as const satisfies Record<string, LogEvent>;
