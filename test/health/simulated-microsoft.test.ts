import { describe, expect, it } from 'vitest';
import { customers } from '../../local/microsoft/seed-world.ts';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { fleetHealth } from '../../shared/health/fleet.ts';
import { listIncidents, readIncident } from '../../shared/health/incident-queries.ts';
import { aDeskAtMicrosoft } from './a-desk-at-microsoft.ts';
import { aPerson } from './callers.ts';

describe('the desk at the simulated Microsoft', () => {
  it('knows every customer, what is wrong, and whom it cannot read', async () => {
    const { queries, cycle, idOf, now } = await aDeskAtMicrosoft();
    await cycle();
    const page = await queries.customers.page({ limit: 100 });
    expect(page.customers).toHaveLength(customers.length);
    const withAzure = customers.find(({ azureSubscriptionId }) => azureSubscriptionId !== undefined)!;
    expect((await queries.customers.get(idOf(withAzure.slug)))!.azureSubscriptionIds).toEqual([
      withAzure.azureSubscriptionId,
    ]);

    const hurt = await customerHealth(queries, aPerson, { customerId: idOf('aldercote') });
    expect(hurt).toMatchObject({ asOf: now(), coverage: { lastGoodAt: now() } });
    const exchange = hurt.services.find(({ id }) => id === 'Exchange')!;
    expect(exchange).toMatchObject({ name: 'Exchange Online', status: 'degraded' });
    expect(exchange.incidentIds).toHaveLength(1);

    const unread = await customerHealth(queries, aPerson, { customerId: idOf('umberleigh') });
    expect(unread).toMatchObject({ asOf: null, coverage: { trouble: { code: 'not-consented' } } });
    expect(unread.services.every(({ status }) => status === 'unknown')).toBe(true);

    const fleet = await fleetHealth(queries, aPerson, {});
    expect(fleet).toMatchObject({ asOf: now(), notCovered: 1 });
    const incident = await readIncident(queries, aPerson, exchange.incidentIds[0]!);
    expect(incident).toMatchObject({ state: 'open', service: 'Exchange', classification: 'incident' });
    expect(incident.affected).toHaveLength(5);
    expect((await listIncidents(queries, aPerson, { state: 'open' })).items.length).toBeGreaterThanOrEqual(2);
  });

  it('learns what a customer uses and where it lives, and follows what it buys within a quarter of an hour', async () => {
    const { microsoft, queries, cycle, idOf } = await aDeskAtMicrosoft();
    const { tenantId } = customers.find(({ slug }) => slug === 'aldercote')!;
    const services = async () => (await queries.customers.get(idOf('aldercote')))!.services;
    expect(await services()).toContain('azure');
    expect(await services()).not.toContain('DynamicsCRM');
    expect((await queries.customers.get(idOf('junipervale')))!.isGcc).toBe(true);
    const offerName = 'Dynamics 365 Sales Professional';
    await microsoft.control({ scenario: { subscription: { tenantId, offerName } } });
    await cycle(15);
    await cycle(1);
    expect(await services()).toContain('DynamicsCRM');
    await microsoft.control({ scenario: { subscription: { tenantId, offerName, status: 'suspended' } } });
    await cycle(16);
    await cycle(1);
    expect(await services()).not.toContain('DynamicsCRM');
  });

  it('follows a consent, an incident and a jump of three hours by itself', async () => {
    const { microsoft, queries, cycle, idOf } = await aDeskAtMicrosoft();
    const tenantId = customers.find(({ slug }) => slug === 'umberleigh')!.tenantId;
    await microsoft.control({ scenario: { consent: { tenantId, granted: true } } });
    await microsoft.control({
      scenario: {
        incident: {
          id: 'TM9900001',
          service: 'Microsoft Teams',
          classification: 'incident',
          status: 'serviceInterruption',
          customers: [tenantId],
        },
      },
    });
    await cycle();
    const teams = async () => {
      const { services } = await customerHealth(queries, aPerson, { customerId: idOf('umberleigh') });
      return services.find(({ id }) => id === 'microsoftteams');
    };
    expect(await teams()).toMatchObject({ status: 'down', incidentIds: ['TM9900001'] });
    await microsoft.control({ scenario: { incident: { id: 'TM9900001', status: 'serviceRestored', post: 'Over.' } } });
    await cycle();
    expect(await teams()).toMatchObject({ status: 'healthy', incidentIds: [] });
    const incident = await readIncident(queries, aPerson, 'TM9900001');
    expect(incident).toMatchObject({ state: 'resolved', affected: [{ customerId: idOf('umberleigh') }] });
    expect(incident.posts.at(-1)!.text).toBe('Over.');
    await cycle(180);
    expect(await teams()).toMatchObject({ status: 'healthy' });
  });
});
