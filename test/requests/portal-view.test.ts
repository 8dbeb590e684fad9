import { describe, expect, it } from 'vitest';
import type { Caller } from '../../shared/core/caller.ts';
import type { RequestAnswer } from '../../shared/requests/request-answer.ts';
import type { TimelinePage } from '../../shared/requests/timeline-page.ts';
import { amend, move, read, say, timeline } from './calls.ts';
import { aPerson, aPortal, anOpenDesk, type Desk } from './desk.ts';

const north: Caller = aPortal('north');

/** A request of north's with all that is the desk's own business, some of it in one change with what is not. */
async function handled(desk: Desk): Promise<string> {
  const { id } = await desk.submit();
  const { id: child } = await desk.submit({}, { as: aPerson() });
  await amend(desk, child, { body: { parent: id } });
  const snooze = { until: '2026-11-05T08:00:00Z', reason: 'secret-reason' };
  const own = { assignee: 'secret-assignee', team: 'secret-team', snooze };
  await amend(desk, id, { body: { ...own, severity: 'critical', priority: 'p2' } });
  await say(desk, id, { text: 'secret-comment', audience: 'internal' });
  await desk.settle();
  return id;
}

const secrets = (text: string): string[] => text.match(/secret-\w+|home\.o1/g) ?? [];

describe('what a portal sees of its request', () => {
  it("is not whom it is assigned to, what is merged into it, why it is put aside, nor the desk's own words", async () => {
    const desk = await anOpenDesk();
    const id = await handled(desk);
    const people = [await read(desk, id), await desk.call('GET', `api/requests/${id}/timeline`, { as: aPerson() })];
    expect(new Set(secrets(people.map(({ text }) => text).join('')))).toEqual(
      new Set(['secret-assignee', 'secret-team', 'secret-reason', 'secret-comment', 'home.o1']),
    );
    for (const path of [
      `api/requests/${id}`,
      'api/requests',
      `api/requests/${id}/timeline`,
      `api/requests/${id}/clocks`,
    ]) {
      const { text } = await desk.call('GET', path, { as: north });
      expect([path, secrets(text)]).toEqual([path, []]);
      expect(text).not.toMatch(/snooze|assignee|"team"|child/);
    }
    expect(secrets(JSON.stringify([...desk.notices.values()]))).toEqual([]);
  });

  it('is what it may do next with, as if nothing were put aside', async () => {
    const desk = await anOpenDesk();
    const id = await handled(desk);
    const [own, shown] = [await read(desk, id), await read(desk, id, north)].map(({ body }) => body as RequestAnswer);
    expect(own?.nextAction?.what).toBe('snooze-ends');
    expect(shown).toMatchObject({ priority: 'p2', severity: 'critical', nextAction: { what: 'first-response' } });
  });

  it('is the same in the answer to a change and in its repeat', async () => {
    const desk = await anOpenDesk();
    const id = await handled(desk);
    const close = async () => move(desk, id, { to: 'closed', as: north, seen: '*', key: 'k1' });
    const [first, again] = [await close(), await close()];
    expect([first.status, again.text, again.headers['idempotent-replayed']]).toEqual([200, first.text, 'true']);
    expect(secrets(first.text)).toEqual([]);
  });

  it('costs no read of why it is put aside', async () => {
    const desk = await anOpenDesk();
    const id = await handled(desk);
    desk.reset();
    await read(desk, id, north);
    expect(desk.cost().gets).toBe(2);
    desk.reset();
    await read(desk, id);
    expect(desk.cost().gets).toBe(3);
  });
});

describe('the timeline', () => {
  it('says what was decided at each event, and why', async () => {
    const desk = await anOpenDesk();
    const sent = await desk.submit();
    await amend(desk, sent.id, { body: { category: 'billing', service: 'SharePoint' } });
    for (const as of [aPerson(), north]) {
      const [created, changed] = await timeline(desk, sent.id, as);
      const { category, service, boundary, sources, reasons, likelyIncidents } = sent.triage;
      expect(created).toMatchObject({
        triage: { category, service, boundary, sources, reasons, likelyIncidents },
        priority: { value: sent.priority, reasons: sent.priorityReasons },
        firstResponse: { dueAt: sent.triage.expectedFirstResponseAt, targetMinutes: 240, statementVersion: 3 },
      });
      expect(changed).toMatchObject({
        triage: { category: 'billing', service: 'SharePoint', sources: { category: 'person', service: 'person' } },
        priority: { value: 'p3' },
      });
    }
  });

  const page = async (desk: Desk, path: string, as = north) => {
    const { status, body } = await desk.call('GET', path, { as });
    return { status, ...(body as TimelinePage & { code?: string }) };
  };

  it('comes in pages, oldest first, at a cost that its length does not change', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    for (let n = 0; n < 9; n++)
      await say(desk, id, { text: String(n), audience: n % 3 === 0 ? 'customer' : 'internal' });
    const sequences: number[] = [];
    const costs: number[] = [];
    let cursor: string | undefined;
    do {
      desk.reset();
      const next = cursor === undefined ? '' : `&cursor=${cursor}`;
      const { items, nextCursor } = await page(desk, `api/requests/${id}/timeline?limit=3${next}`);
      sequences.push(...items.map(({ sequence }) => sequence));
      costs.push(desk.cost().rows);
      cursor = nextCursor;
    } while (cursor !== undefined);
    expect(sequences).toEqual([1, 2, 5, 8]);
    expect(Math.max(...costs)).toBeLessThanOrEqual(8);
    expect(costs).toHaveLength(4);
  });

  it('is whole without a limit, and takes no cursor but its own', async () => {
    const desk = await anOpenDesk();
    const [{ id }, { id: other }] = [await desk.submit(), await desk.submit()];
    for (let n = 0; n < 3; n++) await say(desk, id);
    const whole = await page(desk, `api/requests/${id}/timeline`);
    expect([whole.items.length, whole.nextCursor]).toEqual([4, undefined]);
    const { nextCursor = '' } = await page(desk, `api/requests/${id}/timeline?limit=1`);
    for (const [path, as] of [
      [`${other}/timeline?cursor=${nextCursor}`, north],
      [`${id}/timeline?cursor=${nextCursor}`, aPerson()],
      [`${id}/timeline?cursor=abc`, north],
    ] as const) {
      expect(await page(desk, `api/requests/${path}`, as)).toMatchObject({ status: 400, code: 'invalid-cursor' });
    }
    expect((await page(desk, `api/requests/${id}/timeline?limit=101`)).status).toBe(400);
  });
});
