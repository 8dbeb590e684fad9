import { describe, expect, it } from 'vitest';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
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

  it('reads Message center slowly: what was planned, what changed, and whom it may not ask', async () => {
    const { microsoft, queries, cycle, fire, idOf } = await aDeskAtMicrosoft();
    await cycle();
    await fire('pollServiceHealth');
    await cycle(1);
    const planned = async (more: object = {}) =>
      (await listIncidents(queries, aPerson, { classification: 'planned-change', ...more })).items;
    expect((await planned()).map(({ id, service, state }) => [id, service, state]).sort()).toEqual([
      ['MC1180211', 'Exchange', 'open'],
      ['MC1181311', 'microsoftteams', 'open'],
      ['MC1182411', 'DynamicsCRM', 'open'],
    ]);
    expect((await listIncidents(queries, aPerson, {})).items.every(({ source }) => source === 'microsoft365')).toBe(
      true,
    );
    const exchange = await readIncident(queries, aPerson, 'MC1180211');
    expect(exchange).toMatchObject({ status: 'actionRequired', isMajorChange: true, feature: '' });
    expect(exchange.affected).toHaveLength(customers.length - 1);
    expect(exchange.posts.map(({ text }) => text)).toEqual([
      'Client submission (SMTP AUTH) will take OAuth only.\nMove devices and scripts before the date.',
    ]);
    const unread = await customerHealth(queries, aPerson, { customerId: idOf('umberleigh') });
    expect(unread.coverage.feeds).toContainEqual(
      expect.objectContaining({
        feed: 'message-center',
        lastGoodAt: null,
        trouble: expect.objectContaining({ code: 'not-consented' }) as object,
      }),
    );

    const tenantId = customers.find(({ slug }) => slug === 'aldercote')!.tenantId;
    const body = '<p>Moved to <i>spring</i>.</p><script>x()</script>';
    await microsoft.control({ scenario: { message: { id: 'MC1180211', body } } });
    await microsoft.control({ scenario: { message: { id: 'MC9', services: ['Planner'], customers: [tenantId] } } });
    await microsoft.control({ fault: { match: 'graph.messages.get', status: 403, times: 1 } });
    await cycle(6 * 60);
    expect((await readIncident(queries, aPerson, 'MC1180211')).posts.map(({ text }) => text)).toEqual([
      'Moved to spring.',
    ]);
    await cycle(6 * 60);
    expect((await readIncident(queries, aPerson, 'MC9')).affected).toMatchObject([{ customerId: idOf('aldercote') }]);
    await cycle(12 * 60);
    expect((await planned({ state: 'resolved' })).map(({ id }) => id)).toEqual(['MC1182411']);
    const { calls } = (await microsoft.told()).body as { calls: { path: string; status: number }[] };
    expect(calls.filter(({ path }) => path.endsWith('/messages')).map(({ status }) => status)).toContain(403);
  });

  it('follows an incident of Azure, for customers with subscriptions alone, also where Resource Graph or Azure refuses', async () => {
    const { microsoft, queries, cycle, idOf, now } = await aDeskAtMicrosoft();
    const both = ['aldercote', 'muellersdorf'];
    const tenants = customers.map(({ tenantId }) => tenantId);
    const incident = { id: '7VX2-L9G', service: 'Azure', classification: 'incident', status: 'investigating' };
    await microsoft.control({ scenario: { incident: { ...incident, customers: tenants, post: 'We look.' } } });
    await cycle();
    const azure = async (slug: string) => {
      const { services } = await customerHealth(queries, aPerson, { customerId: idOf(slug) });
      return services.find(({ id }) => id === 'azure');
    };
    for (const slug of both) {
      expect(await azure(slug)).toMatchObject({ name: 'Azure', status: 'degraded', incidentIds: ['7VX2-L9G'] });
    }
    const { affected, posts, source } = await readIncident(queries, aPerson, '7VX2-L9G');
    expect(affected.map(({ customerId }) => customerId).sort()).toEqual(both.map(idOf).sort());
    expect({ source, texts: posts.map(({ text }) => text) }).toEqual({ source: 'azure', texts: ['We look.'] });
    expect(await azure('brennmoor')).toBeUndefined();

    await microsoft.control({ fault: { match: 'arm.resourceGraph.post', status: 404, times: 2 } });
    await microsoft.control({ scenario: { incident: { id: '7VX2-L9G', status: 'serviceRestored', post: 'Over.' } } });
    await cycle();
    for (const slug of both) expect(await azure(slug)).toMatchObject({ status: 'healthy', asOf: now() });
    await microsoft.control({ fault: { match: 'arm.resourceHealthEvents.get', status: 403, times: 100 } });
    for (let n = 0; n < 4; n++) await cycle();
    expect(await azure('aldercote')).toMatchObject({
      status: 'unknown',
      coverage: { trouble: { code: 'role-lacking', remedy: expect.stringContaining('Reader') as string } },
    });
    expect(await customerHealth(queries, aPerson, { customerId: idOf('aldercote') })).toMatchObject({ asOf: now() });
    expect(await readIncident(queries, aPerson, '7VX2-L9G')).toMatchObject({ state: 'resolved' });
  });
});

