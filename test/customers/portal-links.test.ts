import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { customerRoutes } from '../../functions/customers.http.ts';
import { customerLinks } from '../../shared/customers/customer-links.ts';
import { isMicrosoftAddress } from '../../shared/customers/portal-links.ts';
import type { HttpAnswer } from '../../shared/platform/http.ts';
import { aPerson } from '../health/callers.ts';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import { oddAnswers } from './odd-answers.ts';
import { nextPass, runDirectory } from './passes.ts';
import { pcCalls } from './running-directory.ts';

const sample = (name: string) => readFileSync(new URL(`samples/${name}.json`, import.meta.url), 'utf8');
const managementSample = sample('graph-serviceManagementDetails');
const managedSample = JSON.parse(sample('pc-managedservices')) as { items: object[] };

const answer = (status: number, body: string): HttpAnswer => ({ status, headers: {}, body });
const listed = (...items: { serviceName: string; serviceManagementUrl: string }[]) =>
  answer(200, JSON.stringify({ value: items }));

const customer = {
  tenantId: '60be9e54-ef07-56f9-a240-15caa7805f3e',
  initialDomain: 'halvorsenmarine.onmicrosoft.com',
  name: 'Halvorsen Marine AS',
};
const whole = 'Halvorsen Marine AS (60be9e54-ef07-56f9-a240-15caa7805f3e)';

const linksOf = async ({ portalLinks }: HealthDesk, id: string) => portalLinks.of(id);
const managementCalls = ({ microsoft }: HealthDesk) =>
  microsoft.graphCalls().filter(({ url }) => url.endsWith('/serviceManagementDetails'));
const managedCalls = (desk: HealthDesk) => pcCalls(desk).filter(({ url }) => url.endsWith('/managedservices'));

/** A desk whose directory has been read once. */
async function aDesk(portals: (tenantId: string) => HttpAnswer = () => listed(), count = 3) {
  const desk = aHealthDesk();
  desk.microsoft.relationships.options.portals = portals;
  desk.microsoft.addTenants(count);
  await desk.ensureDirectory(desk.scope);
  await runDirectory(desk, { minutes: 5 });
  return desk;
}

/** The answer of GET …/admin-links to a person. */
async function shown(desk: HealthDesk, id: string, query: { service?: string; incidentId?: string } = {}) {
  const { customers: store, cloud, portalLinks } = desk;
  const route = customerRoutes({
    store,
    cloud: cloud.cloud,
    portalLinks,
    portalSights: async () => Promise.resolve([]),
  }).find(({ name }) => name === 'listAdminLinks');
  const rest = { body: undefined, headers: new Headers(), raw: new Uint8Array(), scope: desk.scope };
  const { body } = await route!.handle({ ...rest, caller: aPerson, params: { id }, query });
  return body as ReturnType<typeof customerLinks>;
}

