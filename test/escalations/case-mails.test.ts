import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../shared/core/clock.ts';
import { HttpFailure, type Http } from '../../shared/platform/http.ts';
import { createEscalationTimeline } from '../../shared/escalations/escalation-timeline.ts';
import { markerOf } from '../../shared/escalations/packet.ts';
import { aPerson } from './builders.ts';
import { aMailDesk, type Listed } from './mail-desk.ts';
import { aMail } from './mails/a-mail.ts';
import { forgeries } from './mails/envelope.ts';

const one = 'abcdefghijklmnopqrstuvwxy2-1';
const two = 'bbcdefghijklmnopqrstuvwxy2-1';
const number = '2611020030001234';
const subject = `Outbound mail is late - TrackingID#${number}`;
const filed = { state: 'filed', caseNumber: number, filedAt: '2026-11-02T08:00:00.000Z' } as const;

type MailDesk = Awaited<ReturnType<typeof aMailDesk>>;
const later = async (desk: MailDesk, minutes = 5) => {
  await desk.advance(minutes * minuteMs);
  return desk.turn();
};
const whats = async (desk: MailDesk, id = one) => (await desk.events(id)).map(({ what }) => what);

describe('a mail of Microsoft', () => {
  it('comes onto its case by the number, with its text and question', async () => {
    const desk = await aMailDesk();
    await desk.escalation(one, filed);
    await desk.receive(
      aMail({ subject, body: 'Could you send the message trace?\n\n> [DESK-AAAAAAAAAA] 2611020030009999' }),
    );
    await later(desk);
    expect(await desk.row(one)).toMatchObject({ state: 'following', needsAnswer: true });
    const told = (await desk.events(one)).find(({ what }) => what === 'microsoft-asks')!;
    expect(await desk.text(one, String(told.text))).toMatchObject({
      subject,
      text: 'Could you send the message trace?',
    });
    expect((await desk.list('unplaced')).items).toEqual([]);
  });

  it('fills in the number that nobody typed, by the marker of the packet', async () => {
    const desk = await aMailDesk();
    await desk.escalation(one);
    await desk.receive(aMail({ subject, body: `Your case was created. Description: late mail [${markerOf(one)}]` }));
    await later(desk);
    expect(await desk.row(one)).toMatchObject({ caseNumber: number });
    expect(await whats(desk)).toContain('filed');
    await desk.receive(aMail({ id: 'two', subject, body: 'Your case has been closed.' }));
    await later(desk);
    expect(await desk.row(one)).toMatchObject({ state: 'closed' });
  });

  it('that names number and marker comes onto the case although the number is not on the index yet', async () => {
    const desk = await aMailDesk();
    await desk.escalation(one);
    const body = `Your case was created. [${markerOf(one)}]`;
    await desk.receive(aMail({ subject, body }));
    await desk.receive(aMail({ id: 'two', subject, body: `My name is Erin Doe, I work on it. [${markerOf(one)}]` }));
    await later(desk);
    expect((await desk.list('unplaced')).items).toEqual([]);
    expect((await whats(desk)).filter((what) => what === 'microsoft-wrote')).toHaveLength(2);
  });

  it('that promises a next word is held to it, long before anybody would have looked at the case', async () => {
    const desk = await aMailDesk();
    await desk.escalation(one, { ...filed, severity: 'minimal' });
    await desk.receive(aMail({ subject, body: 'Next update: 2026-11-02 13:00 UTC.' }));
    await later(desk);
    expect((await desk.row(one)).nextUpdateBy).toBe('2026-11-02T13:00:00.000Z');
    await desk.pass(5 * 60 * minuteMs);
    expect(await whats(desk)).toContain('microsoft-late');
  });

  it('never puts a number in the place of another', async () => {
    const desk = await aMailDesk();
    await desk.escalation(one, filed);
    const body = `Description: [${markerOf(one)}]`;
    await desk.receive(aMail({ subject: 'New - TrackingID#2611020030007777', body }));
    await later(desk);
    expect(await desk.row(one)).toMatchObject({ caseNumber: number, version: 1 });
    expect((await desk.list('unplaced')).items).toMatchObject([{ reason: { code: 'another-number' } }]);
  });

  it('waits for a number that is told later, and leads to no case of another connection', async () => {
    const desk = await aMailDesk();
    await desk.escalation(two, { ...filed, connectionId: 'south' });
    await desk.receive(aMail({ subject }));
    await later(desk);
    expect((await desk.list('unplaced')).items).toMatchObject([{ reason: { code: 'unknown-number' } }]);
    await desk.escalation(one, filed);
    await later(desk, 1);
    expect(await whats(desk)).toContain('microsoft-wrote');
    expect(await desk.row(two)).toMatchObject({ version: 1 });
  });

  it.each(Object.entries(forgeries))('is not one that comes as %s', async (_name, fields) => {
    const desk = await aMailDesk();
    await desk.escalation(one, filed);
    await desk.receive(aMail({ subject, body: 'Your case has been closed.', fields }));
    await later(desk);
    expect(await desk.row(one)).toMatchObject({ state: 'filed', version: 1 });
    expect((await desk.list('unverified')).items).toMatchObject([{ isMicrosoft: false, subject }]);
  });
});

