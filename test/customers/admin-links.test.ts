import { describe, expect, it } from 'vitest';
import { adminLinks } from '../../shared/customers/admin-links.ts';
import { adminPortals } from '../../shared/customers/admin-portals.ts';

const customer = {
  tenantId: '60be9e54-ef07-56f9-a240-15caa7805f3e',
  initialDomain: 'halvorsenmarine.onmicrosoft.com',
  name: 'Halvorsen Marine AS',
  azureSubscriptionIds: ['1f0a3c52-7b1e-4d7e-9a43-20f1b6c4d9e8'],
};

describe('admin links', () => {
  it.each([
    ['microsoftteams', 'https://admin.teams.microsoft.com/?delegatedOrg=halvorsenmarine.onmicrosoft.com'],
    ['SharePoint', 'https://halvorsenmarine-admin.sharepoint.com'],
    ['azure', 'https://portal.azure.com/60be9e54-ef07-56f9-a240-15caa7805f3e'],
  ])('open %s in the customer’s tenant in the global cloud', (service, url) => {
    expect(adminLinks('global', customer, { service })).toMatchObject([
      { url, opens: 'customer', tenant: 'Halvorsen Marine AS (60be9e54-ef07-56f9-a240-15caa7805f3e)' },
    ]);
  });

  it('say where a portal opens whichever tenant one is signed in to', () => {
    const [link] = adminLinks('us-government', customer, { service: 'azure' });
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
    expect(adminLinks('china', customer, { service: 'PowerApps' })).toEqual([]);
    const services = adminPortals.map(({ service }) => service);
    expect(new Set(services).size).toBe(services.length);
  });

  it.each([
    ['EX1240118', 'https://admin.microsoft.com/AdminPortal/Home#/servicehealth/:/alerts/EX1240118', 'signed-in'],
    ['MC1180542', 'https://admin.microsoft.com/AdminPortal/Home#/MessageCenter/:/messages/MC1180542', 'signed-in'],
    ['8KJ3-PT0', 'https://app.azure.com/h/8KJ3-PT0/1f09e8', 'customer'],
  ])('lead to the page of %s', (incidentId, url, opens) => {
    const [link] = adminLinks('global', customer, { service: 'azure', incidentId });
    expect(link).toMatchObject({ service: 'incident', url, opens });
  });

  it('lead to no page of what is no incident of Microsoft’s, nor of Azure without a subscription', () => {
    for (const incidentId of ['', '../../evil', 'EX1"><script>', 'desk-1']) {
      expect(adminLinks('global', customer, { service: 'azure', incidentId })).toHaveLength(1);
    }
    const withoutAzure = { ...customer, azureSubscriptionIds: [] };
    expect(adminLinks('global', withoutAzure, { service: 'azure', incidentId: '8KJ3-PT0' })).toHaveLength(1);
  });

  it('are those of GCC for a GCC customer, and global ones where GCC has none of its own', () => {
    const gcc = { ...customer, isGcc: true };
    const url = (service: string) => adminLinks('global', gcc, { service })[0]!.url;
    expect(url('PowerApps')).toBe('https://gcc.admin.powerplatform.microsoft.us');
    expect(url('Exchange')).toBe(adminLinks('global', customer, { service: 'Exchange' })[0]!.url);
    expect(adminLinks('global', gcc)).toHaveLength(adminLinks('global', customer).length);
  });
});
