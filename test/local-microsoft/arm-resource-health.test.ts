import { describe, expect, it } from 'vitest';
import { customers } from '../../local/microsoft/seed-world.ts';
import { azure, graph, runningMicrosoft } from './running-microsoft.ts';

const [first, second] = customers.filter((one) => one.azureSubscriptionId !== undefined);
const subscription = first!.azureSubscriptionId!;
const version = 'api-version=2025-05-01';
const list = `/arm/subscriptions/${subscription}/providers/Microsoft.ResourceHealth/events?${version}`;
const resourceGraph = '/arm/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01';

async function anIncident() {
  const microsoft = await runningMicrosoft();
  const headers = await microsoft.bearer(first!.tenantId, azure);
  const tell = async (incident: object) => microsoft.control({ scenario: { incident: { id: 'A1', ...incident } } });
  const begun = { service: 'Azure', classification: 'incident', status: 'investigating', post: 'We look.' };
  await tell({ ...begun, customers: [first!.tenantId, second!.tenantId] });
  const query = async (text: string, more: object = {}) =>
    microsoft.call(resourceGraph, { headers, body: { subscriptions: [subscription], query: text, ...more } });
  return { microsoft, headers, tell, query };
}

describe('service health of the simulated Azure', () => {
  it('lists an incident of Azure for its subscriptions, and not in Microsoft 365', async () => {
    const { microsoft, headers } = await anIncident();
    const listed = await microsoft.call(list, { headers });
    expect(listed.at('value/*/name')).toEqual(['A1']);
    expect(listed.at('value/0/properties')).toMatchObject({ eventType: 'ServiceIssue', status: 'Active' });
    const issues = await microsoft.call('/graph/v1.0/admin/serviceAnnouncement/issues', {
      headers: await microsoft.bearer(first!.tenantId, graph),
    });
    expect(issues.at('value/*/id')).not.toContain('A1');
  });

  it('answers Resource Graph in its own spelling, what is over only where it changed since', async () => {
    const { microsoft, tell, query } = await anIncident();
    const active = await query('ServiceHealthResources | where updatedAt > datetime(2099-01-01T00:00:00Z)');
    expect(active.at('data/0/properties')).toMatchObject({ EventType: 'ServiceIssue', Status: 'Active' });
    expect(active.headers.get('x-ms-user-quota-remaining')).toBe('14');
    await microsoft.advance(60);
    await tell({ status: 'serviceRestored' });
    const over = await query('ServiceHealthResources | where updatedAt > datetime(2099-01-01T00:00:00Z)');
    expect(over.at('data')).toEqual([]);
    const changed = await query('ServiceHealthResources | where updatedAt > datetime(2026-11-01T00:00:00Z)');
    expect(changed.at('data/0/properties')).toMatchObject({ Status: 'Resolved' });
  });

  it('hands out Resource Graph in pages', async () => {
    const { tell, query } = await anIncident();
    await tell({
      id: 'A2',
      service: 'Azure',
      classification: 'advisory',
      status: 'investigating',
      customers: [first!.tenantId],
    });
    const page = await query('ServiceHealthResources', { options: { $top: 1 } });
    expect(page.at('data/*/name')).toEqual(['A1']);
    const next = await query('ServiceHealthResources', { options: { $top: 1, $skipToken: page.at('$skipToken') } });
    expect([next.at('data/*/name'), next.at('$skipToken')]).toEqual([['A2'], undefined]);
  });

  it('refuses other tables and other tenants’ subscriptions, and by fault', async () => {
    const { microsoft, headers, query } = await anIncident();
    expect((await query('Resources')).status).toBe(400);
    expect((await query('ServiceHealthResources', { subscriptions: [second!.azureSubscriptionId] })).status).toBe(403);
    await microsoft.control({ fault: { match: 'arm.resourceHealthEvents.get', status: 403 } });
    expect((await microsoft.call(list, { headers })).status).toBe(403);
    expect((await microsoft.call(list, { headers })).status).toBe(200);
  });
});
