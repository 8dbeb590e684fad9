import { decidePriority } from '../../shared/requests/priority.ts';
import type { CreatedEvent } from '../../shared/requests/request-event.ts';

/** The first event of a request of moderate severity, of which the first response is promised within four hours. */
export const aCreation = (event: Partial<CreatedEvent> = {}): CreatedEvent => ({
  kind: 'created',
  requestId: 'a'.repeat(26),
  sequence: 1,
  at: '2026-11-02T09:00:00.000Z',
  by: { kind: 'portal', id: 'portal:north' },
  audience: 'customer',
  state: 'new',
  source: 'api',
  bodyHash: 'h',
  portalId: 'north',
  customerId: 'c1',
  severity: 'moderate',
  contactId: 'p1',
  externalRefs: [],
  triage: {
    category: null,
    service: null,
    boundary: null,
    sources: { category: 'rule', service: 'rule', boundary: 'rule' },
    reasons: [],
    likelyIncidents: [],
    expectedFirstResponseAt: null,
    adminLinks: [],
  },
  firstResponse: {
    dueAt: '2026-11-02T13:00:00.000Z',
    targetMinutes: 240,
    calendar: 'always',
    timeZone: 'Europe/Berlin',
    statementVersion: 3,
  },
  priority: decidePriority({ severity: 'moderate', category: null }),
  ...event,
});
