import { describe, expect, it } from 'vitest';
import { customers, deskTenantId, guidOf, partner } from '../../local/microsoft/seed-world.ts';
import { graph, partnerCenter, runningMicrosoft } from './running-microsoft.ts';
import type { Answer, RunningMicrosoft } from './running-microsoft.ts';

const azureCustomer = customers.find((one) => one.azureSubscriptionId !== undefined)!;
const withServiceRequests = customers[2]!;

const applicationHeaders = (microsoft: RunningMicrosoft) => microsoft.bearer(partner.tenantId, partnerCenter);

const page = async (microsoft: RunningMicrosoft, token?: string): Promise<Answer> => {
  const headers = await applicationHeaders(microsoft);
  return token === undefined
    ? microsoft.call('/partnercenter/v1/customers?size=40', { headers })
    : microsoft.call('/partnercenter/v1/customers?seekOperation=Next', {
        headers: { ...headers, 'MS-ContinuationToken': token },
      });
};

describe('the list of customers', () => {
  it('comes in pages that are joined by a continuation token in a header list', async () => {
    const microsoft = await runningMicrosoft();
    const pages: Answer[] = [];
    let token: string | undefined;
    do {
      const answer = await page(microsoft, token);
      pages.push(answer);
      const headers = answer.at('links/next/headers') as { key: string; value: string }[] | undefined;
      token = headers?.find((header) => header.key === 'MS-ContinuationToken')?.value;
    } while (token !== undefined);

    const ids = pages.flatMap((one) => one.at('items/*/id'));
    expect(ids).toEqual(customers.map((customer) => customer.tenantId));
    expect(pages.map((one) => one.at('totalCount'))).toEqual([10, 10, 4]);
    expect(pages[0]!.at('attributes')).toEqual({ objectType: 'Collection' });
    // Neither link can be followed as it stands: one lacks the version, one has two question marks.
    expect(pages[0]!.at('links/next/uri')).toBe('/customers?size=10&seekOperation=Next');
    expect(pages[1]!.at('links/next/uri')).toBe('/v1/customers?size=10?seekOperation=Next');
  });

  it('gives of each customer its id, company profile and relationship alone', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await page(microsoft);
    expect(Object.keys(answer.at('items/0') as object).sort()).toEqual([
      'attributes',
      'companyProfile',
      'id',
      'links',
      'relationshipToPartner',
    ]);
    expect(answer.at('items/0/companyProfile')).toMatchObject({
      tenantId: customers[0]!.tenantId,
      domain: customers[0]!.initialDomain,
      companyName: customers[0]!.companyName,
    });
  });

  it('comes whole for size 0', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.call('/partnercenter/v1/customers?size=0', {
      headers: await applicationHeaders(microsoft),
    });
    expect(answer.at('totalCount')).toBe(24);
    expect(answer.at('links/next')).toBeUndefined();
  });

  it.each(['?size=ten', '?size=10?seekOperation=Next', '?seekOperation=Next', '?filter={}'])(
    'refuses %s as an invalid property',
    async (query) => {
      const microsoft = await runningMicrosoft();
      const answer = await microsoft.call(`/partnercenter/v1/customers${query}`, {
        headers: await applicationHeaders(microsoft),
      });
      expect(answer.status).toBe(400);
      expect(answer.body).toMatchObject({ code: '3000', source: 'PartnerAPI' });
    },
  );
});

describe('a customer', () => {
  it('is answered with its domains, address and billing profile', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await applicationHeaders(microsoft);
    const answer = await microsoft.call(`/partnercenter/v1/customers/${azureCustomer.tenantId}`, { headers });
    expect(answer.at('customDomains')).toEqual([azureCustomer.initialDomain, azureCustomer.customDomain]);
    expect(answer.at('billingProfile/attributes/objectType')).toBe('CustomerBillingProfile');
    expect(answer.at('relationshipToPartner')).toBe('reseller');
  });

  it('has subscriptions, behind a byte order mark', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await applicationHeaders(microsoft);
    const path = `/partnercenter/v1/customers/${azureCustomer.tenantId}/subscriptions`;
    const bytes = Buffer.from(await (await fetch(`${microsoft.baseUrl}${path}`, { headers })).arrayBuffer());
    const answer = await microsoft.call(path, { headers });
    expect(bytes.subarray(0, 3).toString('hex')).toBe('efbbbf');
    expect(answer.at('items/*/offerName')).toEqual(['Microsoft 365 Business Premium', 'Azure plan']);
    expect(answer.at('items/0')).toMatchObject({ status: 'active', partnerId: partner.partnerId });
  });

  it('that the partner does not have is refused as no relationship', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.call(`/partnercenter/v1/customers/${guidOf('stranger')}`, {
      headers: await applicationHeaders(microsoft),
    });
    expect([answer.status, answer.at('code')]).toEqual([403, '20002']);
  });
});

