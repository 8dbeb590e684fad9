import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../local/call-desk.ts';
import { aWorld, type SystemWorld } from './a-world.ts';
import { quietBus } from './what-is-owed.ts';

const incidentId = 'EX990001';

type Health = {
  coverage: { lastGoodAt: string | null; trouble?: { code: string; since: string; remedy: string } };
  services: { id: string; name: string; status: string; incidentIds: string[] }[];
};

describe('is it Microsoft?', () => {
  let w: SystemWorld;
  let customer: SystemWorld['portals'][number]['customers'][number];

  beforeAll(async () => {
    w = await aWorld();
    // A customer that nothing ails when the world begins.
    const healths = await Promise.all(
      w.portals[0]!.customers.map(async (each) => ({ each, health: await healthOf(each) })),
    );
    customer = healths.find(({ health }) => health.services.every(({ status }) => status === 'healthy'))!.each;
  });

  afterAll(() => w.stop());

  async function healthOf({ customerId }: { customerId: string }): Promise<Health> {
    const { json } = await w.call(`/api/customers/${customerId}/health`, { token: w.portals[0]!.token });
    return json as Health;
  }

  const exchangeOf = async () => (await healthOf(customer)).services.find(({ id }) => id === 'Exchange');

  const incident = async (change: Record<string, unknown>) =>
    w.control({ scenario: { incident: { id: incidentId, ...change } } });

  /** Distinct webhooks of the incident that a portal has got, by type. */
  async function toldOf(portalId: string): Promise<Record<string, number>> {
    const ours = (await w.notices()).filter(
      (notice) => notice.portalId === portalId && notice.data.incidentId === incidentId,
    );
    const ids = Map.groupBy(ours, ({ type }) => type);
    return Object.fromEntries([...ids].map(([type, notices]) => [type, new Set(notices.map(({ id }) => id)).size]));
  }

  /** Lets the world go on, a minute at a time and never faster than its queues, until something has come true. */
  const later = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> =>
    until(
      what,
      async () => {
        await quietBus(w.stack);
        const found = await ask();
        if (found === undefined) await w.advance(60);
        return found;
      },
      90_000,
    );

  const told = async (type: string) =>
    later(type, async () => ((await toldOf(w.portals[0]!.id))[type] === 1 ? true : undefined));

  it('shows an incident of Microsoft within a polling cycle, and tells the portal', async () => {
    await incident({
      service: 'Exchange Online',
      classification: 'incident',
      status: 'serviceDegradation',
      customers: [customer.tenantId],
      title: 'Users may see delays when sending mail to recipients outside their organization',
      post: 'Mail to outside recipients is delayed.',
    });
    await w.advance(5 * 60);
    const exchange = await until('the incident is seen', async () => {
      const found = await exchangeOf();
      return found?.incidentIds.includes(incidentId) ? found : undefined;
    });
    expect(exchange.status).toBe('degraded');
    await told('incident.opened');
    const opened = (await w.notices()).find(
      ({ type, data }) => type === 'incident.opened' && data.incidentId === incidentId,
    );
    expect(opened).toMatchObject({
      portalId: w.portals[0]!.id,
      data: { service: 'Exchange', classification: 'incident', customerIds: [customer.customerId] },
    });
  });

  it('finds the incident in a request that speaks of it', async () => {
    const { status, json } = await w.call('/api/requests', {
      token: w.portals[0]!.token,
      body: {
        customer: { domain: customer.domain },
        title: 'Mail to outside arrives an hour late',
        description: 'Since this morning mail that we send to other companies is delayed.',
        severity: 'moderate',
        contact: { name: 'Kim Example', email: 'kim@customer.example' },
      },
    });
    expect(status).toBe(201);
    const triage = json.triage as { boundary: string; likelyIncidents: { id: string; confidence: number }[] };
    expect(triage.boundary).toBe('microsoft');
    expect(triage.likelyIncidents[0]).toMatchObject({ id: incidentId, title: anyText, why: anyReasons });
  });

  it('tells each turn of the incident exactly once, to the portal whom it concerns alone', async () => {
    await incident({ post: 'A healthy part of the transport tier takes over.' });
    await told('incident.posted');
    await incident({ status: 'restoringService' });
    await told('incident.status-changed');
    await incident({ status: 'serviceRestored' });
    await told('incident.resolved');
    await w.advance(5 * 60);
    await quietBus(w.stack);
    expect(await toldOf(w.portals[0]!.id)).toEqual({
      'incident.opened': 1,
      'incident.posted': 1,
      'incident.status-changed': 1,
      'incident.resolved': 1,
    });
    expect(await toldOf(w.portals[1]!.id)).toEqual({});
    expect(await exchangeOf()).toMatchObject({ status: 'healthy', incidentIds: [] });
  });

  it('says that a customer took its consent back, and from then on knows nothing rather than shows healthy', async () => {
    await w.control({ scenario: { consent: { tenantId: customer.tenantId, granted: false } } });
    const first = await later('the trouble', async () => {
      const health = await healthOf(customer);
      return health.coverage.trouble ? health : undefined;
    });
    expect(first.coverage.trouble).toMatchObject({ code: 'not-consented', remedy: anyText });
    const lastGoodAt = Date.parse(first.coverage.lastGoodAt ?? '');
    const blind = await later('the end of what is known', async () => {
      const health = await healthOf(customer);
      return health.services.some(({ status }) => status === 'unknown') ? health : undefined;
    });
    expect(new Set(blind.services.map(({ status }) => status))).toEqual(new Set(['unknown']));
    expect(Date.parse(blind.coverage.lastGoodAt ?? '')).toBe(lastGoodAt);
    const fleet = await w.call('/api/health', { token: w.portals[0]!.token });
    expect(fleet.json).toMatchObject({ notCovered: 1 });

    await w.control({ scenario: { consent: { tenantId: customer.tenantId, granted: true } } });
    const again = await later('the recovery', async () => {
      const health = await healthOf(customer);
      return health.coverage.trouble ? undefined : health;
    });
    expect(again.services.every(({ status }) => status === 'healthy')).toBe(true);
  });
});

const anyText: unknown = expect.stringMatching(/./);
const anyReasons: unknown = expect.arrayContaining([anyText]);
