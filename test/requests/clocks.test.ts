import { describe, expect, it } from 'vitest';
import { clocksOf, deskClock } from '../../shared/requests/clocks.ts';
import { eventSchema, type RequestEvent } from '../../shared/requests/request-event.ts';
import { defaultStatement } from '../../shared/statement/default-statement.ts';
import { firstResponseDue } from '../../shared/statement/first-response.ts';
import { businessMsBetween } from '../../shared/statement/business-time.ts';
import { statementSchema, type Statement } from '../../shared/statement/statement.ts';
import { aPerson, aPortal, anOpenDesk } from './desk.ts';

const start = Date.parse('2026-11-02T09:00:00.000Z');
const hour = 3_600_000;
const at = (hours: number): string => new Date(start + hours * hour).toISOString();

const statement = (change: Partial<Statement>): Statement => statementSchema.parse({ ...defaultStatement, ...change });
const targets = { resolutionTargets: { moderate: { minutes: 480, calendar: 'always' as const } } };

/** A request that waits for Microsoft from hour 2 to 5, and for its customer from 6 to 7. */
async function eventsUnder(change: Partial<Statement>): Promise<RequestEvent[]> {
  const due = await firstResponseDue(statement(change), { severity: 'moderate', receivedAt: start });
  const firstResponse = due && { ...due, dueAt: new Date(due.dueAt).toISOString() };
  const base = { requestId: 'r', by: { kind: 'person', id: 'p' }, audience: 'customer' };
  const sources = { category: 'rule', service: 'rule', boundary: 'rule' };
  const triage = {
    category: null,
    service: null,
    boundary: null,
    sources,
    reasons: [],
    likelyIncidents: [],
    expectedFirstResponseAt: null,
    adminLinks: [],
  };
  const created = {
    portalId: 'north',
    customerId: 'c',
    severity: 'moderate',
    contactId: 'x',
    externalRefs: [],
    source: 'api',
    bodyHash: '',
  };
  const states = ['in-progress', 'waiting-microsoft', 'in-progress', 'waiting-customer', 'in-progress'] as const;
  return [
    { ...base, ...created, kind: 'created', sequence: 1, at: at(0), state: 'new', triage, firstResponse },
    ...[1, 2, 5, 6, 7].map((hours, n) => ({
      ...base,
      kind: 'transitioned',
      ...{ sequence: n + 2, at: at(hours), from: 'new', state: states[n] },
    })),
  ].map((event) => eventSchema.parse(event));
}

const resolution = (events: readonly RequestEvent[], hours: number) =>
  clocksOf(events, { nowMs: start + hours * hour }).find(({ clock }) => clock === 'resolution');

describe("the customer's clock", () => {
  it('runs on where the statement says nothing of pauses', async () => {
    const events = await eventsUnder(targets);
    expect(resolution(events, 7.5)).toMatchObject({ dueAt: at(8), state: 'running', pauses: [] });
    expect(resolution(events, 8.5)?.state).toBe('missed');
  });

  it('stands still while Microsoft is waited for where the statement says so, each pause told', async () => {
    const events = await eventsUnder({ ...targets, pausesWhile: ['waiting-microsoft'] });
    expect(resolution(events, 10)).toMatchObject({
      dueAt: at(11),
      state: 'running',
      pauses: [{ from: at(2), to: at(5), why: 'The request waits for Microsoft.' }],
    });
    expect(resolution(events.slice(0, 3), 4)?.state).toBe('paused');
  });

  it('stands still for each state that the statement names', async () => {
    const events = await eventsUnder({ ...targets, pausesWhile: ['waiting-customer', 'waiting-microsoft'] });
    expect(resolution(events, 10)).toMatchObject({
      dueAt: at(12),
      pauses: [{ from: at(2) }, { from: at(6), to: at(7) }],
    });
  });

  it('is not there where nothing was promised', async () => {
    expect(resolution(await eventsUnder({ pausesWhile: ['waiting-microsoft'] }), 1)).toBeUndefined();
  });

  it('counts published hours as they lie between two moments', () => {
    expect(businessMsBetween(defaultStatement.hours, start, start + 24 * hour)).toBe(8.5 * hour);
  });
});

describe('the clocks of a request', () => {
  it("show people the desk's too, and a portal the customer's alone", async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const names = async (as: ReturnType<typeof aPerson> | ReturnType<typeof aPortal>) =>
      ((await desk.call('GET', `api/requests/${id}/clocks`, { as })).body as { items: { clock: string }[] }).items.map(
        ({ clock }) => clock,
      );
    expect(await names(aPortal('north'))).toEqual(['first-response']);
    expect(await names(aPerson())).toEqual(['first-response', 'next-action']);
  });

  it('end with the request: the desk does nothing next', () => {
    expect(deskClock({ state: 'closed' } as Parameters<typeof deskClock>[0], start)).toBeUndefined();
  });
});
