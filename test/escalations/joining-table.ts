import type { Facts } from '../../shared/escalations/readiness-case.ts';
import { aRequest } from './builders.ts';

const incident = { id: 'EX100001', title: 'Mail is late' };
const share: Partial<Facts> = {
  request: aRequest({ likelyIncidents: [{ ...incident, confidence: 0.9 }] }),
  openIncidents: [incident],
  openCases: [{ incidentId: incident.id, escalationId: 'bbcdefghijklmnopqrstuvwxy2-1' }],
};

/** What the gate decides where an open case could be shared. */
export const joiningTable: [title: string, change: Partial<Facts>, expected: { decision: string; code?: string }][] = [
  ['an open case of the incident', share, { decision: 'ready', code: 'case-joined' }],
  [
    'an open case of an incident that is over',
    { ...share, openIncidents: [] },
    { decision: 'ready', code: 'case-joined' },
  ],
  ['an open case, and force', { ...share, wanted: { force: true } }, { decision: 'ready', code: 'incident-live' }],
  [
    'an open case, and no category',
    { ...share, request: aRequest({ category: null }) },
    { decision: 'blocked', code: 'category-unknown' },
  ],
];
