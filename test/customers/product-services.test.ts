import { describe, expect, it } from 'vitest';
import { customers } from '../../local/microsoft/seed-world.ts';
import type { Subscription } from '../../shared/customers/customers-source.ts';
import { isUnused, servicesOfSubscriptions } from '../../shared/customers/product-services.ts';

const sold = (product: string | undefined, more: Partial<Subscription> = {}): Subscription => ({
  product,
  productType: 'OnlineServicesNCE',
  isActive: true,
  isMicrosoft: true,
  partnerId: undefined,
  ...more,
});

describe('what a customer bought says which services it uses', () => {
  it.each([
    ['Microsoft 365 Business Premium', ['Exchange', 'SharePoint', 'microsoftteams', 'Intune', 'Microsoft365Defender']],
    ['Microsoft 365 E5', ['Exchange', 'Intune', 'PowerBIcom', 'cloudappsecurity', 'OrgLiveID', 'OSDPPlatform']],
    ['Office 365 E3', ['Exchange', 'OneDriveForBusiness', 'O365Client', 'Planner', 'Forms', 'yammer']],
    ['Office 365 E1', ['Exchange', 'SharePoint', 'microsoftteams', 'officeonline']],
    ['Microsoft 365 Apps for business', ['O365Client', 'OneDriveForBusiness']],
    ['Exchange Online (Plan 1)', ['Exchange']],
    ['SharePoint Online (Plan 2)', ['SharePoint', 'OneDriveForBusiness']],
    ['Microsoft Teams Essentials', ['microsoftteams']],
    ['Microsoft 365 Audio Conferencing', ['microsoftteams']],
    ['Dynamics 365 Business Central Premium', ['DynamicsCRM']],
    ['Power BI Premium Per User', ['PowerBIcom']],
    ['Power Apps Premium', ['PowerApps']],
    ['Power Automate Premium', ['MicrosoftFlow']],
    ['Microsoft Intune Plan 1', ['Intune']],
    ['Enterprise Mobility + Security E3', ['Intune', 'RMS', 'OrgLiveID']],
    ['Microsoft Entra ID P2', ['OrgLiveID']],
    ['Azure Active Directory Premium P1', ['OrgLiveID']],
    ['Microsoft Defender for Business', ['Microsoft365Defender']],
    ['Visio Plan 2', ['officeonline']],
    ['Planner and Project Plan 3', ['Planner', 'SharePoint']],
    ['Azure plan', ['azure']],
  ])('%s', (product, services) => {
    expect(servicesOfSubscriptions([sold(product)])).toEqual(expect.arrayContaining(services));
  });

  it.each([
    ['Exchange Online (Plan 1)', ['SharePoint', 'azure', 'DynamicsCRM']],
    ['Dynamics 365 Sales Professional', ['Exchange', 'Intune']],
    ['Microsoft 365 Audio Conferencing', ['Exchange', 'Intune']],
  ])('and %s alone gives no more than it does', (product, services) => {
    const given = servicesOfSubscriptions([sold(product)]);
    for (const service of services) expect(isUnused(given, service)).toBe(true);
  });

  it('hides nothing of who bought Azure alone, and may have bought the rest elsewhere', () => {
    const given = servicesOfSubscriptions([sold('Azure plan')]);
    for (const service of ['Exchange', 'microsoftteams', 'Intune']) expect(isUnused(given, service)).toBe(false);
  });

  it('adds up, of what is active and Microsoft’s', () => {
    const services = servicesOfSubscriptions([
      sold('Exchange Online (Plan 1)'),
      sold('Power BI Pro'),
      sold('Intune', { isActive: false }),
      sold('Somebody’s backup', { isMicrosoft: false }),
    ]);
    expect(services).toEqual(['Exchange', 'OSDPPlatform', 'PowerBIcom']);
  });

  it.each([
    ['an active product that nobody knows', [sold('Exchange Online (Plan 1)'), sold('Windows 365 Business')]],
    ['a product without a name', [sold(undefined)]],
    ['nothing active', [sold('Exchange Online (Plan 1)', { isActive: false })]],
    ['nothing at all', []],
  ])('hides nothing for %s', (_name, subscriptions) => {
    const services = servicesOfSubscriptions(subscriptions);
    expect(services).toBeUndefined();
    expect(isUnused(services, 'Exchange')).toBe(false);
  });

  it.each([
    ['Azure', 'Azure plan', ['OrgLiveID', 'azure']],
    ['sign-in', 'Microsoft Entra ID P2', ['OrgLiveID']],
  ])('hides nothing for who bought nothing but %s: the rest may be bought elsewhere', (_name, product, given) => {
    const services = servicesOfSubscriptions([sold(product)]);
    expect(services).toEqual(given);
    for (const service of ['Exchange', 'microsoftteams', 'azure']) expect(isUnused(services, service)).toBe(false);
  });

  it('hides what everybody has from nobody', () => {
    for (const service of ['OrgLiveID', 'OSDPPlatform']) expect(isUnused(['DynamicsCRM'], service)).toBe(false);
  });

  it('hides no service that the table has never heard of', () => {
    expect(isUnused(['Exchange'], 'BrandNewService')).toBe(false);
  });

  it('covers what the customers of the local world are licensed for', () => {
    for (const { offers, serviceIds } of customers) {
      const services = servicesOfSubscriptions(offers.map((offer) => sold(offer)));
      expect(services).toEqual(expect.arrayContaining([...serviceIds]));
    }
  });
});
