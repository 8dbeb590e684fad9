import type { Subscription } from './customers-source.ts';

/** Products that carry the suite's services. Graph lists those below for a tenant with any such plan. */
const suite = [
  'OSDPPlatform',
  'OrgLiveID',
  'Exchange',
  'SharePoint',
  'OneDriveForBusiness',
  'microsoftteams',
  'O365Client',
  'officeonline',
  'Planner',
  'Forms',
  'Bookings',
  'yammer',
  'Viva',
  'Stream',
  'SwayEnterprise',
  'StaffHub',
  'Lync',
  'MobileDeviceManagement',
  'PowerAppsM365',
  'MicrosoftFlowM365',
  'RMS',
] as const;
const security = [
  'Intune',
  'MobileDeviceManagement',
  'RMS',
  'Microsoft365Defender',
  'cloudappsecurity',
  'PAM',
] as const;
const power = ['PowerApps', 'PowerAppsM365', 'MicrosoftFlow', 'MicrosoftFlowM365'] as const;
const teams = ['microsoftteams', 'Lync', 'OSDPPlatform'] as const;

/**
 * Which services (Graph's ids, and `azure`) a product gives, by the words of its name in Partner Center. Every line that fits
 * counts. Rather a service too many than one too few: what is left out here, nobody is shown. Sources: names from Microsoft's
 * public list "Product names and service plan identifiers for licensing", ids from Graph's `healthOverviews`.
 */
const productServices: readonly (readonly [words: RegExp, services: readonly string[]])[] = [
  [/\b(microsoft|office) 365\b(?!.*\b(apps|audio conferencing|phone|calling|defender)\b)/, suite],
  [/\b(microsoft|m) ?365\b.*\b(business premium|e3|e5|a3|a5|f1|f3|f5|g3|g5|security|compliance)\b/, security],
  [/\b(office|microsoft) 365\b.*\b(e5|a5|g5|f5)\b/, ['PowerBIcom', ...security]],
  [
    /\bmicrosoft 365 apps\b|\boffice 365 proplus\b/,
    ['O365Client', 'officeonline', 'OneDriveForBusiness', 'SharePoint', 'OSDPPlatform'],
  ],
  [/\bcopilot\b/, [...suite, ...power]],
  [/\bexchange\b/, ['Exchange', 'OSDPPlatform']],
  [/\bsharepoint\b|\bsyntex\b/, ['SharePoint', 'OneDriveForBusiness', 'OSDPPlatform']],
  [/\bonedrive\b/, ['OneDriveForBusiness', 'SharePoint', 'OSDPPlatform']],
  [/\bteams\b/, teams],
  [/\b(audio conferencing|phone system|calling plan|phone resource account|communications credits)\b/, teams],
  [/\bskype for business\b/, ['Lync', 'microsoftteams']],
  [/\bdynamics 365\b|\bcustomer insights\b|\bbusiness central\b/, ['DynamicsCRM', ...power]],
  [/\bpower bi\b|\bfabric\b/, ['PowerBIcom']],
  [
    /\bpower (apps|automate|pages|platform)\b|\bdataverse\b|\bcopilot studio\b|\bai builder\b/,
    [...power, 'DynamicsCRM'],
  ],
  [/\bintune\b/, ['Intune', 'MobileDeviceManagement']],
  [/\benterprise mobility\b/, [...security, 'OrgLiveID']],
  [/\b(entra|azure active directory)\b/, ['OrgLiveID']],
  [/\bdefender for cloud apps\b|\bcloud app security\b/, ['cloudappsecurity', 'Microsoft365Defender']],
  [/\bdefender\b|\badvanced threat protection\b/, ['Microsoft365Defender', 'Exchange']],
  [/\b(azure information protection|purview)\b/, ['RMS', 'OSDPPlatform']],
  [/\bvisio\b/, ['officeonline', 'OneDriveForBusiness', 'O365Client']],
  [/\b(project|planner)\b/, ['Planner', 'SharePoint', 'OSDPPlatform']],
  [/\bviva\b|\byammer\b/, ['Viva', 'yammer', 'OSDPPlatform']],
  [/\bazure (plan|reservation|savings plan)\b|^microsoft azure\b/, ['azure', 'OrgLiveID']],
  // Sold by the same shop, and nothing of Graph's or Azure's services.
  [/\b(windows|sql|exchange|sharepoint) server\b.*\b(perpetual|cal|standard|datacenter|external connector)\b/, []],
  [/\b(perpetual|windows \d+ (pro|enterprise)|remote desktop services)\b/, []],
];

/** Kinds of product that say it without their name. Partner Center: `productType.id`. */
const typeServices: Readonly<Record<string, readonly string[]>> = {
  azure: ['azure', 'OrgLiveID'],
  azurereservation: ['azure', 'OrgLiveID'],
  azuresavingsplan: ['azure', 'OrgLiveID'],
};

/** Every id that the table can say something about. Of any other nobody knows whether it is used. */
const tableIds = new Set(
  [...productServices, ...Object.entries(typeServices)].flatMap(([, services]) => services.map(lower)),
);

/** Whoever has any subscription signs in and has the suite around it. */
const everybodys: ReadonlySet<string> = new Set(['OrgLiveID', 'OSDPPlatform'].map(lower));

/** Services of one product; undefined where the table does not know it. */
function servicesOfProduct({ product, productType }: Subscription): readonly string[] | undefined {
  const byType = typeServices[(productType ?? '').toLowerCase()];
  if (byType) return byType;
  const name = (product ?? '').toLowerCase();
  const fitting = productServices.filter(([words]) => words.test(name));
  return fitting.length === 0 ? undefined : fitting.flatMap(([, services]) => services);
}

/**
 * The services that active subscriptions give, in order; undefined where one is of a product that nobody knows, or where there
 * is none: then the customer may have bought elsewhere, and nothing may be hidden.
 */
export function servicesOfSubscriptions(subscriptions: readonly Subscription[]): string[] | undefined {
  const active = subscriptions.filter(({ isActive, isMicrosoft }) => isActive && isMicrosoft);
  const services = new Set<string>();
  for (const subscription of active) {
    const given = servicesOfProduct(subscription);
    if (given === undefined) return undefined;
    for (const service of given) services.add(service);
  }
  return services.size === 0 ? undefined : [...services].sort();
}

/**
 * Whether a customer is known to have no use of a service. Unknown is never hidden: whoever bought nothing but Azure through this
 * partner (which gives sign-in as well) may have bought the rest elsewhere. Ids are compared without regard to case.
 */
export function isUnused(services: readonly string[] | undefined, service: string): boolean {
  const used = (services ?? []).map(lower);
  const id = lower(service);
  const saysMore = used.some((one) => one !== 'azure' && !everybodys.has(one));
  return saysMore && tableIds.has(id) && !everybodys.has(id) && !used.includes(id);
}

function lower(id: string): string {
  return id.toLowerCase();
}

export const isAzurePlan = ({ productType, isActive }: Subscription): boolean =>
  isActive && productType?.toLowerCase() === 'azure';
