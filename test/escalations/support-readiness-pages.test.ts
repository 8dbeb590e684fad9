import { describe, expect, it } from 'vitest';
import type { SupportReadiness } from '../../shared/escalations/support-readiness-answer.ts';
import { aCustomer, aReadyDesk, connectionId } from './a-ready-desk.ts';

describe('the pages of readiness', () => {
  const three = { services: ['Exchange', 'PowerApps'], azureSubscriptionIds: ['s-1'] };
  const fleet = () => Array.from({ length: 9 }, (_, n) => aCustomer(n, n % 2 === 0 ? three : {}));

  it.each([1, 2, 4, 7, 100])('of %i items show each item once, in order of customer id', async (limit) => {
    const { page } = await aReadyDesk([...fleet(), aCustomer(9, { leftAt: '2026-11-01T00:00:00.000Z' })]);
    const seen: string[] = [];
    let cursor: string | undefined;
    do {
      const { items, nextCursor } = await page(
        `?limit=${String(limit)}${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      expect(items.length).toBeLessThanOrEqual(limit);
      seen.push(...items.map(({ customerId, product }) => `${customerId} ${product}`));
      cursor = nextCursor;
    } while (cursor !== undefined);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toHaveLength(5 * 3 + 4);
    expect(seen.map((text) => text.split(' ')[0]!)).toEqual(seen.map((text) => text.split(' ')[0]!).sort());
  });

  it('with ok=false show exactly what is not ready', async () => {
    const { page } = await aReadyDesk(fleet(), { 1: undefined });
    const all = (await page('?limit=100')).items;
    const isReady = ({ canRead, canFile }: SupportReadiness) => canRead.ok && canFile.ok;
    const walk = async (ok: string) => {
      const items: SupportReadiness[] = [];
      for (let cursor = ''; ;) {
        const next = await page(`?limit=2&ok=${ok}${cursor}`);
        items.push(...next.items);
        if (next.nextCursor === undefined) return items;
        cursor = `&cursor=${next.nextCursor}`;
      }
    };
    expect(await walk('false')).toEqual(all.filter((item) => !isReady(item)));
    expect(await walk('true')).toEqual(all.filter(isReady));
    expect(all.filter((item) => !isReady(item)).length).toBeGreaterThan(0);
  });

  it('with a filter go on until they are full, and no further than a bound', async () => {
    const desk = await aReadyDesk(
      Array.from({ length: 400 }, (_, n) => aCustomer(n)),
      { 390: undefined },
    );
    const first = await desk.page('?limit=5&ok=false');
    const { counts } = desk.memory.of('customers');
    expect(first.items.length + (first.nextCursor === undefined ? 0 : 1)).toBeGreaterThan(0);
    const before = counts.rows;
    const wide = await desk.page('?limit=100&ok=true');
    expect(wide.items).toHaveLength(100);
    expect(counts.rows - before).toBeLessThanOrEqual(2 * 102);
    const again = counts.rows;
    await desk.page('?limit=1&ok=false');
    expect(counts.rows - again).toBeLessThanOrEqual(200 + 4 * 2);
  });

  it('do not take the cursor of another filter', async () => {
    const { page, get } = await aReadyDesk(fleet());
    const { nextCursor } = await page('?limit=1&ok=false');
    expect((await get(`?limit=1&cursor=${nextCursor!}`)).status).toBe(400);
  });

  it('cost the same with a thousand and with a hundred thousand customers', async () => {
    const cost = async (count: number) => {
      const desk = await aReadyDesk(Array.from({ length: 1_000 }, (_, n) => aCustomer(n)));
      // The rest stands in no shard of its own: what counts is that nobody reads it.
      for (let n = 1_000; n < count; n++) await desk.store.insert(aCustomer(n, { healthShard: `${connectionId}|0` }));
      const counts = ['customers', 'desk', 'health'].map((name) => desk.memory.of(name).counts);
      const before = counts.map((one) => ({ ...one }));
      expect((await desk.page('?limit=50')).items).toHaveLength(50);
      return counts.map((one, at) => ({
        reads: one.get - before[at]!.get + one.query - before[at]!.query,
        rows: one.rows - before[at]!.rows,
      }));
    };
    const [customers, desk, health] = await cost(1_000);
    const [customersLarge, deskLarge, healthLarge] = await cost(100_000);
    expect(customersLarge).toEqual(customers);
    expect(deskLarge).toEqual(desk);
    expect(customers).toEqual({ reads: 2, rows: 52 });
    for (const one of [health, healthLarge]) expect(one!.reads).toBeLessThanOrEqual(2 * 50);
  }, 30_000);
});

describe('the readiness as CSV', () => {
  it('has a header, quotes what must be, disarms formulas and names the next page', async () => {
    const { get } = await aReadyDesk([
      aCustomer(0, { name: '=HYPERLINK("https://evil.example","Open")' }),
      aCustomer(1, { name: 'Fisk, "Brød" & Søn\r\nAS' }),
      aCustomer(2, { name: '@sum' }),
      aCustomer(3, { name: '-1+1' }),
      aCustomer(4, { name: '+47' }),
    ]);
    const answer = await get('', { headers: { accept: 'text/csv' } });
    expect(answer.headers['content-type']).toMatch(/^text\/csv; charset=utf-8/);
    expect(answer.headers.link).toBeUndefined();
    const [header, ...rest] = answer.text.split('\r\n');
    expect(header).toMatch(/^customerId,name,product,canRead,/);
    expect(rest.join('\r\n')).toContain('"Fisk, ""Brød"" & Søn\r\nAS"');
    expect(answer.text).toContain(`,"'=HYPERLINK(""https://evil.example"",""Open"")",`);
    for (const name of ["'@sum", "'-1+1", "'+47"]) expect(answer.text).toContain(`,${name},`);
    const cut = await get('?limit=2&ok=true', { headers: { accept: 'text/csv, application/json;q=0.5' } });
    const next = /^<(\/api\/readiness\?[^>]+)>; rel="next"$/.exec(cut.headers.link!)![1]!;
    expect(next).toContain('limit=2&ok=true&cursor=');
    expect((await get(next.replace('/api/readiness', ''))).status).toBe(200);
  });

  it.each([
    ['application/json', 'application/json'],
    ['*/*', 'application/json'],
    ['application/json, text/csv;q=0.5', 'application/json'],
    ['text/csv;q=0', 'application/json'],
    ['TEXT/CSV', 'text/csv'],
    ['text/html, text/csv', 'text/csv'],
  ])('is given for Accept: %s as %s', async (accept, type) => {
    const { get } = await aReadyDesk([aCustomer(0)]);
    expect((await get('', { headers: { accept } })).headers['content-type']).toContain(type);
  });
});
