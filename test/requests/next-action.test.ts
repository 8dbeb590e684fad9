import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { actionHours } from '../../shared/requests/action-hours.ts';
import { nextActionOf } from '../../shared/requests/next-action.ts';
import type { Head, RequestEvent } from '../../shared/requests/request-event.ts';
import { applyEvent, checkTransition, foldEvents, stateAfterEscalation } from '../../shared/requests/request-rules.ts';
import { requestStates } from '../../shared/requests/request.ts';
import { aCreation } from './a-creation.ts';

const person = { kind: 'person', id: 'home.o1' } as const;
const portal = { kind: 'portal', id: 'portal:north' } as const;
const desk = { kind: 'desk', id: 'desk' } as const;

/** An hour after the event before, so that each due time tells what it was counted from. */
const hour = (n: number): string => new Date(Date.parse('2026-11-02T09:00:00.000Z') + n * 3_600_000).toISOString();

type Step = { by: typeof person | typeof portal | typeof desk } & Record<string, unknown>;

function after(...steps: Step[]): Head {
  return steps.reduce<Head>(
    (head, step) => {
      const sequence = head.version + 1;
      const from = head.state;
      return applyEvent(head, {
        requestId: head.id,
        sequence,
        at: hour(sequence - 1),
        audience: 'customer',
        state: from,
        from,
        ...step,
      } as unknown as RequestEvent);
    },
    foldEvents([aCreation()])!,
  );
}

const comment = (by: Step['by'], audience = 'customer'): Step => ({ by, kind: 'commented', audience });
const to = (state: string, by: Step['by'] = person): Step => ({ by, kind: 'transitioned', state });
const escalated = (escalation: string): Step => ({
  by: desk,
  kind: 'escalated',
  what: 'started',
  state: 'waiting-microsoft',
  escalation: { id: 'x-1', version: 1, state: escalation, channel: 'assisted' },
});
const caseClosed: Step = {
  by: desk,
  kind: 'escalated',
  what: 'closed',
  state: 'resolved',
  escalation: { id: 'x-1', version: 9, state: 'closed', channel: 'assisted' },
};
const working = [to('acknowledged'), to('in-progress')];
const snoozed: Step = {
  by: person,
  kind: 'changed',
  changes: { snoozeUntil: hour(99) },
  before: {},
  audience: 'internal',
};

