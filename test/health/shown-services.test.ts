import { describe, expect, it } from 'vitest';
import { shownServices } from '../../shared/health/shown-services.ts';

const service = (
  id: string,
  status: 'healthy' | 'advisory' | 'degraded' | 'unknown' = 'healthy',
  ...incidentIds: string[]
) => ({
  id,
  name: id,
  status,
  incidentIds,
});
const issue = (classification: 'incident' | 'advisory') => ({
  revision: '2026-11-02T09:00:00.000Z',
  service: 'x',
  classification,
  status: 'investigating',
  isResolved: false,
});
const state = { issues: { I1: issue('incident'), A1: issue('advisory') } };

const all = [
  service('Exchange'),
  service('OrgLiveID'),
  service('Planner', 'advisory', 'A1'),
  service('PowerBIcom', 'advisory', 'I1'),
  service('SharePoint', 'degraded'),
  service('yammer', 'unknown'),
];

const ids = (services: readonly string[] | undefined, more: { unused?: boolean; cloud?: 'global' | 'china' } = {}) =>
  shownServices(all, state, { services, unused: false, cloud: 'global', ...more }).map(({ id }) => id);

describe('the services of a customer', () => {
  it('are those it has subscriptions for, those of everybody, and those that an incident has broken', () => {
    expect(ids(['Exchange'])).toEqual(['Exchange', 'OrgLiveID', 'PowerBIcom', 'SharePoint']);
    expect(ids(['EXCHANGE', 'planner'])).toContain('Planner');
  });

  it('are all of them where nobody knows what it uses, or when it is asked for', () => {
    expect(ids(undefined)).toEqual(all.map(({ id }) => id));
    expect(ids([], { unused: true })).toEqual(all.map(({ id }) => id));
  });

  it('are said to be not offered where the cloud lacks them, if they are asked for', () => {
    const asked = { services: [], unused: true, cloud: 'china' } as const;
    const shown = shownServices(all, state, asked);
    expect(shown.find(({ id }) => id === 'SwayEnterprise')).toMatchObject({ status: 'not-offered', incidentIds: [] });
    expect(shown.find(({ id }) => id === 'yammer')).toMatchObject({ status: 'unknown' });
    expect(ids([], { cloud: 'china' })).not.toContain('SwayEnterprise');
  });
});
