import { describe, expect, it } from 'vitest';
import { requestStates, type RequestState } from '../../shared/requests/request.ts';
import { move, read } from './calls.ts';
import { aPerson, aPortal, anOpenDesk, type Desk } from './desk.ts';

/** How a new request comes to each state. */
const ways: Record<RequestState, RequestState[]> = {
  new: [],
  acknowledged: ['acknowledged'],
  'in-progress': ['acknowledged', 'in-progress'],
  'waiting-customer': ['acknowledged', 'in-progress', 'waiting-customer'],
  'waiting-microsoft': ['acknowledged', 'in-progress', 'waiting-microsoft'],
  resolved: ['acknowledged', 'in-progress', 'resolved'],
  closed: ['closed'],
};

/** Where a person may bring it from there, and where its portal may; what is not named is 409 for people. */
const legal: Record<RequestState, { person: RequestState[]; portal: RequestState[] }> = {
  new: { person: ['acknowledged', 'closed'], portal: ['closed'] },
  acknowledged: { person: ['in-progress', 'closed'], portal: ['closed'] },
  'in-progress': { person: ['waiting-customer', 'waiting-microsoft', 'resolved', 'closed'], portal: ['closed'] },
  'waiting-customer': { person: ['in-progress', 'resolved', 'closed'], portal: ['closed'] },
  'waiting-microsoft': { person: ['in-progress', 'resolved', 'closed'], portal: ['closed'] },
  resolved: { person: ['in-progress', 'closed'], portal: ['in-progress', 'closed'] },
  closed: { person: [], portal: [] },
};

async function requestIn(desk: Desk, state: RequestState): Promise<string> {
  const { id } = await desk.submit();
  for (const to of ways[state]) await move(desk, id, { to, seen: '*' });
  return id;
}

/** A portal asks for something of a closed request that it might ask for elsewhere: the state refuses it, not the role. */
const refusalFor = (who: 'person' | 'portal', from: RequestState, to: RequestState): number => {
  const isOpenToPortals = to === 'closed' || (to === 'in-progress' && from === 'closed');
  return who === 'person' || isOpenToPortals ? 409 : 403;
};

describe.each(requestStates)('from %s', (from) => {
  it.each(['person', 'portal', 'reader', 'stranger'] as const)(
    'a %s reaches what it may, and nothing else',
    async (who) => {
      const desk = await anOpenDesk();
      const as = {
        person: aPerson(),
        portal: aPortal('north'),
        reader: aPerson('Desk.Read'),
        stranger: aPortal('south'),
      }[who];
      for (const to of requestStates) {
        const id = await requestIn(desk, from);
        const before = (await read(desk, id)).text;
        const { status } = await move(desk, id, { to, as, seen: '*' });
        const mayTry = who === 'person' || who === 'portal';
        // Of another portal's request nobody learns that it is there; what no portal may do is refused before it is looked for.
        const strange = to === 'closed' || to === 'in-progress' ? 404 : 403;
        const refused = mayTry ? refusalFor(who, from, to) : who === 'reader' ? 403 : strange;
        const isAllowed = mayTry && legal[from][who].includes(to);
        expect([to, status]).toEqual([to, isAllowed ? 200 : refused]);
        expect((await read(desk, id)).text === before).toBe(!isAllowed);
      }
    },
  );
});
