import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import prices from '../../infra/prices.json' with { type: 'json' };
import { countDesk } from '../../scripts/cost/count.ts';
import { cellsOf, costTables, tableLike } from '../../scripts/cost/document.ts';
import { sizedBills, type Sized } from '../../scripts/cost/tables.ts';

describe('what a month costs', () => {
  let all: Sized[] = [];

  beforeAll(async () => {
    all = sizedBills(await countDesk());
  }, 60_000);

  it('stays within the aims for 10, 1,000 and 50,000 customers on a public network', () => {
    expect(all.map(({ customers, aim }) => [customers, aim])).toEqual([
      [10, 20],
      [1_000, 75],
      [50_000, 1_500],
    ]);
    expect(all.filter(({ bill, aim }) => !(bill.total > 0 && bill.total <= aim))).toEqual([]);
  });

  it('goes to logs by less than a tenth', () => {
    expect(all.filter(({ bill }) => bill.logShare >= 0.1)).toEqual([]);
  });

  it('stands in docs/deploy.md as it is computed (npm run cost -- --write puts it there)', () => {
    const document = readFileSync('docs/deploy.md', 'utf8');
    const tables = costTables(all);
    expect(tables.map((table) => cellsOf(tableLike(document, table)))).toEqual(tables.map(cellsOf));
  });

  it('follows the polls in a straight line: one read for each customer and interval, one run for each shard', () => {
    const [, middle, large] = all;
    const work = (sized: Sized | undefined, name: string) => sized?.jobs.find((job) => job.name === name)?.work;
    const polls = 'service health of Microsoft 365';
    // 50 times the customers.
    expect(work(large, polls)).toEqual({
      ...work(middle, polls),
      ...Object.fromEntries(Object.entries(work(middle, polls) ?? {}).map(([name, count]) => [name, count * 50])),
    });
    expect(work(middle, polls)).toMatchObject({ calls: 1_000 * 12 * 24 * 30, runs: 4 * 12 * 24 * 30 });
  });
});

describe('infra/prices.json', () => {
  const said = [
    ...Object.entries(prices.included).map(([name, one]) => ({ name: `included ${name}`, ...one })),
    ...Object.entries(prices.prices).map(([name, one]) => ({ ...one, name, amount: one.price })),
  ];

  it.each(said)('says of $name its unit, its source and its day', ({ amount, unit, source, date }) => {
    expect(amount).toBeGreaterThan(0);
    expect([unit, source].filter((text) => text.length < 4)).toEqual([]);
    expect(date).toMatch(/^20\d\d-\d\d-\d\d$/);
    expect(date <= prices.read).toBe(true);
  });
});
