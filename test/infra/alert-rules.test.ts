import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { minuteMs } from '../../shared/core/clock.ts';
import { aPageDesk } from '../notices/a-page-desk.ts';
import { aDesk } from '../support/a-desk.ts';
import { aLog, aQuietDesk, entryOf } from './a-watched-desk.ts';
import { declaredEvents, eventsIn } from './declared-events.ts';
import type { Row } from './kql-expression.ts';
import { runQuery } from './kql.ts';
import { analysed } from './kusto.ts';
import { alertOf, alerts, firing, minutes, namesIn, queryOf, workbook } from './watch.ts';

const declared = declaredEvents();
const ids = new Set(declared.map(({ id }) => id));
const queries = [...alerts.logs, ...workbook.parts];

describe('every event at level error', () => {
  /** Told of by an alert that does not read the line. */
  const elsewhere: Record<string, string> = { 'http.failed': 'server-errors counts what callers were answered' };
  const line = (id: string, level: string): Row[] => {
    const { traces, log } = aLog(() => minuteMs);
    log({ event: id, level: level as 'error', correlationId: 'c', fields: {} });
    return traces;
  };
  const firingFor = (id: string, level: string) =>
    firing(line(id, level), minuteMs).filter((name) => name !== 'timers-silent');

  it.each(declared.filter(({ level }) => level === 'error').map(({ id }) => id))('%s has one alert', (id) => {
    expect(firingFor(id, 'error')).toHaveLength(id in elsewhere ? 0 : 1);
  });

  it('alone wakes people: no other line does by its event', () => {
    const others = declared.filter(({ level }) => level !== 'error');
    expect(others.filter(({ id, level }) => firingFor(id, level).length > 0)).toEqual([]);
  });

  it('is left to another alert only where it is declared, and at that level', () => {
    const errors = declared.filter(({ level }) => level === 'error').map(({ id }) => id);
    for (const id of [...namesIn(alertOf('errors').query).events, ...Object.keys(elsewhere)])
      expect(errors).toContain(id);
  });
});

describe('a query of an alert or of the workbook', () => {
  it('names events that code declares, and timers and routes that are registered', async () => {
    const { catalogue } = await aDesk();
    const timers = catalogue.timers.map(({ name }) => name);
    for (const { name, query } of queries) {
      const named = namesIn(query);
      expect({ name, unknown: named.events.filter((id) => !ids.has(id)) }).toEqual({ name, unknown: [] });
      expect({ name, unknown: named.functions.filter((one) => !timers.includes(one)) }).toEqual({ name, unknown: [] });
    }
    expect(catalogue.routes.map(({ name }) => name)).toContain('readyz');
  });

  it('asks lines for fields that the desk has written on them', async () => {
    const { traces } = await aQuietDesk();
    const pages = await aPageDesk();
    pages.stand('request-1');
    await pages.raise();
    await pages.pass(60 * minuteMs);
    const nobody = await aPageDesk({ policy: undefined });
    nobody.stand('request-1');
    await nobody.raise();
    const written = [...traces.map(entryOf), ...pages.log.entries, ...nobody.log.entries];
    for (const { name, query } of queries) {
      const { events, functions, fields } = namesIn(query);
      const isRead = (name: unknown) => functions.length === 0 || functions.includes(String(name));
      const read = written.filter((entry) => events.includes(entry.event) && isRead(entry.fields.function));
      const missing = fields.filter((field) => !read.some((entry) => entry.fields[field] !== undefined));
      expect({ name, missing }).toEqual({ name, missing: [] });
    }
  });

  it('can be run, and the workbook shows a quiet desk’s figures', async () => {
    const { traces, health } = await aQuietDesk();
    const shown = (name: string) =>
      runQuery(queryOf(workbook.parts.find((part) => part.name === name)!), {
        tables: { AppTraces: traces },
        now: health.clock.now(),
      });
    for (const { name } of workbook.parts) expect(() => shown(name)).not.toThrow();
    expect(shown('customers').at(-1)).toMatchObject({ Customers: 2, NotCovered: 0 });
    expect(shown('coverage').at(-1)).toMatchObject({ StaleShards: 0 });
    expect(shown('owed').at(-1)).toMatchObject({ Owed: 0, HealthOwed: 0, OldestMinutes: 0 });
    expect(shown('grants').at(-1)).toMatchObject({ OldestDays: 0, Dead: 0 });
  });
});

