import { createHash, verify } from 'node:crypto';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { parse, parseJson } from '../platform/handle-route.ts';
import type { TakeTurn } from '../platform/route.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { DeskCloud } from './cloud.ts';
import type { DelegationHints } from './delegation-hints.ts';
import { customerEvents } from './events.ts';
import type { DirectoryHints } from './hints.ts';
import type { Signer } from './hook-chain.ts';
import { readSignature } from './hook-signature.ts';
import { hintedBy, hookEventSchema, isKnownEvent, type HookEvent } from './partner-center-event.ts';

/** Whose key the certificate at an address vouches for, or why none. Throws `unavailable` where nobody can say now. */
export type SignerOf = (certificateUrl: string) => Promise<Signer | { refused: string }>;

type HookDeps = {
  signerOf: SignerOf;
  /** Where certificates may lie: see `isCertificateUrl`. */
  certificatePlaces: readonly string[];
  takeTurn: TakeTurn;
  cloud: Pick<DeskCloud, 'connections'>;
  hints: Pick<DirectoryHints, 'customer'> & DelegationHints;
};

type HookCall = { headers: Headers; raw: Uint8Array };

/**
 * Takes a webhook of Partner Center. Whoever has not signed costs nothing but, at most, the certificate's fetching. No time is
 * signed, so a body can be sent again for ever: the same bytes do nothing twice while this instance knows them, and what they lead
 * to is a reading that many of them do not make more of.
 */
export function createPartnerCenterHook(deps: HookDeps) {
  const taken = new Set<string>();
  return async (call: HookCall, scope: Scope): Promise<void> => {
    await requireSigned(deps, call, scope);
    const body = createHash('sha256').update(call.raw).digest('base64');
    if (taken.has(body)) return;
    deps.takeTurn({ id: 'hook:partner-center' });
    const event = parse(hookEventSchema, parseJson(call, call.raw), 'invalid-body');
    await follow(deps, event, scope);
    taken.add(body);
    const [oldest] = taken;
    if (taken.size > limits.partnerCenterHooksKnown && oldest !== undefined) taken.delete(oldest);
  };
}

async function requireSigned({ certificatePlaces, signerOf }: HookDeps, { headers, raw }: HookCall, scope: Scope) {
  const read = readSignature(headers, certificatePlaces);
  if (read.kind === 'invalid') throw new AppError('invalid-header', 'The signature comes without what belongs to it.');
  if (read.kind !== 'signed') throw refused(scope, read.reason);
  const signer = await signerOf(read.certificateUrl);
  if ('refused' in signer) throw refused(scope, signer.refused);
  if (!verify('RSA-SHA256', raw, signer.key, read.signature)) throw refused(scope, 'the signature does not hold');
}

/** One answer for whatever is wrong with a signature; the log knows. */
function refused(scope: Scope, reason: string): AppError {
  scope.log(customerEvents.hookRefused, { reason });
  return new AppError('unauthenticated', 'The signature does not hold.');
}

async function follow({ hints, cloud }: HookDeps, event: HookEvent, scope: Scope): Promise<void> {
  const { eventName } = event;
  const hinted = hintedBy(event);
  if (hinted.kind === 'customer') await hints.customer(hinted.tenantId, scope);
  if (hinted.kind === 'delegation') {
    const { partnerTenantId, relationshipId } = hinted;
    const named = cloud.connections.filter(({ tenantId }) => tenantId.toLowerCase() === partnerTenantId);
    for (const { id } of named.length > 0 ? named : cloud.connections) {
      await hints.delegation(id, relationshipId, scope);
    }
  }
  const logged = isKnownEvent(eventName) ? customerEvents.hookTaken : customerEvents.hookUnknown;
  scope.log(logged, { eventName, reads: hinted.kind });
}
