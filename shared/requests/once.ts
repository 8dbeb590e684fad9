import { canonicalJson } from '../core/canonical-json.ts';
import { visibleTo, type Caller } from '../core/caller.ts';
import { AppError, notFound } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { Head } from './request-event.ts';
import type { Texts } from './once-rows.ts';
import type { Draft, RequestStore } from './request-store.ts';

/** A change that a caller asks for. `key` makes it happen once, however often it is asked for. */
export type Ask = {
  caller: Caller;
  requestId: string;
  /** Names the call among others of the same caller. */
  route: string;
  key?: string | undefined;
  /** Whether the answer has the texts of the request, which are then kept for a repeat. */
  keepsTexts?: boolean;
  body: unknown;
  scope: Scope;
};

export type Done = { outcome: 'done' | 'repeated'; head: Head; texts?: Texts };

export const markOf = ({ id }: Pick<Caller, 'id'>, route: string, key: string): string => hashOf(id, route, key);

/**
 * Changes a request that the caller may see. A repeat of the key is answered from the first call's row (two reads, or one refused
 * insert where the two are at it together); with another body it is refused. Throws `not-found`, after one read, and
 * `idempotency-key-reused`, and what `decide` throws.
 */
export async function changeOnce(
  store: RequestStore,
  ask: Ask,
  decide: (head: Head) => Draft | Promise<Draft>,
): Promise<Done> {
  const { caller, requestId, route, key, keepsTexts, body, scope } = ask;
  const bodyHash = hashOf(canonicalJson(body));
  const once = key === undefined ? undefined : { mark: markOf(caller, route, key), bodyHash, keepsTexts };
  const visible = (head: Head) => visibleTo(caller, head);
  const appended = await store.append({ requestId, once, visible, decide }, scope);
  if (appended.outcome === 'missing') throw notFound();
  if (appended.outcome === 'unchanged') return { outcome: 'done', head: appended.head };
  if (appended.outcome === 'appended') return { outcome: 'done', head: appended.head, ...textsOf(appended) };
  const { served } = appended;
  if (served.bodyHash !== bodyHash) {
    throw new AppError('idempotency-key-reused', 'This key was used for another body; use a new key for a new call.');
  }
  return { outcome: 'repeated', head: served.head, ...textsOf(served) };
}

const textsOf = ({ texts }: { texts?: Texts }) => (texts ? { texts } : {});
