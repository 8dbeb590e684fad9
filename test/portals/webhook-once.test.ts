import { describe, expect, it } from 'vitest';
import { portalPartition, registerPortalOp } from '../../shared/portals/portal.ts';
import { createPortalHook } from '../../shared/portals/portal-hook.ts';
import { createPortalRegistry } from '../../shared/portals/portal-registry.ts';
import { createQuarantine } from '../../shared/portals/quarantine.ts';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import { hookIntake } from '../../shared/requests/intake.ts';
import { anOpenDesk, aSentRequest, customerId, tenantId } from '../requests/desk.ts';
import { aPortal, aSecret } from './a-portal.ts';

const leftAt = '2026-11-01T00:00:00.000Z';

/** The hook of a desk with its real intake and quarantine. Fabrikam is a customer only once it is mapped. */
async function aHook() {
  const desk = await anOpenDesk();
  await desk.putCustomer('fabrikam', { leftAt });
  const table = desk.of('portals').table;
  const portal = aPortal({ id: 'north', customers: [customerId('contoso'), customerId('fabrikam')] });
  await table.transact(portalPartition, [registerPortalOp(portal)]);
  const { clock } = desk.moved;
  const receive = createPortalHook({
    registry: createPortalRegistry({ table, clock }),
    readSecret: async () => Promise.resolve(aSecret),
    clock,
    takeTurn: () => undefined,
    takeIn: hookIntake(desk.requests),
    quarantine: createQuarantine({ table, clock }),
  });
  const send = async (
    customer: 'contoso' | 'fabrikam',
    { title = 'No mail', timestamp = '2026-11-02T09:00:00Z' }: { title?: string; timestamp?: string } = {},
  ) => {
    const data = aSentRequest({ customer: { tenantId: tenantId(customer) }, title });
    const raw = Buffer.from(JSON.stringify({ type: 'support_request.created', timestamp, data }));
    const message = { id: 'msg_1', timestampSeconds: Math.floor(clock.now() / 1_000), body: raw };
    const signature = signWebhook(message, parseWebhookSecrets(aSecret));
    const headers = new Headers({ 'content-type': 'application/json', ...signature });
    return receive({ portalId: 'north', headers, raw }, desk.scope);
  };
  const requests = () =>
    [...desk.of('requests').partitions.values()].flatMap((rows) =>
      [...rows.keys()].filter((rk) => rk.startsWith('H|')),
    );
  const quarantined = () =>
    [...(desk.of('portals').partitions.get('quarantine')?.keys() ?? [])].filter((rk) => rk.startsWith('Q|'));
  return { desk, send, requests, quarantined };
}

describe('one webhook-id', () => {
  it('that was quarantined keeps that answer once its customer is mapped, and is no request', async () => {
    const { desk, send, requests } = await aHook();
    const first = await send('fabrikam');
    await desk.putCustomer('fabrikam');
    expect(await send('fabrikam')).toEqual(first);
    expect(first).toHaveProperty('quarantineId');
    expect(requests()).toEqual([]);
  });

  it('that was quarantined is refused for another body that would be taken in', async () => {
    const { send, requests } = await aHook();
    await send('fabrikam');
    await expect(send('contoso')).rejects.toMatchObject({ code: 'webhook-id-reused' });
    expect(requests()).toEqual([]);
  });

  it('that was taken in keeps that answer once its customer has left, and is not quarantined', async () => {
    const { desk, send, quarantined } = await aHook();
    const first = await send('contoso');
    await desk.putCustomer('contoso', { leftAt });
    expect(await send('contoso')).toEqual(first);
    expect(first).toHaveProperty('requestId');
    expect(quarantined()).toEqual([]);
  });

  it('that was taken in is refused for another body that would be quarantined', async () => {
    const { send, quarantined } = await aHook();
    await send('contoso');
    await expect(send('fabrikam')).rejects.toMatchObject({ code: 'webhook-id-reused' });
    expect(quarantined()).toEqual([]);
  });

  it('that was taken in is refused for a body that differs outside its data', async () => {
    const { send, requests } = await aHook();
    await send('contoso');
    await expect(send('contoso', { timestamp: '2026-11-02T09:00:01Z' })).rejects.toMatchObject({
      code: 'webhook-id-reused',
    });
    expect(requests()).toHaveLength(1);
  });

  it('is told where in its body the data does not fit', async () => {
    const { send } = await aHook();
    await expect(send('contoso', { title: ' ' })).rejects.toMatchObject({
      code: 'invalid-body',
      extras: { errors: [{ path: 'data.title' }] },
    });
  });

  it('is looked up in the quarantine by one point read, whatever else the intake costs', async () => {
    const { desk, send } = await aHook();
    await send('contoso');
    const { counts } = desk.of('portals');
    Object.assign(counts, { get: 0, query: 0, transact: 0 });
    await send('contoso');
    expect(counts).toMatchObject({ get: 1, query: 0, transact: 0 });
  });
});
