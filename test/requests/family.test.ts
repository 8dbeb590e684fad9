import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import type { RequestAnswer } from '../../shared/requests/request-answer.ts';
import { checkTransition } from '../../shared/requests/request-rules.ts';
import { amend, move, read, timeline } from './calls.ts';
import { aPerson, aPortal, anOpenDesk, tenantId, type Desk } from './desk.ts';

const now = async (desk: Desk, id: string) => (await read(desk, id)).body as RequestAnswer;

const merge = async (desk: Desk, id: string, parent: string | null) => amend(desk, id, { body: { parent }, seen: '*' });

/** Moves a request through its states, one after the other. */
const through = async (desk: Desk, id: string, ...states: string[]) => {
  for (const to of states) expect((await move(desk, id, { to, seen: '*' })).status).toBe(200);
};

/** A parent that is worked on, with one request merged into it. */
async function aFamily(desk: Desk): Promise<{ parent: string; child: string }> {
  const [parent, child] = [(await desk.submit()).id, (await desk.submit()).id];
  await through(desk, parent, 'acknowledged', 'in-progress');
  expect((await merge(desk, child, parent)).status).toBe(200);
  await desk.settle();
  return { parent, child };
}

describe('merging a request into another', () => {
  it('is told at both: the parent knows its children, for people alone', async () => {
    const desk = await anOpenDesk();
    const { parent, child } = await aFamily(desk);
    const north = aPortal('north');
    expect(await now(desk, child)).toMatchObject({ parent });
    expect(await now(desk, parent)).toMatchObject({ children: [child] });
    expect((await read(desk, child, north)).body).toMatchObject({ parent });
    expect((await read(desk, parent, north)).body).not.toHaveProperty('children');
    expect((await timeline(desk, parent)).at(-1)).toMatchObject({
      audience: 'internal',
      changes: { childMerged: child },
    });
    expect(JSON.stringify(await timeline(desk, parent, north))).not.toContain(child);
    expect((await merge(desk, child, null)).status).toBe(200);
    await desk.settle();
    expect(await now(desk, parent)).not.toHaveProperty('children');
  });

  it('moves from one parent to another', async () => {
    const desk = await anOpenDesk();
    const { parent, child } = await aFamily(desk);
    const { id: other } = await desk.submit();
    await merge(desk, child, other);
    await desk.settle();
    expect(await now(desk, parent)).not.toHaveProperty('children');
    expect(await now(desk, other)).toMatchObject({ children: [child] });
  });

  it.each([
    ['itself', 'must be another request of this desk'],
    ['unknown', 'must be another request of this desk'],
    ['of another customer', 'must be a request of the same customer'],
    ['of the desk', 'must be a request of the same portal; merge that one into this one instead'],
    ['merged', 'is merged itself: name '],
  ])('is refused where the parent is %s', async (which, message) => {
    const desk = await anOpenDesk();
    const { parent, child } = await aFamily(desk);
    const { id } = await desk.submit();
    const wrong = {
      itself: id,
      unknown: 'b'.repeat(26),
      'of another customer': (await desk.submit({ customer: { tenantId: tenantId('fabrikam') } })).id,
      'of the desk': (await desk.submit({}, { as: aPerson() })).id,
      merged: child,
    }[which];
    const { status, body } = await merge(desk, id, wrong!);
    expect([status, body]).toEqual([
      400,
      expect.objectContaining({
        errors: [{ path: 'parent', message: which === 'merged' ? message + parent : message }],
      }),
    ]);
    expect(await now(desk, id)).not.toHaveProperty('parent');
  });

  it('is refused where others are merged into the request, or too many into the parent', async () => {
    const desk = await anOpenDesk();
    const { parent } = await aFamily(desk);
    const { id: other } = await desk.submit();
    const { body } = await merge(desk, parent, other);
    expect(body).toMatchObject({ errors: [{ message: 'must not be: others are merged into this request' }] });
    for (let count = 1; count < limits.requestChildren; count++) {
      await merge(desk, (await desk.submit()).id, parent);
    }
    await desk.settle();
    expect((await now(desk, parent)).children).toHaveLength(limits.requestChildren);
    expect((await merge(desk, other, parent)).status).toBe(400);
  });

  it('is refused where one of them is over', async () => {
    const desk = await anOpenDesk();
    const { parent, child } = await aFamily(desk);
    const { id } = await desk.submit();
    await through(desk, parent, 'resolved');
    expect((await merge(desk, id, parent)).body).toMatchObject({ status: 409, code: 'illegal-transition' });
    const { id: open } = await desk.submit();
    await through(desk, child, 'closed');
    expect((await merge(desk, child, open)).body).toMatchObject({ status: 409, code: 'illegal-transition' });
  });

  it('takes a request of the desk into that of a portal, which hears nothing of it', async () => {
    const desk = await anOpenDesk();
    const [{ id: parent }, { id: child }] = [await desk.submit(), await desk.submit({}, { as: aPerson() })];
    await merge(desk, child, parent);
    await desk.settle();
    expect(await now(desk, parent)).toMatchObject({ children: [child] });
    expect([...desk.notices.values()].map(({ type }) => type)).toEqual(['request.created']);
  });

  it('of two into each other at once makes no ring', async () => {
    const desk = await anOpenDesk();
    const [{ id: a }, { id: b }] = [await desk.submit(), await desk.submit()];
    const both = await Promise.all([merge(desk, a, b), merge(desk, b, a)]);
    expect(both.map(({ status }) => status)).toEqual([200, 200]);
    await desk.settle();
    const parents = [(await now(desk, a)).parent, (await now(desk, b)).parent];
    expect(parents.filter((parent) => parent !== undefined).length).toBeLessThan(2);
    for (const id of [a, b])
      expect((await now(desk, id)).children ?? []).toEqual(parents.includes(id) ? [id === a ? b : a] : []);
  });
});

