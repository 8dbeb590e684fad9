import pLimit from 'p-limit';
import type { Scope } from '../platform/telemetry.ts';
import { afterParent, hasChildren, parentsIn } from './merge-rules.ts';
import type { Actor, Head, RequestEvent } from './request-event.ts';
import type { Draft, RequestStore } from './request-store.ts';

const desk: Actor = { kind: 'desk', id: 'desk' };
const concurrency = 8;
/** From new to closed. */
const stepsMax = 4;

type Changes = Extract<RequestEvent, { kind: 'changed' }>['changes'];

const changed = ({ state, parent }: Head, changes: Changes): Draft['event'] => ({
  kind: 'changed',
  audience: changes.parent === undefined ? 'internal' : 'customer',
  state,
  changes,
  before: { parent },
});

/**
 * What follows for the other requests of a family (a parent and those merged into it): the parent knows its children, and they go
 * with it when it is solved. All of it follows from the requests as they are, so that it happens once however often and in
 * whatever order events come.
 */
export function createFamily({ store }: { store: RequestStore }) {
  /** Makes the parent's list say what the child says. Whoever finishes last has seen the child's last version. */
  const enlist = async (childId: string, parentId: string, scope: Scope): Promise<void> => {
    for (;;) {
      const child = await store.readHead(childId);
      if (child === undefined) return;
      const belongs = child.parent === parentId;
      const decide = (parent: Head): Draft | undefined => {
        if ((parent.children ?? []).includes(childId) === belongs) return undefined;
        return { by: desk, event: changed(parent, belongs ? { childMerged: childId } : { childParted: childId }) };
      };
      const listed = await store.append({ requestId: parentId, decide }, scope);
      const now = await store.readHead(childId);
      if (now?.version !== child.version) continue;
      if (belongs && 'head' in listed) await settle(now, listed.head, scope);
      return;
    }
  };

  /** Two merges at the same time may have made a chain: this one is taken back. And a parent may be over by now. */
  const settle = async (child: Head, parent: Head, scope: Scope): Promise<void> => {
    if (parent.parent === undefined && !hasChildren(child)) await lead(child.id, parent, { by: desk, scope });
    else await part(child.id, { parentId: parent.id, why: 'One of the two is merged itself.' }, scope);
  };

  const part = async (childId: string, { parentId, why }: { parentId: string; why: string }, scope: Scope) =>
    store.append(
      {
        requestId: childId,
        decide: (child) =>
          child.parent === parentId ? { by: desk, event: changed(child, { parent: null }), note: why } : undefined,
      },
      scope,
    );

  const lead = async (childId: string, parent: Head, { by, scope }: { by: Actor; scope: Scope }): Promise<void> => {
    for (let step = 0; step < stepsMax; step++) {
      const child = await store.readHead(childId);
      const next = child && afterParent(child, parent);
      if (child === undefined || next === undefined) return;
      if (next === 'parts') {
        await part(childId, { parentId: parent.id, why: 'Its parent was closed without being solved.' }, scope);
        return;
      }
      const { to } = next;
      await store.append(
        {
          requestId: childId,
          decide: ({ state: from, parent: parentId }) =>
            parentId === parent.id && from === child.state
              ? {
                  by,
                  event: { kind: 'transitioned', audience: 'customer', from, state: to, follows: parent.id },
                  note: `Goes with ${parent.id}, which it is merged into.`,
                }
              : undefined,
        },
        scope,
      );
    }
  };

  return async (head: Head, event: RequestEvent, scope: Scope): Promise<void> => {
    for (const parentId of parentsIn(event)) await enlist(event.requestId, parentId, scope);
    if (event.kind !== 'transitioned' || !hasChildren(head)) return;
    // What came after this event leads by itself.
    if (head.entered?.sequence !== event.sequence) return;
    const turn = pLimit(concurrency);
    await Promise.all(
      (head.children ?? []).map(async (id) => turn(async () => lead(id, head, { by: event.by, scope }))),
    );
  };
}
