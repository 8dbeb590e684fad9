import { describe, expect, it } from 'vitest';
import { dayMs, fromIso, toIso } from '../../shared/core/clock.ts';
import { createDelegationState } from '../../shared/customers/delegation.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import { supportRole } from '../health/scripted-relationships.ts';

const inDays = (desk: HealthDesk, days: number) => toIso(desk.clock.now() + days * dayMs);

/** Three customers, each with a relationship that ends in 400 days; the list has been read once. */
async function aDelegatingDesk() {
  const desk = aHealthDesk();
  await desk.begin(3);
  for (const n of [0, 1, 2]) {
    desk.microsoft.relationships.put({ id: `r${String(n)}`, tenantId: desk.tenant(n), endsAt: inDays(desk, 400) });
  }
  await desk.ensureDelegation(desk.scope);
  await desk.drain();
  return desk;
}

const gdapOf = async (desk: HealthDesk, n: number) => (await desk.customers.get(desk.id(n)))!.gdap;
const memberOf = async (desk: HealthDesk, n: number) => (await desk.shards.members('emea', 0)).get(desk.id(n))!;
const state = async (desk: HealthDesk) => createDelegationState(desk, desk.cloud)('emea');

/** Graph calls about relationships that `work` made: of the list, and of assignments. */
async function callsOf(desk: HealthDesk, work: () => Promise<unknown>) {
  const before = desk.microsoft.calls.length;
  await work();
  const urls = desk.microsoft.calls.slice(before).map(({ url }) => url);
  const about = urls.filter((url) => url.includes('delegatedAdminRelationships'));
  const roles = about.filter((url) => url.endsWith('/accessAssignments')).length;
  return { list: about.length - roles, roles };
}

const pass = async (desk: HealthDesk) => desk.cycle(15);
const warnings = (desk: HealthDesk) =>
  desk.entries.filter(({ event }) => event === 'customers.gdap-ending').map(({ fields }) => fields);

