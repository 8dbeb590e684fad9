import { describe, expect, it } from 'vitest';
import type { Caller } from '../../shared/core/caller.ts';
import type { RequestAnswer } from '../../shared/requests/request-answer.ts';
import { read, say, timeline } from './calls.ts';
import { aPerson, aPortal, anOpenDesk, type Desk } from './desk.ts';

describe('the clocks of a request', () => {
  const clocks = async (desk: Desk, id: string) => {
    const { body } = await desk.call('GET', `api/requests/${id}/clocks`, { as: aPerson() });
    return (body as { items: { state: string }[] }).items;
  };

  it('say when the first response is due and what that was computed from', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    expect(await clocks(desk, id)).toEqual([
      {
        clock: 'first-response',
        startedAt: '2026-11-02T09:00:00.000Z',
        dueAt: '2026-11-02T13:00:00.000Z',
        state: 'running',
        computedFrom: { targetMinutes: 240, calendar: 'business', timeZone: 'Europe/Berlin', statementVersion: 3 },
      },
    ]);
  });

  it('stop at the first answer of a person that the customer can see', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await say(desk, id, { as: aPortal('north') });
    await say(desk, id, { audience: 'internal' });
    expect(await clocks(desk, id)).toMatchObject([{ state: 'running' }]);
    await desk.moved.advance(3_600_000);
    await say(desk, id);
    await desk.moved.advance(24 * 3_600_000);
    expect(await clocks(desk, id)).toMatchObject([{ state: 'met', metAt: '2026-11-02T10:00:00.000Z' }]);
  });

  it('are missed when nobody answered in time', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await desk.moved.advance(4 * 3_600_000 + 1);
    expect(await clocks(desk, id)).toMatchObject([{ state: 'missed' }]);
  });
});

describe('an amendment', () => {
  const amend = async (
    desk: Desk,
    id: string,
    { body, seen = '"1"', as = aPerson() }: { body: object; seen?: string; as?: Caller },
  ) => desk.call('PATCH', `api/requests/${id}`, { as, body, headers: { 'if-match': seen } });

  it('assigns, and portals hear nothing of it', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const { status, body } = await amend(desk, id, { body: { assignee: 'grace', team: 'mail' } });
    expect([status, body]).toEqual([200, expect.objectContaining({ assignee: 'grace', team: 'mail', version: 2 })]);
    expect(await timeline(desk, id, aPortal('north'))).toHaveLength(1);
  });

  it('of category and service wins over the rules, and the boundary follows', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const { body } = await amend(desk, id, { body: { category: 'billing', service: 'sharepoint' } });
    expect((body as RequestAnswer).triage).toMatchObject({
      category: 'billing',
      service: 'SharePoint',
      boundary: 'partner',
      sources: { category: 'person', service: 'person', boundary: 'rule' },
    });
  });

  it('of the severity moves the first response, from when the request came', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await desk.moved.advance(1_800_000);
    const { body } = await amend(desk, id, { body: { severity: 'critical' } });
    expect(body).toMatchObject({
      severity: 'critical',
      priority: 'p1',
      triage: { expectedFirstResponseAt: '2026-11-02T10:00:00.000Z' },
    });
  });

  it('snoozes with a reason, and wakes again', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const snooze = { until: '2026-11-05T08:00:00.000Z', reason: 'on holiday' };
    expect((await amend(desk, id, { body: { snooze } })).body).toMatchObject({ snooze });
    expect((await read(desk, id)).body).toMatchObject({ snooze });
    expect((await amend(desk, id, { body: { snooze: null }, seen: '"2"' })).body).not.toHaveProperty('snooze');
  });

  it('takes the end of a snooze in any zone and tells it in UTC', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const snooze = { until: '2026-11-05T09:00:00+01:00', reason: 'on holiday' };
    expect((await amend(desk, id, { body: { snooze } })).body).toMatchObject({
      snooze: { until: '2026-11-05T08:00:00.000Z' },
    });
    const beyond = { until: '9999-12-31T23:59:59-01:00', reason: 'for ever' };
    expect((await amend(desk, id, { body: { snooze: beyond }, seen: '"2"' })).status).toBe(400);
  });

  it('merges into a parent that exists', async () => {
    const desk = await anOpenDesk();
    const [parent, { id }] = [await desk.submit(), await desk.submit()];
    expect((await amend(desk, id, { body: { parent: parent.id } })).body).toMatchObject({ parent: parent.id });
    for (const wrong of [id, 'b'.repeat(26)]) {
      expect((await amend(desk, id, { body: { parent: wrong }, seen: '"2"' })).status).toBe(400);
    }
  });

  it("is the desk's alone, of something, and of a version that was seen", async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    expect((await amend(desk, id, { body: { team: 'mail' }, as: aPortal('north') })).status).toBe(403);
    expect((await amend(desk, id, { body: { team: 'mail' }, as: aPerson('Desk.Read') })).status).toBe(403);
    expect((await amend(desk, id, { body: {} })).status).toBe(400);
    expect((await amend(desk, id, { body: { assignee: 'grace@partner.example' } })).status).toBe(400);
    expect((await amend(desk, id, { body: { team: 'mail' }, seen: '"9"' })).status).toBe(412);
  });
});
