import { describe, expect, it } from 'vitest';
import { triage, type TriageInput } from '../../shared/requests/triage.ts';
import { liveIncidents } from './live-incidents.ts';
import { triageCases } from './triage-cases.ts';

const receivedAt = Date.parse('2026-11-02T09:00:00Z');

const anInput = (input: Partial<TriageInput> = {}): TriageInput => ({
  request: { title: 'Outgoing mail is slow', description: 'Mail to outside recipients comes late.' },
  receivedAt,
  incidents: liveIncidents,
  expectedFirstResponseAt: null,
  adminLinks: () => [],
  ...input,
});

describe('triage', () => {
  it.each(triageCases)('says of “$title”', ({ title, description, ...expected }) => {
    const answer = triage(anInput({ request: { title, description } }));
    expect({
      category: answer.category,
      service: answer.service,
      boundary: answer.boundary,
      incidents: answer.likelyIncidents.map((one) => one.id),
    }).toEqual(expected);
  });
});