describe('the delegation of a partner', () => {
  it('is brought to the customer’s row and its shard', async () => {
    const desk = await aDelegatingDesk();
    const endsAt = toIso(fromIso((await gdapOf(desk, 0))!.endsAt!));
    expect(await gdapOf(desk, 0)).toEqual({ relationshipId: 'r0', status: 'active', endsAt, roleIds: [supportRole] });
    expect((await memberOf(desk, 0)).delegation).toEqual({ endsAt });
    expect(await state(desk)).toMatchObject({ offered: true, trouble: undefined });
  });

  it('says of a customer without a relationship that there is none', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.relationships.remove('r1');
    await pass(desk);
    expect(await gdapOf(desk, 1)).toEqual({ status: 'none' });
    expect((await memberOf(desk, 1)).delegation).toEqual({});
  });

  it('costs one list and no change in the quiet case', async () => {
    const desk = await aDelegatingDesk();
    await desk.customers.change([desk.id(0)], (customer) => ({ ...customer, name: 'touched' }));
    await desk.untilDue(['delegation'], 15);
    const before = desk.memory.of('customers').counts.written;
    expect(await callsOf(desk, async () => desk.drain())).toEqual({ list: 1, roles: 0 });
    // The head, the next wake, the wake that is done, and the packed list.
    expect(desk.memory.of('customers').counts.written - before).toBe(4);
  });

  it('reads the roles of a relationship that changed, and of every one once a week', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.relationships.put({ id: 'r2', roles: ['88d8e3e3-8f55-4a1e-953a-9b9898b8876b'] });
    expect(await callsOf(desk, async () => pass(desk))).toEqual({ list: 1, roles: 1 });
    expect((await gdapOf(desk, 2))!.roleIds).toEqual(['88d8e3e3-8f55-4a1e-953a-9b9898b8876b']);
    await desk.advance(6 * dayMs);
    await desk.drain();
    const week = await callsOf(desk, async () => {
      for (let n = 0; n < 100; n++) await pass(desk);
    });
    expect(week).toEqual({ list: 100, roles: 3 });
  });

  it('takes of several relationships the living one with a usable role that ends last', async () => {
    const desk = await aDelegatingDesk();
    const put = desk.microsoft.relationships.put;
    put({ id: 'short', tenantId: desk.tenant(0), endsAt: inDays(desk, 20) });
    put({ id: 'long', tenantId: desk.tenant(0), endsAt: inDays(desk, 700) });
    put({ id: 'idle', tenantId: desk.tenant(0), endsAt: inDays(desk, 720), roles: [] });
    put({ id: 'gone', tenantId: desk.tenant(0), endsAt: inDays(desk, 730), status: 'terminated' });
    put({ id: 'asked', tenantId: desk.tenant(0), status: 'approvalPending' });
    await pass(desk);
    expect((await gdapOf(desk, 0))!.relationshipId).toBe('long');
    for (const id of ['long', 'r0', 'short', 'idle', 'asked']) {
      expect((await gdapOf(desk, 0))!.relationshipId).toBe(id);
      desk.microsoft.relationships.remove(id);
      await pass(desk);
    }
    expect((await gdapOf(desk, 0))!.relationshipId).toBe('gone');
  });

  it('reaches the row of a customer whose place in a shard was written first', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.addTenants(1);
    const [customerId, tenantId] = [desk.id(3), desk.tenant(3)];
    desk.microsoft.relationships.put({ id: 'r3', tenantId, endsAt: inDays(desk, 400) });
    await desk.shards.put('emea', 0, [{ customerId, tenantId }]);
    await pass(desk);
    expect((await memberOf(desk, 3)).delegation).toBeUndefined();
    await desk.customers.insert({ ...(await desk.customers.get(desk.id(0)))!, customerId, tenantId, gdap: undefined });
    await pass(desk);
    expect((await gdapOf(desk, 3))!.relationshipId).toBe('r3');
    expect((await memberOf(desk, 3)).delegation).toEqual({ endsAt: (await gdapOf(desk, 3))!.endsAt });
  });

  it('has ended when Microsoft ended it, whatever end was agreed', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.relationships.put({ id: 'r0', status: 'terminated' });
    await pass(desk);
    expect((await memberOf(desk, 0)).delegation).toEqual({ endsAt: '2026-10-01T08:00:00.123Z' });
  });

  it('reaches a customer that joins later, and leaves alone who has left meanwhile', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.addTenants(1);
    desk.microsoft.relationships.put({ id: 'r3', tenantId: desk.tenant(3), endsAt: inDays(desk, 400) });
    const leftAt = desk.now();
    await desk.shards.put('emea', 0, [{ ...(await memberOf(desk, 1)), leftAt, delegation: undefined }]);
    await desk.shards.put('emea', 0, [{ ...(await memberOf(desk, 2)), missedAt: leftAt, delegation: undefined }]);
    for (let n = 0; n < 100; n++) await pass(desk);
    expect((await gdapOf(desk, 3))!.relationshipId).toBe('r3');
    expect(await memberOf(desk, 1)).toMatchObject({ leftAt });
    expect((await memberOf(desk, 1)).delegation).toBeUndefined();
    expect((await memberOf(desk, 2)).delegation).toEqual({ endsAt: (await gdapOf(desk, 2))!.endsAt });
  });

  it('is read in as many legs as a large list needs, and forgets only what a whole pass did not show', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.relationships.options.pageSize = 1;
    desk.microsoft.relationships.remove('r1');
    const http = desk.microsoft.relationships.answer;
    // Each page takes a minute, so that every leg reads one.
    desk.microsoft.relationships.answer = (url) => {
      void desk.advance(60_000);
      return http(url);
    };
    const known = [await gdapOf(desk, 0), await gdapOf(desk, 2)];
    expect(await callsOf(desk, async () => pass(desk))).toEqual({ list: 2, roles: 0 });
    expect(await gdapOf(desk, 1)).toEqual({ status: 'none' });
    expect([await gdapOf(desk, 0), await gdapOf(desk, 2)]).toEqual(known);
  });
});

describe('a delegation that ends', () => {
  it('is warned of once at 30, 7 and 1 days', async () => {
    const desk = await aDelegatingDesk();
    const endsAt = inDays(desk, 31);
    desk.microsoft.relationships.put({ id: 'r0', endsAt });
    for (let n = 0; n < 32 * 4; n++) await desk.cycle(6 * 60);
    const of = (days: number) => ({ customerId: desk.id(0), days, endsAt });
    expect(warnings(desk)).toEqual([of(30), of(7), of(1)]);
    expect((await gdapOf(desk, 0))!.warnedDays).toBe(1);
  });

  it('is warned of by the tightest threshold after the desk was down over several', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.relationships.put({ id: 'r0', endsAt: inDays(desk, 31) });
    await pass(desk);
    await desk.advance(26 * dayMs);
    await desk.drain();
    await pass(desk);
    expect(warnings(desk).map(({ days }) => days)).toEqual([7]);
  });

  it('is warned of anew when another relationship or another end takes its place', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.relationships.put({ id: 'r0', endsAt: inDays(desk, 6) });
    await pass(desk);
    desk.microsoft.relationships.put({ id: 'r0', endsAt: inDays(desk, 90) });
    await pass(desk);
    expect((await gdapOf(desk, 0))!.warnedDays).toBeUndefined();
    desk.microsoft.relationships.put({ id: 'r0', endsAt: inDays(desk, 20) });
    await pass(desk);
    expect(warnings(desk).map(({ days }) => days)).toEqual([7, 30]);
  });

  it('is warned of although the list cannot be read any more', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.relationships.put({ id: 'r0', endsAt: inDays(desk, 31) });
    await pass(desk);
    desk.microsoft.faults.set('partner', { status: 403 });
    for (let n = 0; n < 4; n++) await desk.cycle(12 * 60);
    expect(warnings(desk).map(({ days }) => days)).toEqual([30]);
  });

  it('is warned of once although the run dies before it is done', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.relationships.put({ id: 'r0', endsAt: inDays(desk, 6) });
    const { table } = desk.memory.of('customers');
    const real = { ...table };
    table.transact = async (pk, ops) => {
      if (pk.startsWith('delegation|')) throw new Error('cut');
      return real.transact(pk, ops);
    };
    await desk.advance(15 * 60_000);
    await expect(desk.drain()).rejects.toThrow('cut');
    Object.assign(table, real);
    await desk.drain();
    expect(warnings(desk)).toHaveLength(1);
  });
});

