import { describe, expect, it } from 'vitest';
import { hourMs, minuteMs, secondMs } from '../../shared/core/clock.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
import { aMatter, aPageDesk, aPolicy, sentOf } from './a-page-desk.ts';

async function paged(options: Parameters<typeof aPageDesk>[0] = {}) {
  const desk = await aPageDesk(options);
  desk.stand('request-1');
  await desk.raise();
  await desk.pass(secondMs);
  return desk;
}

describe('a page', () => {
  it('goes to the first person at once, and after five minutes without a word to the next', async () => {
    const desk = await paged();
    expect(desk.sent()).toEqual(['room', 'olav page.triggered']);
    await desk.pass(5 * minuteMs - 2 * secondMs);
    expect(desk.sent()).toHaveLength(2);
    await desk.pass(2 * secondMs);
    expect(desk.sent()).toEqual(['room', 'olav page.triggered', 'pager trigger']);
  });

  it('repeats as often as the policy says, and is then shown as what nobody acknowledged', async () => {
    const desk = await paged();
    await desk.pass(hourMs);
    const round = ['room', 'olav page.triggered', 'pager trigger'];
    expect(desk.sent()).toEqual([...round, ...round]);
    expect(desk.page()).toMatchObject({ state: 'exhausted', round: 1 });
    expect(desk.log.entries.filter(({ event }) => event === 'notices.page-exhausted')).toHaveLength(1);
  });

  it('pages nobody after an acknowledgement, and tells those who were paged', async () => {
    const desk = await paged();
    await desk.acknowledge.byLink(desk.token(), desk.log.scope);
    await desk.pass(hourMs);
    expect(desk.sent()).toEqual(['room', 'olav page.triggered', 'room']);
    expect(desk.page()).toMatchObject({ state: 'acknowledged', acknowledgements: [{ by: 'olav', late: false }] });
  });

  it('tells the second person of an acknowledgement that came late', async () => {
    const desk = await paged();
    const olavs = desk.token();
    await desk.pass(6 * minuteMs);
    desk.calls.length = 0;
    await desk.acknowledge.byLink(olavs, desk.log.scope);
    await desk.pass(hourMs);
    expect(desk.sent().toSorted()).toEqual(['pager acknowledge', 'room']);
    expect(desk.calls.find((call) => sentOf(call) === 'room')?.body).toContain('Acknowledged late, by Olav Duty');
    expect(desk.page()).toMatchObject({ acknowledgements: [{ by: 'olav', late: true }] });
  });

  it('is one for all requests about one incident; each new kind of news is told once to those who were paged', async () => {
    const desk = await aPageDesk();
    const about = { kind: 'incident', id: 'EX1' } as const;
    for (let n = 1; n <= 30; n++) {
      const id = `request-${String(n)}`;
      desk.stand(id);
      await desk.raise(aMatter({ about, source: { kind: 'request', id, what: 'critical-request', seen: 1 } }));
    }
    await desk.pass(secondMs);
    expect(desk.sent()).toEqual(['room', 'olav page.triggered']);
    for (const seen of [2, 3]) {
      desk.stand('request-1-1');
      const source = { kind: 'escalation', id: 'request-1-1', what: 'microsoft-late', seen } as const;
      await desk.raise(aMatter({ about, what: 'microsoft-late', source }));
    }
    await desk.pass(secondMs);
    expect(desk.sent().slice(2).toSorted()).toEqual(['olav page.updated', 'room']);
  });

  it('ends when the request does: PagerDuty resolves, others are told once, nobody is paged any more', async () => {
    const desk = await paged();
    await desk.pass(6 * minuteMs);
    desk.calls.length = 0;
    desk.stand('request-1', { stands: false });
    await desk.pages.settle('request-1', desk.log.scope);
    await desk.pages.settle('request-1', desk.log.scope);
    await desk.pass(hourMs);
    expect(desk.sent().toSorted()).toEqual(['olav page.settled', 'pager resolve', 'room']);
    expect(desk.page()?.state).toBe('settled');
  });

  it('ends by itself at its next step where nobody said that the request has', async () => {
    const desk = await paged();
    desk.stand('request-1', { stands: false });
    await desk.pass(hourMs);
    expect(desk.sent()).not.toContain('pager trigger');
    expect(desk.page()?.state).toBe('settled');
  });

  it('begins anew when the matter comes back, and not for an event that it knows', async () => {
    const desk = await paged();
    desk.stand('request-1', { stands: false });
    await desk.pages.settle('request-1', desk.log.scope);
    await desk.pass(secondMs);
    desk.stand('request-1');
    await desk.raise();
    await desk.pass(secondMs);
    expect(desk.page()?.state).toBe('settled');
    desk.calls.length = 0;
    await desk.raise(aMatter({ source: { ...aMatter().source, seen: 4 } }));
    await desk.pass(secondMs);
    expect(desk.sent()).toEqual(['room', 'olav page.triggered']);
    expect(desk.page()).toMatchObject({ state: 'paging', run: 2 });
  });

  it('goes on by the steps with which it began when another policy is published', async () => {
    const desk = await paged();
    const [team] = aPolicy().teams;
    await desk.publish(aPolicy({ teams: [{ ...team!, steps: [{ do: 'notify', person: 'mia' }] }] }));
    await desk.pass(6 * minuteMs);
    expect(desk.sent()).toEqual(['room', 'olav page.triggered', 'pager trigger']);
    expect(desk.page()?.policyVersion).toBe(1);
  });

  it('pages again when an acknowledgement expires and nothing happened, with another key for PagerDuty', async () => {
    const desk = await paged({ policy: aPolicy({ acknowledgementMinutes: 30 }) });
    await desk.pass(6 * minuteMs);
    await desk.acknowledge.byLink(desk.token(), desk.log.scope);
    await desk.pass(29 * minuteMs);
    expect(desk.page()).toMatchObject({ state: 'acknowledged', run: 1 });
    await desk.pass(10 * minuteMs);
    expect(desk.page()).toMatchObject({ state: 'paging', run: 2 });
    const keys = desk.calls
      .filter(({ url }) => url.includes('pagerduty'))
      .map(({ body = '' }) => JSON.parse(body) as { event_action: string; dedup_key: string })
      .map(({ event_action, dedup_key }) => `${event_action} ${dedup_key.split('/').at(-1) ?? ''}`);
    expect(keys).toEqual(['trigger 1', 'acknowledge 1', 'resolve 1', 'trigger 2']);
  });

  it('leaves whoever acknowledged in peace where something happened since', async () => {
    const desk = await paged({ policy: aPolicy({ acknowledgementMinutes: 30 }) });
    await desk.acknowledge.byLink(desk.token(), desk.log.scope);
    await desk.pass(20 * minuteMs);
    desk.stand('request-1', { changedAt: new Date(desk.clock.now()).toISOString() });
    await desk.pass(15 * minuteMs);
    expect(desk.page()).toMatchObject({ state: 'acknowledged', run: 1 });
    await desk.pass(31 * minuteMs);
    expect(desk.page()).toMatchObject({ state: 'paging', run: 2 });
  });

  it('passes over a person outside their hours, without waiting for them', async () => {
    const [olav, mia] = aPolicy().people;
    const office = { timeZone: 'UTC', weekly: { saturday: [{ from: '08:00', to: '16:00' }] } };
    const desk = await paged({
      policy: aPolicy({
        people: [{ ...olav!, windows: office }, mia!],
        teams: [{ ...aPolicy().teams[0]!, steps: aPolicy().teams[0]!.steps.slice(1) }],
      }),
    });
    expect(desk.sent()).toEqual(['pager trigger']);
    expect(desk.page()?.missed).toMatchObject([{ person: 'olav' }]);
  });

  it('begins again when the first person is reachable, where nobody was', async () => {
    const office = { timeZone: 'UTC', weekly: { monday: [{ from: '10:00', to: '16:00' }] } };
    const people = aPolicy().people.map((person) => ({ ...person, windows: office }));
    const desk = await paged({ policy: aPolicy({ people }) });
    expect(desk.sent()).toEqual(['room']);
    await desk.pass(hourMs);
    expect(desk.sent().slice(1)).toEqual(['room', 'olav page.triggered']);
  });

  it('goes on at once where a channel refuses for good, and shows it', async () => {
    const desk = await paged({ answer: ({ url }) => ({ status: url.includes('olav') ? 404 : 202 }) });
    // The room has it: nobody of the team does, so the next person is not waited for.
    expect(desk.sent()).toEqual(['room', 'olav page.triggered', 'pager trigger']);
    expect(desk.notices()).toContainEqual(
      expect.objectContaining({ target: 'olav-hook', state: 'gone', lastStatus: 404 }),
    );
  });

  it.each([
    ['a server that is busy', () => ({ status: 429, headers: { 'retry-after': '20' } })],
    ['a server in trouble', () => ({ status: 503 })],
    ['no answer', () => new HttpFailure('timeout', 'no answer')],
  ])('tries again after %s, with the same id', async (_title, answer) => {
    let isAway = true;
    const desk = await paged({ answer: ({ url }) => (isAway && url.includes('olav') ? answer() : { status: 202 }) });
    isAway = false;
    await desk.pass(minuteMs);
    const ids = desk.calls.filter(({ url }) => url.includes('olav')).map(({ headers }) => headers?.['webhook-id']);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
  });

  it('hands over to another team, on the same page', async () => {
    const [night] = aPolicy().teams;
    const desk = await paged({
      policy: aPolicy({
        teams: [
          {
            id: 'day',
            name: 'Day',
            people: ['olav'],
            steps: [
              { do: 'notify', person: 'olav' },
              { do: 'wait', minutes: 3 },
              { do: 'hand-over', team: 'night' },
            ],
          },
          {
            ...night!,
            people: ['mia'],
            steps: [
              { do: 'notify', person: 'mia' },
              { do: 'wait', minutes: 5 },
            ],
          },
        ],
        rules: [{ team: 'day' }],
      }),
    });
    await desk.pass(4 * minuteMs);
    expect(desk.sent()).toEqual(['olav page.triggered', 'pager trigger']);
    expect(desk.page(aMatter(), 'day')).toMatchObject({ teamId: 'night', ownerId: 'day' });
  });

  it('waits within the hours of a calendar', async () => {
    const [night] = aPolicy().teams;
    const hours = {
      timeZone: 'UTC',
      weekly: { monday: [{ from: '08:00', to: '10:00' }], tuesday: [{ from: '08:00', to: '10:00' }] },
    };
    const slow = {
      ...night!,
      id: 'slow',
      steps: [{ do: 'wait', minutes: 90, calendar: 'office' } as const, ...night!.steps],
    };
    const desk = await aPageDesk({
      policy: aPolicy({
        calendars: [{ id: 'office', hours }],
        teams: [night!, slow],
        rules: [{ team: 'night', severities: ['critical'] }, { team: 'slow' }],
      }),
    });
    desk.stand('request-1', { severity: 'moderate' });
    await desk.raise(aMatter({ severity: 'moderate', what: 'parked' }));
    // 60 minutes of Monday, 30 of Tuesday.
    await desk.pass(23 * hourMs + 25 * minuteMs);
    expect(desk.sent()).toEqual([]);
    await desk.pass(6 * minuteMs);
    expect(desk.sent()).toEqual(['room', 'olav page.triggered']);
  });

  it('is nobody to page without a policy, and says so', async () => {
    const desk = await aPageDesk({ policy: undefined });
    desk.stand('request-1');
    await desk.raise();
    await desk.pass(hourMs);
    expect(desk.calls).toEqual([]);
    expect(desk.log.entries.map(({ event }) => event)).toContain('notices.nobody-to-page');
  });

  it('keeps no text of people in its rows', async () => {
    const desk = await paged({
      policy: aPolicy({ targets: aPolicy().targets.map((target) => ({ ...target, includeTitle: true })) }),
    });
    expect(desk.calls.map(({ body }) => body).join('')).toContain('Mail is down for Ms. Smith');
    expect(JSON.stringify(desk.rowsOf(''))).not.toMatch(/Smith|Fabrikam|Olav Duty|\+47/);
  });
});