describe('Microsoft’s own list of a customer’s portals', () => {
  it('is read as the partner’s person with the weekly details, and costs one call of Graph and none of Partner Center', async () => {
    const desk = await aDesk(() => answer(200, managementSample));
    expect(managementCalls(desk)).toHaveLength(3);
    expect(managementCalls(desk)[0]!.headers.authorization).toBe('Bearer graph partner delegated');
    expect(managedCalls(desk)).toEqual([]);
    expect((await linksOf(desk, desk.id(0))).map(({ name }) => name)).toEqual([
      'Microsoft Entra ID',
      'Teams',
      'Dynamics 365 Business Central',
      'Microsoft 365 Lighthouse',
    ]);
    for (let day = 0; day < 7; day++) await nextPass(desk);
    expect(managementCalls(desk)).toHaveLength(6);
  });

  it('is not stored on the customer’s row, and shown for one more point read', async () => {
    const desk = await aDesk(() => answer(200, managementSample));
    expect(JSON.stringify(await desk.customers.get(desk.id(0)))).not.toContain('businesscentral');
    const { counts } = desk.memory.of('customers');
    const before = { ...counts };
    await shown(desk, desk.id(0));
    expect(counts.get - before.get).toBe(2);
    expect({ ...counts, get: 0 }).toEqual({ ...before, get: 0 });
  });

  it('comes from Partner Center where Graph refuses', async () => {
    const desk = aHealthDesk();
    desk.microsoft.relationships.options.portals = () => answer(403, '{"error":{"code":"Forbidden"}}');
    desk.microsoft.addTenants(1);
    desk.microsoft.tenants[0]!.managed = managedSample.items;
    await desk.ensureDirectory(desk.scope);
    await runDirectory(desk, { minutes: 5 });
    expect(managedCalls(desk)).toHaveLength(1);
    const { items } = await shown(desk, desk.id(0));
    const destinations = items.flatMap(({ service, url, source }) =>
      source === 'microsoft' ? [[service, new URL(url).searchParams.get('CSDEST')]] : [],
    );
    expect(destinations).toEqual([
      ['Exchange', 'Exchange'],
      ['service-health', 'ServiceStatus'],
      ['support-request', 'Support'],
      ['MicrosoftCommunicationsOnline', 'MicrosoftCommunicationsOnline'],
    ]);
  });

  it('counts against Partner Center’s limit where it comes from there', async () => {
    const desk = aHealthDesk();
    desk.microsoft.relationships.options.portals = () => answer(403, '{}');
    desk.microsoft.addTenants(600);
    await desk.ensureDirectory(desk.scope);
    const totals: number[] = [];
    for (let second = 0; second < 480; second++) {
      await desk.drain();
      totals.push(pcCalls(desk).length);
      await desk.advance(1_000);
    }
    expect(Math.max(...totals.map((total, second) => total - (totals[second - 60] ?? 0)))).toBeLessThanOrEqual(500);
    expect(managedCalls(desk)).toHaveLength(600);
  });

  it.each([
    ['500', answer(500, '{}')],
    ['429', answer(429, '{}')],
    ['half an answer', answer(200, '{"value":[')],
  ])('holds nothing up after %s: what was known stays', async (_, trouble) => {
    let now = answer(200, managementSample);
    const desk = await aDesk(() => now, 30);
    const before = await linksOf(desk, desk.id(7));
    now = trouble;
    const asked = managementCalls(desk).length;
    desk.microsoft.tenants.forEach((tenant) => (tenant.name = `new-${tenant.name}`));
    for (let day = 0; day < 8; day++) await nextPass(desk);
    expect((await desk.customers.get(desk.id(7)))!.domains).toContain('new-customer7.example');
    expect(await linksOf(desk, desk.id(7))).toEqual(before);
    expect(before).toHaveLength(4);
    expect(managementCalls(desk).length).toBeGreaterThan(asked);
    expect(managedCalls(desk)).toEqual([]);
  });

  it('may be bent in any way', { timeout: 60_000 }, async () => {
    for (const { name, body } of oddAnswers(managementSample)) {
      const desk = await aDesk(() => answer(200, body), 1);
      expect((await desk.customers.get(desk.id(0)))?.domains).toContain('customer0.example');
      for (const { url } of (await shown(desk, desk.id(0))).items)
        expect({ name, url, isMicrosoft: isMicrosoftAddress(url) }).toEqual({ name, url, isMicrosoft: true });
    }
  });

  it('is kept as far as a row of storage goes', async () => {
    const serviceName = 'x'.repeat(100);
    const items = Array.from({ length: 500 }, (_, n) => ({
      serviceName: `${String(n)}${n % 2 === 0 ? '' : serviceName}`,
      serviceManagementUrl: `https://admin.microsoft.com/${'y'.repeat(n)}`,
    }));
    const desk = await aDesk(() => listed(...items), 1);
    expect(await linksOf(desk, desk.id(0))).toHaveLength(30);
  });
});

