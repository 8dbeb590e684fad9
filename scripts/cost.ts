import prices from '../infra/prices.json' with { type: 'json' };
import { countDesk } from './cost/count.ts';
import { assumptions } from './cost/month.ts';
import { billTable, choiceTable, jobTable, sizedBills, usedTable } from './cost/tables.ts';

/**
 * `npm run cost`: what a month costs at three sizes: operations that the desk itself does in memory, over ports that count, times
 * the price list of `infra/prices.json`. It sends nothing and asks nobody.
 */
const all = sizedBills(await countDesk());
for (const sized of all) console.log(`\n${sized.customers.toLocaleString('en-US')} customers\n\n${jobTable(sized)}`);
console.log(`\n${usedTable(all)}\n\n${billTable(all)}\n\n${choiceTable()}`);
console.log('\nassumed:', assumptions);
const unconfirmed = Object.entries(prices.prices).filter(([, price]) => 'unconfirmed' in price);
console.log(`\nprices read by ${prices.read}; unconfirmed: ${unconfirmed.map(([name]) => name).join(', ')}`);
const missed = all.filter(({ bill, aim }) => bill.total > aim);
for (const { customers, aim, bill } of missed) {
  console.error(`${String(customers)} customers cost ${bill.total.toFixed(2)}, more than ${String(aim)} US dollars`);
}
process.exit(missed.length > 0 ? 1 : 0);
