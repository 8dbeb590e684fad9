import { describe, expect, it } from 'vitest';
import { azureKinds } from '../../shared/requests/azure-kinds.ts';
import { checks } from '../../shared/requests/checks.ts';
import { groupOf, serviceGroups } from '../../shared/requests/service-groups.ts';
import { isKnownService, serviceWords } from '../../shared/requests/service-words.ts';
import { triage, type TriageInput } from '../../shared/requests/triage.ts';
import { wantedEvidence } from '../../shared/requests/wanted-evidence.ts';
import { withWorkingList } from '../../shared/requests/working-list.ts';

const links: TriageInput['adminLinks'] = (service) => [
  { service, name: service, url: `https://${service}.example`, opens: 'customer', tenant: 't', leastRole: 'r' },
];

function listOf(request: Partial<TriageInput['request']>, evidence?: Record<string, unknown>) {
  const sent = { title: 'Help', description: 'Please.', ...request };
  const answer = triage({
    request: sent,
    receivedAt: 0,
    incidents: [],
    expectedFirstResponseAt: null,
    adminLinks: links,
  });
  return withWorkingList(answer, evidence);
}

describe('the list to work through', () => {
  it('begins with service health, goes on with the service, and links the pages', () => {
    const list = listOf({ category: 'technical', service: 'Exchange' });
    expect(list.checks.slice(0, 2)).toEqual([
      {
        id: 'service-health',
        text: "Look into the customer's service health: is an incident known?",
        link: 'https://service-health.example',
      },
      expect.objectContaining({ id: 'who-is-affected' }),
    ]);
    expect(list.checks.find(({ id }) => id === 'exchange-message-trace')?.link).toBe('https://Exchange.example');
    expect(list.checks.map(({ id }) => id)).not.toContain('teams-call-quality');
  });

  it('names what Microsoft will ask for, and what of it was given', () => {
    const { evidence } = listOf(
      { category: 'technical', service: 'azure', title: 'VM' },
      { resourceId: '/subscriptions/x', stepsTaken: ['restart'], constructor: 1 },
    );
    const given = Object.fromEntries(evidence.map(({ key, given: isGiven }) => [key, isGiven]));
    expect(given).toEqual({ affectedUsers: false, tried: true, errorText: false, resourceId: true, bootLog: false });
  });

  it('is that of the kind of Azure resource', () => {
    const ids = (title: string) =>
      listOf({ category: 'technical', service: 'azure', title }).checks.map(({ id }) => id);
    expect(ids('VM does not start')).toContain('azure-vm-boot');
    expect(ids('Storage account')).not.toContain('azure-vm-boot');
  });

  it('is empty where nobody can say what kind of request it is', () => {
    expect(listOf({ service: 'Exchange' })).toMatchObject({ category: null, checks: [], evidence: [] });
  });

  it('has checks and evidence for every group of services, and a check for every category', () => {
    for (const group of serviceGroups) {
      const service = serviceWords.find(({ id }) => groupOf(id) === group)?.id;
      const { checks: found, evidence } = listOf({ category: 'technical', service });
      expect([found.length >= 4, evidence.length >= 3]).toEqual([true, true]);
    }
    for (const category of ['billing', 'subscription', 'advisory'] as const) {
      expect(listOf({ category }).checks.length).toBeGreaterThan(0);
    }
  });

  it('names only services, groups and kinds that there are, and each thing once', () => {
    for (const { services, kind } of [...checks, ...wantedEvidence]) {
      for (const one of services) expect(one === '*' || serviceGroups.includes(one) || isKnownService(one)).toBe(true);
      expect(kind === undefined || azureKinds.some(({ id }) => id === kind)).toBe(true);
    }
    expect(new Set(checks.map(({ id }) => id)).size).toBe(checks.length);
    expect(new Set(wantedEvidence.map(({ key }) => key)).size).toBe(wantedEvidence.length);
  });
});
