import type { LogEvent } from '../platform/telemetry.ts';

export const portalEvents = {
  registered: { id: 'portals.registered', level: 'info' },
  changed: { id: 'portals.changed', level: 'info' },
  disabled: { id: 'portals.disabled', level: 'warn' },
  secretRotated: { id: 'portals.secret-rotated', level: 'info' },
  rotationEnded: { id: 'portals.rotation-ended', level: 'info' },
  tokenRefused: { id: 'portals.token-refused', level: 'info' },
  hookRefused: { id: 'portals.hook-refused', level: 'info' },
  secretUnusable: { id: 'portals.secret-unusable', level: 'error' },
  quarantined: { id: 'portals.quarantined', level: 'warn' },
  quarantineFull: { id: 'portals.quarantine-full', level: 'error' },
  assigned: { id: 'portals.quarantined-assigned', level: 'info' },
  discarded: { id: 'portals.quarantined-discarded', level: 'info' },
} as const satisfies Record<string, LogEvent>;