describe('the reading of the mailbox', () => {
  it.each([false, true])('has its effect once wherever an instance dies (after the call: %s)', async (isAfter) => {
    let survived = 0;
    for (let call = 1; survived === 0; call++) {
      const desk = await aMailDesk();
      await desk.escalation(one, filed);
      await desk.receive(aMail({ subject, body: 'Please provide the trace.' }));
      await desk.receive(aMail({ id: 'two', subject: 'Nothing named' }));
      await desk.advance(5 * minuteMs);
      desk.dieAt(call, isAfter);
      survived += await desk.turn().then(
        () => 1,
        () => 0,
      );
      desk.revive();
      for (let again = 0; again < 2; again++) {
        await desk.advance(11 * minuteMs);
        await desk.ensure();
        await desk.turn();
      }
      const told = (await whats(desk)).filter((what) => what === 'microsoft-asks');
      expect({ call, told }).toEqual({ call, told: ['microsoft-asks'] });
      expect((await desk.list('unplaced')).items).toHaveLength(1);
      expect(call).toBeLessThan(200);
    }
  });

  it('begins at the present in a mailbox of ten thousand old mails, also after Microsoft was started again', async () => {
    const journal = join(mkdtempSync(join(tmpdir(), 'mailbox-')), 'microsoft.jsonl');
    const at = Date.parse('2026-11-01T09:00:00.000Z');
    const lines = Array.from({ length: 10_000 }, (_, n) =>
      JSON.stringify({ at: at + n * 1_000, type: 'mail-received', raw: aMail({ id: `old-${String(n)}`, subject }) }),
    );
    const began = JSON.stringify({ at, type: 'began', round: 1 });
    writeFileSync(journal, `${[began, ...lines].join('\n')}\n`);
    const calls: string[] = [];
    const desk = await aMailDesk({ microsoft: { journal }, http: seen(calls) });
    await desk.escalation(one, filed);
    await desk.receive(aMail({ subject }));
    await later(desk);
    expect(await whats(desk)).toContain('microsoft-wrote');
    expect(calls).toHaveLength(3);
  });

  it('reads a burst of one moment to its end, in turns', async () => {
    const desk = await aMailDesk();
    for (let n = 0; n < 130; n++) await desk.receive(aMail({ id: `burst-${String(n)}` }));
    await desk.advance(5 * minuteMs);
    expect(await desk.turn()).toBe(2);
    expect((await desk.call('listCaseMails', { query: { limit: 100 } })).body).toMatchObject({
      nextCursor: expect.any(String) as string,
    });
  });

  it('waits as long as it is told to', async () => {
    const desk = await aMailDesk();
    await desk.receive(aMail());
    const fault = { match: 'graph.messages.get', status: 429, retryAfter: 600, times: 1 };
    await desk.microsoft.control({ fault });
    await later(desk);
    expect(await later(desk, 9)).toBe(0);
    await later(desk, 1);
    expect((await desk.list('unplaced')).items).toHaveLength(1);
  });

  it('comes again after lost answers', async () => {
    let lost = 0;
    let isArrived = false;
    const desk = await aMailDesk({
      http: (http) => async (call) => {
        const answer = await http(call);
        if (isArrived && lost++ < 2) throw new HttpFailure('network', 'The answer was lost.');
        return answer;
      },
    });
    await desk.receive(aMail({ id: 'first' }));
    await desk.receive(aMail({ id: 'second' }));
    isArrived = true;
    await later(desk);
    expect((await desk.list('unplaced')).items).toEqual([]);
    for (let again = 0; again < 3; again++) await later(desk, 2);
    expect((await desk.list('unplaced')).items).toHaveLength(2);
  });

  it('goes on past a mail that is far too large and one that is deleted meanwhile, with their beginnings', async () => {
    let bodies = 0;
    const desk = await aMailDesk({
      http: (http) => async (call) => {
        if (!/\/messages\/[^?]/.test(call.url)) return http(call);
        bodies++;
        if (bodies === 1) throw new HttpFailure('too-large', 'More than the desk reads.');
        if (bodies === 2) await desk.microsoft.control({ scenario: { mail: { removed: 'id-deleted' } } });
        return http(call);
      },
    });
    for (const id of ['id-large', 'id-deleted', 'id-whole'])
      await desk.receive(aMail({ id, body: `The body of ${id}.` }));
    await later(desk);
    const texts = (await desk.list('unplaced')).items.map(({ text }) => text).sort();
    expect(texts).toEqual(['The body of id-deleted.', 'The body of id-large.', 'The body of id-whole.']);
    expect(bodies).toBe(3);
  });

  it('asks nobody where the right is missing, and says so', async () => {
    const desk = await aMailDesk();
    await desk.microsoft.control({ fault: { match: 'graph.messages.get', status: 403, times: 50 } });
    await later(desk);
    const head = (await desk.table.get('case-mail|north', 'H'))!;
    expect(JSON.parse(String(head.columns.trouble_json))).toMatchObject({ reason: 'refused', status: 403 });
  });
});

