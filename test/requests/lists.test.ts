import { beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../shared/core/caller.ts';
import { shardOf } from '../../shared/core/hash.ts';
import {
  listFields,
  listKey,
  listPartition,
  listPartitions,
  listRow,
  listedOf,
} from '../../shared/requests/list-rows.ts';
import type { Head } from '../../shared/requests/request-event.ts';
import type { RequestPage } from '../../shared/requests/lists.ts';
import { amend, move } from './calls.ts';
import { aPerson, aPortal, anOpenDesk, customerId, tenantId, type Desk, type TenantName } from './desk.ts';

const list = async (desk: Desk, query = '', as: Caller = aPerson()) => {
  const { status, body } = await desk.call('GET', `api/requests?${query}`, { as });
  expect(status).toBe(200);
  return body as RequestPage;
};

/** Follows the cursor to the end; empty pages are not the end. */
async function all(desk: Desk, query: string, as?: Caller): Promise<{ ids: string[]; pages: number }> {
  const ids: string[] = [];
  let cursor: string | undefined;
  let pages = 0;
  do {
    const page = await list(desk, `${query}${cursor === undefined ? '' : `&cursor=${cursor}`}`, as);
    ids.push(...page.items.map((item) => item.id));
    cursor = page.nextCursor;
    pages++;
  } while (cursor !== undefined);
  return { ids, pages };
}

/** Requests a second apart, oldest first. */
async function submitMany(desk: Desk, count: number, name: TenantName = 'contoso'): Promise<string[]> {
  const ids: string[] = [];
  for (let n = 0; n < count; n++) {
    const as = aPortal(name === 'tailspin' ? 'south' : 'north');
    ids.push((await desk.submit({ customer: { tenantId: tenantId(name) } }, { as })).id);
    await desk.moved.advance(1_000);
  }
  await desk.settle();
  return ids;
}

/** Newer than what the tests submit, and each `step` another time. */
const later = (step: number): string => new Date(Date.parse('2026-12-01T00:00:00.000Z') + step).toISOString();

describe('a list of requests', () => {
  it('has the newest first, each as by id, page after page without gap or double', async () => {
    const desk = await anOpenDesk();
    const ids = await submitMany(desk, 11);
    expect((await all(desk, 'limit=4')).ids).toEqual(ids.toReversed());
    const { items } = await list(desk, 'limit=1');
    expect(items[0]).toEqual((await desk.call('GET', `api/requests/${ids.at(-1)!}`, { as: aPerson() })).body);
  });

  it('ends without a cursor where the last page is just full', async () => {
    const desk = await anOpenDesk();
    await submitMany(desk, 4);
    expect(await all(desk, 'limit=4')).toMatchObject({ pages: 1 });
    expect(await list(desk, 'customerId=nobody')).toEqual({ items: [] });
  });

  it('loses nothing to empty pages of storage', async () => {
    const mood = { turn: 0, isEmpty: false };
    const desk = await anOpenDesk({ table: { emptyPage: () => mood.isEmpty && mood.turn++ % 3 !== 2 } });
    const ids = await submitMany(desk, 7);
    mood.isEmpty = true;
    for (const filter of ['', `customerId=${customerId('contoso')}&`, 'state=new&']) {
      expect((await all(desk, `${filter}limit=3`)).ids).toEqual(ids.toReversed());
    }
  });

  it('keeps to its filters, one or several', async () => {
    const desk = await anOpenDesk();
    const [a, b, c] = [
      await submitMany(desk, 3),
      await submitMany(desk, 2, 'fabrikam'),
      await submitMany(desk, 2, 'tailspin'),
    ];
    await move(desk, a[0]!, { to: 'closed', seen: '"1"' });
    await desk.call('PATCH', `api/requests/${b[0]!}`, {
      as: aPerson(),
      body: { assignee: 'grace', service: 'SharePoint' },
      headers: { 'if-match': '"1"' },
    });
    await desk.settle();
    const found = async (query: string) => new Set((await all(desk, query)).ids);
    expect(await found(`customerId=${customerId('fabrikam')}`)).toEqual(new Set(b));
    expect(await found('portalId=north')).toEqual(new Set([...a, ...b]));
    expect(await found('state=closed')).toEqual(new Set([a[0]]));
    expect(await found('state=new')).toEqual(new Set([a[1], a[2], ...b, ...c]));
    expect(await found('assignee=grace')).toEqual(new Set([b[0]]));
    expect(await found('service=sharepoint')).toEqual(new Set([b[0]]));
    expect(await found('service=Exchange&state=new&portalId=north')).toEqual(new Set([a[1], a[2], b[1]]));
    expect(await found('assignee=grace&state=closed')).toEqual(new Set());
  });

  it('shows a portal its own alone, and of its own customers alone', async () => {
    const desk = await anOpenDesk();
    const [mine, other] = [await submitMany(desk, 2), await submitMany(desk, 2, 'fabrikam')];
    await submitMany(desk, 2, 'tailspin');
    await amend(desk, mine[0]!, { body: { assignee: 'grace' } });
    await desk.submit({}, { as: aPerson() });
    await desk.settle();
    const north = aPortal('north');
    expect((await all(desk, '', north)).ids).toEqual([...other.toReversed(), ...mine.toReversed()]);
    const narrowed = { ...north, customers: new Set([customerId('contoso')]) } as Caller;
    expect((await all(desk, '', narrowed)).ids).toEqual(mine.toReversed());
    desk.reset();
    for (const query of ['portalId=south', `customerId=${customerId('tailspin')}`, 'assignee=grace']) {
      expect(await list(desk, query, north)).toEqual({ items: [] });
    }
    expect(desk.cost()).toMatchObject({ gets: 0, queries: 0 });
  });

  it('tells a portal no id of what others brought in for its customer, not even in a cursor', async () => {
    const desk = await anOpenDesk();
    const [oldest] = await submitMany(desk, 1);
    const pk = listPartition('', 'customerId', customerId('contoso'));
    const [[, row] = []] = desk.of('requestlists').partitions.get(pk) ?? [];
    const foreign = Array.from({ length: 400 }, (_, n) => ({ id: desk.ids.newId(), createdAt: later(n >> 1) }));
    for (const { id: requestId, ...at } of foreign) {
      const columns = { ...row!.columns, requestId, portalId: 'desk' };
      const rk = listKey({ id: requestId, ...at });
      await desk.of('requestlists').table.transact(pk, [{ kind: 'insert', rk, columns }]);
    }
    const query = `customerId=${customerId('contoso')}&limit=1`;
    expect((await all(desk, query, aPortal('north'))).ids).toEqual([oldest]);
    const { nextCursor = '' } = await list(desk, query, aPortal('north'));
    const told = Buffer.from(nextCursor, 'base64url').toString();
    expect(told).toContain('|');
    expect(foreign.filter(({ id }) => told.includes(id))).toEqual([]);
  });

  it.each([
    ['a cursor of other filters', 'state=new', 'state=closed'],
    ['a cursor of another caller', '', ''],
    ['a cursor that is none', '', 'cursor=abc'],
  ])('refuses %s', async (_name, first, second) => {
    const desk = await anOpenDesk();
    await submitMany(desk, 3);
    const { nextCursor } = await list(desk, `limit=1&${first}`);
    const query = second.startsWith('cursor') ? second : `limit=1&cursor=${nextCursor!}&${second}`;
    const { status, body } = await desk.call('GET', `api/requests?${query}`, { as: aPortal('north') });
    expect([status, (body as { code: string }).code]).toEqual([400, 'invalid-cursor']);
  });

  const strange = ['limit=0x10', 'limit=1e1', 'limit=%2010', 'limit=%2B5', 'limit=5.0', 'limit='];
  it.each([...strange, 'limit=101', 'limit=0', 'limit=x', 'state=open', 'colour=red', 'state=new&state=closed'])(
    'refuses ?%s',
    async (query) => {
      const desk = await anOpenDesk();
      expect((await desk.call('GET', `api/requests?${query}`, { as: aPerson() })).status).toBe(400);
    },
  );
});

describe('rows that are behind', () => {
  it('are dropped: the request itself decides, and a short page has a cursor', async () => {
    const desk = await anOpenDesk();
    const ids = await submitMany(desk, 6);
    for (const id of ids.slice(1)) await move(desk, id, { to: 'closed', seen: '"1"' });
    const behind = await all(desk, 'state=new&limit=2');
    expect(behind.ids).toEqual([ids[0]]);
    await desk.settle();
    expect((await all(desk, 'state=new&limit=2')).ids).toEqual([ids[0]]);
    expect((await all(desk, 'state=closed&limit=2')).ids).toEqual(ids.slice(1).toReversed());
  });

  it('of a request that is not there are passed over', async () => {
    const desk = await anOpenDesk();
    const [id] = await submitMany(desk, 1);
    const ghost = { id: 'c'.repeat(26), createdAt: '2026-11-02T10:00:00.000Z' } as Head;
    const row = listedOf({
      ...ghost,
      version: 1,
      portalId: 'north',
      customerId: 'c',
      state: 'new',
      triage: { service: null },
    } as Head);
    await desk
      .of('requestlists')
      .table.transact(listPartition(ghost.id, 'all'), [
        { kind: 'insert', rk: listKey(ghost), columns: listRow.toColumns(row) },
      ]);
    expect((await all(desk, 'limit=1')).ids).toEqual([id]);
  });
});

describe('what a page costs', () => {
  /** So many of the newest are there as requests too: no page asked for here reads further. */
  const readable = 200;
  const values = {
    customerId: customerId('contoso'),
    portalId: 'north',
    state: 'new',
    service: 'Exchange',
    assignee: 'grace',
  };

  /** Rows of requests as they would stand after years, without the years: all on the list of each of the filters. */
  async function seeded(count: number): Promise<Desk> {
    const desk = await anOpenDesk();
    const [id] = await submitMany(desk, 1);
    await amend(desk, id!, { body: { assignee: 'grace' } });
    await desk.settle();
    const first = Date.parse((await desk.requests.read(aPerson(), id!)).createdAt);
    const original = [...desk.of('requests').partitions.values()]
      .flatMap((rows) => [...rows.entries()])
      .filter(([rk]) => rk.startsWith('H|') || rk.startsWith('C|'));
    const columns = { v: 1, version: 2, ...values };
    const partitions = ['all' as const, ...listFields].map((field) =>
      listPartitions(field, field === 'all' ? '' : values[field]).map((pk) => partitionOf(desk, 'requestlists', pk)),
    );
    for (let n = 0; n < count; n++) {
      const newId = desk.ids.newId();
      const createdAt = new Date(first - n * 60_000).toISOString();
      const shard = shardOf(newId);
      for (const [rk, row] of n < readable ? original : []) {
        partitionOf(desk, 'requests', String(shard).padStart(2, '0')).set(rk.replace(id!, newId), {
          etag: 'x',
          columns: { ...row.columns, ...(rk.startsWith('H|') && { id: newId, createdAt }) },
        });
      }
      const key = listKey({ id: newId, createdAt });
      const row = { etag: 'x', columns: { ...columns, requestId: newId } };
      for (const places of partitions) places[shard % places.length]!.set(key, row);
    }
    return desk;
  }

  function partitionOf(desk: Desk, table: 'requests' | 'requestlists', pk: string) {
    const { partitions } = desk.of(table);
    const rows = partitions.get(pk) ?? new Map<string, never>();
    partitions.set(pk, rows);
    return rows;
  }

  /** Of the first page and of the one after it. */
  async function costs(desk: Desk, filter: string, as: Caller) {
    const pages = [];
    let cursor = '';
    for (let page = 0; page < 2; page++) {
      desk.reset();
      const { items, nextCursor } = await list(desk, `${filter}limit=50${cursor}`, as);
      const { gets, rows, queries, transactions } = desk.cost();
      pages.push({ items: items.length, gets, rows, queries, transactions });
      cursor = `&cursor=${nextCursor!}`;
    }
    return pages;
  }

  let few: Desk;
  let many: Desk;
  beforeAll(async () => {
    few = await seeded(1_000);
    many = await seeded(100_000);
  }, 60_000);

  it.each([
    ['no filter', '', aPerson()],
    ...listFields.map((field) => [field, `${field}=${values[field]}&`, aPerson()] as const),
    ['no filter, for a portal', '', aPortal('north')],
    ['customerId, for a portal', `customerId=${values.customerId}&`, aPortal('north')],
    ['state, for a portal', 'state=new&', aPortal('north')],
  ] as const)('by %s is the same at 1,000 and at 100,000 requests', async (_name, filter, as) => {
    const cost = await costs(few, filter, as);
    expect(await costs(many, filter, as)).toEqual(cost);
    for (const { items, gets, rows, transactions } of cost) {
      // A head and its texts for each that is shown.
      expect({ items, gets, transactions }).toEqual({ items: 50, gets: 100, transactions: 0 });
      expect(rows).toBeLessThanOrEqual(51 * 8);
    }
  });
});
