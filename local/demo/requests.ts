import type { Stack } from '../stack-file.ts';

type Customer = Stack['portals'][number]['customers'][number];

const contact = { name: 'Kim Example', email: 'kim@customer.example', phone: '+49 30 5550199' };
const hoursAgo = (hours: number): string => new Date(Date.now() - hours * 60 * 60 * 1_000).toISOString();

/** Requests as a portal sends them. */
export const sharePointRequest = ({ domain }: Customer) => ({
  customer: { domain },
  title: 'Shared calendar cannot be opened in SharePoint',
  description: 'Two teams get an error page when they open the shared document library since yesterday.',
  severity: 'moderate',
  category: 'technical',
  service: 'SharePoint',
  businessImpact: 'Two teams cannot reach their documents.',
  startedAt: hoursAgo(26),
  evidence: {
    affectedUsers: 14,
    tried: 'another browser, another network',
    correlationId: '5f1d1c1e-5a0e-4c5e-9a51-0d5a4b6f7a11',
  },
  contact,
});

export const azureRequest = ({ customerId, azureSubscriptionId = '' }: Customer) => ({
  customer: { customerId },
  title: 'Linux virtual machine cannot be reached by SSH',
  description: 'Since this morning vm-erp-01 refuses every SSH connection. A restart from the portal did not help.',
  severity: 'moderate',
  category: 'technical',
  service: 'azure',
  businessImpact: 'Order entry is down for one site.',
  startedAt: hoursAgo(2),
  evidence: {
    resourceId: `/subscriptions/${azureSubscriptionId}/resourceGroups/rg-erp/providers/Microsoft.Compute/virtualMachines/vm-erp-01`,
    tried: 'restart, serial console',
  },
  contact,
});

export const billingRequest = ({ customerId }: Customer) => ({
  customer: { customerId },
  title: 'The invoice charges one licence twice',
  description: 'The invoice of this month has two lines for the same licence, and the subscription has only one.',
  severity: 'moderate',
  category: 'billing',
  startedAt: hoursAgo(48),
  contact,
});

export const criticalRequest = ({ customerId }: Customer) => ({
  customer: { customerId },
  title: 'Nobody can open SharePoint',
  description: 'Since ten minutes every site answers with an error page, for all users.',
  severity: 'critical',
  category: 'technical',
  service: 'SharePoint',
  businessImpact: 'All 240 people stand still; orders cannot be taken.',
  startedAt: hoursAgo(1),
  contact,
});
