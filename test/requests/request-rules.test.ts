import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isAppError } from '../../shared/core/errors.ts';
import type { Head, RequestEvent } from '../../shared/requests/request-event.ts';
import {
  applyEvent,
  checkPortalTransition,
  checkTransition,
  foldEvents,
  stateAfterEscalation,
} from '../../shared/requests/request-rules.ts';
import { requestStates, type RequestState } from '../../shared/requests/request.ts';
import { aCreation } from './a-creation.ts';

const legal: Record<RequestState, RequestState[]> = {
  new: ['acknowledged', 'closed'],
  acknowledged: ['in-progress', 'closed'],
  'in-progress': ['waiting-customer', 'waiting-microsoft', 'resolved', 'closed'],
  'waiting-customer': ['in-progress', 'resolved', 'closed'],
  'waiting-microsoft': ['in-progress', 'resolved', 'closed'],
  resolved: ['in-progress', 'closed'],
  closed: [],
};
const pairs = requestStates.flatMap((from) => requestStates.map((to) => ({ from, to })));

const refusal = (attempt: () => void): unknown => {
  try {
    attempt();
    return 'allowed';
  } catch (error) {
    return isAppError(error) ? { code: error.code, ...error.extras.members } : error;
  }
};

describe('a transition', () => {
  it.each(pairs)('from $from to $to is allowed or refused as the table says', ({ from, to }) => {
    const expected = legal[from].includes(to) ? 'allowed' : { code: 'illegal-transition', from, to };
    expect(
      refusal(() => {
        checkTransition(from, to);
      }),
    ).toEqual(expected);
  });

  it.each(pairs)('of a portal from $from to $to: it may close, and reopen what was resolved', ({ from, to }) => {
    const mayTry = to === 'closed' || (to === 'in-progress' && ['resolved', 'closed'].includes(from));
    expect(
      refusal(() => {
        checkPortalTransition(from, to);
      }),
    ).toEqual(mayTry ? 'allowed' : { code: 'forbidden' });
  });
});

const at = '2026-11-02T09:00:00.000Z';
const common = { requestId: 'a'.repeat(26), at, by: { kind: 'person', id: 'home.o1' }, audience: 'customer' } as const;
const created = aCreation();
const head = foldEvents([created])!;

type Escalated = Extract<RequestEvent, { kind: 'escalated' }>;

const anEscalation = (id: string, version: number, what: Escalated['what']) => ({
  id,
  version,
  what,
  state: what === 'closed' ? 'closed' : 'following',
});

function escalate(before: Head, { what, ...news }: ReturnType<typeof anEscalation>): Head {
  const escalation = { ...news, channel: 'assisted' };
  const state = stateAfterEscalation(before, { ...news, what });
  const sequence = before.version + 1;
  return applyEvent(before, { ...common, kind: 'escalated', sequence, from: before.state, state, what, escalation });
}

describe('the fold of events', () => {
  it('needs the creation first', () => {
    expect(() => foldEvents([{ ...common, kind: 'commented', sequence: 2, state: 'new' }])).toThrow(
      'before its creation',
    );
  });

  it('is the same in one go and step by step, and its version is the last sequence', () => {
    const step = fc.constantFrom<Partial<RequestEvent>>(
      { kind: 'commented' },
      { kind: 'transitioned', from: 'new', state: 'acknowledged' },
      { kind: 'changed', changes: { assignee: 'grace', team: 'mail' }, before: {} },
      { kind: 'changed', changes: { assignee: null, snoozeUntil: null }, before: {} },
      { kind: 'changed', changes: { snoozeUntil: at, parent: 'b'.repeat(26) }, before: {} },
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
        const events = [
          created,
          ...steps.map((one, index) => ({ ...common, state: 'new', ...one, sequence: index + 2 }) as RequestEvent),
        ];
        const whole = foldEvents(events);
        expect(whole?.version).toBe(events.length);
        for (let cut = 1; cut <= events.length; cut++) {
          const first = foldEvents(events.slice(0, cut));
          expect(events.slice(cut).reduce<Head | undefined>(applyEvent, first)).toEqual(whole);
        }
      }),
    );
  });

  it('takes values away by null and leaves what is not named', () => {
    const changed = (before: Head, changes: Extract<RequestEvent, { kind: 'changed' }>['changes']) =>
      applyEvent(before, {
        ...common,
        kind: 'changed',
        sequence: before.version + 1,
        state: 'new',
        changes,
        before: {},
      });
    const set = changed(head, { assignee: 'grace', team: 'mail', snoozeUntil: at });
    expect(set).toMatchObject({ assignee: 'grace', team: 'mail', snooze: { until: at, saidAt: 2 } });
    const cleared = changed(set, { assignee: null, snoozeUntil: null });
    expect(cleared.assignee).toBeUndefined();
    expect(cleared.snooze).toBeUndefined();
    expect(cleared.team).toBe('mail');
  });
});

describe('news of an escalation', () => {
  it.each(requestStates)('started from %s makes an open request wait for Microsoft', (state) => {
    const after = escalate({ ...head, state }, anEscalation('x-1', 1, 'started'));
    expect(after.state).toBe(['resolved', 'closed'].includes(state) ? state : 'waiting-microsoft');
    expect(after.escalation).toMatchObject({ id: 'x-1', version: 1 });
  });

  it.each(['cancelled', 'declined'])('that it was %s gives the request back to the desk', (end) => {
    const waiting = escalate(head, anEscalation('x-1', 1, 'started'));
    expect(escalate(waiting, { ...anEscalation('x-1', 2, 'closed'), state: end }).state).toBe('in-progress');
  });

  it.each(requestStates)('that its case was closed resolves a request that is %s, and never closes it', (state) => {
    const waiting = escalate(head, anEscalation('x-1', 1, 'started'));
    const after = escalate({ ...waiting, state }, anEscalation('x-1', 2, 'closed'));
    expect(after.state).toBe(state === 'closed' ? 'closed' : 'resolved');
    expect(after.entered?.byCase).toBe(state === 'closed' || state === 'resolved' ? undefined : true);
  });

  it('that changes it does not take the request back from another state', () => {
    const waiting = escalate(head, anEscalation('x-1', 1, 'started'));
    expect(escalate({ ...waiting, state: 'waiting-customer' }, anEscalation('x-1', 2, 'changed')).state).toBe(
      'waiting-customer',
    );
  });

  it('ends the same in whatever order it comes', () => {
    const news = [
      anEscalation('x-1', 1, 'started'),
      anEscalation('x-1', 2, 'changed'),
      anEscalation('x-1', 3, 'closed'),
    ];
    fc.assert(
      fc.property(fc.shuffledSubarray(news, { minLength: 3 }), (order) => {
        const after = order.reduce(escalate, { ...head, state: 'in-progress' } satisfies Head);
        expect([after.state, after.escalation?.version, after.escalationIds]).toEqual(['resolved', 3, ['x-1']]);
      }),
    );
  });

  it('of an earlier escalation does not hide a later one', () => {
    const second = escalate(escalate(head, anEscalation('x-1', 1, 'started')), anEscalation('x-2', 1, 'started'));
    const after = escalate(second, anEscalation('x-1', 2, 'closed'));
    expect([after.state, after.escalation?.id]).toEqual(['waiting-microsoft', 'x-2']);
  });
});
