import { describe, expect, it } from 'vitest';
import { adminLinks } from '../../shared/customers/admin-links.ts';
import { adminPortals } from '../../shared/customers/admin-portals.ts';

const customer = {
  tenantId: '60be9e54-ef07-56f9-a240-15caa7805f3e',
  initialDomain: 'halvorsenmarine.onmicrosoft.com',
  name: 'Halvorsen Marine AS',
};

describe('admin links', () => {
  it.each([
    ['microsoftteams', 'https://admin.teams.microsoft.com/?delegatedOrg=halvorsenmarine.onmicrosoft.com'],
    ['SharePoint', 'https://halvorsenmarine-admin.sharepoint.com'],
    ['azure', 'https://portal.azure.com/60be9e54-ef07-56f9-a240-15caa7805f3e'],
  ])('open %s in the customer’s tenant in the global cloud', (service, url) => {
    expect(adminLinks('global', customer, service)).toMatchObject([
      { url, opens: 'customer', tenant: 'Halvorsen Marine AS (60be9e54-ef07-56f9-a240-15caa7805f3e)' },
    ]);
  });

  it('say where a portal opens whichever tenant one is signed in to', () => {
    const [link] = adminLinks('us-government', customer, 'azure');
    expect(link).toMatchObject({ url: 'https://portal.azure.us', opens: 'signed-in' });
    expect(link!.tenant).toContain('switch to Halvorsen Marine AS');
  });

  it.each(['global', 'us-government', 'china'] as const)('are whole and name a least role in %s', (cloud) => {
    const links = adminLinks(cloud, customer);
    expect(links.length).toBeGreaterThan(5);
    for (const { url, leastRole, opens } of links) {
      expect(url).toMatch(/^https:\/\/[^{}]+$/);
      expect(leastRole).not.toBe('');
      expect(['customer', 'signed-in', 'partner']).toContain(opens);
    }
  });

  it('leave out what a cloud does not offer', () => {
    expect(adminLinks('china', customer, 'PowerApps')).toEqual([]);
    const services = adminPortals.map(({ service }) => service);
    expect(new Set(services).size).toBe(services.length);
  });
});
