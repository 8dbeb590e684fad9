/**
 * Services that rules, checklists and lists of evidence treat alike. Whatever is in no group, known or not, is of Microsoft
 * 365: so are the places to file (`shared/escalations/product.ts`).
 */
const members: Record<string, readonly string[]> = {
  azure: ['azure'],
  entra: ['OrgLiveID'],
  'dynamics-365': ['DynamicsCRM'],
  'power-platform': ['PowerApps', 'PowerAppsM365', 'MicrosoftFlow', 'MicrosoftFlowM365', 'PowerBIcom'],
  devices: ['Intune', 'MobileDeviceManagement'],
  security: ['Microsoft365Defender', 'cloudappsecurity', 'RMS', 'PAM'],
};

const microsoft365 = 'microsoft-365';
export const serviceGroups: readonly string[] = [...Object.keys(members), microsoft365];

const groupByService = new Map(
  Object.entries(members).flatMap(([group, services]) => services.map((id) => [id.toLowerCase(), group] as const)),
);

export const groupOf = (service: string): string => groupByService.get(service.toLowerCase()) ?? microsoft365;

/** Whether a service (null where none is known) is one of those named: ids, groups, or `*` for any and none. */
export const isAmong = (service: string | null, named: readonly string[]): boolean =>
  named.includes('*') ||
  (service !== null &&
    (named.includes(groupOf(service)) || named.some((one) => one.toLowerCase() === service.toLowerCase())));