describe('two ways into the tenants of the simulated Microsoft', () => {
  const coverageOf = async ({ queries, idOf }: Awaited<ReturnType<typeof aDeskAtMicrosoft>>, slug: string) => {
    const { asOf, coverage } = await customerHealth(queries, aPerson, { customerId: idOf(slug) });
    const { access } = (await queries.customers.get(idOf(slug)))!;
    return { asOf, way: access.way, code: coverage.trouble?.code, since: coverage.trouble?.since };
  };
  const tenantOf = (slug: string) => customers.find((one) => one.slug === slug)!.tenantId;

  it('lead, for a customer that consented to the delegated one alone, through GDAP by one GET', async () => {
    const desk = await aDeskAtMicrosoft();
    await desk.cycle();
    expect(await coverageOf(desk, 'thistledown')).toEqual({
      asOf: desk.now(),
      way: 'gdap',
      code: undefined,
      since: undefined,
    });
    expect(await coverageOf(desk, 'aldercote')).toMatchObject({ asOf: desk.now(), way: 'app', code: undefined });
    const calls = async () => {
      const { body } = await desk.microsoft.told();
      const told = body as { calls: { api: string; tenantId?: string }[] };
      return told.calls.filter(({ api, tenantId }) => api === 'graph' && tenantId === tenantOf('thistledown')).length;
    };
    const before = await calls();
    await desk.cycle();
    expect((await calls()) - before).toBe(1);
  });

  it('are a trouble of that customer alone when its policy stops the partner’s person, its role or consent is gone', async () => {
    const desk = await aDeskAtMicrosoft();
    const tenantId = tenantOf('thistledown');
    const shut = async (scenario: Record<string, unknown>, code: string) => {
      await desk.microsoft.control({ scenario });
      // The access token of the person lives on for an hour; the next one is refused.
      await desk.cycle(80);
      const since = desk.now();
      await desk.cycle();
      expect(await coverageOf(desk, 'thistledown')).toMatchObject({ way: 'none', code, since });
      expect(await coverageOf(desk, 'aldercote')).toMatchObject({ asOf: desk.now(), code: undefined });
      expect((await fleetHealth(desk.queries, aPerson, {})).findings).toEqual([]);
    };
    const opens = async (scenario: Record<string, unknown>) => {
      await desk.microsoft.control({ scenario });
      await desk.cycle();
      expect(await coverageOf(desk, 'thistledown')).toMatchObject({ asOf: desk.now(), way: 'gdap', code: undefined });
    };
    await opens({ signInPolicy: { tenantId, code: null } });
    await shut({ signInPolicy: { tenantId, code: 53003 } }, 'token');
    await opens({ signInPolicy: { tenantId, code: null } });
    await shut({ gdap: { tenantId, endsAt: '2020-01-01T00:00:00Z' } }, 'role-lacking');
    await opens({ gdap: { tenantId, endsAt: '2099-01-01T00:00:00Z' } });
    await shut({ consent: { tenantId, granted: false } }, 'not-consented');
    await desk.microsoft.control({ scenario: { consent: { tenantId, granted: true } } });
    await desk.cycle();
    expect(await coverageOf(desk, 'thistledown')).toMatchObject({ asOf: desk.now(), code: undefined });
  });

  it('lose one when the partner’s refresh token is revoked: one finding, one alarm, well again after a new sign-in', async () => {
    const desk = await aDeskAtMicrosoft();
    await desk.cycle();
    await desk.microsoft.control({ scenario: { refreshToken: { revoked: true } } });
    await desk.cycle(80);
    const since = desk.now();
    await desk.cycle();
    await desk.sweep();
    expect(await coverageOf(desk, 'thistledown')).toMatchObject({ code: 'token', since });
    expect(await coverageOf(desk, 'aldercote')).toMatchObject({ asOf: desk.now(), code: undefined });
    expect((await fleetHealth(desk.queries, aPerson, {})).findings).toMatchObject([
      { code: 'token', since, connectionId: partner.id, share: 0.042 },
    ]);
    const alarms = desk.entries.filter(({ event }) => event === 'partner.grant-dead');
    expect(alarms).toMatchObject([{ level: 'error', fields: { connectionId: partner.id, code: 'AADSTS50173' } }]);
    expect((await desk.grants.all())[0]!.dead).toMatchObject({ code: 'AADSTS50173' });

    await desk.microsoft.control({ scenario: { refreshToken: { issued: true } } });
    // The vault is believed for half a minute of the machine's own time.
    await desk.microsoft.advance(60);
    await desk.sweep();
    await desk.cycle();
    await desk.sweep();
    expect(await coverageOf(desk, 'thistledown')).toMatchObject({ asOf: desk.now(), way: 'gdap', code: undefined });
    expect((await fleetHealth(desk.queries, aPerson, {})).findings).toEqual([]);
    expect((await desk.grants.all())[0]!.dead).toBeUndefined();
  });

  it('keep the refresh token young: each day a new version on top, of which the next day’s is made', async () => {
    const desk = await aDeskAtMicrosoft();
    const made: string[] = [];
    for (let day = 0; day < 3; day++) {
      await desk.cycle(24 * 60 + 1);
      await desk.sweep();
      made.push((await desk.grants.all())[0]!.createdAt!);
    }
    expect(made.map((at) => at.slice(0, 10))).toEqual([...new Set(made.map((at) => at.slice(0, 10)))]);
    expect(desk.entries.filter(({ event }) => event === 'partner.grant-renewed')).toHaveLength(3);
    expect(await coverageOf(desk, 'thistledown')).toMatchObject({ code: undefined, way: 'gdap' });
  });

  it.each([
    ['Graph fails', { match: 'graph.healthOverviews.get', status: 500 }],
    ['Graph cuts every connection', { match: 'graph.healthOverviews.get', status: 0 }],
    ['sign-in fails', { match: 'entra.token.post', status: 503 }],
  ])('are both shut when %s for all: one finding about Microsoft, over by itself', async (_what, fault) => {
    const desk = await aDeskAtMicrosoft();
    await desk.cycle(80);
    await desk.microsoft.control({ fault: { ...fault, times: 10_000 } });
    await desk.cycle(80);
    const since = desk.now();
    await desk.cycle();
    expect((await fleetHealth(desk.queries, aPerson, {})).findings).toMatchObject([{ code: 'microsoft-down', since }]);
    expect(await coverageOf(desk, 'aldercote')).toMatchObject({ code: 'microsoft-down', since, way: 'app' });
    const row = (await desk.queries.customers.get(desk.idOf('aldercote')))!;
    expect(row.coverage.trouble).toBeUndefined();
    expect(await coverageOf(desk, 'umberleigh')).toMatchObject({ code: 'not-consented' });
    await desk.microsoft.control({ reset: true });
    await desk.cycle();
    await desk.cycle();
    expect((await fleetHealth(desk.queries, aPerson, {})).findings).toEqual([]);
    expect(await coverageOf(desk, 'aldercote')).toMatchObject({ asOf: desk.now(), code: undefined });
  });
});