describe('access', () => {
  it('needs a token for Partner Center, of the partner’s tenant', async () => {
    const microsoft = await runningMicrosoft();
    const call = (headers: Record<string, string>) => microsoft.call('/partnercenter/v1/customers', { headers });
    const none = await call({});
    const wrongAudience = await call(await microsoft.bearer(partner.tenantId, graph));
    const retiredAudience = await call(await microsoft.bearer(partner.tenantId, 'https://graph.windows.net'));
    const otherTenant = await call(await microsoft.bearer(deskTenantId, partnerCenter));

    expect([none.status, none.at('code')]).toEqual([401, '400']);
    expect([wrongAudience.status, wrongAudience.at('code')]).toEqual([401, '900420']);
    expect([retiredAudience.status, retiredAudience.at('code')]).toEqual([401, '900420']);
    expect([otherTenant.status, otherTenant.at('code')]).toEqual([401, '400']);
  });

  it('needs the claim of multifactor sign-in in a person’s token', async () => {
    const microsoft = await runningMicrosoft();
    const issued = await microsoft.call('/_control/tokens', {
      body: {
        tenantId: partner.tenantId,
        audience: partnerCenter,
        claims: { scp: 'user_impersonation', amr: ['pwd'] },
        lifetimeSeconds: 3600,
      },
    });
    const answer = await microsoft.call('/partnercenter/v1/customers', {
      headers: { authorization: `Bearer ${issued.textAt('token')}` },
    });
    expect([answer.status, answer.at('code')]).toEqual([401, '900421']);
  });

  it('ends at 500 calls a minute in the gateway’s own shape, and opens again with the minute', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await applicationHeaders(microsoft);
    const call = () => microsoft.call(`/partnercenter/v1/customers/${azureCustomer.tenantId}`, { headers });
    for (let count = 0; count < 500; count += 1) await call();
    const throttled = await call();
    await microsoft.advance(60);
    const later = await call();

    expect(throttled.status).toBe(429);
    expect(throttled.headers.get('retry-after')).toBe('60');
    expect(throttled.body).toEqual({ statusCode: 429, message: 'Rate limit is exceeded. Try again in 60 seconds.' });
    expect(later.status).toBe(200);
  });

  it('echoes request and correlation id', async () => {
    const microsoft = await runningMicrosoft();
    const ids = { 'MS-RequestId': guidOf('request'), 'MS-CorrelationId': guidOf('correlation') };
    const { headers } = await microsoft.call('/partnercenter/v1/customers', {
      headers: { ...(await applicationHeaders(microsoft)), ...ids },
    });
    expect(headers.get('ms-requestid')).toBe(guidOf('request'));
    expect(headers.get('ms-correlationid')).toBe(guidOf('correlation'));
  });
});

describe('service requests', () => {
  const list = `/partnercenter/v1/customers/${withServiceRequests.tenantId}/servicerequests`;

  it('need a person’s token', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.call(list, { headers: await applicationHeaders(microsoft) });
    expect([answer.status, answer.at('code')]).toEqual([403, '900329']);
  });

  it('are listed with numbers and read with words', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await microsoft.userBearer(partner.tenantId, partnerCenter);
    const answer = await microsoft.call(list, { headers });
    const one = await microsoft.call(`/partnercenter/v1/servicerequests/${answer.textAt('items/0/id')}`, {
      headers,
    });
    expect(answer.at('items/0')).toMatchObject({ severity: 3, status: 1, lastClosedDate: '0001-01-01T00:00:00' });
    expect(answer.at('items/0/createdDate')).not.toMatch(/Z$/);
    expect(one.body).toMatchObject({ severity: 'minimal', status: 'open' });
  });

  it('take a note and a new status by PATCH, in either case of names', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await microsoft.userBearer(partner.tenantId, partnerCenter);
    const listed = await microsoft.call(list, { headers });
    const path = `/partnercenter/v1/servicerequests/${listed.at('items/0/id') as string}`;
    const long = { Title: null, Severity: 'unknown', Status: 'none', NewNote: { Text: 'Still there.' } };
    const noted = await microsoft.call(path, { headers, method: 'PATCH', body: long });
    const closed = await microsoft.call(path, { headers, method: 'PATCH', body: { status: 'closed' } });
    const unknown = await microsoft.call(path, { headers, method: 'PATCH', body: { status: 'later' } });

    expect(noted.body).toMatchObject({ status: 'open', severity: 'minimal' });
    expect(noted.at('notes/1')).toMatchObject({ text: 'Still there.' });
    expect(closed.body).toMatchObject({ status: 'closed', lastClosedDate: '2026-11-24T09:00:00Z' });
    expect([unknown.status, unknown.at('code')]).toEqual([400, '900126']);
  });
});

describe('what changed at Partner Center', () => {
  it('stands in the audit records, and in the subscriptions', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await applicationHeaders(microsoft);
    const { tenantId } = customers[0]!;
    const day = new Date(microsoft.clock.now()).toISOString().slice(0, 10);
    const records = async () => microsoft.call(`/partnercenter/v1/auditrecords?startDate=${day}`, { headers });
    expect((await records()).at('items')).toEqual([]);
    await microsoft.control({ scenario: { subscription: { tenantId, offerName: 'Power BI Pro' } } });
    await microsoft.control({ scenario: { gdap: { tenantId, endsAt: '2030-01-01' } } });
    expect((await records()).at('items/*/resourceType')).toEqual(['subscription', 'granular_admin_relationship']);
    expect((await records()).at('items/*/customerId')).toEqual([tenantId, tenantId]);
    const sold = await microsoft.call(`/partnercenter/v1/customers/${tenantId}/subscriptions`, { headers });
    expect(sold.at('items/*/offerName')).toContain('Power BI Pro');
  });

  it('is not told from more than 90 days ago', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await applicationHeaders(microsoft);
    const answer = await microsoft.call('/partnercenter/v1/auditrecords?startDate=2020-01-01', { headers });
    expect({ status: answer.status, data: answer.at('data') }).toEqual({ status: 400, data: ['startDate'] });
  });
});

describe('the resellers', () => {
  it('of the partner and of each customer are its relationships', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await applicationHeaders(microsoft);
    const all = await microsoft.call(
      '/partnercenter/v1/relationships?relationship_type=IsIndirectCloudSolutionProviderOf',
      { headers },
    );
    expect(all.at('items/*/mpnId')).toEqual(['5501230', '5501231']);
    const one = await microsoft.call(`/partnercenter/v1/customers/${customers[23]!.tenantId}/relationships`, {
      headers,
    });
    expect(one.at('items/*/mpnId')).toEqual(['5501231']);
  });
});
