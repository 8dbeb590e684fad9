import { describe, expect, it } from 'vitest';
import type { RequestAnswer } from '../../shared/requests/request-answer.ts';
import { amend, move, read, say, timeline } from './calls.ts';
import { aPerson, aPortal, anOpenDesk, type Desk } from './desk.ts';

describe('the clocks of a request', () => {
  const clocks = async (desk: Desk, id: string) => {
    const { body } = await desk.call('GET', `api/requests/${id}/clocks`, { as: aPortal('north') });
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

  it('of the service holds the request against the incidents of that service, and what follows from them', async () => {
    const desk = await anOpenDesk();
    const { id, triage, priorityReasons } = await desk.submit();
    expect(triage).toMatchObject({ boundary: 'microsoft', likelyIncidents: [{ id: 'EX100' }] });
    const { body } = await amend(desk, id, { body: { service: 'Planner' } });
    const after = body as RequestAnswer;
    expect(after.triage).toMatchObject({ service: 'Planner', boundary: 'partner', likelyIncidents: [] });
    expect(priorityReasons.join()).toContain('EX100');
    expect(after.priorityReasons.join()).not.toContain('EX100');
  });

  it('snoozes no closed request', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await move(desk, id, { to: 'closed', seen: '"1"' });
    const snooze = { until: '2026-11-03T09:00:00.000Z', reason: 'later' };
    expect((await amend(desk, id, { body: { snooze }, seen: '"2"' })).body).toMatchObject({
      code: 'illegal-transition',
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

  it('of the priority wins over the rules until it is taken back, and says so', async () => {
    const desk = await anOpenDesk();
    const { id, priority, priorityReasons } = await desk.submit();
    expect([priority, priorityReasons[0]]).toEqual(['p2', 'urgency: severity moderate']);
    const said = await amend(desk, id, { body: { priority: 'p4' } });
    expect(said.body).toMatchObject({ priority: 'p4' });
    const later = await amend(desk, id, { body: { severity: 'critical' }, seen: '"2"' });
    expect(later.body).toMatchObject({ priority: 'p4', severity: 'critical' });
    const back = await amend(desk, id, { body: { priority: null }, seen: '"3"' });
    expect(back.body).toMatchObject({ priority: 'p1' });
    const decided = (await timeline(desk, id, aPortal('north'))).map((entry) => entry.priority);
    expect(decided.map((one) => one?.value)).toEqual(['p2', 'p4', 'p4', 'p1']);
    expect(decided[1]?.reasons[0]).toBe('priority p4: said by a person at the desk; the rules say p2');
    expect((await amend(desk, id, { body: { priority: 'p5' }, seen: '"4"' })).status).toBe(400);
  });

  it('of the category changes the priority with it', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    expect((await amend(desk, id, { body: { category: 'billing' } })).body).toMatchObject({ priority: 'p3' });
  });

  it('puts a request aside into the future only, and not for ever', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    for (const [until, message] of [
      ['2026-11-02T09:00:00.000Z', 'must be in the future'],
      ['2027-01-31T09:00:00.001Z', 'must be within 90 days'],
    ]) {
      const { status, body } = await amend(desk, id, { body: { snooze: { until, reason: 'later' } } });
      expect([status, body]).toEqual([400, expect.objectContaining({ errors: [{ path: 'snooze.until', message }] })]);
    }
    expect(
      (await amend(desk, id, { body: { snooze: { until: '2027-01-31T09:00:00Z', reason: 'later' } } })).status,
    ).toBe(200);
    expect((await amend(desk, id, { body: { snooze: { until: '2026-11-05T08:00:00Z' } }, seen: '"2"' })).status).toBe(
      400,
    );
  });

  it('that snoozes ends by itself, and the next action is what it was', async () => {
    const desk = await anOpenDesk();
    const { id, nextAction } = await desk.submit();
    const until = '2026-11-02T10:00:00.000Z';
    const { body } = await amend(desk, id, { body: { snooze: { until, reason: 'lunch' } } });
    expect(body).toMatchObject({ nextAction: { what: 'snooze-ends', dueAt: until } });
    await desk.moved.advance(3_599_999);
    expect((await read(desk, id)).body).toMatchObject({ snooze: { until } });
    await desk.moved.advance(1);
    const woken = (await read(desk, id)).body;
    expect(woken).not.toHaveProperty('snooze');
    expect(woken).toMatchObject({ nextAction });
    expect((await move(desk, id, { to: 'acknowledged', seen: '"2"' })).body).not.toHaveProperty('snooze');
  });

  it('that snoozes is over as soon as the customer speaks', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await amend(desk, id, { body: { snooze: { until: '2026-11-05T08:00:00Z', reason: 'on holiday' } } });
    await say(desk, id, { as: aPerson() });
    expect((await read(desk, id)).body).toHaveProperty('snooze');
    await say(desk, id, { as: aPortal('north'), text: 'It is worse now' });
    expect((await read(desk, id)).body).not.toHaveProperty('snooze');
    expect((await timeline(desk, id)).at(-1)).toMatchObject({ kind: 'commented', endsSnooze: true });
    expect((await timeline(desk, id, aPortal('north'))).at(-1)).not.toHaveProperty('endsSnooze');
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
