import type { EscalatableCustomer, EscalatableRequest } from '../../shared/escalations/escalatable.ts';
import type { Facts } from '../../shared/escalations/readiness-case.ts';
import type { Contract, Vehicle } from '../../shared/escalations/vehicle.ts';
import {
  aConnection,
  aContact,
  aCustomer,
  aDelegation,
  aRequest,
  someFacts,
  startOfTest,
  subscription,
} from './builders.ts';

type Change = (facts: Facts) => Facts;

const request =
  (change: Partial<EscalatableRequest>): Change =>
  (facts) => ({ ...facts, request: { ...facts.request, ...change } });
const customer =
  (change: Partial<EscalatableCustomer>): Change =>
  (facts) => ({ ...facts, customer: { ...(facts.customer ?? aCustomer()), ...change } });
const set =
  (change: Partial<Facts>): Change =>
  (facts) => ({ ...facts, ...change });
const evidence =
  (change: Record<string, unknown>): Change =>
  (facts) =>
    request({ evidence: { ...facts.request.evidence, ...change } })(facts);
const wants =
  (change: NonNullable<Facts['wanted']>): Change =>
  (facts) => ({ ...facts, wanted: { ...facts.wanted, ...change } });
const adds =
  (contract: Contract): Change =>
  (facts) => ({
    ...facts,
    contracts: [...facts.contracts.filter((one) => one.vehicle !== contract.vehicle), contract],
  });
const advanced =
  (change: Partial<Contract>): Change =>
  (facts) =>
    adds({ ...facts.contracts.find((one) => one.vehicle === 'advanced')!, ...change })(facts);
const only =
  (vehicle: Vehicle, change: Partial<Contract> = {}): Change =>
  (facts) => ({ ...facts, contracts: [{ vehicle, ...change }] });
const contact =
  (change: Partial<Facts['contact'] & object>): Change =>
  (facts) => ({ ...facts, contact: { ...aContact(), ...change } });
const trouble = (code: 'not-consented' | 'gdap-expired' | 'role-lacking' | 'throttled', isNotice?: boolean): Change =>
  customer({ coverage: { trouble: { code, since: '2026-11-01T00:00:00.000Z', ...(isNotice && { isNotice }) } } });
const gdap = (change: Parameters<typeof aDelegation>[0]): Change => customer({ gdap: aDelegation(change) });
const refused = (code: 'rights-missing' | 'not-consented' | 'credential-refused' | 'subscription-unknown'): Change =>
  set({ rights: { state: 'refused', code, at: '2026-11-02T08:59:00.000Z' } });
const capability = (state: 'proven' | 'refused', at: string): Change =>
  set({ capability: { channel: 'azure-support', state, at } });

const ids = { accessId: { secretName: 'a' }, contractId: { secretName: 'c' } };
const incident = { id: 'EX100001', title: 'Mail is late' };
const incidentAlike =
  (confidence: number): Change =>
  (facts) =>
    request({ likelyIncidents: [{ ...incident, confidence }] })(set({ openIncidents: [incident] })(facts));
const past = '2026-11-02T09:00:00.000Z';
const soon = '2026-11-02T09:00:00.001Z';
const withoutPhone = aContact();
delete withoutPhone.phone;
const otherCase = 'bbbbbbbbbbbbbbbbbbbbbbbbbb-1';
const ofIncident = (escalationId: string, incidentId: string = incident.id): Change =>
  set({ openCases: [{ incidentId, escalationId }] });

