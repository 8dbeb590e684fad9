import * as z from 'zod';
import { collectionSchema, partnerCenterCall, type PartnerCenterDeps } from './partner-center-call.partnercenter.ts';
import type { PortalLinksSource } from './portal-links.ts';

const linkSchema = z.looseObject({ uri: z.string() }).nullish();
const itemSchema = z.looseObject({
  id: z.string().min(1),
  links: z.looseObject({ adminService: linkSchema, serviceHealth: linkSchema, serviceTicket: linkSchema }),
});

/** The portals of a customer as Partner Center lists them, from the time before GDAP. Microsoft docs: "ManagedService resources". */
export function partnerCenterPortalLinks(deps: PartnerCenterDeps): PortalLinksSource {
  const call = partnerCenterCall(deps);
  return async (connectionId, tenantId) => {
    const path = `/customers/${tenantId}/managedservices`;
    const { items } = await call(connectionId, { path, schema: collectionSchema });
    return items.flatMap((item) => {
      const { data } = itemSchema.safeParse(item);
      if (!data) return [];
      const { adminService, serviceHealth, serviceTicket } = data.links;
      return [
        { name: data.id, url: adminService?.uri },
        { name: 'service-health', url: serviceHealth?.uri },
        { name: 'support-request', url: serviceTicket?.uri },
      ].flatMap(({ name, url }) => (url === undefined ? [] : [{ name, url }]));
    });
  };
}
