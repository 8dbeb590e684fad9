import { link } from './partner-center-access.ts';
import { guidOf } from './seed-world.ts';
import type { SeedCustomer } from './seed-world.ts';

/** Microsoft docs: delegatedAdminServiceManagementDetail. Some portals name the customer, one is the partner's own. */
export function serviceManagementDetails({ slug, initialDomain }: SeedCustomer) {
  const portals = {
    'Microsoft Entra ID': `https://entra.microsoft.com/${initialDomain}`,
    Teams: `https://admin.teams.microsoft.com/?delegatedOrg=${initialDomain}`,
    'Microsoft 365 Lighthouse': 'https://lighthouse.microsoft.com',
  };
  return Object.entries(portals).map(([serviceName, serviceManagementUrl]) => ({
    '@odata.type': '#microsoft.graph.delegatedAdminServiceManagementDetail',
    id: guidOf(`management:${slug}:${serviceName}`),
    serviceManagementUrl,
    serviceName,
  }));
}

/** Microsoft docs: ManagedService resources; from the time before GDAP. */
export function managedServices({ tenantId }: SeedCustomer) {
  const portal = (destination: string) =>
    link(`https://portal.office.com/Partner/BeginClientSession.aspx?CTID=${tenantId}&CSDEST=${destination}`);
  const items = Object.entries({ Exchange: 'Exchange', MicrosoftCommunicationsOnline: 'SkypeforBusiness' }).map(
    ([id, name]) => ({
      id,
      name,
      groupName: 'Office',
      links: { adminService: portal(id), serviceHealth: portal('ServiceStatus'), serviceTicket: portal('Support') },
      attributes: { objectType: 'ManagedService' },
    }),
  );
  return { totalCount: items.length, items, attributes: { objectType: 'Collection' } };
}
