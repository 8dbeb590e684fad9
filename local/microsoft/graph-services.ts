/** Graph's service ids and the display names they carry now. Seen in recorded answers; Microsoft renames some at times. */
export const serviceNamesById: Readonly<Record<string, string>> = {
  Exchange: 'Exchange Online',
  OSDPPlatform: 'Microsoft 365 suite',
  SharePoint: 'SharePoint Online',
  microsoftteams: 'Microsoft Teams',
  OneDriveForBusiness: 'OneDrive for Business',
  OrgLiveID: 'Microsoft Entra',
  Intune: 'Microsoft Intune',
  O365Client: 'Microsoft 365 Apps',
  Microsoft365Defender: 'Microsoft Defender XDR',
  Planner: 'Planner',
  Forms: 'Microsoft Forms',
  DynamicsCRM: 'Dynamics 365 Apps',
  PowerApps: 'Power Apps',
  MicrosoftFlow: 'Microsoft Power Automate',
  PowerBIcom: 'Power BI',
  yammer: 'Viva Engage',
};

const namesById = new Map(Object.entries(serviceNamesById));

/** Display name of a service by its id; a display name, and what is not in the table, is its own. */
export const serviceNameOf = (idOrName: string): string => namesById.get(idOrName) ?? idOrName;

/** Id of a service by display name; a name that is not in the table makes an id of its own. */
export function serviceIdOf(name: string): string {
  const known = Object.entries(serviceNamesById).find(([, displayName]) => displayName === name);
  return known?.[0] ?? name.replaceAll(' ', '');
}
