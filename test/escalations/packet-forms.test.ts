import { describe, expect, it } from 'vitest';
import { buildPacket, packetOf, packetSchema, withContract } from '../../shared/escalations/packet.ts';
import { keptPacketSchema } from '../../shared/escalations/packet-schema.ts';
import { filedAs, filedAsOf, productRows, type FiledAs } from '../../shared/escalations/product-rows.ts';
import type { EscalatableRequest } from '../../shared/escalations/escalatable.ts';
import { aContact, aCustomer, aRequest, subscription } from './builders.ts';

const packetFor = (request: Partial<EscalatableRequest> = {}, contact = aContact()) =>
  buildPacket({
    escalationId: 'abcdefghijklmnopqrstuvwxy2-1',
    cloud: 'global',
    request: aRequest(request),
    customer: aCustomer(),
    contact,
    incidentIds: [],
  });

const labels = (request: Partial<EscalatableRequest>) => packetFor(request).form.map(({ label }) => label);
const field = (packet: ReturnType<typeof packetFor>, label: string) => packet.form.find((one) => one.label === label);

/** What a request of each kind says. */
const subjects: Record<FiledAs, Partial<EscalatableRequest>> = {
  exchange: { service: 'Exchange' },
  sharepoint: { service: 'OneDriveForBusiness' },
  teams: { service: 'microsoftteams' },
  'office-apps': { service: 'O365Client' },
  suite: { service: null },
  intune: { service: 'Intune' },
  security: { service: 'Microsoft365Defender' },
  entra: { service: 'OrgLiveID' },
  'entra-premium': { service: 'OrgLiveID', evidence: { entraLicence: 'Entra ID P2' } },
  'entra-free': { service: 'OrgLiveID', evidence: { entraLicence: 'none' } },
  azure: { service: 'azure' },
  dynamics365: { service: 'DynamicsCRM' },
  'business-central': { service: 'DynamicsCRM', title: 'Business Central posts nothing' },
  'power-apps': { service: 'MicrosoftFlow' },
  fabric: { service: 'PowerBIcom' },
  billing: { category: 'billing', service: 'Exchange' },
  subscription: { category: 'subscription', service: null },
};

describe('the form of a packet', () => {
  it.each(filedAs)('is that of %s, each field with a value or with what is missing', (key) => {
    const packet = packetSchema.parse(packetFor(subjects[key]));
    expect(packet.filedAs).toBe(key);
    expect(packet.portal).toMatchObject({
      leastRole: productRows[key].leastRole,
      form: productRows[key].unconfirmed ? 'unconfirmed' : 'documented',
    });
    expect(packet.form.length).toBeGreaterThan(5);
    for (const { value, missing } of packet.form) expect(value === '').toBe(missing !== undefined);
    expect(packet.form.some(({ value }) => value.includes('cases@northlight-cloud.example'))).toBe(true);
    expect(packet.form.some(({ value }) => value.endsWith(`[${packet.marker}]`))).toBe(true);
    expect(JSON.stringify(packet)).not.toMatch(/oda|vik|555 00 100/i);
  });

  it('has the fields of Microsoft 365 in its order', () => {
    expect(labels({ service: 'Exchange' })).toEqual([
      'How can we help?',
      'Product',
      'Description of the issue',
      'Contact phone number',
      'Contact email address',
      'Preferred contact method',
      'Severity (Premier or Unified only)',
      'Attachments',
    ]);
  });

  it('has the basics of Azure before its details, and the plan of a partner', () => {
    const packet = packetFor({ service: 'azure' });
    expect(labels({ service: 'azure' }).slice(0, 8)).toEqual([
      'Issue type',
      'Subscription',
      'Service',
      'Resource',
      'Summary',
      'Problem type',
      'Problem subtype',
      'Support plan',
    ]);
    expect(field(packet, 'Subscription')?.value).toBe(subscription);
    expect(field(packet, 'Support plan')?.value).toBe('Cloud Solution Provider');
    expect(field(packet, 'Share diagnostic information')?.value).toBe('No');
    expect(field(packet, 'Resource')).toMatchObject({ value: '', required: false });
  });

  it('gives Partner Center the workspace of the matter', () => {
    expect(field(packetFor(subjects.billing), 'Workspace')?.value).toBe('Billing');
    expect(field(packetFor(subjects.subscription), 'Workspace')?.value).toBe('Customers');
    expect(field(packetFor(subjects.billing), 'Customer')?.value).toContain('Halvorsen Fisk AS');
  });

  it('tells all that is known in the one box for a description, the marker last', () => {
    const packet = packetFor({
      businessImpact: 'Orders stand still',
      evidence: { affectedUsers: 40, tried: ['restarted'] },
    });
    expect(field(packet, 'Description of the issue')?.value).toBe(
      `Since this morning mail to other domains arrives an hour late.\n\nImpact: Orders stand still\n\nAffected users: 40\n\nTried so far:\n- restarted\n\n[${packet.marker}]`,
    );
  });

  it('asks Microsoft to call for a critical case, where there is a number', () => {
    expect(packetFor({ severity: 'critical' }).preferredContact).toBe('phone');
    expect(packetFor({ severity: 'moderate' }).preferredContact).toBe('email');
    const packet = packetFor({ severity: 'critical' }, aContact({ phone: undefined }));
    expect(packet.preferredContact).toBe('email');
    expect(field(packet, 'Contact phone number')).toMatchObject({ value: '', required: true });
  });

  it('has the ids of a contract only where they are given', () => {
    const packet = packetFor(subjects.dynamics365);
    expect(field(packet, 'Access ID')).toMatchObject({ value: '', required: false });
    const shown = withContract(packet, { accessId: 'A-1', contractId: 'C-1' });
    expect(field(shown, 'Access ID')?.value).toBe('A-1');
    expect(field(shown, 'File as a Premier support request?')?.value).toBe('Yes');
    expect(withContract(packet, undefined)).toEqual(packet);
    expect(withContract(packet, {}).form).toEqual(packet.form);
  });

  it('is made anew from what is kept, also of a packet of the version before', () => {
    const packet = packetFor(subjects['business-central']);
    const kept = keptPacketSchema.strip().parse(packet);
    expect(kept).not.toHaveProperty('form');
    expect(packetOf(kept)).toEqual(packet);
    delete kept.filedAs;
    expect(packetOf(kept)).toEqual(packet);
  });
});

describe('the table of products', () => {
  it('sends billing and subscriptions to Partner Center, and what it does not know to Microsoft 365', () => {
    expect(filedAsOf({ category: 'billing', service: 'azure' })).toBe('billing');
    expect(filedAsOf({ category: 'technical', service: 'yammer' })).toBe('suite');
    expect(filedAsOf({ category: null, service: null })).toBe('suite');
  });

  it('opens Business Central in its own admin centre', () => {
    expect(packetFor(subjects['business-central'])).toMatchObject({
      product: 'dynamics365',
      portal: { name: 'Business Central admin centre', opensTenant: true },
      link: 'https://businesscentral.dynamics.com/6f1a2c38-9d0b-4c57-8e21-3b7d5a90c411/admin',
    });
  });
});
