import { describe, expect, it } from 'vitest';
import { buildPacket, markerOf, packetSchema, resourceOf, supportLanguage } from '../../shared/escalations/packet.ts';
import { portalFor, products } from '../../shared/escalations/product.ts';
import { aContact, aCustomer, anAzureRequest, aRequest, customerTenant, subscription } from './builders.ts';

const packetOf = (request = aRequest()) =>
  buildPacket({
    escalationId: 'abcdefghijklmnopqrstuvwxy2-1',
    cloud: 'global',
    request,
    customer: aCustomer(),
    contact: aContact(),
    incidentIds: ['EX100001'],
  });

describe('a packet', () => {
  it('holds what the form asks for', () => {
    const packet = packetOf(
      aRequest({ businessImpact: 'Orders stand still', evidence: { tried: ['restarted', 7], affectedUsers: 40 } }),
    );
    expect(packetSchema.parse(packet)).toMatchObject({
      product: 'microsoft365',
      service: 'Exchange',
      problemCategory: 'Technical / Exchange',
      severity: 'B',
      impact: 'Orders stand still',
      startedAt: '2026-11-02T06:10:00.000Z',
      affectedUsers: 40,
      tried: ['restarted'],
      incidentIds: ['EX100001'],
      language: 'en-us',
      timeZone: 'W. Europe Standard Time',
      portal: { tenantId: customerTenant, opensTenant: true, leastRole: 'Service Support Administrator (GDAP)' },
      link: 'https://admin.cloud.microsoft/?delegatedOrg=halvorsen.onmicrosoft.com',
    });
  });

  it('names the files that the sender keeps, by name and link', () => {
    const attachments = [{ name: 'log.txt', url: 'https://files.example/1', size: 7 }];
    expect(packetSchema.parse(packetOf(aRequest({ attachments }))).attachments).toEqual([
      { name: 'log.txt', url: 'https://files.example/1' },
    ]);
  });

  it('carries the partner’s contact and never the customer’s', () => {
    const text = JSON.stringify(packetOf());
    expect(text).toContain('cases@northlight-cloud.example');
    expect(text).not.toMatch(/oda|vik|555 00 100/i);
  });

  it('carries its marker in the description, and the marker tells nothing', () => {
    const { marker, description } = packetOf();
    expect(description).toContain(`[${marker}]`);
    expect(marker).toMatch(/^DESK-[A-Z2-7]{10}$/);
    expect(marker).not.toBe(markerOf('abcdefghijklmnopqrstuvwxy2-2'));
  });

  it('uses the time of the request where nobody said since when', () => {
    expect(packetOf(aRequest({ startedAt: undefined })).startedAt).toBe('2026-11-02T08:50:00.000Z');
  });

  it.each([
    [undefined, 'en-us'],
    ['de', 'de-de'],
    ['ja-JP', 'ja-jp'],
    ['zh-Hant', 'zh-tw'],
    ['zh-CN', 'zh-hans'],
    ['nb-NO', 'en-us'],
  ])('files a case in language %s as %s', (language, expected) => {
    expect(supportLanguage(language)).toBe(expected);
  });

  it('names a resource only in the customer’s own subscriptions', () => {
    const resourceId = `/subscriptions/${subscription.toUpperCase()}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/vm`;
    const request = anAzureRequest({ evidence: { resourceId } });
    expect(resourceOf(request, [subscription])).toEqual({ resourceId, subscriptionId: subscription });
    expect(resourceOf(request, ['another'])).toBeUndefined();
    expect(resourceOf(anAzureRequest({ evidence: { resourceId: 7 } }), [subscription])).toBeUndefined();
  });
});

describe('portals', () => {
  it.each(products)('open %s in the customer’s tenant in the global cloud, Partner Center excepted', (product) => {
    const portal = portalFor({ cloud: 'global', row: { product } }, aCustomer());
    expect(portal.opensTenant).toBe(product !== 'partner-center');
    expect(portal.link).not.toMatch(/[{}]/);
  });

  it('say where the person has to switch the tenant', () => {
    expect(portalFor({ cloud: 'us-government', row: { product: 'azure' } }, aCustomer())).toEqual({
      name: 'Azure Government portal',
      link: 'https://portal.azure.us',
      opensTenant: false,
    });
    expect(portalFor({ cloud: 'china', row: { product: 'partner-center' } }, aCustomer()).link).toBeUndefined();
  });
});