/** What the words of the table mean: each changes the facts of a case that is ready. */
export const words: Record<string, Change> = {
  // What it is about.
  critical: request({ severity: 'critical' }),
  minimal: request({ severity: 'minimal' }),
  azure: request({ service: 'azure' }),
  entra: request({ service: 'OrgLiveID' }),
  dynamics: (facts) => evidence({ environmentId: 'e-1' })(request({ service: 'DynamicsCRM' })(facts)),
  'power-platform': (facts) => evidence({ environmentId: 'e-1' })(request({ service: 'PowerApps' })(facts)),
  'no-service': request({ service: null }),
  billing: request({ category: 'billing' }),
  subscriptions: request({ category: 'subscription' }),
  advisory: request({ category: 'advisory' }),
  'no-category': request({ category: null }),
  waiting: request({ state: 'waiting-customer' }),
  resolved: request({ state: 'resolved' }),
  closed: request({ state: 'closed' }),
  erased: request({ erasedAt: '2026-11-02T08:00:00.000Z' }),
  'boundary-partner': request({ boundary: 'partner' }),
  'boundary-customer': request({ boundary: 'customer' }),
  'boundary-publisher': request({ boundary: 'publisher' }),
  'boundary-unknown': request({ boundary: null }),
  // What the operator asks for.
  force: wants({ force: true }),
  ...Object.fromEntries(
    (['commercial', 'premier', 'advanced', 'signature', 'customer-own'] as const).map((vehicle) => [
      `wants-${vehicle}`,
      wants({ vehicle }),
    ]),
  ),
  // The customer and the connection.
  'no-customer': set({ customer: undefined, connection: undefined }),
  'customer-left': customer({ leftAt: '2026-10-01T00:00:00.000Z' }),
  'no-connection': set({ connection: undefined }),
  'through-reseller': set({ connection: aConnection({ role: 'reseller' }) }),
  'through-provider': set({ connection: aConnection({ role: 'provider' }) }),
  'only-advisor': customer({ relationship: 'advisor' }),
  'relationship-none': customer({ relationship: 'None' }),
  'relationship-capital': customer({ relationship: 'Reseller' }),
  'in-china': set({ cloud: 'china', delegation: { offered: false } }),
  // Incidents and the cases about them.
  'incident-90': incidentAlike(0.9),
  'incident-50': incidentAlike(0.5),
  'incident-49': incidentAlike(0.49),
  'incident-over': (facts) => set({ openIncidents: [] })(incidentAlike(0.9)(facts)),
  'case-open': ofIncident(otherCase),
  'own-case-open': ofIncident('abcdefghijklmnopqrstuvwxy2-1'),
  'other-case-open': ofIncident(otherCase, 'EX999999'),
  // What is told.
  'no-words': request({ description: '  ' }),
  'two-words': request({ description: 'Outlook broken!!!' }),
  'three-words': request({ description: 'Outlook is broken' }),
  'seven-words': request({ description: 'Nobody can open Outlook since this morning.' }),
  'eight-words': request({ description: 'Nobody here can open Outlook since this morning.' }),
  japanese: request({ description: '今朝から社外へのメールが一時間遅れて届きます。再起動しても直りません。' }),
  'error-text': evidence({ errorText: '0x8004010F' }),
  'error-blank': evidence({ errorText: ' ' }),
  untried: request({ evidence: {} }),
  'tried-nothing': evidence({ tried: [] }),
  'steps-taken': request({ evidence: { stepsTaken: 'Restarted it.' } }),
  'no-evidence': request({ evidence: undefined }),
  'no-environment': request({ evidence: { tried: 'Restarted it.' } }),
  workspace: request({ evidence: { tried: 'Restarted it.', workspaceId: 'w-1' } }),
  'no-start': request({ startedAt: undefined }),
  'evidence-wanted': request({ missingEvidence: ['The code of the error.'] }),
  'no-impact': request({ businessImpact: undefined }),
  'blank-impact': request({ businessImpact: ' ' }),
  // Whom Microsoft reaches.
  'no-contact': set({ contact: undefined }),
  'no-phone': set({ contact: withoutPhone }),
  'bad-mail': contact({ email: 'cases at northlight' }),
  'country-two-letters': contact({ country: 'NO' }),
  'country-small': contact({ country: 'nor' }),
  'no-duty': set({ duty: undefined }),
  'duty-without-name': set({ duty: { name: '', window: 'always' } }),
  'duty-without-window': set({ duty: { name: 'Ingrid Aasen', window: '' } }),
  // Contracts.
  'no-contract': set({ contracts: [] }),
  premier: adds({ vehicle: 'premier', ...ids }),
  'premier-expired': adds({ vehicle: 'premier', ...ids, expiresAt: past }),
  'premier-without-ids': adds({ vehicle: 'premier' }),
  signature: adds({ vehicle: 'signature' }),
  'signature-only': only('signature'),
  'signature-names-dynamics': only('signature', { products: ['dynamics365'] }),
  'commercial-expired': only('commercial', { expiresAt: past }),
  'advanced-expired': advanced({ expiresAt: past }),
  'advanced-ends-soon': advanced({ expiresAt: soon }),
  'used-up': advanced({ incidentsLeft: 0 }),
  'one-left': advanced({ incidentsLeft: 1 }),
  'covers-azure': advanced({ products: ['azure'] }),
  'covers-microsoft365': advanced({ products: ['microsoft365'] }),
  'no-access-id': advanced({ accessId: undefined }),
  'no-contract-id': advanced({ contractId: undefined }),
  'access-id-expired': advanced({ accessId: { secretName: 'a', expiresAt: past } }),
  'contract-id-expired': advanced({ contractId: { secretName: 'c', expiresAt: past } }),
  'ids-end-soon': advanced({ accessId: { secretName: 'a', expiresAt: soon } }),
  'own-contract': adds({ vehicle: 'customer-own', customers: [{ customerId: 'ccustomer' }] }),
  'own-contract-over': adds({ vehicle: 'customer-own', customers: [{ customerId: 'ccustomer', expiresAt: past }] }),
  'own-contract-all-over': adds({ vehicle: 'customer-own', expiresAt: past, customers: [{ customerId: 'ccustomer' }] }),
  'own-contract-for-azure': adds({
    vehicle: 'customer-own',
    customers: [{ customerId: 'ccustomer', products: ['azure'] }],
  }),
  'own-contract-of-other': adds({ vehicle: 'customer-own', customers: [{ customerId: 'cother' }] }),
  // Rights in the tenant.
  'access-none': customer({ access: { way: 'none' } }),
  'access-delegated': customer({ access: { way: 'gdap' } }),
  'not-consented': trouble('not-consented'),
  'read-gdap-expired': trouble('gdap-expired'),
  'read-role-lacking': trouble('role-lacking'),
  throttled: trouble('throttled'),
  'notice-of-role': trouble('role-lacking', true),
  'gdap-none': customer({ gdap: { status: 'none' } }),
  'gdap-pending': gdap({ status: 'approvalPending' }),
  'gdap-over': gdap({ endsAt: past }),
  'gdap-ends-soon': gdap({ status: 'expiring', endsAt: soon }),
  'gdap-terminated': gdap({ status: 'terminated' }),
  'gdap-odd-status': gdap({ status: 'unknownFutureValue' }),
  'gdap-no-role': gdap({ roleIds: [] }),
  'gdap-other-role': gdap({ roleIds: ['88d8e3e3-8f55-4a1e-953a-9b9898b8876b'] }),
  'gdap-global-administrator': gdap({ roleIds: ['62E90394-69F5-4237-9190-012177145E10'] }),
  'gdap-roles-unread': gdap({ roleIds: undefined }),
  'gdap-unread': customer({ gdap: undefined }),
  'list-a-day-old': set({ delegation: { offered: true, lastReadAt: '2026-11-01T09:00:00.000Z' } }),
  'list-older': set({ delegation: { offered: true, lastReadAt: '2026-11-01T08:59:59.999Z' } }),
  'list-never-read': set({ delegation: { offered: true } }),
  // Rights in Azure.
  'rights-missing': refused('rights-missing'),
  'rights-not-consented': refused('not-consented'),
  'rights-credential-refused': refused('credential-refused'),
  'rights-subscription-unknown': refused('subscription-unknown'),
  'rights-unknown': set({ rights: { state: 'unknown', reason: 'no answer in time' } }),
  'rights-not-asked': set({ rights: undefined }),
  'plan-refused': capability('refused', '2026-11-01T09:00:00.001Z'),
  'plan-refused-a-day-ago': capability('refused', '2026-11-01T09:00:00.000Z'),
  'plan-proven': capability('proven', '2026-10-01T09:00:00.000Z'),
  'no-subscription': customer({ azureSubscriptionIds: [] }),
  'two-subscriptions': customer({ azureSubscriptionIds: [subscription, '00000000-0000-4000-8000-000000000002'] }),
  'resource-named': evidence({ resourceId: `/subscriptions/${subscription}/resourceGroups/a/providers/B/c/d` }),
};

/** A case with nothing in its way, changed by the words of a row. */
export function factsOf(given: string): Facts {
  const ready = someFacts({
    nowMs: startOfTest,
    request: aRequest({ evidence: { tried: ['Restarted the connector'] } }),
  });
  return given
    .split(' ')
    .filter((word) => word !== '')
    .reduce((facts, word) => {
      const change = words[word];
      if (!change) throw new Error(`the table knows no word ${word}`);
      return change(facts);
    }, ready);
}
