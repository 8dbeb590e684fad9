import { describe, expect, it } from 'vitest';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import { runDirectory, state } from './passes.ts';
import { aRunningDesk, audited, exchange, pcCalls } from './running-directory.ts';

describe('the resellers of a provider', () => {
  const harbour = { tenantId: '77777777-0000-4000-8000-000000000000', partnerId: '5501230', name: 'Harbour' };
  const relationship = { id: harbour.tenantId, name: harbour.name, mpnId: harbour.partnerId };

  it.each<[string, (desk: HealthDesk) => void]>([
    ['the customer itself', (desk) => (desk.microsoft.tenants[1]!.details = { associatedPartnerId: harbour.tenantId })],
    [
      'its subscriptions',
      (desk) => (desk.microsoft.tenants[1]!.subscriptions = [{ ...exchange, partnerId: '5501230' }]),
    ],
    ['its relationships', (desk) => (desk.microsoft.tenants[1]!.relationships = [relationship])],
  ])('are known from %s', async (_name, prepare) => {
    const desk = aHealthDesk({ role: 'provider' });
    desk.microsoft.options.resellers = [relationship];
    desk.microsoft.addTenants(2);
    prepare(desk);
    await desk.ensureDirectory(desk.scope);
    await runDirectory(desk, { minutes: 5 });
    expect((await desk.customers.get(desk.id(1)))!.reseller).toEqual(harbour);
    expect((await desk.customers.get(desk.id(0)))!.reseller).toBeUndefined();
  });

  it('follow a customer that changes hands', async () => {
    const desk = await aRunningDesk(1, 'provider');
    desk.microsoft.tenants[0]!.relationships = [relationship];
    audited(desk, { customerId: desk.tenant(0), resourceType: 'partner_customer_relationship' });
    await runDirectory(desk, { minutes: 17 });
    expect((await desk.customers.get(desk.id(0)))!.reseller).toEqual(harbour);
  });

  it('are asked for by the partner’s person where the application alone is refused', async () => {
    const desk = aHealthDesk({ role: 'provider' });
    let refused = 0;
    desk.microsoft.options.instead = (url) =>
      url.pathname === '/v1/relationships' && refused++ === 0
        ? { status: 403, headers: {}, body: '{"code":"900329"}' }
        : undefined;
    await desk.begin(1);
    expect(refused).toBe(2);
    expect((await state(desk)).troubles).toEqual([]);
  });

  it('hold up nothing when they cannot be read', async () => {
    const desk = aHealthDesk({ role: 'provider' });
    desk.microsoft.options.instead = (url) =>
      url.pathname.endsWith('/relationships') ? { status: 500, headers: {}, body: '' } : undefined;
    await desk.begin(3);
    await runDirectory(desk, { minutes: 2 });
    expect((await desk.customers.page({ limit: 10 })).customers).toHaveLength(3);
    expect((await state(desk)).troubles).toMatchObject([{ turn: 'resellers' }, { turn: 'served', code: 'away' }]);
    audited(desk, { customerId: desk.tenant(1) });
    desk.microsoft.tenants[1]!.subscriptions = [exchange];
    await runDirectory(desk, { minutes: 16 });
    expect((await desk.customers.get(desk.id(1)))!.services).toEqual(['Exchange', 'OSDPPlatform']);
  });

  it('are nobody’s business for a direct partner', async () => {
    const desk = await aRunningDesk(2);
    expect(pcCalls(desk).filter(({ url }) => url.includes('relationships'))).toEqual([]);
  });
});
