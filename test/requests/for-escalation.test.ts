import { describe, expect, it } from 'vitest';
import type { RequestAnswer } from '../../shared/requests/request-answer.ts';
import type { EscalationNews } from '../../shared/requests/for-escalation.ts';
import { move, read, timeline } from './calls.ts';
import { aPortal, anOpenDesk, customerId } from './desk.ts';

const someNews = (
  requestId: string,
  news: Partial<EscalationNews> & { version?: number; state?: string } = {},
): EscalationNews => ({
  requestId,
  escalation: {
    id: `${requestId}-1`,
    version: news.version ?? 1,
    state: news.state ?? 'awaiting-filing',
    vehicle: 'advanced',
    channel: 'assisted',
  },
  at: '2026-11-02T09:30:00.000Z',
  what: 'started',
  ...news,
});

describe('what requests offer to escalations', () => {
  it('is what a case needs, text and contact with it', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit({ businessImpact: 'nobody can order', language: 'ja', evidence: { a: 1 } });
    expect(await desk.requests.readForEscalation(id)).toMatchObject({
      requestId: id,
      portalId: 'north',
      customerId: customerId('contoso'),
      version: 1,
      state: 'new',
      title: 'Outgoing mail is very slow',
      severity: 'moderate',
      category: 'technical',
      service: 'Exchange',
      boundary: 'microsoft',
      businessImpact: 'nobody can order',
      language: 'ja',
      evidence: { a: 1 },
      contact: { name: 'Ada Lovelace', email: 'ada@contoso.example' },
      likelyIncidents: [{ id: 'EX100', confidence: 0.95 }],
      escalationCount: 0,
      missingEvidence: expect.arrayContaining(['The whole text or code of the error.']) as string[],
    });
    expect(await desk.requests.readForEscalation('a'.repeat(26))).toBeUndefined();
  });

  it('lets an escalation make the request wait, show the case, and be told', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await desk.requests.applyEscalation(someNews(id, { note: 'filed by hand' }), desk.scope);
    const { body } = await read(desk, id, aPortal('north'));
    expect(body).toMatchObject({
      state: 'waiting-microsoft',
      version: 2,
      escalation: { id: `${id}-1`, state: 'awaiting-filing', vehicle: 'advanced', channel: 'assisted' },
    });
    expect((body as RequestAnswer).escalation).not.toHaveProperty('version');
    expect((await desk.requests.readForEscalation(id))?.escalationCount).toBe(1);
    await desk.settle();
    expect([...desk.notices.values()].map((notice) => notice.type)).toEqual(['request.created', 'request.updated']);
  });

  it('shows portals that the case moved on, and people the note of it', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await desk.requests.applyEscalation(someNews(id, { note: 'engineer is slow' }), desk.scope);
    expect((await timeline(desk, id))[1]).toMatchObject({
      kind: 'escalated',
      by: { kind: 'desk' },
      text: 'engineer is slow',
    });
    expect((await timeline(desk, id, aPortal('north')))[1]).toEqual(
      expect.not.objectContaining({ text: expect.anything() as unknown }),
    );
  });

  it('takes the same news once, even by twins', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await Promise.all([1, 2, 3].map(async () => desk.requests.applyEscalation(someNews(id), desk.scope)));
    desk.reset();
    await desk.requests.applyEscalation(someNews(id), desk.scope);
    expect(desk.cost()).toMatchObject({ gets: 2, transactions: 0, sends: 0 });
    expect(await timeline(desk, id)).toHaveLength(2);
  });

  it.each([
    { end: 'cancelled', gives: 'in-progress' },
    { end: 'closed', gives: 'resolved' },
  ])('makes the request $gives when the escalation is $end, unless it has moved on', async ({ end, gives }) => {
    const desk = await anOpenDesk();
    const [waiting, moved] = [await desk.submit(), await desk.submit()];
    for (const { id } of [waiting, moved]) await desk.requests.applyEscalation(someNews(id), desk.scope);
    await move(desk, moved.id, { to: 'resolved', seen: '"2"' });
    for (const { id } of [waiting, moved]) {
      await desk.requests.applyEscalation(someNews(id, { version: 2, state: end, what: 'closed' }), desk.scope);
    }
    expect((await read(desk, waiting.id)).body).toMatchObject({ state: gives, escalation: { state: end } });
    expect((await read(desk, moved.id)).body).toMatchObject({ state: 'resolved', escalation: { state: end } });
  });

  it('keeps to the latest escalation when all news of an earlier one comes after it', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const first = { ...someNews(id).escalation, version: 1 };
    const tell = async (news: Partial<EscalationNews>) => desk.requests.applyEscalation(someNews(id, news), desk.scope);
    await tell({ escalation: { ...first, id: `${id}-2` } });
    await tell({ escalation: first });
    await tell({ escalation: { ...first, version: 2, state: 'cancelled' }, what: 'closed' });
    expect((await read(desk, id)).body).toMatchObject({ state: 'waiting-microsoft', escalation: { id: `${id}-2` } });
    expect((await desk.requests.readForEscalation(id))?.escalationCount).toBe(2);
    expect(await timeline(desk, id)).toHaveLength(4);
  });

  it('knows nothing of a request that is not there', async () => {
    const desk = await anOpenDesk();
    await desk.requests.applyEscalation(someNews('a'.repeat(26)), desk.scope);
    expect(desk.cost().written).toBe(0);
  });
});
