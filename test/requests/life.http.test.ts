import { describe, expect, it } from 'vitest';
import type { Caller } from '../../shared/core/caller.ts';
import { move, read, say, timeline } from './calls.ts';
import { aPerson, aPortal, anOpenDesk, tenantId, type Desk } from './desk.ts';

describe('reading a request', () => {
  it('answers what the intake answered, under the ETag of its version', async () => {
    const desk = await anOpenDesk();
    const sent = await desk.submit({ evidence: { b: 1, a: [null, 2] }, startedAt: '2026-11-02T08:00:00+01:00' });
    const { status, body, headers } = await read(desk, sent.id, aPortal('north'));
    expect([status, headers.etag, body]).toEqual([200, '"1"', sent]);
  });

  it.each([
    ['GET', ''],
    ['GET', '/timeline'],
    ['GET', '/clocks'],
    ['POST', '/comments'],
    ['POST', '/transitions'],
  ])(
    '%s …%s answers 404 alike for an unknown id, another portal and another customer, for one read',
    async (method, rest) => {
      const desk = await anOpenDesk();
      const { id } = await desk.submit();
      const lost = await desk.submit({ customer: { tenantId: tenantId('fabrikam') } });
      const narrowed: Caller = { ...aPortal('north'), customers: new Set<string>() };
      const body = { '/comments': { text: 'x', audience: 'customer' }, '/transitions': { to: 'closed', reason: 'x' } }[
        rest
      ];
      const texts = [];
      for (const [as, asked, key] of [
        [aPortal('south'), id],
        [aPortal('south'), 'a'.repeat(26)],
        [aPortal('south'), 'no-such-id'],
        [narrowed, lost.id],
        [aPortal('south'), id, 'k1'],
        [aPortal('south'), 'a'.repeat(26), 'k1'],
      ] as const) {
        desk.reset();
        const answer = await desk.call(method, `api/requests/${asked}${rest}`, {
          as,
          body,
          headers: { 'if-match': '"1"', ...(key && { 'idempotency-key': key }) },
        });
        expect(answer.status).toBe(404);
        expect(desk.cost().gets).toBeLessThanOrEqual(1);
        expect(desk.cost()).toMatchObject({ queries: 0, transactions: 0, sends: 0 });
        texts.push(answer.text);
      }
      expect(new Set(texts).size).toBe(1);
    },
  );
});

