import { beforeAll, describe, expect, it } from 'vitest';
import type { Caller } from '../../shared/core/caller.ts';
import { projectIncident, writeSightings } from '../../shared/health/incident-lists.ts';
import { listCustomerIncidents, listIncidents } from '../../shared/health/incident-queries.ts';
import {
  affectedKey,
  affectedRow,
  incidentColumns,
  incidentKey,
  incidentPartition,
  type Incident,
} from '../../shared/health/incident.ts';
import type { IncidentPage } from '../../shared/health/health-answers.ts';
import { aPerson, aPortal } from './callers.ts';
import { aHealthDesk, type HealthDesk } from './health-desk.ts';

const firstStart = Date.parse('2020-01-01T00:00:00Z');

const incident = (n: number): Incident => {
  const startedAt = new Date(firstStart + n * 60_000).toISOString();
  return {
    id: `EX${String(n)}`,
    source: 'microsoft365',
    service: n % 3 === 0 ? 'microsoftteams' : 'Exchange',
    serviceName: 'Exchange Online',
    feature: '',
    title: 'Mail is late',
    impact: '',
    classification: n % 4 === 0 ? 'advisory' : 'incident',
    status: n % 2 === 0 ? 'serviceDegradation' : 'serviceRestored',
    state: n % 2 === 0 ? 'open' : 'resolved',
    startedAt,
    listedAt: startedAt,
    revision: startedAt,
    postKeys: [],
  };
};

/** A desk with two customers and this many incidents, all of the first customer, every second of the other. */
async function deskWith(count: number): Promise<HealthDesk> {
  const desk = aHealthDesk();
  await desk.begin(2);
  const table = desk.tables('health');
  const healthShard = 'emea|0';
  for (let from = 0; from < count; from += 1_000) {
    const some = Array.from({ length: Math.min(1_000, count - from) }, (_, at) => incident(from + at));
    for (const one of some) {
      const customers = { [desk.id(0)]: one.startedAt, ...(one.state === 'open' && { [desk.id(1)]: one.startedAt }) };
      await table.transact(incidentPartition(one.id), [
        { kind: 'insert', rk: incidentKey, columns: incidentColumns(one) },
        { kind: 'insert', rk: affectedKey(healthShard), columns: affectedRow.toColumns({ customers }) },
      ]);
      await projectIncident(table, one);
    }
    const seen = some.map((one) => ({ customerId: desk.id(0), incident: one, firstSeenAt: one.startedAt }));
    await writeSightings(table, healthShard, seen);
  }
  return desk;
}

type ListCall = (desk: HealthDesk, cursor?: string) => Promise<IncidentPage>;

const list =
  (caller: (desk: HealthDesk) => Caller, query: Parameters<typeof listIncidents>[2] = {}): ListCall =>
  async (desk, cursor) =>
    listIncidents(desk.queryDeps, caller(desk), { limit: 50, cursor, ...query });

const calls: Record<string, ListCall> = {
  'of everything, for people': list(() => aPerson),
  'of what is open': list(() => aPerson, { state: 'open' }),
  'of what is resolved': list(() => aPerson, { state: 'resolved' }),
  'of one service': list(() => aPerson, { service: 'microsoftteams' }),
  'for a portal with one customer': list((desk) => aPortal(desk.id(1))),
  'for a portal that none of it concerns': list(() => aPortal('cnobody')),
  'of a customer': async (desk, cursor) =>
    listCustomerIncidents(desk.queryDeps, aPerson, { customerId: desk.id(0), limit: 50, cursor }),
};

/** What the first page and the one after it read: rows of queries and single rows. */
async function costOf(desk: HealthDesk, call: ListCall): Promise<{ items: number; read: number }[]> {
  const costs = [];
  let cursor: string | undefined;
  for (let page = 0; page < 2; page++) {
    const { counts } = desk.memory.of('health');
    const before = counts.rows + counts.get;
    const { items, nextCursor } = await call(desk, cursor);
    costs.push({ items: items.length, read: counts.rows + counts.get - before });
    cursor = nextCursor;
  }
  return costs;
}

describe('a page of 50 incidents', () => {
  let few: HealthDesk;
  let many: HealthDesk;
  beforeAll(async () => {
    few = await deskWith(1_000);
    many = await deskWith(100_000);
  }, 120_000);

  it.each(Object.entries(calls))('%s reads as many entities among 100,000 as among 1,000', async (whose, call) => {
    const cost = await costOf(few, call);
    expect(cost.map(({ items }) => items)).toEqual(whose.includes('none') ? [0, 0] : [50, 50]);
    expect(await costOf(many, call)).toEqual(cost);
    for (const { read } of cost) expect(read).toBeLessThanOrEqual(500);
  });
});
