import { dayMs, toIso } from '../shared/core/clock.ts';
import type { Contract } from '../shared/escalations/vehicle.ts';

const firstResponse = {
  responseHours: { critical: 2, moderate: 4, minimal: 8 },
  source: 'Microsoft docs: report problems on behalf of a customer, technical break-fix in English',
  asOf: '2023-10',
};

/** Names in the vault of the ids of a seeded contract. */
export const seededIdNames = (connectionId: string) => ({
  accessId: `vehicle-${connectionId}-advanced-access-id`,
  contractId: `vehicle-${connectionId}-advanced-contract-id`,
});

/** Contracts to begin with, as a partner with Advanced Support and the programme benefit would have them. */
export function seedVehicles(connectionId: string, nowMs: number): Contract[] {
  const names = seededIdNames(connectionId);
  const expiresAt = toIso(nowMs + 365 * dayMs);
  return [
    { vehicle: 'commercial', source: 'Every CSP partner has it, for billing and subscription management' },
    {
      vehicle: 'advanced',
      expiresAt,
      ...firstResponse,
      accessId: { secretName: names.accessId, expiresAt },
      contractId: { secretName: names.contractId, expiresAt },
      phoneRoute: 'The number of the region on the page of the contract; say the contract id, then the case number',
      dutyContact: { name: 'Microsoft account team', phone: '+1 555 0100', hours: 'always' },
    },
    { vehicle: 'signature', ...firstResponse },
  ];
}
