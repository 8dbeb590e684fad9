import { guidOf } from './seed-world.ts';

type Service = { displayName: string; resourceTypes: string[]; classifications: string[] };

const catalog: readonly Service[] = [
  {
    displayName: 'Virtual Machine running Linux',
    resourceTypes: ['MICROSOFT.COMPUTE/VIRTUALMACHINES'],
    classifications: ['Connectivity / Cannot connect by SSH', 'Performance / Slow disk', 'VM does not start'],
  },
  {
    displayName: 'Virtual Machine running Windows',
    resourceTypes: ['MICROSOFT.COMPUTE/VIRTUALMACHINES'],
    classifications: ['Connectivity / Cannot connect by RDP', 'VM restarted unexpectedly', 'VM does not start'],
  },
  {
    displayName: 'App Service',
    resourceTypes: ['MICROSOFT.WEB/SITES'],
    classifications: ['Availability / App is down', 'Deployment', 'Custom domain and certificate'],
  },
  {
    displayName: 'SQL Database',
    resourceTypes: ['MICROSOFT.SQL/SERVERS', 'MICROSOFT.SQL/SERVERS/DATABASES'],
    classifications: ['Connectivity / Cannot connect', 'Performance / Slow queries', 'Backup and restore'],
  },
  {
    displayName: 'Storage Account',
    resourceTypes: ['MICROSOFT.STORAGE/STORAGEACCOUNTS'],
    classifications: ['Availability / Timeouts', 'Access denied'],
  },
  { displayName: 'Billing', resourceTypes: [], classifications: ['Invoice and charges', 'Refund request'] },
  {
    displayName: 'Subscription management',
    resourceTypes: [],
    classifications: ['Transfer of a subscription', 'Subscription is disabled'],
  },
];

const supportPath = '/providers/Microsoft.Support/services';

/** Answer items of `GET /providers/Microsoft.Support/services`. */
export const services = catalog.map(({ displayName, resourceTypes }) => {
  const name = guidOf(`azure-service:${displayName}`);
  return {
    id: `${supportPath}/${name}`,
    name,
    type: 'Microsoft.Support/services',
    properties: { displayName, resourceTypes },
  };
});

const classificationsByService = new Map(
  catalog.map((service) => {
    const serviceGuid = guidOf(`azure-service:${service.displayName}`);
    const items = service.classifications.map((displayName) => {
      const name = guidOf(`azure-classification:${service.displayName}:${displayName}`);
      return {
        id: `${supportPath}/${serviceGuid}/problemClassifications/${name}`,
        name,
        type: 'Microsoft.Support/problemClassifications',
        properties: { displayName, secondaryConsentEnabled: [] },
      };
    });
    return [serviceGuid, items] as const;
  }),
);

/** Problem classifications of a service by its GUID; undefined when there is no such service. */
export function classificationsOf(serviceGuid: string) {
  return classificationsByService.get(serviceGuid.toLowerCase());
}

const sameId = (id: string, other: unknown) => typeof other === 'string' && id.toLowerCase() === other.toLowerCase();

export function serviceName(serviceId: unknown): string | undefined {
  return services.find((service) => sameId(service.id, serviceId))?.properties.displayName;
}

export function classificationName(classificationId: unknown): string | undefined {
  const all = [...classificationsByService.values()].flat();
  return all.find((item) => sameId(item.id, classificationId))?.properties.displayName;
}
