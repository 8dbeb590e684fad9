import * as z from 'zod';
import { adminPortals, incidentPages, type AdminPortal } from './admin-portals.ts';
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

export type LinkedCustomer = Pick<Customer, 'tenantId' | 'initialDomain' | 'name'> &
  Partial<Pick<Customer, 'azureSubscriptionIds' | 'isGcc'>>;

export type Wanted = {
  service?: string | undefined;
  /** Microsoft's id of an incident, whose own page is wanted too. */
  incidentId?: string | undefined;
};

/** The management portals of a customer in this cloud, all or for one service, and the page of an incident. */
export function adminLinks(cloud: CloudName, customer: LinkedCustomer, wanted: Wanted = {}): AdminLink[] {
  return wantedPortals(wanted).flatMap((portal) => {
    const pattern = patternOf(portal, cloud, customer);
    return pattern === undefined ? [] : linkOf({ portal, pattern, incidentId: wanted.incidentId ?? '' }, customer);
  });
}

/** The services and pages of which no portal is known in the customer's cloud. */
export const notOffered = (cloud: CloudName, customer: LinkedCustomer, wanted: Wanted = {}): string[] =>
  wantedPortals(wanted)
    .filter((portal) => patternOf(portal, cloud, customer) === undefined)
    .map(({ service }) => service);

function wantedPortals({ service, incidentId = '' }: Wanted): AdminPortal[] {
  const pages = incidentPages.filter(({ isOf }) => isOf.test(incidentId)).slice(0, 1);
  return [...pages, ...adminPortals.filter((portal) => service === undefined || portal.service === service)];
}

const patternOf = ({ patterns }: AdminPortal, cloud: CloudName, { isGcc }: LinkedCustomer): string | undefined =>
  (isGcc && cloud === 'global' ? patterns.gcc : undefined) ?? patterns[cloud];

type Place = { portal: AdminPortal; pattern: string; incidentId: string };

function linkOf({ portal, pattern, incidentId }: Place, customer: LinkedCustomer): AdminLink[] {
  const subscription = customer.azureSubscriptionIds?.[0];
  const names: Record<string, string | undefined> = {
    tid: customer.tenantId,
    initial: customer.initialDomain,
    label: customer.initialDomain.split('.')[0],
    incident: incidentId,
    subscription: subscription && `${subscription.slice(0, 3)}${subscription.slice(-3)}`,
  };
  const isWhole = [...pattern.matchAll(/\{(\w+)\}/g)].every(([, name = '']) => names[name] !== undefined);
  if (!isWhole) return [];
  const url = pattern.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ''));
  const { service, name, leastRole } = portal;
  return [
    {
      service,
      name,
      url,
      leastRole,
      ...linkedTenant(portal, /\{(?:tid|initial|label|subscription)\}/.test(pattern), customer),
    },
  ];
}

/** Which tenant a link opens. `isNamed`: its address names the customer. */
export function linkedTenant(
  { opensPartner }: Pick<AdminPortal, 'opensPartner'>,
  isNamed: boolean,
  customer: LinkedCustomer,
): Pick<AdminLink, 'opens' | 'tenant'> {
  if (opensPartner) return { opens: 'partner', tenant: 'Your own partner tenant' };
  if (isNamed) return { opens: 'customer', tenant: `${customer.name} (${customer.tenantId})` };
  return {
    opens: 'signed-in',
    tenant: `The tenant you are signed in to: switch to ${customer.name} (${customer.tenantId}) first`,
  };
}