describe('the next action', () => {
  it.each<[what: string, when: string, expected: { dueAt: string; after: Step[] }]>([
    ['first-response', 'of a new request', { dueAt: hour(4), after: [] }],
    [
      'first-response',
      'of a new request of which the customer says more',
      { dueAt: hour(4), after: [comment(portal)] },
    ],
    [
      'first-response',
      'although the desk has spoken to itself',
      { dueAt: hour(4), after: [comment(person, 'internal')] },
    ],
    ['diagnose', 'of a new request that was answered', { dueAt: hour(1 + 4), after: [comment(person)] }],
    ['diagnose', 'of an acknowledged one', { dueAt: hour(1 + 4), after: [to('acknowledged')] }],
    ['update-customer', 'of one in progress', { dueAt: hour(2 + 8), after: working }],
    [
      'update-customer',
      'of one in progress, from the last comment on',
      { dueAt: hour(3 + 8), after: [...working, comment(person)] },
    ],
    [
      'answer-customer',
      'after a comment of the customer',
      { dueAt: hour(3 + 4), after: [...working, comment(portal)] },
    ],
    [
      'update-customer',
      'when that is answered',
      { dueAt: hour(4 + 8), after: [...working, comment(portal), comment(person)] },
    ],
    [
      'ask-again',
      'of one that waits for the customer',
      { dueAt: hour(3 + 24), after: [...working, to('waiting-customer')] },
    ],
    [
      'answer-customer',
      'when it has answered',
      { dueAt: hour(4 + 4), after: [...working, to('waiting-customer'), comment(portal)] },
    ],
    [
      'follow-case',
      'of one that waits for Microsoft',
      { dueAt: hour(3 + 8), after: [...working, to('waiting-microsoft')] },
    ],
    [
      'file-case',
      'where the case is not filed yet',
      { dueAt: hour(3 + 2), after: [...working, escalated('awaiting-filing')] },
    ],
    ['file-case', 'where somebody is filing it', { dueAt: hour(3 + 2), after: [...working, escalated('claimed')] }],
    [
      'mend-escalation',
      'where the escalation is parked',
      { dueAt: hour(3 + 2), after: [...working, escalated('parked')] },
    ],
    ['follow-case', 'where it is filed', { dueAt: hour(3 + 8), after: [...working, escalated('filed')] }],
    ['first-response', 'where only Microsoft was called', { dueAt: hour(4), after: [escalated('filed')] }],
    [
      'confirm-with-customer',
      'of one whose case Microsoft has closed',
      { dueAt: hour(4 + 8), after: [...working, comment(person), caseClosed] },
    ],
    [
      'confirm-with-customer',
      'of such a one that nobody answered, as soon as the first response is due',
      { dueAt: hour(4), after: [escalated('filed'), caseClosed] },
    ],
    [
      'close',
      'when the customer was asked about it',
      { dueAt: hour(4 + 72), after: [...working, caseClosed, comment(person)] },
    ],
    [
      'answer-customer',
      'when the customer says more of it',
      { dueAt: hour(4 + 4), after: [...working, caseClosed, comment(portal)] },
    ],
    ['close', 'of a resolved one', { dueAt: hour(3 + 72), after: [...working, to('resolved')] }],
    [
      'answer-customer',
      'of a resolved one that is spoken of',
      { dueAt: hour(4 + 4), after: [...working, to('resolved'), comment(portal)] },
    ],
    [
      'update-customer',
      'of one that the desk reopened',
      { dueAt: hour(4 + 8), after: [...working, to('resolved'), to('in-progress')] },
    ],
    [
      'answer-customer',
      'of one that the customer reopened',
      { dueAt: hour(4 + 4), after: [...working, to('resolved'), to('in-progress', portal)] },
    ],
    ['snooze-ends', 'of one that is put aside', { dueAt: hour(99), after: [...working, snoozed] }],
    [
      'answer-customer',
      'of one that was put aside until the customer spoke',
      { dueAt: hour(4 + 4), after: [...working, snoozed, { ...comment(portal), endsSnooze: true }] },
    ],
  ])('is %s %s', (what, _when, { dueAt, after: steps }) => {
    expect(nextActionOf(after(...steps))).toEqual({ what, dueAt });
  });

  it('has a due time by priority, later for what is less urgent', () => {
    for (const [what, hours] of Object.entries(actionHours)) {
      const inOrder = [hours.p1, hours.p2, hours.p3, hours.p4];
      expect([what, inOrder.toSorted((a, b) => a - b)]).toEqual([what, inOrder]);
    }
    const head = after(...working);
    const urgent = { ...head, priority: { value: 'p1', reasons: [] } } as Head;
    expect(nextActionOf(urgent)).toEqual({ what: 'update-customer', dueAt: hour(2 + 2) });
  });

  it('of a first response that no published hours end is due by the default of the desk', () => {
    expect(nextActionOf({ ...after(), firstResponse: undefined })).toEqual({ what: 'first-response', dueAt: hour(4) });
  });

  it('of a head of the version before, which says less, is there too', () => {
    const unsaid = { entered: undefined, told: undefined, heard: undefined, priority: undefined, impact: undefined };
    const old = { ...after(...working), ...unsaid };
    expect(nextActionOf(old)).toEqual({ what: 'update-customer', dueAt: hour(2 + 8) });
    expect(nextActionOf({ ...old, state: 'new' })).toEqual({ what: 'first-response', dueAt: hour(4) });
  });

  it('is there in every state that can be reached, unless the request is closed', () => {
    const by = fc.constantFrom(person, portal, desk);
    const step = fc.oneof(
      fc.record({ kind: fc.constant('commented'), by, audience: fc.constantFrom('customer', 'internal') }),
      fc.record({ kind: fc.constant('transitioned'), by, pick: fc.nat(3) }),
      fc.record({
        kind: fc.constant('escalated'),
        by: fc.constant(desk),
        what: fc.constantFrom('started', 'changed', 'closed'),
        escalation: fc.constantFrom('intended', 'awaiting-filing', 'claimed', 'parked', 'following', 'closed'),
      }),
      fc.record({
        kind: fc.constant('changed'),
        by: fc.constant(person),
        changes: fc.record({ snoozeUntil: fc.constantFrom(null, hour(99)), priority: fc.constantFrom(null, 'p1') }),
      }),
    );
    const seen = new Set<string>();
    fc.assert(
      fc.property(fc.array(step, { maxLength: 15 }), (steps) => {
        const heads = [after()];
        for (const one of steps) heads.push(stepped(heads.at(-1)!, one));
        for (const head of heads) {
          const action = nextActionOf(head);
          expect(action === undefined).toBe(head.state === 'closed');
          seen.add(action?.what ?? 'none');
          expect((action?.dueAt ?? hour(1)) > head.createdAt).toBe(true);
        }
      }),
      { numRuns: 500, seed: 7 },
    );
    // The runs reach every one of them.
    expect(seen).toEqual(new Set([...Object.keys(actionHours), 'snooze-ends', 'none']));
  });
});

type Walked = { kind: string; by: Step['by']; pick?: number; what?: string; escalation?: string };

/** The head after a step; a transition is one of those that are legal. */
function stepped(head: Head, { pick = 0, what, escalation, ...one }: Walked): Head {
  const sequence = head.version + 1;
  const common = { requestId: head.id, sequence, at: hour(sequence - 1), audience: 'customer', from: head.state };
  const legal = requestStates.filter((state) => isLegal(head.state, state));
  const news = { id: 'x-1', version: sequence, what: what as 'started', state: escalation ?? '' };
  const state = {
    transitioned: legal[pick % Math.max(1, legal.length)] ?? head.state,
    escalated: stateAfterEscalation(head, news),
  }[one.kind];
  return applyEvent(head, {
    ...common,
    ...one,
    before: {},
    state: state ?? head.state,
    what,
    escalation: { ...news, state: escalation, channel: 'assisted' },
  } as unknown as RequestEvent);
}

function isLegal(from: Head['state'], state: Head['state']): boolean {
  try {
    checkTransition(from, state);
    return true;
  } catch {
    return false;
  }
}
