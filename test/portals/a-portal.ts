import type { Portal } from '../../shared/portals/portal.ts';

export const aSecret = `whsec_${Buffer.from('portal-a-portal-a-portal-a').toString('base64')}`;

export const aPortal = (more: Partial<Portal> = {}): Portal => ({
  id: 'harbour',
  name: 'Harbour',
  customers: ['c1', 'c2'],
  application: { tenantId: 'desk-tenant', clientId: 'harbour-app' },
  inbound: { kind: 'standard-webhooks', secretName: 'harbour-in' },
  outbound: { url: 'https://harbour.example/hooks', secretName: 'harbour-out' },
  disabled: false,
  ...more,
});
