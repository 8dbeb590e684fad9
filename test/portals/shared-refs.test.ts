import { describe, expect, it } from 'vitest';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import { aSentRequest, customersOf, inboundSecret, threePortals, type PortalName } from '../support/three-portals.ts';

const ref = { system: 'connectwise', id: '250' };
const [north, alsoNorth] = customersOf('north');
const [south] = customersOf('south');

/** A desk whose portals number their customers alike; `whose` have the number 250. */
async function aDeskWith(...whose: (typeof north)[]) {
  const desk = await threePortals();
  const put = async (customer: typeof north, externalRefs: object[]) => {
    const path = `/api/customers/${customer!.customerId}/refs`;
    expect((await desk.call('PUT', path, { as: desk.tokens.admin, body: { externalRefs } })).status).toBe(200);
  };
  for (const customer of whose) await put(customer, [ref]);
  const customerOf = async (id = '') => {
    const { json } = await desk.call('GET', `/api/requests/${id}`, { as: desk.tokens.admin });
    return (json as { customerId?: string }).customerId;
  };
  const data = (portal: PortalName) => aSentRequest(portal, { customer: { externalRef: ref } });
  /** The status of the answer, and of which customer the request is. */
  const byApi = async (as: string, portal: PortalName = 'north') => {
    const { status, json } = await desk.call('POST', '/api/requests', { as, body: data(portal) });
    const { id, code } = json as { id?: string; code?: string };
    return [status, code ?? (await customerOf(id))];
  };
  const byHook = async (portal: PortalName, id: string) => {
    const text = JSON.stringify({
      type: 'support_request.created',
      timestamp: '2026-11-02T09:00:00Z',
      data: data(portal),
    });
    const timestampSeconds = Math.floor(desk.clock.now() / 1_000);
    const keys = parseWebhookSecrets(inboundSecret(portal));
    const headers = signWebhook({ id, timestampSeconds, body: Buffer.from(text) }, keys);
    const { json } = await desk.call('POST', `/api/hooks/portals/${portal}`, { text, headers });
    const { requestId, quarantineId } = json as { requestId?: string; quarantineId?: string };
    return quarantineId === undefined ? customerOf(requestId) : 'quarantined';
  };
  return { ...desk, put, byApi, byHook };
}

describe('a reference that customers of two portals have', () => {
  it('leads each portal to its own customer, by API and by webhook', async () => {
    const desk = await aDeskWith(north, south);
    for (const [portal, own] of [
      ['north', north],
      ['south', south],
    ] as const) {
      expect(await desk.byApi(desk.tokens[portal], portal)).toEqual([201, own!.customerId]);
      expect(await desk.byHook(portal, 'm1')).toBe(own!.customerId);
    }
    expect(await desk.byApi(desk.tokens.west, 'west')).toEqual([422, 'unknown-customer']);
    expect(await desk.byHook('west', 'm1')).toBe('quarantined');
  });

  it('stays with the one when it is taken from the other', async () => {
    const desk = await aDeskWith(north, south);
    await desk.put(south, []);
    expect(await desk.byApi(desk.tokens.north)).toEqual([201, north!.customerId]);
    expect(await desk.byHook('south', 'm1')).toBe('quarantined');
  });

  it('names nobody to people, who see both', async () => {
    const desk = await aDeskWith(north, south);
    expect(await desk.byApi(desk.tokens.operator)).toEqual([422, 'unknown-customer']);
  });
});

describe('a reference that two customers of one portal have', () => {
  it('is unknown by API and quarantined by webhook, until one has it alone', async () => {
    const desk = await aDeskWith(north, alsoNorth);
    expect(await desk.byApi(desk.tokens.north)).toEqual([422, 'unknown-customer']);
    expect(await desk.byHook('north', 'm1')).toBe('quarantined');
    await desk.put(alsoNorth, []);
    await desk.moved.advance(30_001);
    expect(await desk.byHook('north', 'm2')).toBe(north!.customerId);
  });
});
