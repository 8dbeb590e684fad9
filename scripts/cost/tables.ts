import { billOf, choices, type Bill } from './bill.ts';
import { monthOf, type Counted, type Job } from './count.ts';
import { memories, sizes } from './month.ts';
import type { Work } from './work.ts';

export type Sized = { customers: number; aim: number; jobs: Job[]; bill: Bill; least: Bill };

export const sizedBills = (counted: Counted): Sized[] =>
  sizes.map(({ customers, aim }) => {
    const jobs = monthOf(counted, customers);
    const load = { jobs, customers, storedPerCustomer: counted.feeds.storedPerCustomer };
    return { customers, aim, jobs, bill: billOf(load), least: billOf(load, memories.least) };
  });

const whole = (amount: number): string => Math.round(amount).toLocaleString('en-US');
const dollars = (amount: number): string =>
  amount.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  [row(heads), row(heads.map((_, n) => (n === 0 ? '---' : '---:'))), ...rows.map(row)].join('\n');

/** US dollars a month by resource and size. */
export function billTable(all: readonly Sized[]): string {
  const resources = all[0]?.bill.lines.map(({ resource }) => resource) ?? [];
  const rows = resources.map((resource, n) => [
    resource,
    ...all.map(({ bill }) => dollars(bill.lines[n]?.dollars ?? 0)),
  ]);
  return table(
    ['US dollars a month', ...all.map(({ customers }) => `${whole(customers)} customers`)],
    [
      ...rows,
      ['**Together**', ...all.map(({ bill }) => `**${dollars(bill.total)}**`)],
      ['Aim, at most', ...all.map(({ aim }) => dollars(aim))],
      ['Part of it that logs are', ...all.map(({ bill }) => `${String(Math.round(bill.logShare * 100))} %`)],
      ['Together, with instances of 512 MB', ...all.map(({ least }) => dollars(least.total))],
    ],
  );
}

/** What is used, by resource and size. */
export const usedTable = (all: readonly Sized[]): string =>
  table(
    ['used in a month', ...all.map(({ customers }) => `${whole(customers)} customers`)],
    (all[0]?.bill.lines ?? []).map(({ resource }, n) => [
      resource,
      ...all.map(({ bill }) => bill.lines[n]?.used ?? ''),
    ]),
  );

const columns = {
  runs: 'runs',
  tables: 'table operations',
  sends: 'sends',
  received: 'received',
  calls: 'calls out',
  secrets: 'secrets read',
  lines: 'log lines',
} as const satisfies Partial<Record<keyof Work, string>>;

/** What each job asks in a month, at one size. */
export const jobTable = ({ jobs }: Sized): string =>
  table(
    ['job', 'function', ...Object.values(columns)],
    jobs.map(({ name, runsOn, work }) => [
      name,
      runsOn,
      ...(Object.keys(columns) as (keyof typeof columns)[]).map((column) => whole(work[column])),
    ]),
  );

/** What other choices add. */
export const choiceTable = (): string =>
  table(
    ['choice', 'what it brings', 'US dollars a month'],
    choices().map(({ resource, used, dollars: more }) => [resource, used, dollars(more)]),
  );
