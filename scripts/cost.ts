import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import prices from '../infra/prices.json' with { type: 'json' };
import { optionsOf } from './command/options.ts';
import { countDesk } from './cost/count.ts';
import { costTables, withTables } from './cost/document.ts';
import { assumptions } from './cost/month.ts';
import { jobTable, sizedBills } from './cost/tables.ts';

const usage = `npm run cost [-- --write]
  What a month costs at three sizes: operations that the desk itself does in memory, over ports that count, times what a month brings
  (scripts/cost/month.ts) and the price list (infra/prices.json). It sends nothing and asks nobody.
  --write puts the tables into docs/deploy.md; npm run fix lays them out. Ends with 1 where an aim is missed.`;

const values = optionsOf(usage, { write: { type: 'boolean', default: false } });
const all = sizedBills(await countDesk());
const tables = costTables(all);
for (const sized of all) console.log(`\n${sized.customers.toLocaleString('en-US')} customers\n\n${jobTable(sized)}`);
console.log(`\n${tables.join('\n\n')}\n\nassumed:`, assumptions);
const unconfirmed = Object.entries(prices.prices).filter(([, price]) => 'unconfirmed' in price);
console.log(`\nprices read by ${prices.read}; unconfirmed: ${unconfirmed.map(([name]) => name).join(', ')}`);
if (values.write) {
  const path = join(import.meta.dirname, '..', 'docs', 'deploy.md');
  writeFileSync(path, withTables(readFileSync(path, 'utf8'), tables));
}
const missed = all.filter(({ bill, aim }) => bill.total > aim);
for (const { customers, aim, bill } of missed) {
  console.error(`${String(customers)} customers cost ${bill.total.toFixed(2)}, more than ${String(aim)} US dollars`);
}
process.exitCode = missed.length > 0 ? 1 : 0;