describe('the links of a customer', () => {
  const asked = (links: { name: string; url: string }[], service?: string) =>
    customerLinks({ cloud: 'global', customer, wanted: { service }, links });
  const management = (
    JSON.parse(managementSample) as { value: { serviceName: string; serviceManagementUrl: string }[] }
  ).value.map(({ serviceName, serviceManagementUrl }) => ({ name: serviceName, url: serviceManagementUrl }));

  it('are Microsoft’s own where it names the service, and those of the table else', () => {
    const { items } = asked(management);
    const of = (service: string) => items.filter((link) => link.service === service);
    expect(of('OrgLiveID')).toEqual([
      {
        service: 'OrgLiveID',
        name: 'Entra admin center',
        url: 'https://entra.microsoft.com/halvorsenmarine.onmicrosoft.com',
        opens: 'customer',
        tenant: whole,
        leastRole: 'Global Reader',
        source: 'microsoft',
      },
    ]);
    expect(of('business-central')).toMatchObject([{ source: 'microsoft', opens: 'customer' }]);
    expect(of('lighthouse')).toMatchObject([{ source: 'microsoft', opens: 'partner' }]);
    expect(of('Exchange')).toMatchObject([{ source: 'pattern', opens: 'customer' }]);
    expect(new Set(items.map(({ service }) => service)).size).toBe(items.length);
  });

  it('stand under Microsoft’s name where the table knows none, and say that they open whichever tenant one is in', () => {
    const links = [{ name: 'Viva Nova', url: 'https://viva.cloud.microsoft/admin' }];
    expect(asked(links, 'Viva Nova').items).toEqual([
      {
        service: 'Viva Nova',
        name: 'Viva Nova',
        url: 'https://viva.cloud.microsoft/admin',
        opens: 'signed-in',
        tenant: `The tenant you are signed in to: switch to ${whole} first`,
        leastRole: 'Not named by Microsoft',
        source: 'microsoft',
      },
    ]);
    expect(asked(links, 'Exchange').items).toMatchObject([{ service: 'Exchange', source: 'pattern' }]);
  });

  it('are the first of two of one service', () => {
    const links = ['a', 'b'].map((path) => ({ name: 'Teams', url: `https://admin.teams.microsoft.com/${path}` }));
    expect(asked(links, 'microsoftteams').items.map(({ url }) => url)).toEqual([links[0]!.url]);
  });

  it.each([
    'http://admin.microsoft.com',
    'https://admin.microsoft.com.example.net',
    'https://notmicrosoft.com',
    'https://microsoft.com@evil.example',
    'https://user:secret@admin.microsoft.com',
    'https://admin.microsoft.com:8443/x',
    'https://evil.cloudapp.azure.com',
    'https://evil.sharepoint.com/sites/x',
    'https://evil.crm.dynamics.com',
    'https://admin.microsoft.com.',
    'https://аdmin-microsoft.com',
    'javascript:alert(1)//.microsoft.com',
    'data:text/html,<script>',
    '//admin.microsoft.com',
    '',
  ])('are never %s', (url) => {
    expect(asked([{ name: 'Teams', url }], 'microsoftteams').items).toMatchObject([{ source: 'pattern' }]);
  });

  it.each([
    'https://entra.microsoft.com/x',
    'https://admin.cloud.microsoft/?delegatedOrg=x',
    'https://PORTAL.azure.com/x',
    'https://halvorsenmarine-admin.sharepoint.com',
    'https://portal.office.com/Partner/BeginClientSession.aspx?CTID=%zz',
  ])('may be %s', (url) => {
    expect(asked([{ name: 'Teams', url }], 'microsoftteams').items).toMatchObject([{ source: 'microsoft', url }]);
  });
});

describe('what a cloud lacks', () => {
  const lacking = (cloud: 'global' | 'us-government' | 'china', wanted = {}) =>
    customerLinks({ cloud, customer, wanted, links: [] }).notOffered;

  it.each([
    ['global', []],
    ['us-government', ['business-central', 'lighthouse']],
    [
      'china',
      [
        'Exchange',
        'microsoftteams',
        'DynamicsCRM',
        'PowerApps',
        'MicrosoftFlow',
        'PowerBIcom',
        'partner-center',
        'business-central',
        'lighthouse',
      ],
    ],
  ] as const)('is said in %s', (cloud, services) => {
    expect(lacking(cloud)).toEqual(services);
  });

  it('is nothing for a GCC customer, whose portals are those of GCC or of the global cloud', () => {
    expect(
      customerLinks({ cloud: 'global', customer: { ...customer, isGcc: true }, wanted: {}, links: [] }).notOffered,
    ).toEqual([]);
  });

  it('is said of one service, and of an incident’s page', () => {
    expect(lacking('china', { service: 'PowerApps' })).toEqual(['PowerApps']);
    expect(lacking('china', { service: 'azure' })).toEqual([]);
    expect(lacking('us-government', { service: 'azure', incidentId: '8KJ3-PT0' })).toEqual(['incident']);
    expect(lacking('china', { service: 'azure', incidentId: 'EX1240118' })).toEqual([]);
  });
});
