import * as z from 'zod';
import {
  adminLinks,
  adminLinkSchema,
  linkedTenant,
  notOffered,
  type LinkedCustomer,
  type Wanted,
} from './admin-links.ts';
import { adminPortals, type AdminPortal } from './admin-portals.ts';
import type { CloudName } from './cloud.ts';
import { isMicrosoftAddress, type PortalLink } from './portal-links.ts';

/** `microsoft`: from Microsoft's own list of the customer; `pattern`: from the desk's table of portals. */
const listedLinkSchema = adminLinkSchema
  .extend({ source: z.enum(['microsoft', 'pattern']) })
  .meta({ id: 'ListedAdminLink' });
type ListedLink = z.output<typeof listedLinkSchema>;

export const customerLinksSchema = z
  .object({
    customerId: z.string(),
    tenantId: z.string(),
    items: z.array(listedLinkSchema),
    /** Services and pages of which no portal is known in the customer's cloud. */
    notOffered: z.array(z.string()),
  })
  .meta({ id: 'AdminLinks' });

type Asked = { cloud: CloudName; customer: LinkedCustomer; wanted: Wanted; links: readonly PortalLink[] };

/** The links of a customer, Microsoft's own before those of the table, in the table's order. */
export function customerLinks({ cloud, customer, wanted, links }: Asked): {
  items: ListedLink[];
  notOffered: string[];
} {
  const own = new Map<string, ListedLink>();
  for (const link of links) {
    const one = ownLink(customer, link);
    const isWanted = wanted.service === undefined || wanted.service === one?.service;
    if (one && isWanted && !own.has(one.service)) own.set(one.service, one);
  }
  const patterns = adminLinks(cloud, customer, wanted).map((link): ListedLink => ({ ...link, source: 'pattern' }));
  const items = patterns.map((link) => own.get(link.service) ?? link);
  const isListed = ({ service }: ListedLink) => patterns.some((link) => link.service === service);
  return {
    items: [...items, ...[...own.values()].filter((link) => !isListed(link))],
    notOffered: notOffered(cloud, customer, wanted).filter((service) => !own.has(service)),
  };
}

const plain = (name: string): string => name.toLowerCase().replaceAll(/[^\p{L}\p{N}]/gu, '');

const portalByName = new Map(
  adminPortals.flatMap((portal) =>
    [portal.service, portal.name, ...(portal.names ?? [])].map((name) => [plain(name), portal] as const),
  ),
);

type KnownPortal = Pick<AdminPortal, 'service' | 'name' | 'leastRole' | 'opensPartner'>;

/** A link by a name that the table does not know stands under that name. */
function ownLink(customer: LinkedCustomer, { name, url }: PortalLink): ListedLink | undefined {
  if (!isMicrosoftAddress(url)) return undefined;
  const portal: KnownPortal = portalByName.get(plain(name)) ?? {
    service: name,
    name,
    leastRole: 'Not named by Microsoft',
  };
  const { service, leastRole } = portal;
  return {
    service,
    name: portal.name,
    url,
    leastRole,
    ...linkedTenant(portal, namesTenant(customer, url), customer),
    source: 'microsoft',
  };
}

function namesTenant({ tenantId, initialDomain }: LinkedCustomer, url: string): boolean {
  const [label = ''] = initialDomain.split('.');
  const text = url.toLowerCase();
  return (
    text.includes(tenantId) || text.includes(initialDomain) || text.startsWith(`https://${label}-admin.sharepoint.`)
  );
}
