import type { Caller } from '../core/caller.ts';
import { toIso, type Clock } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import type { ExternalRefIndex } from './external-ref-index.ts';
import { fits, listedOf } from './list-rows.ts';
import type { ListQuery, RequestPage } from './lists.ts';
import { answerFrom } from './request-queries.ts';
import type { RequestStore } from './request-store.ts';

/** `system:id`; a system has no colon. */
export type RefQuery = ListQuery & { externalRef: string };

/**
 * The request that a portal knows by a number of its own, as a page of one or none: two point reads. References are a portal's:
 * whoever sees all portals says of which.
 */
export const createFindByRef =
  ({
    index,
    store,
    clock,
  }: {
    index: Pick<ExternalRefIndex, 'find'>;
    store: RequestStore;
    clock: Pick<Clock, 'now'>;
  }) =>
  async (caller: Caller, { externalRef, ...query }: RefQuery): Promise<RequestPage> => {
    const { customerId, portalId: named, state, service, assignee, cursor } = query;
    if (cursor !== undefined) throw new AppError('invalid-cursor', 'There is one page of an external reference.');
    const portalId = named ?? (caller.kind === 'portal' ? caller.portalId : undefined);
    if (portalId === undefined) {
      throw new AppError('invalid-query', 'See errors for what does not fit.', {
        errors: [{ path: 'portalId', message: 'say whose externalRef it is' }],
      });
    }
    if (caller.kind === 'portal' && portalId !== caller.portalId) return { items: [] };
    const at = externalRef.indexOf(':');
    const name = { externalRef: { system: externalRef.slice(0, at), id: externalRef.slice(at + 1) } };
    const head = await index.find(caller, { ...name, portalId });
    const filters = { customerId, portalId, state, service, assignee };
    return {
      items:
        head && fits(listedOf(head), filters)
          ? [await answerFrom(store, head, { caller, at: toIso(clock.now()) })]
          : [],
    };
  };
