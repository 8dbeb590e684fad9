import { describe, expect, it } from 'vitest';
import { hourMs } from '../../shared/core/clock.ts';
import { limits } from '../../shared/core/limits.ts';
import { foundIn } from '../support/encodings.ts';
import { anErasureDesk, canaries, contact, hooked, planted, recordOf, sent, unresolved } from './erasure-desk.ts';

describe('an erasure', () => {
  it('of a person with many requests goes on after the answer, and its record comes in pages', async () => {
    const desk = await anErasureDesk();
    const ids = new Set<string>();
    let contactId = '';
    for (let n = 0; n < 60; n++) {
      const { json } = await desk.call('POST', '/api/requests', { as: desk.tokens.north, body: hooked });
      const request = json as { id: string; contact: { id: string } };
      ids.add(request.id);
      contactId = request.contact.id;
    }
    const begun = await desk.erase(contactId);
    expect([begun.status, begun.headers.location, recordOf(begun).state]).toEqual([
      202,
      `/api/contacts/${contactId}`,
      'running',
    ]);
    expect((await desk.erase(contactId)).status).toBe(202);
    await desk.drain();
    expect(foundIn(desk.stored(), [planted.hooked, planted.email, planted.name])).toEqual([]);
    const seen: string[] = [];
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const path = `/api/contacts/${contactId}?limit=40${cursor && `&cursor=${cursor}`}`;
      const page = recordOf(await desk.call('GET', path, { as: desk.tokens.admin }));
      expect(page.state).toBe('done');
      seen.push(...page.items.map((item) => item.id));
      cursor = page.nextCursor;
    }
    expect(new Set(seen)).toEqual(ids);
    expect(seen).toHaveLength(60);
  });

  it('has one effect on each request, though two calls and two workers are at it together', async () => {
    const desk = await anErasureDesk();
    const ids: string[] = [];
    let contactId = '';
    for (let n = 0; n < 30; n++) {
      const { json } = await desk.call('POST', '/api/requests', { as: desk.tokens.north, body: hooked });
      const request = json as { id: string; contact: { id: string } };
      ids.push(request.id);
      contactId = request.contact.id;
    }
    const answers = await Promise.all([desk.erase(contactId), desk.erase(contactId)]);
    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    await desk.drain(2);
    expect(foundIn(desk.stored(), [planted.hooked, planted.email])).toEqual([]);
    for (const id of ids) {
      const timeline = await desk.call('GET', `/api/requests/${id}/timeline`, { as: desk.tokens.operator });
      const kinds = (timeline.json as { items: { kind: string }[] }).items.map(({ kind }) => kind);
      expect(kinds).toEqual(['created', 'erased']);
    }
  });

  it('costs two transactions for each request, and two for the run', async () => {
    const desk = await anErasureDesk();
    const costOf = async (requests: number, email: string) => {
      const body = { ...hooked, contact: { ...contact, email } };
      const post = async () => desk.call('POST', '/api/requests', { as: desk.tokens.north, body });
      for (let n = 1; n < requests; n++) await post();
      const { json } = await post();
      const before = desk.cost();
      await desk.erase((json as { contact: { id: string } }).contact.id);
      return desk.cost().transactions - before.transactions;
    };
    expect([await costOf(1, 'one@customer.example'), await costOf(20, 'two@customer.example')]).toEqual([4, 42]);
  });

  it('of somebody who is known from quarantine alone goes by the id that the portal knows', async () => {
    const desk = await anErasureDesk();
    await desk.hook('hook-1', unresolved);
    const [key = ''] = [...(desk.memory.of('portals').partitions.get('quarantine')?.keys() ?? [])].filter((rk) =>
      rk.startsWith('S|'),
    );
    const erased = await desk.erase(key.split('|')[1] ?? '');
    expect(recordOf(erased).items).toMatchObject([{ what: 'quarantined', id: key.split('|')[2] }]);
    expect(foundIn(desk.stored(), [planted.quarantined, planted.email])).toEqual([]);
    expect((await desk.hook('hook-1', unresolved)).json).toEqual({ quarantineId: key.split('|')[2] });
  });

  it('finds a comment that came before its request and went to people, by what it says it is about', async () => {
    const desk = await anErasureDesk();
    const about = { externalRef: { system: 'psa', id: 'T-17' } };
    await desk.hook('hook-1', { ...about, text: planted.comment }, 'support_request.commented');
    await desk.moved.advance((limits.waitingDays * 24 + 1) * hourMs);
    await desk.recover();
    const { json } = await desk.call('POST', '/api/requests', { as: desk.tokens.north, body: sent });
    const { id, contact: sender } = json as { id: string; contact: { id: string } };
    await desk.drain();
    const byId = { requestId: id, text: planted.internal };
    await desk.hook('hook-2', byId, 'support_request.commented');
    expect(foundIn(desk.stored(), [planted.comment])).not.toEqual([]);
    const { items } = recordOf(await desk.erase(sender.id));
    expect(items.map(({ what }) => what).sort()).toEqual(['quarantined', 'request']);
    expect(foundIn(desk.stored(), canaries)).toEqual([]);
  });

  it('that crashes at any storage call, before or after it, is brought to its end by what it owes', async () => {
    const crash = { in: Infinity, isAfter: false, queries: 0 };
    const trip = (isAfter: boolean) => async (operation: string) => {
      // Of the queries that ask all shards at once, two die: they are all alike.
      const isCounted = operation !== 'query' || crash.queries++ % 16 === 0;
      if (crash.isAfter === isAfter && isCounted) crash.in--;
      if (crash.in < 0) throw new Error('the process died');
      return Promise.resolve();
    };
    const desk = await anErasureDesk({ trouble: { before: trip(false), after: trip(true) } });
    const read = async (path: string) => desk.call('GET', path, { as: desk.tokens.admin });
    let crashes = 0;
    for (const isAfter of [false, true]) {
      for (let step = 0, hasEnded = false; !hasEnded; step++) {
        const email = `crash-${String(isAfter)}-${String(step)}@customer.example`;
        const body = { ...sent, contact: { ...contact, email } };
        const { json } = await desk.call('POST', '/api/requests', { as: desk.tokens.north, body });
        const { id, contact: sender } = json as { id: string; contact: { id: string } };
        const escalation = { force: true, reason: planted.override };
        await desk.call('POST', `/api/requests/${id}/escalation`, { as: desk.tokens.admin, body: escalation });
        await desk.hook(`hook-${String(isAfter)}-${String(step)}`, { ...unresolved, contact: { ...contact, email } });
        await desk.drain();
        Object.assign(crash, { in: step, isAfter, queries: 0 });
        const answer = await desk.erase(sender.id, '?force=true');
        crash.in = Infinity;
        hasEnded = answer.status === 200;
        if (!hasEnded) crashes++;
        await desk.recover();
        // A call that died before its run was written owes nothing: who asked has had no answer, and asks again.
        const owed = await read(`/api/contacts/${sender.id}`);
        const end = recordOf(owed.status === 404 ? await desk.erase(sender.id, '?force=true') : owed);
        expect([step, end.state, end.items.map(({ what }) => what).sort()]).toEqual([
          step,
          'done',
          ['quarantined', 'request'],
        ]);
        const timeline = await read(`/api/requests/${id}/timeline`);
        const kinds = (timeline.json as { items: { kind: string }[] }).items.map(({ kind }) => kind);
        expect([step, kinds.filter((kind) => kind === 'erased')]).toEqual([step, ['erased']]);
      }
    }
    expect(crashes).toBeGreaterThan(40);
    await desk.drain();
    expect(foundIn(desk.stored(), ['crash-', planted.override, planted.title])).toEqual([]);
  });
});
