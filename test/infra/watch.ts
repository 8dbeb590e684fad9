import { readFileSync } from 'node:fs';
import type { Row } from './kql-expression.ts';
import { runQuery } from './kql.ts';

export type LogAlert = {
  name: string;
  title: string;
  severity: number;
  description: string;
  runbook: string;
  of: 'lines' | 'requests';
  query: string[];
  splitBy?: string[];
  window: string;
  every: string;
  resolves: boolean;
};
export type MetricAlert = Omit<LogAlert, 'of' | 'query' | 'resolves'> & {
  resource: string;
  metric: string;
  aggregation: string;
  operator: string;
  threshold: number;
  splitBy: string[];
};

const json = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

/** What the templates load. */
export const alerts = json('infra/alerts.json') as { lines: string[]; logs: LogAlert[]; metrics: MetricAlert[] };
export const workbook = json('infra/workbook.json') as { parts: { name: string; query: string[] }[] };

export const alertOf = (name: string): LogAlert => {
  const found = alerts.logs.find((alert) => alert.name === name);
  if (found === undefined) throw new Error(`there is no alert ${name}`);
  return found;
};

/** As modules/alerts.bicep and modules/workbook.bicep put them together. */
export const queryOf = ({ of = 'lines', query }: { of?: LogAlert['of']; query: string[] }): string[] =>
  of === 'lines' ? [...alerts.lines, ...query] : query;

/** The events that a query names, and the fields of lines that it asks for. */
export const namesIn = (query: readonly string[]) => {
  const text = query.join('\n');
  const all = (pattern: RegExp) => [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))];
  return {
    events: all(/'([a-z]+\.[a-z-]+)'/g),
    // A name that is a word of Kusto's stands in brackets.
    fields: all(/\bFields(?:\.|\[')(\w+)/g),
    functions: all(/Function == '(\w+)'/g),
  };
};

const minutesOf: Record<string, number> = { PT5M: 5, PT10M: 10, PT15M: 15, PT30M: 30, PT1H: 60 };
export const minutes = (duration: string): number => {
  const found = minutesOf[duration];
  if (found === undefined) throw new Error(`${duration} is no duration that alerts are known to take`);
  return found;
};

/** The rows for which an alert fires, asked at this time. */
export function fired(alert: LogAlert, rows: readonly Row[], now: number): Row[] {
  const since = now - minutes(alert.window) * 60_000;
  const inWindow = rows.filter(({ TimeGenerated }) => Number(TimeGenerated) > since);
  const table = alert.of === 'lines' ? 'AppTraces' : 'AppRequests';
  return runQuery(queryOf(alert), { tables: { [table]: inWindow }, now });
}

/** The names of all alerts over lines that fire. */
export const firing = (traces: readonly Row[], now: number): string[] =>
  alerts.logs.filter((alert) => alert.of === 'lines' && fired(alert, traces, now).length > 0).map(({ name }) => name);
