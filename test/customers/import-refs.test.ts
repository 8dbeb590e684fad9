import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AppError, unavailable } from '../../shared/core/errors.ts';
import { parseCsv } from '../../shared/core/csv.ts';
import { limits } from '../../shared/core/limits.ts';
import { createCustomerStore } from '../../shared/customers/customer-store.ts';
import { readRefLines } from '../../shared/customers/ref-lines.ts';
import { setRefs } from '../../shared/customers/set-refs.ts';
import { aCustomer, customerIdAt } from '../portals/managed-desk.ts';
import { memoryTables } from '../support/memory-table.ts';
import { customersOf, threePortals } from '../support/three-portals.ts';

const [first, second] = customersOf('north');
const [theirs] = customersOf('south');
const header = 'customerId,tenantId,domain,system,id\r\n';

async function anImportingDesk() {
  const desk = await threePortals();
  const post = async (text: string, query = '', more: { as?: string; type?: string } = {}) => {
    const { status, json } = await desk.call('POST', `/api/customers/refs/import${query}`, {
      as: more.as ?? desk.tokens.admin,
      text,
      headers: { 'content-type': more.type ?? 'text/csv; charset=utf-8' },
    });
    return { status, json: json as { errors?: { path: string; message: string }[] } };
  };
  const refsOf = async (id = '') => (await desk.store.get(id))?.externalRefs.map((ref) => `${ref.system}:${ref.id}`);
  return { desk, post, refsOf };
}

const three =
  header +
  `${first!.customerId},,,crm,A-1\r\n` +
  `,${second!.tenantId.toUpperCase()},,crm,"A, ""2"""\r\n` +
  `,,${theirs!.domain},crm,山田\r\n`;

/** Asked for what it refuses only. */
const refusing = await anImportingDesk();

it('a reference put to a customer stays with the one that has it too, and is ambiguous to whoever sees both', async () => {
  const { desk, refsOf } = await anImportingDesk();
  const put = async (customerId: string, externalRefs: object[]) => {
    const body = { externalRefs };
    const { status, json } = await desk.call('PUT', `/api/customers/${customerId}/refs`, {
      as: desk.tokens.admin,
      body,
    });
    expect(status).toBe(200);
    return json;
  };
  const ref = theirs!.externalRef;
  expect(await put(first!.customerId, [ref])).toMatchObject({ externalRefs: [ref], ambiguous: [] });
  expect(await refsOf(theirs!.customerId)).toEqual([`psa:${ref.id}`]);
  const { ambiguous } = (await put(second!.customerId, [ref])) as { ambiguous: { customerIds: string[] }[] };
  expect(ambiguous).toMatchObject([{ ...ref, portalIds: ['north'] }]);
  const all = [first, second, theirs].map((one) => one!.customerId).sort();
  expect(ambiguous[0]!.customerIds.sort()).toEqual(all);
  expect(await put(second!.customerId, [])).toMatchObject({ externalRefs: [], ambiguous: [] });
  expect((await desk.store.byRef(ref)).sort()).toEqual([first!.customerId, theirs!.customerId].sort());
});

it.each([1, 2, 3, 4])(
  'a reference is put to a customer for good by a second call, whatever write the first one died at (%i)',
  async (dies) => {
    const ref = { system: 'crm', id: 'A-1' };
    let left = Infinity;
    const before = async (operation: string) => {
      if (operation === 'transact' && left-- <= 0) throw unavailable('storage', new Error('the process died'));
      return Promise.resolve();
    };
    const store = createCustomerStore({ tables: memoryTables({ before }).tables });
    for (const n of [1, 2]) await store.insert(aCustomer(n));
    await setRefs(store, customerIdAt(1), [ref]);
    left = dies - 1;
    await setRefs(store, customerIdAt(2), [ref]).catch(() => undefined);
    left = Infinity;
    await setRefs(store, customerIdAt(2), [ref]);
    expect([...(await store.byRef(ref))].sort()).toEqual([customerIdAt(1), customerIdAt(2)].sort());
    const refsOf = async (n: number) => (await store.get(customerIdAt(n)))?.externalRefs;
    expect([await refsOf(1), await refsOf(2)]).toEqual([[ref], [ref]]);
  },
);

