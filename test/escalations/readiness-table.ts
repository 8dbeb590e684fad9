import type { Facts } from '../../shared/escalations/readiness-case.ts';
import type { Delegation } from '../../shared/customers/customer.ts';
import { aConnection, aContact, aCustomer, anAzureRequest, aRequest, someContracts } from './builders.ts';

type Expected = { decision: string; code?: string; vehicle?: string; channel?: string; party?: string };
type Row = [title: string, change: Partial<Facts>, expected: Expected];

const trouble = (code: 'not-consented' | 'gdap-expired' | 'role-lacking' | 'throttled' | 'gdap-ending') =>
  aCustomer({ coverage: { trouble: { code, since: '2026-11-01T00:00:00.000Z' } } });
const gdap = (change: Partial<Delegation>): Partial<Facts> => ({
  customer: aCustomer({
    gdap: {
      relationshipId: 'r1',
      status: 'active',
      endsAt: '2027-11-02T09:00:00.000Z',
      roleIds: ['f023fd81-a637-4b56-95fd-791ac0226033'],
      ...change,
    },
  }),
});
const incident = { id: 'EX100001', title: 'Mail is late' };
const like = (confidence: number) => [{ ...incident, confidence }];
const refusedChannel = { channel: 'azure-support', state: 'refused', at: '2026-11-01T09:00:00.001Z' } as const;
const expired = [{ vehicle: 'premier', expiresAt: '2026-11-02T09:00:00.000Z' }] as const;
const contact = aContact();
delete contact.phone;

