import * as z from 'zod';
import { adminPortals, type AdminPortal } from './admin-portals.ts';
import type { CloudName } from './cloud.ts';
import type { Customer } from './customer.ts';

export const adminLinkSchema = z
  .object({
    service: z.string(),
    name: z.string(),
    url: z.url(),
    /** `signed-in`: the portal shows whichever tenant the person is signed in to; a ticket filed there belongs to that tenant. */
    opens: z.enum(['customer', 'signed-in', 'partner']),
    tenant: z.string(),
    leastRole: z.string(),
  })
  .meta({ id: 'AdminLink' });
export type AdminLink = z.output<typeof adminLinkSchema>;

type LinkedCustomer = Pick<Customer, 'tenantId' | 'initialDomain' | 'name'>;

/** The management portals of a customer in this cloud, all or for one service. */
export function adminLinks(cloud: CloudName, customer: LinkedCustomer, service?: string): AdminLink[] {
  return adminPortals
    .filter((portal) => service === undefined || portal.service === service)
    .flatMap((portal) => {
      const pattern = portal.patterns[cloud];
      return pattern === undefined ? [] : [linkOf(portal, pattern, customer)];
    });
}

function linkOf(portal: AdminPortal, pattern: string, customer: LinkedCustomer): AdminLink {
  const url = pattern
    .replaceAll('{tid}', encodeURIComponent(customer.tenantId))
    .replaceAll('{initial}', encodeURIComponent(customer.initialDomain))
    .replaceAll('{label}', encodeURIComponent(customer.initialDomain.split('.')[0] ?? ''));
  const { service, name, leastRole } = portal;
  return { service, name, url, leastRole, ...whichTenant(portal, pattern, customer) };
}

function whichTenant(
  portal: AdminPortal,
  pattern: string,
  customer: LinkedCustomer,
): Pick<AdminLink, 'opens' | 'tenant'> {
  if (portal.service === 'partner-center') return { opens: 'partner', tenant: 'Your own partner tenant' };
  if (pattern.includes('{')) return { opens: 'customer', tenant: `${customer.name} (${customer.tenantId})` };
  return {
    opens: 'signed-in',
    tenant: `The tenant you are signed in to: switch to ${customer.name} (${customer.tenantId}) first`,
  };
}