describe('a transition', () => {
  it('moves the request and says so in the timeline, with who and why', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const { status, body, headers } = await move(desk, id, {
      to: 'acknowledged',
      seen: '"1"',
      reason: 'we look at it',
    });
    expect([status, headers.etag]).toEqual([200, '"2"']);
    expect(body).toMatchObject({ id, state: 'acknowledged', version: 2, title: 'Outgoing mail is very slow' });
    expect((await timeline(desk, id))[1]).toEqual({
      sequence: 2,
      kind: 'transitioned',
      at: '2026-11-02T09:00:00.000Z',
      by: { kind: 'person', id: 'home.o1' },
      audience: 'customer',
      from: 'new',
      state: 'acknowledged',
      text: 'we look at it',
    });
  });

  it('wants to know which version was seen', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    expect((await move(desk, id, { to: 'acknowledged' })).status).toBe(428);
    for (const seen of ['"2"', '1', 'W/"1"', '"x"']) {
      expect((await move(desk, id, { to: 'acknowledged', seen })).status).toBe(412);
    }
    expect((await move(desk, id, { to: 'acknowledged', seen: '"7", "1"' })).status).toBe(200);
  });

  it('that is illegal is refused with from and to', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const { status, body } = await move(desk, id, { to: 'resolved', seen: '"1"' });
    expect([status, body]).toEqual([
      409,
      expect.objectContaining({ code: 'illegal-transition', from: 'new', to: 'resolved' }),
    ]);
  });

  it("of a portal closes or reopens; all else is the desk's", async () => {
    const desk = await anOpenDesk();
    const as = aPortal('north');
    const { id } = await desk.submit();
    expect((await move(desk, id, { to: 'acknowledged', as, seen: '"1"' })).status).toBe(403);
    expect((await move(desk, id, { to: 'in-progress', as, seen: '"1"' })).status).toBe(403);
    for (const [to, seen] of [
      ['acknowledged', '"1"'],
      ['in-progress', '"2"'],
      ['resolved', '"3"'],
    ] as const) {
      expect((await move(desk, id, { to, seen })).status).toBe(200);
    }
    expect((await move(desk, id, { to: 'in-progress', as, seen: '"4"' })).status).toBe(200);
    expect((await move(desk, id, { to: 'closed', as, seen: '"5"' })).status).toBe(200);
    expect((await move(desk, id, { to: 'in-progress', as, seen: '"6"' })).status).toBe(409);
  });

  it('of two at once happens once: the other has seen an old version', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const both = await Promise.all([
      move(desk, id, { to: 'acknowledged', seen: '"1"' }),
      move(desk, id, { to: 'closed', seen: '"1"' }),
    ]);
    expect(both.map((one) => one.status).sort()).toEqual([200, 412]);
    expect(await timeline(desk, id)).toHaveLength(2);
  });

  it('repeated under its key answers the first answer, though the version has moved on', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const first = await move(desk, id, { to: 'acknowledged', seen: '"1"', key: 'm1' });
    await move(desk, id, { to: 'in-progress', seen: '"2"' });
    desk.reset();
    const again = await move(desk, id, { to: 'acknowledged', seen: '"1"', key: 'm1' });
    expect([again.status, again.text, again.headers.etag]).toEqual([200, first.text, '"2"']);
    expect(again.headers['idempotent-replayed']).toBe('true');
    expect(desk.cost()).toMatchObject({ gets: 2, queries: 0, transactions: 0, sends: 0 });
    expect((await move(desk, id, { to: 'closed', seen: '"3"', key: 'm1' })).status).toBe(409);
  });

  it('of a request that is snoozed is repeated for two reads, with the reason that it had then', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const amend = async (seen: string, snooze: object | null) =>
      desk.call('PATCH', `api/requests/${id}`, { as: aPerson(), body: { snooze }, headers: { 'if-match': seen } });
    await amend('"1"', { until: '2026-11-05T00:00:00Z', reason: 'until the part is there' });
    const close = async () => move(desk, id, { to: 'closed', seen: '"2"', key: 'm1' });
    const first = await close();
    expect(first.body).toMatchObject({ snooze: { reason: 'until the part is there' } });
    await amend('"3"', null);
    await desk.moved.advance(7 * 24 * 3_600_000);
    desk.reset();
    const again = await close();
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([200, first.text, 'true']);
    expect(desk.cost()).toMatchObject({ gets: 2, queries: 0, transactions: 0, sends: 0 });
    expect((await move(desk, id, { to: 'closed', seen: '"2"', key: 'm1', reason: 'other' })).status).toBe(409);
  });

  it('that the version before has served is answered again from the row that it left', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const first = await move(desk, id, { to: 'acknowledged', seen: '"1"', key: 'm1' });
    for (const rows of desk.of('requests').partitions.values()) {
      const [rk = '', told] = [...rows].find(([key]) => key.startsWith(`C|${id}|told|`)) ?? [];
      if (told === undefined) continue;
      const texts = new Set(['title', 'description', 'contact_json']);
      const columns = Object.fromEntries(Object.entries(told.columns).filter(([name]) => !texts.has(name)));
      rows.delete(rk);
      rows.set(rk.replace(/^C(.*)\|told/, 'K$1'), { ...told, columns });
    }
    const again = await move(desk, id, { to: 'acknowledged', seen: '"1"', key: 'm1' });
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([200, first.text, 'true']);
    expect((await move(desk, id, { to: 'closed', seen: '"2"', key: 'm1' })).status).toBe(409);
  });
});

