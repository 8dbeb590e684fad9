import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Head, RequestEvent } from './request-event.ts';
import type { RequestState } from './request.ts';

/** Requests that people at the desk took in: they may be merged into any portal's, and no portal sees them. */
const deskPortalId = 'desk';

const isOver = (state: RequestState): boolean => state === 'resolved' || state === 'closed';

/**
 * Whether a request may be merged into another: of the same customer, and where a portal can see it, of the same portal, so that whoever
 * sees a request sees its parent. One level deep. Throws `invalid-body`, and `illegal-transition` where one of them is over.
 */
export function checkMerge(child: Head, parent: Head | undefined): void {
  const message = misfitOf(child, parent);
  if (message !== undefined) {
    throw new AppError('invalid-body', 'See errors for what does not fit.', { errors: [{ path: 'parent', message }] });
  }
  if (child.state === 'closed') {
    throw new AppError('illegal-transition', 'A closed request cannot be merged.', { members: { from: child.state } });
  }
  if (parent && isOver(parent.state)) {
    throw new AppError(
      'illegal-transition',
      `The parent is ${parent.state}; reopen it, or merge into an open request.`,
    );
  }
}

function misfitOf(child: Head, parent: Head | undefined): string | undefined {
  if (parent === undefined || parent.id === child.id) return 'must be another request of this desk';
  if (parent.customerId !== child.customerId) return 'must be a request of the same customer';
  if (parent.portalId !== child.portalId && child.portalId !== deskPortalId) {
    return 'must be a request of the same portal; merge that one into this one instead';
  }
  if (parent.parent !== undefined) return `is merged itself: name ${parent.parent}`;
  if (hasChildren(child)) return 'must not be: others are merged into this request';
  const count = parent.children?.length ?? 0;
  return count < limits.requestChildren
    ? undefined
    : `has ${String(count)} requests, as many as may be merged into one`;
}

export const hasChildren = ({ children = [] }: Pick<Head, 'children'>): boolean => children.length > 0;

/** The parents that an event joined the request to or took it from. */
export function parentsIn(event: RequestEvent): string[] {
  const named =
    event.kind === 'changed'
      ? [event.changes.parent === undefined ? undefined : event.before.parent, event.changes.parent]
      : [event.kind === 'transitioned' ? event.leaves : undefined];
  return named.filter((id): id is string => typeof id === 'string');
}

/** What a merged request does next, step by legal step, after its parent was solved. */
const towardsResolved: Partial<Record<RequestState, RequestState>> = {
  new: 'acknowledged',
  acknowledged: 'in-progress',
  'in-progress': 'resolved',
  'waiting-customer': 'resolved',
  'waiting-microsoft': 'resolved',
};

/**
 * What becomes of a merged request by the state of its parent: it is solved and closed with it. Of a parent that was closed unsolved
 * (withdrawn) it parts, and stands for itself again.
 */
export function afterParent(child: Head, parent: Head): { to: RequestState } | 'parts' | undefined {
  if (child.state === 'closed' || child.parent !== parent.id) return undefined;
  if (parent.state === 'resolved') return stepFrom(child.state);
  if (parent.state !== 'closed') return undefined;
  if (parent.entered?.from !== 'resolved') return 'parts';
  return child.state === 'resolved' ? { to: 'closed' } : stepFrom(child.state);
}

function stepFrom(state: RequestState): { to: RequestState } | undefined {
  const to = towardsResolved[state];
  return to && { to };
}
