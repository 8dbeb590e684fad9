import { describe, expect, it } from 'vitest';
import { findingRemedy } from '../../shared/customers/coverage.ts';
import type { Customer } from '../../shared/customers/customer.ts';
import { delegationPartition } from '../../shared/customers/delegation.ts';
import { canFile } from '../../shared/escalations/can-file.ts';
import { learnCapability, putContract, readContracts } from '../../shared/escalations/contract-store.ts';
import type { SupportReadiness } from '../../shared/escalations/support-readiness-answer.ts';
import { azurePartition, azureRelay, type AzureState } from '../../shared/health/azure-shard.ts';
import { newShard } from '../../shared/health/shard-members.ts';
import { stateOp, stateText, type TenantState } from '../../shared/health/shard.ts';
import { advanced, aCustomer, aReadyDesk, connectionId, endsAt, idOf, tenantOf, usable } from './a-ready-desk.ts';

const codes = ({ canFile }: SupportReadiness) => canFile.reasons.map(({ code }) => code);

describe('the readiness of support', () => {
  it('says who can be read and filed for, how, and until when', async () => {
    const { one, now } = await aReadyDesk([aCustomer(0)]);
    expect(await one()).toEqual({
      customerId: idOf(0),
      name: 'Customer 0',
      product: 'microsoft365',
      canRead: { ok: true, way: 'app', asOf: now },
      canFile: {
        ok: true,
        channel: 'assisted',
        vehicle: 'advanced',
        party: 'partner',
        relationship: 'r-1',
        role: 'Service Support Administrator (GDAP)',
        until: endsAt,
        reasons: [
          {
            code: 'vehicle-chosen',
            text: 'Goes by advanced, filed by a person. Of the others: premier has no contract, signature has no contract.',
          },
        ],
      },
    });
  });

  it('has an item for each product that the customer has', async () => {
    const azure = { azureSubscriptionIds: ['s-1'] };
    const { page } = await aReadyDesk([
      aCustomer(0, { services: ['Exchange', 'PowerApps', 'azure'] }),
      aCustomer(1, { services: ['DynamicsCRM'] }),
      aCustomer(2, { ...azure }),
      aCustomer(3, { services: [] }),
      aCustomer(4, { leftAt: '2026-11-01T00:00:00.000Z' }),
    ]);
    const products = (await page()).items.map(({ customerId, product }) => `${customerId} ${product}`);
    expect(products.sort()).toEqual(
      [
        `${idOf(0)} microsoft365`,
        `${idOf(0)} dynamics365`,
        `${idOf(0)} azure`,
        `${idOf(1)} dynamics365`,
        `${idOf(2)} microsoft365`,
        `${idOf(2)} azure`,
      ].sort(),
    );
  });

  it.each<[string, Partial<TenantState> | undefined, object]>([
    ['was never read', undefined, { ok: false, trouble: { code: 'not-read' } }],
    [
      'was read too long ago',
      { good: '2026-11-02T08:00:00.000Z' },
      { ok: false, trouble: { code: 'late', link: '/api/readyz' } },
    ],
    [
      'has not consented',
      { good: undefined, trouble: { code: 'not-consented', since: '2026-11-01T00:00:00.000Z' } },
      {
        ok: false,
        trouble: {
          code: 'not-consented',
          since: '2026-11-01T00:00:00.000Z',
          remedy: 'An administrator of the customer must consent to the desk’s application.',
          link: expect.stringMatching(`^https://[^ ]+/${tenantOf(0)}/adminconsent\\?client_id=[\\w-]+$`) as string,
        },
      },
    ],
    [
      'was read five minutes ago and has withdrawn its consent since',
      { good: '2026-11-02T08:55:00.000Z', trouble: { code: 'not-consented', since: '2026-11-02T09:00:00.000Z' } },
      { ok: false, asOf: '2026-11-02T08:55:00.000Z', trouble: { code: 'not-consented' } },
    ],
    [
      'was read five minutes ago and is throttled since',
      { good: '2026-11-02T08:55:00.000Z', trouble: { code: 'throttled', since: '2026-11-02T09:00:00.000Z' } },
      { ok: true, asOf: '2026-11-02T08:55:00.000Z', trouble: { code: 'throttled' } },
    ],
    [
      'lacks the role',
      { good: undefined, trouble: { code: 'role-lacking', since: '2026-11-01T00:00:00.000Z' } },
      {
        ok: false,
        trouble: {
          code: 'role-lacking',
          link: `https://partner.microsoft.com/en-us/dashboard/commerce2/customers/${tenantOf(0)}/adminrelationships/r-1`,
        },
      },
    ],
    [
      'is read well although its relationship ends soon',
      { trouble: { code: 'gdap-ending', since: '2026-11-01T00:00:00.000Z' } },
      { ok: true, trouble: { code: 'gdap-ending' } },
    ],
  ])('tells of a tenant that %s', async (_name, state, expected) => {
    const { one } = await aReadyDesk([aCustomer(0)], { 0: state });
    expect((await one()).canRead).toMatchObject(expected);
  });

  it('mends what stops the whole shard as that, and not in each tenant', async () => {
    const since = '2026-11-02T09:00:00.000Z';
    const tenant: Partial<TenantState> = { good: undefined, finding: 'token' };
    const { one } = await aReadyDesk([aCustomer(0, { access: { way: 'gdap' } })], { 0: tenant }, [
      { code: 'token', since, tenants: 1 },
    ]);
    expect((await one()).canRead.trouble).toEqual({ code: 'token', since, remedy: findingRemedy('token') });
  });

  it('tells of Azure by its own feed: what was not read there is not ok, whatever Microsoft 365 is', async () => {
    const desk = await aReadyDesk([aCustomer(0, { azureSubscriptionIds: ['s-1'], services: ['azure'] })]);
    expect((await desk.one()).canRead).toMatchObject({ ok: false, trouble: { code: 'not-read' } });
    const pk = azurePartition(connectionId, 0);
    const relay = azureRelay({ tables: desk.tables, bus: desk.held.bus, clock: desk.clock });
    await relay.begin(pk, { ...newShard(connectionId, 0), cycleAt: desk.now }, desk.log.scope);
    const keep = async (tenant: Partial<TenantState>) => {
      const tenants = { [idOf(0)]: { services: {}, open: [], past: [], ...tenant } };
      const state: AzureState = { names: {}, issues: {}, tenants, manners: {} };
      await desk.tables('health').transact(pk, [stateOp(stateText(state))]);
    };
    await keep({ good: 'cycle' });
    expect((await desk.one()).canRead).toEqual({ ok: true, way: 'app', asOf: desk.now });
    await keep({ trouble: { code: 'role-lacking', since: desk.now } });
    const { canRead } = await desk.one();
    expect(canRead).toMatchObject({ ok: false, trouble: { code: 'role-lacking' } });
    expect(canRead.trouble!.remedy).toContain('role Reader');
  });

  it('says what mends it where the subscriptions of an Azure plan cannot be seen', async () => {
    const { one } = await aReadyDesk([aCustomer(0, { services: ['azure'] })]);
    const { ok, trouble } = (await one()).canRead;
    expect({ ok, trouble }).toMatchObject({
      ok: false,
      trouble: { code: 'role-lacking', since: aCustomer(0).detailsAt },
    });
    expect(trouble!.remedy).toContain('role Reader');
  });

  it('does not call a customer readable that nobody wants to be polled', async () => {
    const { one } = await aReadyDesk([aCustomer(0, { isExcluded: true })]);
    expect((await one()).canRead).toMatchObject({ ok: false, way: 'none', trouble: { code: 'excluded' } });
  });

  it('ends a delegated way with the relationship', async () => {
    const { one } = await aReadyDesk([aCustomer(0, { access: { way: 'gdap' } })]);
    expect((await one()).canRead).toMatchObject({ ok: true, way: 'gdap', until: endsAt });
  });

  it.each<[string, Customer['gdap'], { code: string; link: string }]>([
    ['has no relationship', { status: 'none' }, { code: 'gdap-missing', link: '/adminrelationships' }],
    [
      'has not approved one',
      { relationshipId: 'r-2', status: 'approvalPending' },
      {
        code: 'gdap-not-approved',
        link: 'https://admin.microsoft.com/AdminPortal/Home#/partners/invitation/granularAdminRelationships/r-2',
      },
    ],
    [
      'has one that is over',
      { ...usable, endsAt: '2026-11-02T08:59:59.000Z' },
      { code: 'gdap-expired', link: '/adminrelationships/r-1' },
    ],
    ['has one without the role', { ...usable, roleIds: [] }, { code: 'role-lacking', link: '/adminrelationships/r-1' }],
    [
      'has one of which the roles are not known',
      { ...usable, roleIds: undefined },
      { code: 'gdap-unknown', link: '/adminrelationships/r-1' },
    ],
    ['has one that nobody could read', undefined, { code: 'gdap-unknown', link: '/adminrelationships' }],
  ])('says that nobody can file for a customer that %s, and what mends it', async (_name, gdap, { code, link }) => {
    const { one } = await aReadyDesk([aCustomer(0, { gdap })]);
    const item = await one();
    expect(item.canFile.ok).toBe(false);
    const reason = item.canFile.reasons.find((known) => known.code === code)!;
    expect(reason.remedy).toBeTruthy();
    expect(reason.link).toContain(link);
  });

  it('does not trust a list of relationships that has not been read for a day, and says why', async () => {
    const desk = await aReadyDesk([aCustomer(0)]);
    const pk = delegationPartition(connectionId);
    const row = (await desk.tables('customers').get(pk, 'H'))!;
    const trouble = { reason: 'refused', status: 403, since: '2026-10-31T00:00:00.000Z' };
    const columns = { ...row.columns, lastReadAt: '2026-11-01T08:00:00.000Z', trouble_json: JSON.stringify(trouble) };
    await desk.tables('customers').transact(pk, [{ kind: 'replace', rk: 'H', columns, etag: row.etag }]);
    const item = await desk.one();
    expect(item.canFile.ok).toBe(false);
    expect(item.canFile.reasons.find(({ code }) => code === 'gdap-unknown')!.text).toContain(
      '(refused 403 since 2026-10-31T00:00:00.000Z)',
    );
  });

  it('does not promise Azure by an untried interface unless a person could file instead', async () => {
    const azureSubscriptionIds = ['s-1'];
    const customer = aCustomer(0, { services: ['azure'], azureSubscriptionIds });
    const desk = await aReadyDesk([
      customer,
      aCustomer(1, { ...customer, customerId: idOf(1), gdap: { status: 'none' } }),
    ]);
    const files = async () =>
      Object.fromEntries((await desk.page()).items.map((item) => [item.customerId, [item.canFile.ok, codes(item)]]));
    expect(await files()).toEqual({
      [idOf(0)]: [true, ['vehicle-chosen', 'channel-unproven']],
      [idOf(1)]: [false, ['vehicle-chosen', 'channel-unproven']],
    });
    const untried = (await desk.page()).items.map(({ canFile }) => canFile.reasons.at(-1)!);
    expect(untried.map(({ remedy, link }) => [remedy !== undefined, link?.endsWith('/adminrelationships')])).toEqual(
      (await desk.page()).items.map(({ canFile }) => (canFile.ok ? [false, undefined] : [true, true])),
    );
    const place = { connectionId, channel: 'azure-support', subscriptionId: 's-1' } as const;
    await learnCapability({ desk: desk.tables('desk'), clock: desk.clock }, { ...place, state: 'proven' });
    expect(await files()).toMatchObject({ [idOf(1)]: [true, ['vehicle-chosen']] });
    await learnCapability({ desk: desk.tables('desk'), clock: desk.clock }, { ...place, state: 'refused' });
    expect(await files()).toMatchObject({
      [idOf(0)]: [true, ['channel-refused', 'vehicle-chosen']],
      [idOf(1)]: [false, ['gdap-missing', 'channel-refused', 'vehicle-chosen']],
    });
  });

  it('wants no relationship for Azure in a cloud that knows none', async () => {
    const customer = aCustomer(0, { services: ['azure'], azureSubscriptionIds: ['s-1'], gdap: undefined });
    const desk = await aReadyDesk([customer]);
    const connection = { id: connectionId, tenantId: tenantOf(9), clientId: tenantOf(8), role: 'direct' } as const;
    const standing = {
      nowMs: desk.clock.now(),
      contracts: await readContracts(desk.tables('desk'), connectionId),
      contact: {
        firstName: 'Kim',
        lastName: 'Desk',
        email: 'desk@partner.example',
        phone: '+44 20 7946 0000',
        country: 'GBR',
        timeZone: 'Europe/London',
      },
      capability: undefined,
      connection,
      customer,
    };
    const place = { authority: 'https://login.example', clientId: connection.clientId, customer };
    const filed = (cloud: 'global' | 'china') =>
      canFile('azure', { ...standing, cloud, delegation: { offered: cloud === 'global' } }, { ...place, cloud }).ok;
    expect([filed('global'), filed('china')]).toEqual([false, true]);
  });

  it('ends with the contract where that ends first, and links to the contract that is missing', async () => {
    const desk = await aReadyDesk([aCustomer(0)]);
    const expiresAt = '2026-12-01T00:00:00.000Z';
    await putContract(desk.tables('desk'), connectionId, { ...advanced, expiresAt });
    expect((await desk.one()).canFile).toMatchObject({ ok: true, until: expiresAt });
    await putContract(desk.tables('desk'), connectionId, { ...advanced, expiresAt: desk.now });
    expect((await desk.one()).canFile).toMatchObject({
      ok: false,
      reasons: [{ code: 'vehicle-missing', link: `/api/vehicles/${connectionId}/advanced` }],
    });
  });

  it('is for readers only', async () => {
    const { get } = await aReadyDesk([aCustomer(0)]);
    expect((await get()).status).toBe(200);
    expect((await get('', { as: 'none' })).status).toBe(401);
    expect((await get('?limit=101')).status).toBe(400);
    expect((await get('?ok=perhaps')).status).toBe(400);
    expect((await get('?cursor=x')).status).toBe(400);
  });
});