describe('a comment', () => {
  it('is answered as the timeline has it', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const { status, body } = await say(desk, id, { text: 'Which recipients?' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ sequence: 2, kind: 'commented', audience: 'customer', text: 'Which recipients?' });
    expect((await timeline(desk, id))[1]).toEqual(body);
  });

  it('for the desk alone is not shown to portals, nor may they write one', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    await say(desk, id, { text: 'customer is difficult', audience: 'internal' });
    await say(desk, id, { text: 'we are on it' });
    await say(desk, id, { text: 'thanks', as: aPortal('north') });
    const shown = await timeline(desk, id, aPortal('north'));
    expect(shown.map((entry) => [entry.sequence, entry.text])).toEqual([
      [1, undefined],
      [3, 'we are on it'],
      [4, 'thanks'],
    ]);
    expect(shown.map((entry) => entry.by)).toEqual([
      { kind: 'portal', id: 'portal:north' },
      { kind: 'person' },
      { kind: 'portal', id: 'portal:north' },
    ]);
    expect((await say(desk, id, { audience: 'internal', as: aPortal('north') })).status).toBe(403);
    expect(await timeline(desk, id)).toHaveLength(4);
  });

  it('repeated under its key is one comment, for two reads and no write', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const first = await say(desk, id, { key: 'c1' });
    desk.reset();
    const again = await say(desk, id, { key: 'c1' });
    expect([again.status, again.text, again.headers['idempotent-replayed']]).toEqual([201, first.text, 'true']);
    expect(desk.cost()).toMatchObject({ gets: 2, queries: 0, transactions: 0, sends: 0 });
    expect((await say(desk, id, { key: 'c1', text: 'other' })).status).toBe(409);
    expect((await say(desk, id, { key: 'c1', as: aPortal('north') })).headers['idempotent-replayed']).toBeUndefined();
    expect(await timeline(desk, id)).toHaveLength(3);
  });

  it('sent by twins at once under one key is one comment', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const twins = await Promise.all(Array.from({ length: 4 }, async () => say(desk, id, { key: 'c1' })));
    expect(twins.map((twin) => twin.status)).toEqual([201, 201, 201, 201]);
    expect(new Set(twins.map((twin) => twin.text)).size).toBe(1);
    expect(await timeline(desk, id)).toHaveLength(2);
  });

  it('of a crowd at once all come in, in some order', async () => {
    const desk = await anOpenDesk();
    const { id } = await desk.submit();
    const crowd = Array.from({ length: 40 }, async (_, n) => say(desk, id, { text: `no ${String(n)}` }));
    const all = await whileTimePasses(desk, Promise.all(crowd));
    expect(all.map((one) => one.status)).toEqual(all.map(() => 201));
    expect((await timeline(desk, id)).map((entry) => entry.sequence)).toEqual(
      Array.from({ length: 41 }, (_, n) => n + 1),
    );
  });

  it('that others overtake all the time is to be sent again, after five seconds at most', async () => {
    const crowd = { isThere: false };
    const desk: Desk = await anOpenDesk({
      table: {
        before: async (operation) => {
          if (operation !== 'transact' || !crowd.isThere) return;
          for (const rows of desk.of('requests').partitions.values()) {
            for (const row of rows.values()) row.etag = `W/"other-${String((others += 1))}"`;
          }
        },
      },
    });
    let others = 0;
    const { id } = await desk.submit();
    crowd.isThere = true;
    const began = desk.moved.clock.now();
    const { status, headers, body } = await whileTimePasses(desk, say(desk, id));
    expect([status, headers['retry-after'], (body as { code: string }).code]).toEqual([503, '1', 'unavailable']);
    expect(desk.moved.clock.now() - began).toBeGreaterThan(4_000);
    expect(desk.moved.clock.now() - began).toBeLessThanOrEqual(5_000);
    expect(await timeline(desk, id)).toHaveLength(1);
  });
});

/** Moves the clock to whoever waits next, until the work is done. */
async function whileTimePasses<T>({ moved }: Desk, work: Promise<T>): Promise<T> {
  const state = { isDone: false };
  const ended = work.finally(() => (state.isDone = true));
  ended.catch(() => undefined);
  for (;;) {
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    if (state.isDone) return ended;
    await moved.advance((moved.nextAt() ?? moved.clock.now()) - moved.clock.now());
  }
}
