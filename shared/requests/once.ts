import { canonicalJson } from '../core/canonical-json.ts';
import { visibleTo, type Caller } from '../core/caller.ts';
import { AppError, isAppError, notFound } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { Head } from './request-event.ts';
import { onceKey, type Once } from './request-rows.ts';
import type { Appended, Draft, RequestStore } from './request-store.ts';

/** A change that a caller asks for. `key` makes it happen once, however often it is asked for. */
export type Ask = {
  caller: Caller;
  requestId: string;
  /** Names the call among others of the same caller. */
  route: string;
  key?: string | undefined;
  body: unknown;
  scope: Scope;
};

export type Done = { outcome: 'done' | 'repeated'; head: Head };

/**
 * Changes a request that the caller may see. A repeat of the key is answered from the first call's row (one read, or one refused
 * insert where the two are at it together); with another body it is refused. Throws `not-found`, `idempotency-key-reused`, and
 * what `decide` throws.
 */
export async function changeOnce(
  store: RequestStore,
  ask: Ask,
  decide: (head: Head) => Draft | Promise<Draft>,
): Promise<Done> {
  const { caller, requestId, route, key, body, scope } = ask;
  const once =
    key === undefined
      ? undefined
      : {
          rk: onceKey(requestId, hashOf(caller.id, route, key)),
          bodyHash: hashOf(canonicalJson(body)),
        };
  if (once) {
    const known = await store.readOnce(requestId, once.rk);
    if (known) return repeated(known, ask, once.bodyHash);
  }
  const appended = await store
    .append({ requestId, once, decide: async (head) => decide(visibleTo(caller, head)) }, scope)
    .catch(async (error: unknown): Promise<Appended> => {
      // The first call of this key may have been committed between the two reads: then its change is why this one is refused.
      const mayBeOurs = once !== undefined && isAppError(error) && error.code !== 'not-found';
      const known = mayBeOurs ? await store.readOnce(requestId, once.rk) : undefined;
      if (known) return { outcome: 'repeated', once: known };
      throw error;
    });
  switch (appended.outcome) {
    case 'missing':
      throw notFound();
    case 'repeated':
      return repeated(appended.once, ask, once?.bodyHash);
    case 'appended':
      return { outcome: 'done', head: appended.head };
  }
}

function repeated(known: Once, { caller }: Ask, bodyHash: string | undefined): Done {
  const head = visibleTo(caller, known);
  if (known.bodyHash !== bodyHash) {
    throw new AppError('idempotency-key-reused', 'This key was used for another body; use a new key for a new call.');
  }
  return { outcome: 'repeated', head };
}