describe('trouble with the list of relationships', () => {
  it.each([
    ['refused', { status: 403 }, { reason: 'refused', status: 403 }],
    ['throttled', { status: 429, retryAfter: '3600' }, { reason: 'throttled', status: 429 }],
    ['away', { status: 503 }, { reason: 'away', status: 503 }],
    ['silent', { network: true }, { reason: 'away' }],
    ['unreadable', { status: 200, body: '{"value":[' }, { reason: 'unreadable', status: 200 }],
    ['without a token', { token: new TokenFailure('invalid-grant', 'dead') }, { reason: 'refused' }],
  ])('that is %s stays visible, leaves everything as it was, backs off, and passes', async (_name, fault, told) => {
    const desk = await aDelegatingDesk();
    const before = [await gdapOf(desk, 0), await memberOf(desk, 0)];
    await desk.advance(15 * 60_000);
    const since = desk.now();
    desk.microsoft.faults.set('partner', fault);
    await desk.drain();
    expect(await state(desk)).toMatchObject({ trouble: { ...told, since } });
    expect([await gdapOf(desk, 0), await memberOf(desk, 0)]).toEqual(before);
    const calls = await callsOf(desk, async () => {
      for (let n = 0; n < 60; n++) await desk.cycle(1);
    });
    expect(calls.list).toBeLessThanOrEqual(8);
    expect((await state(desk)).trouble!.since).toBe(since);
    desk.microsoft.faults.delete('partner');
    await desk.cycle(61);
    expect((await state(desk)).trouble).toBeUndefined();
  });

  it('before the first reading leaves unknown who has none', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    desk.microsoft.faults.set('partner', { status: 403 });
    await desk.ensureDelegation(desk.scope);
    await desk.drain();
    expect([await gdapOf(desk, 0), (await memberOf(desk, 0)).delegation]).toEqual([undefined, undefined]);
  });

  it('with one item hides nobody’s relationship, and is visible', async () => {
    const desk = await aDelegatingDesk();
    const known = await gdapOf(desk, 2);
    desk.microsoft.relationships.options.body = JSON.stringify({ value: [{ id: 'r2', status: 'active' }, { id: 7 }] });
    await pass(desk);
    expect(await gdapOf(desk, 2)).toEqual(known);
    expect(await state(desk)).toMatchObject({ trouble: { reason: 'unreadable' } });
  });

  it('of one relationship’s roles leaves them unknown and the others read', async () => {
    const desk = await aDelegatingDesk();
    desk.microsoft.relationships.options.refusedRoles.add('r0');
    for (const id of ['r0', 'r1']) desk.microsoft.relationships.put({ id });
    await pass(desk);
    expect((await gdapOf(desk, 0))!.roleIds).toBeUndefined();
    expect((await gdapOf(desk, 1))!.roleIds).toEqual([supportRole]);
    expect((await state(desk)).trouble).toMatchObject({ reason: 'roles-unread' });
    desk.microsoft.relationships.options.refusedRoles.clear();
    for (let n = 0; n < 5; n++) await pass(desk);
    expect((await gdapOf(desk, 0))!.roleIds).toEqual([supportRole]);
    expect((await state(desk)).trouble).toBeUndefined();
  });

  it('starts again what lost its wake', async () => {
    const desk = await aDelegatingDesk();
    for (const held of desk.bus.all()) desk.bus.complete(held);
    await desk.advance(20 * 60_000);
    expect(await desk.ensureDelegation(desk.scope)).toEqual({ started: 0 });
    await desk.advance(6 * 60_000);
    expect(await desk.ensureDelegation(desk.scope)).toEqual({ started: 1 });
    expect(await callsOf(desk, async () => desk.cycle(0))).toMatchObject({ list: 1 });
  });

  it('sends again what is owed', async () => {
    const desk = await aDelegatingDesk();
    for (const held of desk.bus.all()) desk.bus.complete(held);
    await desk.advance(18 * 60_000);
    await desk.sweep(desk.scope);
    expect(desk.bus.all().map(({ message }) => message.body.body)).toContainEqual({
      kind: 'delegation',
      connectionId: 'emea',
    });
  });

  it('does not arise in 21Vianet, which has no such relationships', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    desk.cloud.cloud = 'china';
    expect(await desk.ensureDelegation(desk.scope)).toEqual({ started: 0 });
    expect(await state(desk)).toEqual({ offered: false });
  });
});