const seen =
  (calls: string[]) =>
  (http: Http): Http =>
  async (call) => {
    calls.push(call.url);
    return http(call);
  };

describe('an operator', () => {
  it('puts a mail on the case that it is about; once, and what it says counts', async () => {
    const desk = await aMailDesk();
    await desk.escalation(one);
    await desk.receive(aMail({ subject: 'Hello', body: 'My name is Alba Vega. Could you call me?' }));
    await later(desk);
    const [{ id }] = (await desk.list('unplaced')).items as [Listed];
    await expect(desk.call('placeCaseMail', { id, body: { escalationId: one } })).rejects.toMatchObject({
      code: 'conflict',
    });
    await desk.escalation(two, filed);
    const put = async () => desk.call('placeCaseMail', { id, body: { escalationId: two } });
    expect((await put()).body).toMatchObject({ state: 'placed', escalationId: two });
    expect((await put()).body).toMatchObject({ state: 'placed' });
    expect(await desk.row(two)).toMatchObject({ needsAnswer: true });
    expect((await whats(desk, two)).filter((what) => what === 'microsoft-asks')).toHaveLength(1);
    await expect(desk.call('dismissCaseMail', { id })).rejects.toMatchObject({ code: 'conflict' });
  });

  it('keeps the text of an unproven mail, which changes nothing else', async () => {
    const desk = await aMailDesk();
    await desk.escalation(one, filed);
    await desk.receive(aMail({ subject, body: 'Your case has been closed.', fields: forgeries.colleague! }));
    await later(desk);
    const [{ id }] = (await desk.list('unverified')).items as [Listed];
    await desk.call('placeCaseMail', { id, body: { escalationId: one } });
    const before = await desk.row(one);
    expect(before).toMatchObject({ state: 'filed' });
    const text = { from: 'unverified', text: 'Your case has been closed.' };
    expect(await desk.text(one, `mail-${id}`)).toMatchObject(text);
    const timeline = await createEscalationTimeline(desk.deps)({ id: one, query: {}, caller: aPerson('olav') });
    expect((timeline.body as { items: unknown[] }).items.at(-1)).toMatchObject({ what: 'case-changed', text });
  });

  it('dismisses a mail, and no mail of another connection finds its way', async () => {
    const desk = await aMailDesk();
    await desk.escalation(two, { ...filed, connectionId: 'south' });
    await desk.receive(aMail());
    await later(desk);
    const [{ id }] = (await desk.list('unplaced')).items as [Listed];
    const body = { escalationId: two };
    await expect(desk.call('placeCaseMail', { id, body })).rejects.toMatchObject({ code: 'invalid-body' });
    expect((await desk.call('dismissCaseMail', { id })).body).toMatchObject({ state: 'dismissed' });
    expect((await desk.list('unplaced')).items).toEqual([]);
  });

  it('has ninety days for it', async () => {
    const desk = await aMailDesk();
    await desk.receive(aMail());
    await later(desk);
    await desk.advance(90 * dayMs);
    await desk.turn();
    expect((await desk.list('unplaced')).items).toEqual([]);
    expect((await desk.table.query({ pk: 'mails', limit: 10 })).rows).toEqual([]);
  });
});