describe('a file of references', () => {
  it('adds to customers named by id, tenant or domain, and keeps what they have', async () => {
    const { desk, post, refsOf } = await anImportingDesk();
    expect(await post(three)).toEqual({
      status: 200,
      json: { dryRun: false, lines: 3, added: 3, unchanged: 0, ambiguous: [] },
    });
    expect(await refsOf(second!.customerId)).toEqual([`psa:${second!.externalRef.id}`, 'crm:A, "2"']);
    expect(await desk.store.byRef({ system: 'crm', id: '山田' })).toEqual([theirs!.customerId]);
    const written = desk.cost().transactions;
    expect((await post(three)).json).toMatchObject({ added: 0, unchanged: 3, ambiguous: [] });
    expect(desk.cost().transactions).toBe(written);
  });

  it('says what it would do and writes nothing in a dry run', async () => {
    const { desk, post } = await anImportingDesk();
    const before = desk.cost().transactions;
    expect((await post(three, '?dryRun=true')).json).toMatchObject({ dryRun: true, added: 3 });
    expect(desk.cost().transactions).toBe(before);
  });

  it('takes no reference away from another customer, and says which a portal cannot use any more', async () => {
    const { desk, post, refsOf } = await anImportingDesk();
    const { system, id } = theirs!.externalRef;
    const one = `tenantId,system,id\n${first!.tenantId},${system},${id}\n`;
    expect((await post(one)).json).toMatchObject({ added: 1, ambiguous: [] });
    expect(await refsOf(theirs!.customerId)).toEqual([`psa:${id}`]);
    expect(await refsOf(first!.customerId)).toContain(`psa:${id}`);
    const both = `${one}${second!.tenantId},${system},${id}\n`;
    const customerIds = [first!.customerId, second!.customerId, theirs!.customerId].sort();
    for (const query of ['?dryRun=true', '']) {
      const { ambiguous, ...counts } = (await post(both, query)).json as { ambiguous?: { customerIds: string[] }[] };
      expect(counts).toMatchObject({ added: 1, unchanged: 1 });
      expect(ambiguous).toMatchObject([{ system, id, portalIds: ['north'] }]);
      expect(ambiguous![0]!.customerIds.sort()).toEqual(customerIds);
    }
    expect((await desk.store.byRef({ system, id })).sort()).toEqual(customerIds);
  });

  it('is refused as a whole, by its lines, where any does not fit', async () => {
    const { desk, post } = await anImportingDesk();
    const before = desk.cost().transactions;
    const lines = [
      `${first!.customerId},,,crm,A-1`,
      `,,,crm,A-2`,
      `${first!.customerId},${first!.tenantId},,crm,A-3`,
      `,no-guid,,crm,A-4`,
      `${second!.customerId},,,crm,A-1`,
      `${first!.customerId},,,crm`,
      `${first!.customerId},,,,A-5`,
      ',,"two\nlines.example",crm,A-6',
      ...Array.from({ length: limits.externalRefs }, (_, n) => `${second!.customerId},,,crm,${String(n)}`),
    ];
    const refused = await post(header + lines.join('\n'));
    expect(refused.status).toBe(400);
    expect(refused.json.errors!.map(({ path }) => path)).toEqual(['line 3', 'line 4', 'line 5', 'line 7', 'line 8']);
    const again = `,${first!.tenantId},,crm,A-1`;
    const shaped = await post(header + [lines[0], lines[7], again, ...lines.slice(8)].join('\n'));
    expect(shaped.json.errors).toEqual([
      { path: 'line 3', message: 'no customer has this name' },
      { path: 'line 5', message: 'says the same as line 2' },
      { path: `line ${String(5 + limits.externalRefs)}`, message: 'the customer would have more than 10 references' },
    ]);
    expect(desk.cost().transactions).toBe(before);
  });

  it.each([
    ['no header', `${first!.customerId},crm,A-1\n`, 400],
    ['a column twice', 'customerId,customerId,system,id\n', 400],
    ['no lines', header, 400],
    ['an open quote', `${header}"x,,,crm,A`, 400],
    ['too many lines', header + 'x,,,crm,A\n'.repeat(limits.refLines + 1), 400],
    ['too many bytes', 'x'.repeat(limits.bodyBytes + 1), 413],
  ])('with %s is refused', async (_what, text, status) => {
    expect((await refusing.post(text)).status).toBe(status);
  });

  it('is taken as CSV from an administrator alone', async () => {
    const { desk, post } = refusing;
    expect((await post(three, '', { type: 'application/json' })).status).toBe(415);
    for (const [as, detail] of [
      [desk.tokens.operator, 'This call needs the role Desk.Admin.'],
      [desk.tokens.north, 'This call is not open to portals.'],
    ] as const) {
      expect(await post(three, '', { as })).toMatchObject({ status: 403, json: { detail } });
    }
    expect((await post(three, '?dryRun=yes')).status).toBe(400);
  });
});

/** Why a file is refused; undefined where it is read. */
function refusalOf(bytes: Uint8Array): unknown {
  try {
    readRefLines(bytes);
    return undefined;
  } catch (error) {
    return error instanceof AppError ? error.code : error;
  }
}

it('any bytes are lines of references or are refused as such', () => {
  const cell = fc.oneof(
    fc.constantFrom('customerId', 'system', 'id', '"', ',', '\n', '\r', '""', '\uFEFF'),
    fc.string(),
  );
  const text = fc.array(cell).map((cells) => Buffer.from(cells.join('')));
  const property = fc.property(fc.oneof(fc.uint8Array(), text), (bytes) => {
    expect([undefined, 'invalid-body']).toContain(refusalOf(bytes));
  });
  fc.assert(property, { seed: 7, numRuns: 500 });
});

it('CSV is read as RFC 4180 says, with any line end, each record with its line', () => {
  expect(parseCsv('\uFEFFa,"b ""c"",\r\nd"\r\n\n,\ne')).toEqual([
    { line: 1, cells: ['a', 'b "c",\r\nd'] },
    { line: 4, cells: ['', ''] },
    { line: 5, cells: ['e'] },
  ]);
  expect(parseCsv('a;b\n1;"2;3"\nx,y;\n').map(({ cells }) => cells)).toEqual([
    ['a', 'b'],
    ['1', '2;3'],
    ['x,y', ''],
  ]);
  expect(parseCsv('a,b;c\n')[0]?.cells).toEqual(['a', 'b;c']);
  for (const wrong of ['"a', 'a"b', '"a"b,c']) expect(() => parseCsv(wrong)).toThrow(/quote/);
});