/** What the gate decides, case by case: the truth table of the rules. */
export const readinessTable: Row[] = [
  ['technical Microsoft 365', {}, { decision: 'ready', vehicle: 'advanced', channel: 'assisted' }],
  [
    'technical Azure',
    { request: anAzureRequest() },
    { decision: 'ready', vehicle: 'advanced', channel: 'azure-support' },
  ],
  [
    'billing',
    { request: aRequest({ category: 'billing' }) },
    { decision: 'ready', vehicle: 'commercial', channel: 'assisted' },
  ],
  [
    'subscription management',
    { request: aRequest({ category: 'subscription' }) },
    { decision: 'ready', vehicle: 'commercial' },
  ],
  [
    'billing about Azure',
    { request: anAzureRequest({ category: 'billing' }) },
    { decision: 'ready', vehicle: 'commercial', channel: 'assisted' },
  ],
  ['Dynamics 365', { request: aRequest({ service: 'DynamicsCRM' }) }, { decision: 'ready', channel: 'assisted' }],
  ['no service known', { request: aRequest({ service: null }) }, { decision: 'ready', channel: 'assisted' }],
  ['no boundary known', { request: aRequest({ boundary: null }) }, { decision: 'ready' }],
  ['resolved request', { request: aRequest({ state: 'resolved' }) }, { decision: 'blocked', code: 'request-over' }],
  ['closed request', { request: aRequest({ state: 'closed' }) }, { decision: 'blocked', code: 'request-over' }],
  ['erased person', { request: aRequest({ erasedAt: '2026-11-02' }) }, { decision: 'blocked', code: 'request-erased' }],
  ['waiting request', { request: aRequest({ state: 'waiting-customer' }) }, { decision: 'ready' }],
  ['category unknown', { request: aRequest({ category: null }) }, { decision: 'blocked', code: 'category-unknown' }],
  ['advisory', { request: aRequest({ category: 'advisory' }) }, { decision: 'blocked', code: 'advisory' }],
  [
    'advisory under force',
    { request: aRequest({ category: 'advisory' }), wanted: { force: true } },
    { decision: 'blocked', code: 'advisory' },
  ],
  ['customer unknown', { customer: undefined }, { decision: 'blocked', code: 'customer-unknown' }],
  [
    'customer left',
    { customer: aCustomer({ leftAt: '2026-10-01T00:00:00.000Z' }) },
    { decision: 'blocked', code: 'customer-left' },
  ],
  ['connection gone', { connection: undefined }, { decision: 'blocked', code: 'connection-unknown' }],
  [
    "publisher's product",
    { request: aRequest({ boundary: 'publisher' }) },
    { decision: 'redirect', code: 'publisher-must-act', party: 'publisher' },
  ],
  [
    "customer's own contract",
    { wanted: { vehicle: 'customer-own' } },
    { decision: 'redirect', code: 'customers-own-contract', vehicle: 'customer-own', party: 'customer' },
  ],
  [
    'Azure through a reseller',
    { request: anAzureRequest(), connection: aConnection({ role: 'reseller' }) },
    { decision: 'redirect', code: 'provider-must-act', party: 'provider', channel: 'assisted' },
  ],
  [
    'billing through a reseller',
    { request: aRequest({ category: 'billing' }), connection: aConnection({ role: 'reseller' }) },
    { decision: 'redirect', party: 'provider' },
  ],
  ['Microsoft 365 through a reseller', { connection: aConnection({ role: 'reseller' }) }, { decision: 'ready' }],
  [
    'Azure through a provider',
    { request: anAzureRequest(), connection: aConnection({ role: 'provider' }) },
    { decision: 'ready', channel: 'azure-support' },
  ],
  [
    "partner's boundary",
    { request: aRequest({ boundary: 'partner' }) },
    { decision: 'ready', code: 'boundary-partner' },
  ],
  [
    "customer's boundary",
    { request: aRequest({ boundary: 'customer' }) },
    { decision: 'blocked', code: 'boundary-customer' },
  ],
  [
    "customer's boundary under force",
    { request: aRequest({ boundary: 'customer' }), wanted: { force: true } },
    { decision: 'ready', code: 'boundary-customer' },
  ],
  [
    'live incident',
    { request: aRequest({ likelyIncidents: like(0.9) }), openIncidents: [incident] },
    { decision: 'wait', code: 'incident-live' },
  ],
  [
    'live incident under force',
    { request: aRequest({ likelyIncidents: like(0.9) }), openIncidents: [incident], wanted: { force: true } },
    { decision: 'ready', code: 'incident-live' },
  ],
  [
    'incident at the edge of likeness',
    { request: aRequest({ likelyIncidents: like(0.5) }), openIncidents: [incident] },
    { decision: 'wait' },
  ],
  [
    'incident that is hardly alike',
    { request: aRequest({ likelyIncidents: like(0.49) }), openIncidents: [incident] },
    { decision: 'ready' },
  ],
  [
    'incident that is over',
    { request: aRequest({ likelyIncidents: like(0.9) }), openIncidents: [] },
    { decision: 'ready' },
  ],
  [
    'live incident and no contract',
    { request: aRequest({ likelyIncidents: like(0.9) }), openIncidents: [incident], contracts: [] },
    { decision: 'blocked', code: 'incident-live' },
  ],
  [
    'nothing to work with',
    { request: aRequest({ description: 'broken' }) },
    { decision: 'blocked', code: 'description-missing' },
  ],
  [
    'short words but evidence',
    { request: aRequest({ description: 'broken', evidence: { trace: 'x' } }) },
    { decision: 'ready' },
  ],
  ['no contract', { contracts: [] }, { decision: 'blocked', code: 'vehicle-missing' }],
  [
    'no contract under force',
    { contracts: [], wanted: { force: true } },
    { decision: 'blocked', code: 'vehicle-missing' },
  ],
  [
    'no contract, but billing',
    { contracts: [], request: aRequest({ category: 'billing' }) },
    { decision: 'ready', vehicle: 'commercial' },
  ],
  ['contract that ends now', { contracts: [...expired] }, { decision: 'blocked', code: 'vehicle-missing' }],
  [
    'expired contract beside a good one',
    { contracts: [...expired, { vehicle: 'signature' }] },
    { decision: 'ready', vehicle: 'signature' },
  ],
  [
    'Premier before Advanced',
    { contracts: [...someContracts, { vehicle: 'premier' }] },
    { decision: 'ready', vehicle: 'premier' },
  ],
  [
    'no incidents left',
    { contracts: [{ vehicle: 'signature', incidentsLeft: 0 }] },
    { decision: 'blocked', code: 'vehicle-missing' },
  ],
  [
    'one incident left',
    { contracts: [{ vehicle: 'signature', incidentsLeft: 1 }] },
    { decision: 'ready', vehicle: 'signature' },
  ],
  [
    'product not covered',
    { contracts: [{ vehicle: 'advanced', products: ['azure'] }] },
    { decision: 'blocked', code: 'vehicle-missing' },
  ],
  [
    'product covered',
    { contracts: [{ vehicle: 'advanced', products: ['microsoft365'] }] },
    { decision: 'ready', vehicle: 'advanced' },
  ],
  [
    'vehicle asked for and there',
    { contracts: [...someContracts, { vehicle: 'signature' }], wanted: { vehicle: 'signature' } },
    { decision: 'ready', vehicle: 'signature' },
  ],
  [
    'vehicle asked for and missing',
    { wanted: { vehicle: 'premier' } },
    { decision: 'blocked', code: 'vehicle-not-eligible' },
  ],
  [
    'Commercial asked for a technical case',
    { wanted: { vehicle: 'commercial' } },
    { decision: 'blocked', code: 'vehicle-not-eligible' },
  ],
  [
    'Advanced asked for billing',
    { request: aRequest({ category: 'billing' }), wanted: { vehicle: 'advanced' } },
    { decision: 'blocked', code: 'vehicle-not-eligible' },
  ],
  ['no access', { customer: aCustomer({ access: { way: 'none' } }) }, { decision: 'blocked', code: 'access-missing' }],
  [
    'no access, but billing',
    { customer: aCustomer({ access: { way: 'none' } }), request: aRequest({ category: 'billing' }) },
    { decision: 'ready' },
  ],
  ['delegated access', { customer: aCustomer({ access: { way: 'gdap' } }) }, { decision: 'ready' }],
  ['consent withdrawn', { customer: trouble('not-consented') }, { decision: 'blocked', code: 'access-missing' }],
  ['delegation expired', { customer: trouble('gdap-expired') }, { decision: 'blocked', code: 'access-missing' }],
  ['role lacking', { customer: trouble('role-lacking') }, { decision: 'blocked', code: 'access-missing' }],
  ['throttled reads', { customer: trouble('throttled') }, { decision: 'ready' }],
  ['delegation about to end', { customer: trouble('gdap-ending') }, { decision: 'ready' }],
  ['no relationship', gdap({ status: 'none' }), { decision: 'blocked', code: 'gdap-missing' }],
  [
    'relationship not approved',
    gdap({ status: 'approvalPending' }),
    { decision: 'blocked', code: 'gdap-not-approved' },
  ],
  ['relationship over', gdap({ endsAt: '2026-11-02T09:00:00.000Z' }), { decision: 'blocked', code: 'gdap-expired' }],
  ['relationship ended by the customer', gdap({ status: 'terminated' }), { decision: 'blocked', code: 'gdap-expired' }],
  ['relationship without the role', gdap({ roleIds: [] }), { decision: 'blocked', code: 'role-lacking' }],
  ['relationship with the role', gdap({}), { decision: 'ready' }],
  ['relationship whose roles are not known', gdap({ roleIds: undefined }), { decision: 'ready' }],
  [
    'no relationship, under force',
    { ...gdap({ status: 'none' }), wanted: { force: true } },
    { decision: 'ready', code: 'gdap-missing' },
  ],
  [
    'no relationship, but billing',
    { ...gdap({ status: 'none' }), request: aRequest({ category: 'billing' }) },
    { decision: 'ready' },
  ],
  [
    'no relationship, but filed by the desk',
    { ...gdap({ status: 'none' }), request: anAzureRequest() },
    { decision: 'ready', channel: 'azure-support' },
  ],
  [
    'Azure by a person without the role, which Azure does not ask for',
    { ...gdap({ roleIds: [] }), request: anAzureRequest(), capability: refusedChannel },
    { decision: 'ready', channel: 'assisted' },
  ],
  ['no partner contact', { contact: undefined }, { decision: 'blocked', code: 'contact-missing' }],
  [
    'critical without a phone',
    { request: aRequest({ severity: 'critical' }), contact },
    { decision: 'blocked', code: 'phone-missing' },
  ],
  ['moderate without a phone', { contact }, { decision: 'ready' }],
  [
    'critical without stated impact',
    { request: aRequest({ severity: 'critical' }) },
    { decision: 'ready', code: 'impact-unstated' },
  ],
  ['no evidence', { request: aRequest({ missingEvidence: ['x'] }) }, { decision: 'ready', code: 'evidence-missing' }],
  ['start unknown', { request: aRequest({ startedAt: undefined }) }, { decision: 'ready', code: 'start-unstated' }],
  [
    'Azure without a subscription',
    { request: anAzureRequest(), customer: aCustomer({ azureSubscriptionIds: [] }) },
    { decision: 'ready', channel: 'assisted', code: 'subscription-unknown' },
  ],
  [
    'Azure with two subscriptions',
    {
      request: anAzureRequest(),
      customer: aCustomer({ azureSubscriptionIds: ['1ebbc8b9-321a-5102-b6da-1652888de4c9', 'b'] }),
    },
    { decision: 'ready', channel: 'azure-support', code: 'subscription-assumed' },
  ],
  [
    'Azure where the API was refused',
    { request: anAzureRequest(), capability: refusedChannel },
    { decision: 'ready', channel: 'assisted', code: 'channel-refused' },
  ],
  [
    'Azure where the API is proven',
    { request: anAzureRequest(), capability: { ...refusedChannel, state: 'proven' } },
    { decision: 'ready', channel: 'azure-support' },
  ],
  [
    'Azure where the API was refused a day ago',
    { request: anAzureRequest(), capability: { ...refusedChannel, at: '2026-11-01T09:00:00.000Z' } },
    { decision: 'ready', channel: 'azure-support' },
  ],
];
