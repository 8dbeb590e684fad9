import { describe, expect, it } from 'vitest';
import {
  matchClassification,
  matchService,
  resourceTypeOf,
  wordsOf,
} from '../../shared/escalations/azure-classification.ts';
import { azureServices } from './azure-services.ts';
import { subscription } from './builders.ts';

const of = (path: string): string => `/subscriptions/${subscription}/resourceGroups/rg-erp/providers/${path}`;
const aVm = of('Microsoft.Compute/virtualMachines/vm-erp-01');
const serviceFor = (title: string, resourceId?: string, description = '') =>
  matchService(azureServices, { words: wordsOf(title, description), resourceId })?.displayName;

describe('the service of a technical case', () => {
  it.each([
    ['The Linux machines do not start', aVm, 'Virtual Machine running Linux'],
    ['VM cannot be reached by RDP since the Windows update', aVm, 'Virtual Machine running Windows'],
    ['Ubuntu host hangs', aVm, 'Virtual Machine running Ubuntu'],
    ['Nothing works', aVm, 'Virtual Machine running Windows'],
    ['SQL Server on the machine is slow', aVm, 'SQL Server in VM - Windows'],
    ['The agent fails', of('Microsoft.Compute/virtualMachines/a/extensions/b'), 'Virtual Machine running Windows'],
    ['Very slow', of('Microsoft.Sql/servers/c/databases/d'), 'SQL Database'],
    ['Very slow', of('Microsoft.Sql/servers/c/databases/d/extendedDatabaseBlobAuditingPolicies/e'), 'SQL Database'],
    ['Key vault', of('Microsoft.Web/sites/shop'), 'Web App (Windows)'],
    ['Function does not run', of('Microsoft.Web/sites/shop'), 'Function App'],
    ['Logic app ends in an error', of('Microsoft.Web/sites/shop'), 'Logic App'],
    ['The Linux web app answers 502', of('Microsoft.Web/sites/shop'), 'Web App (Linux)'],
    ['Cannot be reached', of('Microsoft.Storage/storageAccounts/x'), 'Storage Account Management'],
    ['Blob containers time out', of('Microsoft.Storage/storageAccounts/x'), 'Blob Storage'],
    ['File share cannot be mounted', of('Microsoft.Storage/storageAccounts/x'), 'Files Storage'],
    ['Site recovery stopped to replicate', of('Microsoft.RecoveryServices/vaults/x'), 'Azure Site Recovery'],
    ['Backup job fails', of('Microsoft.RecoveryServices/vaults/x'), 'Azure Backup'],
    ['Subnet is full', of('Microsoft.Network/virtualNetworks/hub/subnets/a'), 'Virtual Network'],
    ['Wrong values', of('Microsoft.AppConfiguration/configurationStores/x'), 'App Configuration'],
  ])('%j about %s is %s', (title, resourceId, service) => {
    expect(serviceFor(title, resourceId)).toBe(service);
  });

  it.each([
    ['AKS nodes are not ready', 'Kubernetes Service (AKS)'],
    ['Our VM running Linux does not boot', 'Virtual Machine running Linux'],
    ['VPN gateway drops connections', 'VPN Gateway'],
    ['Application gateway returns 502', 'Application Gateway'],
    ['AVD host pool: nobody can sign in', 'Azure Virtual Desktop'],
    ['Key Vault throttles us', 'Key Vault'],
    ['Azure SQL database unavailable', 'SQL Database'],
    ['Messages stay in the Service Bus queue', 'Service Bus'],
    ['Postgres flexible server fails over', 'Azure Database for PostgreSQL flexible server'],
    ['Cosmos DB latency', 'Cosmos DB'],
    ['ExpressRoute circuit down', 'ExpressRoute'],
    ['Azure AD sign-in fails with MFA', 'Microsoft Entra Sign-in and Multifactor Authentication'],
    ['Front Door shows an old certificate', 'Front Door Standard and Premium'],
    ['App Service: web app on Windows restarts', 'Web App (Windows)'],
    ['Redis cache evicts keys', 'Cache for Redis'],
  ])('%j without a resource is %s', (title, service) => {
    expect(serviceFor(title)).toBe(service);
  });

  it('counts the title more than a description that wanders', () => {
    const wandering = 'We also use Key Vault and a VPN gateway; those are fine, as is Cosmos DB.';
    expect(serviceFor('Redis cache evicts keys', undefined, wandering)).toBe('Cache for Redis');
  });

  it.each([
    'Billing of the quota',
    'Subscription management, subscription limits',
    'Service and subscription limits (quotas) reached by the machines',
    'Enrollment administration',
    'Billing',
  ])('is never billing, quota or subscription management: %j', (title) => {
    expect(serviceFor(title)).not.toMatch(/billing|quota|subscription management|enrollment/i);
    expect(serviceFor(title, aVm)).not.toMatch(/billing|quota|subscription management|enrollment/i);
  });

  it('is nothing where only billing is offered, or nothing at all', () => {
    const billing = azureServices.filter(({ displayName }) => displayName === 'Billing');
    expect(matchService(billing, { words: wordsOf('vm') })).toBeUndefined();
    expect(matchService(billing.slice(1), { words: wordsOf('vm') })).toBeUndefined();
  });
});

describe('the problem of a technical case', () => {
  const problems = [
    'Cannot connect to my VM / My problem is not listed above',
    'Cannot connect to my VM / Failure to connect using RDP or SSH port',
    'Cannot start or stop my VM / VM stuck in starting',
    'VM performance / Slow disk',
    'Backup / Other',
  ].map((displayName) => ({ id: displayName, displayName }));

  it.each([
    ['Cannot connect by SSH', 'Cannot connect to my VM / Failure to connect using RDP or SSH port'],
    ['Machine is stuck in starting', 'Cannot start or stop my VM / VM stuck in starting'],
    ['Disk very slow since noon', 'VM performance / Slow disk'],
    ['xyz', 'Cannot connect to my VM / My problem is not listed above'],
  ])('%j is %s', (title, problem) => {
    expect(matchClassification(problems, wordsOf(title))?.displayName).toBe(problem);
  });

  it('is the first where none is like it and none is for the rest', () => {
    expect(matchClassification(problems.slice(2, 4), wordsOf('xyz'))?.displayName).toBe(
      'Cannot start or stop my VM / VM stuck in starting',
    );
  });
});

it('reads the type of a resource, nested ones and extensions of another provider too', () => {
  expect(resourceTypeOf(of('Microsoft.Sql/servers/c/databases/d'))).toEqual(['Microsoft.Sql', 'servers', 'databases']);
  expect(resourceTypeOf(`${aVm}/providers/Microsoft.Insights/metricAlerts/a`)).toEqual([
    'Microsoft.Insights',
    'metricAlerts',
  ]);
  expect(resourceTypeOf(undefined)).toEqual([]);
});