describe('Kusto’s own language service', () => {
  const operating = [...readFileSync('docs/operating.md', 'utf8').matchAll(/^```kusto\n([^`]+)```$/gm)].map(
    ([, text = ''], n) => ({ name: `operating.md ${String(n + 1)}`, query: text.trim().split('\n') }),
  );
  const whole = [...queries.map((one) => ({ name: one.name, query: queryOf(one) })), ...operating];

  it.each(whole)('takes $name', ({ query }) => {
    expect(analysed(query).faults).toEqual([]);
  });

  it('finds the columns by which an alert is split, as text', () => {
    const split = alerts.logs.flatMap((alert) => (alert.splitBy ?? []).map((name) => ({ alert, name })));
    expect(split.length).toBeGreaterThan(0);
    for (const { alert, name } of split) expect(analysed(queryOf(alert)).columns).toHaveProperty(name, 'string');
  });

  it.each([
    ['a word of its own for a name', '| where tolong(Line.shards) == 0'],
    ['a column that no table has', '| where Mesage == 1'],
    ['a function that is none', '| where tonumber(Message) > 0'],
    ['text that is to be a number', '| where Message > 1'],
  ])('does not take %s', (_what, step) => {
    expect(analysed([...alerts.lines, step]).faults).not.toEqual([]);
  });
});

describe('an alert over a metric', () => {
  /** learn.microsoft.com/azure/azure-monitor/reference/supported-metrics/microsoft-servicebus-namespaces-metrics, read 2026-11-26. */
  const documented: Record<string, Record<string, { aggregations: string[]; dimensions: string[] }>> = {
    'Microsoft.ServiceBus/namespaces': {
      DeadletteredMessages: { aggregations: ['Average', 'Minimum', 'Maximum'], dimensions: ['EntityName'] },
    },
  };

  it.each(alerts.metrics)('$name asks for what Azure documents', ({ resource, metric, aggregation, splitBy }) => {
    const found = documented[resource]?.[metric];
    expect(found?.aggregations).toContain(aggregation);
    for (const dimension of splitBy) expect(found?.dimensions).toContain(dimension);
  });
});

describe('the rules', () => {
  const all = [...alerts.logs, ...alerts.metrics];
  const chapters = [...readFileSync('docs/operating.md', 'utf8').matchAll(/^### (Alert: .+)$/gm)].map(
    ([, heading = '']) => heading.toLowerCase().replaceAll(':', '').replaceAll(' ', '-'),
  );

  it.each(all)('$name says what to do, in a chapter that is there', ({ title, description, runbook, ...alert }) => {
    expect(chapters).toContain(runbook);
    expect(title.length).toBeLessThanOrEqual(60);
    expect(description.length).toBeLessThanOrEqual(300);
    expect(alert.severity).toBeLessThanOrEqual(4);
    expect(minutes(alert.window)).toBeGreaterThanOrEqual(minutes(alert.every));
  });

  it('have each a chapter, and each chapter a rule', () => {
    expect(chapters.toSorted()).toEqual(all.map(({ runbook }) => runbook).sort());
  });

  it('are asked at least every quarter of an hour, that of tokens apart, whose end is weeks away', () => {
    expect(all.filter(({ every }) => minutes(every) > 15).map(({ name }) => name)).toEqual(['grant-ageing']);
  });

  it('have names of their own, and are what the templates load', () => {
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    for (const module of ['alerts', 'workbook'])
      expect(readFileSync(`infra/modules/${module}.bicep`, 'utf8')).toContain(`loadJsonContent('../alerts.json')`);
  });
});

describe('declared events', () => {
  it('have ids of their own', () => {
    expect(ids.size).toBe(declared.length);
    expect(declared.length).toBeGreaterThan(50);
  });

  it('are not read from a table that cannot be understood', () => {
    const odd = `const more = {}; const e = make() satisfies Record<string, LogEvent>;`;
    expect(() => eventsIn('odd.ts', odd)).toThrow('cannot be read');
  });
});
