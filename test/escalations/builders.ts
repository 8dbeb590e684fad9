import type { Caller, Role } from '../../shared/core/caller.ts';
import { withIncludedRoles } from '../../shared/core/caller.ts';
import type { Delegation } from '../../shared/customers/customer.ts';
import type { Duty } from '../../shared/escalations/duty.ts';
import type { Connection, EscalatableCustomer, EscalatableRequest } from '../../shared/escalations/escalatable.ts';
import type { PartnerContact } from '../../shared/escalations/packet.ts';
import type { Facts } from '../../shared/escalations/readiness-case.ts';
import type { Contract } from '../../shared/escalations/vehicle.ts';

export const customerTenant = '6f1a2c38-9d0b-4c57-8e21-3b7d5a90c411';
export const partnerTenant = '0b9e7d15-42aa-4f6e-b1c3-98d2e47f6a05';
export const subscription = '1ebbc8b9-321a-5102-b6da-1652888de4c9';
export const startOfTest = Date.parse('2026-11-02T09:00:00.000Z');

export const aRequest = (change: Partial<EscalatableRequest> = {}): EscalatableRequest => ({
  requestId: 'abcdefghijklmnopqrstuvwxy2',
  portalId: 'northlight',
  customerId: 'ccustomer',
  version: 1,
  state: 'new',
  title: 'Outbound mail is late',
  description: 'Since this morning mail to other domains arrives an hour late.',
  severity: 'moderate',
  category: 'technical',
  service: 'Exchange',
  boundary: 'microsoft',
  businessImpact: 'Orders from other companies are lost.',
  startedAt: '2026-11-02T06:10:00.000Z',
  contact: { name: 'Oda Vik', email: 'oda.vik@customer.example', phone: '+47 555 00 100' },
  externalRefs: [{ system: 'psa', id: 'T-17' }],
  likelyIncidents: [],
  escalationCount: 0,
  createdAt: '2026-11-02T08:50:00.000Z',
  ...change,
});

export const anAzureRequest = (change: Partial<EscalatableRequest> = {}): EscalatableRequest =>
  aRequest({
    title: 'Virtual machine cannot be reached',
    description: 'The Linux machine vm-erp-01 does not answer; cannot connect by SSH.',
    service: 'azure',
    ...change,
  });

export const supportRole = 'f023fd81-a637-4b56-95fd-791ac0226033';

export const aDelegation = (change: Partial<Delegation> = {}): Delegation => ({
  relationshipId: 'r1',
  status: 'active',
  endsAt: '2027-11-02T09:00:00.000Z',
  roleIds: [supportRole],
  ...change,
});

export const aDuty: Duty = { name: 'Ingrid Aasen', window: 'Mon 18:00 to Tue 08:00 CET' };

export const aCustomer = (change: Partial<EscalatableCustomer> = {}): EscalatableCustomer => ({
  customerId: 'ccustomer',
  connectionId: 'north',
  tenantId: customerTenant,
  relationship: 'reseller',
  gdap: aDelegation(),
  name: 'Halvorsen Fisk AS',
  initialDomain: 'halvorsen.onmicrosoft.com',
  azureSubscriptionIds: [subscription],
  access: { way: 'app' },
  coverage: {},
  ...change,
});

export const aConnection = (change: Partial<Connection> = {}): Connection => ({
  id: 'north',
  tenantId: partnerTenant,
  role: 'direct',
  ...change,
});

export const aContact = (change: Partial<PartnerContact> = {}): PartnerContact => ({
  firstName: 'Ingrid',
  lastName: 'Aasen',
  email: 'cases@northlight-cloud.example',
  phone: '+47 555 00 901',
  country: 'NOR',
  timeZone: 'W. Europe Standard Time',
  ...change,
});

export const someContracts: readonly Contract[] = [
  { vehicle: 'commercial' },
  {
    vehicle: 'advanced',
    expiresAt: '2027-06-30T00:00:00.000Z',
    responseHours: { critical: 2, moderate: 4, minimal: 8 },
    accessId: { secretName: 'north-access', expiresAt: '2027-06-30T00:00:00.000Z' },
    contractId: { secretName: 'north-contract', expiresAt: '2027-06-30T00:00:00.000Z' },
  },
];

export const someFacts = (change: Partial<Facts> = {}): Facts => ({
  nowMs: startOfTest,
  cloud: 'global',
  escalationId: 'abcdefghijklmnopqrstuvwxy2-1',
  request: aRequest(),
  customer: aCustomer(),
  connection: aConnection(),
  contact: aContact(),
  contracts: someContracts,
  rights: { state: 'granted', at: '2026-11-02T08:55:00.000Z' },
  delegation: { offered: true, lastReadAt: '2026-11-02T08:50:00.000Z' },
  duty: aDuty,
  openIncidents: [],
  openCases: [],
  ...change,
});

export type Person = Extract<Caller, { kind: 'person' }>;

export const aPerson = (name: string, role: Role = 'Desk.Operate'): Person => ({
  kind: 'person',
  id: `person-${name}`,
  name,
  tenantId: partnerTenant,
  objectId: name,
  roles: withIncludedRoles([role]),
});
