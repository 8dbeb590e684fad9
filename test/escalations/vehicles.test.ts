import { describe, expect, it } from 'vitest';
import { contractIdsOf } from '../../shared/escalations/contract-ids.ts';
import { readContract, readContracts } from '../../shared/escalations/contract-store.ts';
import { SecretMissing } from '../../shared/platform/secret.ts';
import { aDesk, type Calling } from '../support/a-desk.ts';

const path = '/api/vehicles/contoso-emea/advanced';
const withoutIds = {
  expiresAt: '2027-06-30T00:00:00.000Z',
  products: ['microsoft365', 'azure'],
  incidentsLeft: 7,
  responseHours: { critical: 1, moderate: 4, minimal: 8 },
  source: 'Contract 4711, schedule B',
  asOf: '2026-07-01',
  phoneRoute: '+49 30 5550100, say the contract id',
  dutyContact: { name: 'Account team', phone: '+49 30 5550101', hours: 'always' },
};

const full = {
  ...withoutIds,
  accessId: { value: 'ACCESS-1', expiresAt: '2027-06-30T00:00:00.000Z' },
  contractId: { value: 'CONTRACT-1' },
};

async function aVehicleDesk() {
  const desk = await aDesk();
  const as = desk.tokens.admin;
  const get = async (at = path, more: Calling = {}) => desk.call('GET', at, { as, ...more });
  const put = async (body: unknown, version: number, at = path) =>
    desk.call('PUT', at, { as, body, headers: { 'if-match': `"${String(version)}"` } });
  const ids = async () =>
    contractIdsOf(
      {
        tables: desk.tables,
        readSecret: async (name) => {
          const value = desk.outside.secrets.get(name);
          if (value === undefined) throw new SecretMissing(name);
          return Promise.resolve(value);
        },
      },
      { connectionId: 'contoso-emea', vehicle: 'advanced' },
    );
  return { ...desk, get, put, ids };
}

describe('the contract of a vehicle', () => {
  it('is at version 0 until somebody enters it, and then says who and when', async () => {
    const { get, put, clock } = await aVehicleDesk();
    const before = await get();
    expect(before).toMatchObject({ status: 200, json: { version: 0, isRecorded: false }, headers: { etag: '"0"' } });
    const entered = await put(full, 0);
    const at = new Date(clock.now()).toISOString();
    expect(entered).toMatchObject({ status: 200, headers: { etag: '"1"' } });
    expect(entered.json).toMatchObject({ version: 1, at, by: expect.any(String) as string, incidentsAsOf: at });
    expect((await get()).json).toEqual(entered.json);
  });

  it('never shows its ids, which stand in the vault and nowhere else', async () => {
    const { put, get, ids, memory, log } = await aVehicleDesk();
    const entered = await put(full, 0);
    expect(entered.json).toMatchObject({
      accessId: { isThere: true, expiresAt: full.accessId.expiresAt },
      contractId: { isThere: true },
    });
    expect(entered.text + (await get()).text).not.toMatch(/ACCESS-1|CONTRACT-1/);
    const rows = [...memory.of('desk').partitions.values()].flatMap((partition) => [...partition.values()]);
    expect(JSON.stringify(rows)).not.toMatch(/ACCESS-1|CONTRACT-1/);
    expect(JSON.stringify(log.entries)).not.toMatch(/ACCESS-1|CONTRACT-1/);
    expect(await ids()).toEqual({ accessId: 'ACCESS-1', contractId: 'CONTRACT-1' });
  });

  it('keeps an id that is left out, prolongs it, replaces it, and takes it away', async () => {
    const { put, ids } = await aVehicleDesk();
    await put(full, 0);
    await put(withoutIds, 1);
    expect(await ids()).toEqual({ accessId: 'ACCESS-1', contractId: 'CONTRACT-1' });
    const prolonged = await put({ ...withoutIds, accessId: { expiresAt: '2028-06-30T00:00:00.000Z' } }, 2);
    expect(prolonged.json).toMatchObject({ accessId: { expiresAt: '2028-06-30T00:00:00.000Z' } });
    await put({ ...withoutIds, accessId: { value: 'ACCESS-2' }, contractId: null }, 3);
    expect(await ids()).toEqual({ accessId: 'ACCESS-2' });
  });

  it('is entered by whoever has seen the version before, and by one of two at once', async () => {
    const { put, call, tokens } = await aVehicleDesk();
    expect((await call('PUT', path, { as: tokens.admin, body: {} })).status).toBe(428);
    const both = await Promise.all([put(full, 0), put({ ...full, incidentsLeft: 6 }, 0)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 412]);
    expect((await put(full, 0)).status).toBe(412);
  });

  it('costs the vault nothing when it is refused', async () => {
    const { put, outside } = await aVehicleDesk();
    const before = outside.secrets.size;
    expect((await put(full, 7)).status).toBe(412);
    expect(outside.secrets.size).toBe(before);
  });

  it('keeps each version, which are not taken for contracts', async () => {
    const { put, tables } = await aVehicleDesk();
    await put(full, 0);
    await put({ ...full, incidentsLeft: 6 }, 1);
    const contracts = await readContracts(tables('desk'), 'contoso-emea');
    expect(contracts.map(({ vehicle, version, incidentsLeft }) => [vehicle, version, incidentsLeft])).toEqual([
      ['advanced', 2, 6],
    ]);
    expect(await readContract(tables('desk'), 'contoso-emea', 'premier')).toBeUndefined();
  });

  it.each<[string, unknown, string]>([
    ['response hours without their source', { responseHours: full.responseHours }, path],
    ['an id that was never there, without its value', { accessId: { expiresAt: full.expiresAt } }, path],
    ['customers of a contract of the partner', { customers: [{ customerId: 'c' }] }, path],
    ['an id of the customer', { contractId: { value: 'x' } }, '/api/vehicles/contoso-emea/customer-own'],
    ['less than no incidents', { incidentsLeft: -1 }, path],
  ])('refuses %s', async (_title, body, at) => {
    const { put } = await aVehicleDesk();
    expect(await put(body, 0, at)).toMatchObject({ status: 400, json: { code: 'invalid-body' } });
  });

  it('of a customer’s own is recorded by customer, and listed with the others', async () => {
    const { put, get } = await aVehicleDesk();
    const customers = [{ customerId: 'ccustomer', expiresAt: full.expiresAt, products: ['azure'] }];
    await put({ customers }, 0, '/api/vehicles/contoso-emea/customer-own');
    const { json } = await get('/api/vehicles/contoso-emea');
    const { items } = json as { items: { vehicle: string; isRecorded: boolean; customers?: unknown }[] };
    expect(items.map(({ vehicle, isRecorded }) => [vehicle, isRecorded])).toEqual([
      ['commercial', false],
      ['premier', false],
      ['advanced', false],
      ['signature', false],
      ['customer-own', true],
    ]);
    expect(items.at(-1)!.customers).toEqual(customers);
  });

  it('does not exist for a connection or a vehicle that nobody knows', async () => {
    const { get, put, tokens } = await aVehicleDesk();
    expect((await get('/api/vehicles/nobody/advanced')).status).toBe(404);
    expect((await get('/api/vehicles/nobody')).status).toBe(404);
    expect((await get('/api/vehicles/contoso-emea/gold')).status).toBe(404);
    expect((await put(full, 0, '/api/vehicles/nobody/advanced')).status).toBe(404);
    expect((await get(path, { as: tokens.operator })).status).toBe(403);
  });
});
