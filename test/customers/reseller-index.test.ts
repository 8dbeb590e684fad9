import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { customerPartition, customerRow } from '../../shared/customers/customer.ts';
import { createCustomerStore } from '../../shared/customers/customer-store.ts';
import { createCustomersOfReseller } from '../../shared/customers/reseller-index.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import { aCustomer, customerIdAt, harbour, meadow } from '../portals/managed-desk.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { runDirectory } from './passes.ts';
import { aRunningDesk, audited } from './running-directory.ts';

const relationOf = ({ tenantId, name, partnerId }: typeof harbour) => ({ id: tenantId, name, mpnId: partnerId });

/** What the index says now: read anew, without a cache. */
const served = async ({ tables, clock }: Pick<HealthDesk, 'tables' | 'clock'>, resellerId: string) =>
  [...(await createCustomersOfReseller({ tables, clock })(resellerId))].sort();

describe('the customers of a reseller', () => {
  it('are known from the directory, by its tenant and by its Partner ID', async () => {
    const desk = aHealthDesk({ role: 'provider' });
    desk.microsoft.options.resellers = [relationOf(harbour)];
    desk.microsoft.addTenants(2);
    desk.microsoft.tenants[1]!.details = { associatedPartnerId: harbour.tenantId };
    await desk.ensureDirectory(desk.scope);
    await runDirectory(desk, { minutes: 5 });
    expect(await served(desk, harbour.tenantId.toUpperCase())).toEqual([desk.id(1)]);
    expect(await served(desk, harbour.partnerId)).toEqual([desk.id(1)]);
  });

  it('follow a customer that changes hands', async () => {
    const desk = await aRunningDesk(1, 'provider');
    for (const reseller of [harbour, meadow]) {
      desk.microsoft.tenants[0]!.relationships = [relationOf(reseller)];
      audited(desk, { customerId: desk.tenant(0), resourceType: 'partner_customer_relationship' });
      await runDirectory(desk, { minutes: 17 });
      expect(await served(desk, reseller.partnerId)).toEqual([desk.id(0)]);
    }
    expect(await served(desk, harbour.partnerId)).toEqual([]);
    expect(await served(desk, harbour.tenantId)).toEqual([]);
  });

  it('are asked for once in half a minute, however many they are', async () => {
    const { clock, advance } = movedClock();
    const memory = memoryTables();
    const store = createCustomerStore({ tables: memory.tables });
    for (let n = 0; n < 30; n++) await store.insert(aCustomer(n, { reseller: harbour }));
    const customersOf = createCustomersOfReseller({ tables: memory.tables, clock });
    const { counts } = memory.of('customers');
    await Promise.all([customersOf(harbour.partnerId), customersOf(harbour.partnerId)]);
    expect((await customersOf(harbour.partnerId)).size).toBe(30);
    expect([counts.query, counts.rows]).toEqual([1, 30]);
    await advance(30_000);
    await customersOf(harbour.partnerId);
    expect(counts.query).toBe(2);
  });

  it('who were stored before there was an index come into it when their details are read again', async () => {
    const { clock } = movedClock();
    const { tables } = memoryTables();
    const store = createCustomerStore({ tables });
    const old = aCustomer(1, { reseller: harbour });
    const insert = { kind: 'insert', rk: old.customerId, columns: customerRow.toColumns(old) } as const;
    await tables('customers').transact(customerPartition, [insert]);
    const change = async (more: object) => store.change([old.customerId], (customer) => ({ ...customer, ...more }));
    await change({ name: 'New' });
    expect(await served({ tables, clock }, harbour.partnerId)).toEqual([]);
    await change({ detailsAt: '2026-11-02T00:00:00.000Z' });
    expect(await served({ tables, clock }, harbour.partnerId)).toEqual([old.customerId]);
    await change({ reseller: meadow });
    await change({ reseller: undefined });
    expect(await served({ tables, clock }, meadow.partnerId)).toEqual([]);
  });

  it('are no customers of their own on the list of all', async () => {
    const { tables } = memoryTables();
    const store = createCustomerStore({ tables });
    await store.insert(aCustomer(1, { reseller: harbour }));
    const ids = async (query: object) =>
      (await store.page({ limit: 10, ...query })).customers.map(({ customerId }) => customerId);
    for (const query of [{}, { after: 'R' }, { from: 'R' }]) expect(await ids(query)).toEqual([customerIdAt(1)]);
  });

  const moves = fc.array(fc.tuple(fc.nat(3), fc.constantFrom(harbour, meadow, { partnerId: '5501230' }, undefined)), {
    maxLength: 12,
  });
  it('are those whose rows say so, whatever moved and wherever a writer died', async () => {
    const property = fc.asyncProperty(moves, fc.infiniteStream(fc.nat(5)), async (all, luck) => {
      const dies = async () => {
        if (luck.next().value === 0) throw unavailable('storage', new Error('the process died'));
        return Promise.resolve();
      };
      const trouble = { isOn: false };
      const maybe = async () => (trouble.isOn ? dies() : Promise.resolve());
      const { tables } = memoryTables({ before: maybe, after: maybe });
      const { clock } = movedClock();
      const store = createCustomerStore({ tables });
      trouble.isOn = true;
      for (const [n, reseller] of all) {
        await store.insert(aCustomer(n, { reseller })).catch(() => undefined);
        await store.change([customerIdAt(n)], (customer) => ({ ...customer, reseller })).catch(() => undefined);
      }
      trouble.isOn = false;
      const { customers } = await store.page({ limit: 10 });
      for (const id of [harbour.tenantId, harbour.partnerId, meadow.tenantId, meadow.partnerId]) {
        const own = customers.filter(({ reseller }) => [reseller?.tenantId, reseller?.partnerId].includes(id));
        expect(await served({ tables, clock }, id)).toEqual(own.map(({ customerId }) => customerId).sort());
      }
    });
    await fc.assert(property, { seed: 20_261_126, numRuns: 60 });
  });
});
