import type { LogEvent } from '../platform/telemetry.ts';

export const noticeEvents = {
  tested: { id: 'notices.tested', level: 'info' },
  delivered: { id: 'notices.delivered', level: 'info' },
  tryFailed: { id: 'notices.try-failed', level: 'warn' },
  givenUp: { id: 'notices.given-up', level: 'error' },
  gone: { id: 'notices.gone', level: 'warn' },
  skipped: { id: 'notices.skipped', level: 'info' },
  settledElsewhere: { id: 'notices.settled-elsewhere', level: 'info' },
  nobodyToPage: { id: 'notices.nobody-to-page', level: 'error' },
  pageRaised: { id: 'notices.page-raised', level: 'info' },
  pageStepped: { id: 'notices.page-stepped', level: 'info' },
  pageExhausted: { id: 'notices.page-exhausted', level: 'error' },
  pageAcknowledged: { id: 'notices.page-acknowledged', level: 'info' },
  pageSettled: { id: 'notices.page-settled', level: 'info' },
  pageSent: { id: 'notices.page-sent', level: 'info' },
  pageNotSent: { id: 'notices.page-not-sent', level: 'warn' },
  channelFailed: { id: 'notices.channel-failed', level: 'error' },
} as const satisfies Record<string, LogEvent>;