describe('a merge that is taken back while it becomes known', () => {
  it('leaves nothing at the parent, at whatever call that happens', async () => {
    for (let at = 1; at < 16; at++) {
      const meanwhile = { calls: -Infinity, act: async () => Promise.resolve() };
      const before = async () => (++meanwhile.calls === at ? meanwhile.act() : Promise.resolve());
      const desk = await anOpenDesk({ table: { before } });
      const [parent, child] = [(await desk.submit()).id, (await desk.submit()).id];
      await desk.settle();
      await merge(desk, child, parent);
      const [{ message } = { message: { body: undefined } }] = desk.held.ready();
      Object.assign(meanwhile, {
        calls: 0,
        act: async () => {
          await merge(desk, child, null);
          await desk.consume(desk.held.all().at(-1)!.message.body);
        },
      });
      await desk.consume(message.body);
      expect(meanwhile.calls).toBeGreaterThan(at);
      expect(await now(desk, parent)).not.toHaveProperty('children');
    }
  });
});

describe('the solution of a parent', () => {
  it('is that of its children, step by legal step, each saying why and by whom', async () => {
    const desk = await anOpenDesk();
    const { parent, child } = await aFamily(desk);
    await through(desk, parent, 'resolved');
    await desk.settle();
    const steps = (await timeline(desk, child)).slice(2);
    expect(steps.map(({ state, follows, by }) => [state, follows, by])).toEqual(
      ['acknowledged', 'in-progress', 'resolved'].map((state) => [state, parent, { kind: 'person', id: 'home.o1' }]),
    );
    for (const { from, state } of steps)
      expect(() => {
        checkTransition(from!, state);
      }).not.toThrow();
    expect(steps.at(-1)?.text).toBe(`Goes with ${parent}, which it is merged into.`);
    await through(desk, parent, 'closed');
    await desk.settle();
    expect((await now(desk, child)).state).toBe('closed');
  });

  it('happens once to each child, and whole, whatever call the desk dies at', async () => {
    const crash = { at: Infinity, calls: 0 };
    const step = async () => {
      if (++crash.calls === crash.at) throw new Error('crash');
    };
    for (let at = 1; at < 60; at += 2) {
      crash.at = Infinity;
      const desk = await anOpenDesk({ table: { before: step, after: step } });
      const { parent, child } = await aFamily(desk);
      await through(desk, parent, 'resolved');
      Object.assign(crash, { at, calls: 0 });
      await desk.settle();
      crash.at = Infinity;
      await desk.settle();
      const states = (await timeline(desk, child)).slice(2).map(({ state }) => state);
      expect(states).toEqual(['acknowledged', 'in-progress', 'resolved']);
    }
    expect(crash.calls).toBeGreaterThan(30);
  });

  it('is not forced again on a child that was reopened: that one stands for itself', async () => {
    const desk = await anOpenDesk();
    const { parent, child } = await aFamily(desk);
    await through(desk, parent, 'resolved');
    const { body: wake } = desk.held.all().at(-1)!.message;
    const again = [...desk.of('requests').partitions].flatMap(([pk, rows]) =>
      [...rows].filter(([rk]) => rk.startsWith('O|')).map(([rk, row]) => ({ pk, rk, row })),
    );
    await desk.settle();
    const reopened = await move(desk, child, { to: 'in-progress', as: aPortal('north'), seen: '*' });
    expect(reopened.body).not.toHaveProperty('parent');
    for (const { pk, rk, row } of again) desk.of('requests').partitions.get(pk)!.set(rk, row);
    await desk.consume(wake);
    await desk.settle();
    await through(desk, parent, 'closed');
    await desk.settle();
    expect((await now(desk, child)).state).toBe('in-progress');
    expect(await now(desk, parent)).not.toHaveProperty('children');
  });

  it('that was closed at once is brought by who closed it', async () => {
    const desk = await anOpenDesk();
    const { parent, child } = await aFamily(desk);
    await through(desk, parent, 'resolved');
    await move(desk, parent, { to: 'closed', as: aPerson('Desk.Operate', 'o2'), seen: '*' });
    await desk.settle();
    const steps = (await timeline(desk, child)).slice(2);
    expect(steps.map(({ state, by }) => [state, by.id])).toEqual(
      ['acknowledged', 'in-progress', 'resolved', 'closed'].map((state) => [state, 'home.o2']),
    );
  });

  it('by its case at Microsoft is nothing to its children until a person has confirmed it', async () => {
    const desk = await anOpenDesk();
    const { parent, child } = await aFamily(desk);
    const escalation = { id: `${parent}-1`, state: 'filed', version: 1, channel: 'assisted' };
    const news = { requestId: parent, escalation, at: '2026-11-02T09:30:00.000Z', what: 'started' } as const;
    await desk.requests.applyEscalation(news, desk.scope);
    const closed = { ...news, escalation: { ...escalation, state: 'closed', version: 2 }, what: 'closed' } as const;
    await desk.requests.applyEscalation(closed, desk.scope);
    await desk.settle();
    expect([(await now(desk, parent)).state, (await now(desk, child)).state]).toEqual(['resolved', 'new']);
    await through(desk, parent, 'closed');
    await desk.settle();
    expect((await now(desk, child)).state).toBe('closed');
  });

  it('is taken over by a child whose merge became known only afterwards', async () => {
    const desk = await anOpenDesk();
    const [parent, child] = [(await desk.submit()).id, (await desk.submit()).id];
    await through(desk, parent, 'acknowledged', 'in-progress');
    await merge(desk, child, parent);
    await through(desk, parent, 'resolved');
    await desk.settle();
    expect((await now(desk, child)).state).toBe('resolved');
  });

  it('that is none, for it was withdrawn, leaves its children open and on their own', async () => {
    const desk = await anOpenDesk();
    const { parent, child } = await aFamily(desk);
    await move(desk, parent, { to: 'closed', as: aPortal('north'), seen: '*' });
    await desk.settle();
    const after = await now(desk, child);
    expect([after.state, after.parent]).toEqual(['new', undefined]);
    expect((await timeline(desk, child)).at(-1)).toMatchObject({
      changes: { parent: null },
      text: 'Its parent was closed without being solved.',
    });
    expect(await now(desk, parent)).not.toHaveProperty('children');
  });
});
