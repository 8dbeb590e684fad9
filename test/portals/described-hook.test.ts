import { createHmac } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { hmacKeys } from '../../shared/portals/described-hmac.ts';
import { portalPartition, registerPortalOp } from '../../shared/portals/portal.ts';
import { inboundOf } from '../../shared/portals/recipes/recipes.ts';
import { customersOf, threePortals, type ThreePortals } from '../support/three-portals.ts';
import { connectwisePayloads } from './recipe-payloads.ts';

const secret = 'the-signing-key-of-the-psa-01234';
const [key] = hmacKeys(secret, { key: 'sha256-of-text' });
const [customer] = customersOf('north');

/** A desk with a portal that is a ConnectWise, one of whose companies is mapped to a customer. */
async function aDeskWithPsa() {
  const desk = await threePortals();
  desk.outside.secrets.set('psa-inbound', secret);
  await desk.tables('portals').transact(portalPartition, [
    registerPortalOp({
      id: 'psa',
      name: 'PSA',
      customers: [customer!.customerId],
      inbound: inboundOf({ recipe: 'connectwise' }, 'psa-inbound'),
      disabled: false,
    }),
  ]);
  const refs = { add: [{ system: 'connectwise', id: '250' }], remove: [] };
  await desk.store.pointRefs(customer!.customerId, refs);
  await desk.moved.advance(60_000);
  return desk;
}

async function sendTo(desk: ThreePortals, payload: unknown, { query = '?recordId=5158&action=added', mac = '' } = {}) {
  const text = JSON.stringify(payload);
  const signature = mac === '' ? createHmac('sha256', key!).update(text).digest('base64') : mac;
  return desk.call('POST', `/api/hooks/portals/psa${query}`, { text, headers: { 'x-content-signature': signature } });
}

describe('a webhook in a language of its sender', () => {
  let desk: ThreePortals;
  beforeAll(async () => {
    desk = await aDeskWithPsa();
  });

  const send = async (payload: unknown, more = {}) => sendTo(desk, payload, more);

  it('creates a request that knows its ticket, and creates it once however often it comes', async () => {
    const first = await send(connectwisePayloads.created);
    expect(first.status).toBe(202);
    const { requestId } = first.json as { requestId: string };
    const request = await desk.call('GET', `/api/requests/${requestId}`, { as: desk.tokens.operator });
    expect(request.json).toMatchObject({
      portalId: 'psa',
      customerId: customer!.customerId,
      severity: 'critical',
      externalRefs: [{ system: 'connectwise', id: '5158' }],
    });
    await desk.settle();
    const before = desk.cost();
    for (const query of ['', '?recordId=5158&action=added', '?recordId=9']) {
      const again = await send(connectwisePayloads.created, { query });
      expect([again.status, again.text]).toEqual([first.status, first.text]);
    }
    expect(desk.cost()).toMatchObject({ sends: before.sends });
  });

  it('for a company that nobody mapped waits in the quarantine, as the desk’s own body', async () => {
    const entity = JSON.parse(connectwisePayloads.created.Entity) as object;
    const Entity = JSON.stringify({ ...entity, company: { id: 9_999 } });
    const answer = await send({ ...connectwisePayloads.created, Entity });
    expect(answer.status).toBe(202);
    expect(answer.json).toHaveProperty('quarantineId');
    expect((await send({ ...connectwisePayloads.created, Entity })).text).toBe(answer.text);
  });

  it('for no company at all has nothing remembered that would bring all such tickets to one customer', async () => {
    const desk = await aDeskWithPsa();
    const entity = JSON.parse(connectwisePayloads.created.Entity) as object;
    const Entity = (summary: string) => JSON.stringify({ ...entity, company: null, summary });
    const ask = async (summary: string) => sendTo(desk, { ...connectwisePayloads.created, Entity: Entity(summary) });
    const { quarantineId } = (await ask('of nobody')).json as { quarantineId: string };
    const assigned = await desk.call('POST', `/api/quarantine/${quarantineId}/assign`, {
      as: desk.tokens.admin,
      body: { customerId: customer!.customerId, remember: true },
    });
    expect(assigned).toMatchObject({ status: 200, json: { remembered: false } });
    expect((await ask('of nobody either')).json).toHaveProperty('quarantineId');
  });

  it('that says nothing of interest is ignored, and one that lacks what the map needs is refused by name', async () => {
    expect(await send(connectwisePayloads.updated)).toMatchObject({ status: 202, json: { ignored: true } });
    const Entity = JSON.stringify({ ...(JSON.parse(connectwisePayloads.created.Entity) as object), summary: null });
    const { status, json } = await send({ ...connectwisePayloads.created, Entity });
    expect(status).toBe(400);
    expect(json).toMatchObject({
      code: 'invalid-body',
      errors: [{ path: 'title', message: 'Entity.summary of the payload is missing' }],
    });
  });

  it('whose signature does not hold costs no storage and no message', async () => {
    const before = desk.cost();
    const answer = await send(connectwisePayloads.created, { mac: Buffer.alloc(32).toString('base64') });
    expect(answer.status).toBe(401);
    expect(desk.cost()).toEqual(before);
  });
});
