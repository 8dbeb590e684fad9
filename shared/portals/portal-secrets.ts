import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretVersions } from '../platform/secret.ts';
import { hmacKeys } from './described-hmac.ts';
import type { HmacDescription } from './hmac-description.ts';
import type { Inbound } from './inbound.ts';
import { misfit } from './portal-checks.ts';
import type { Portal, WhichSecret } from './portal.ts';
import { parseWebhookSecrets } from './standard-webhooks.ts';

export type SecretsDeps = { versions: SecretVersions; ids: Ids };

/** How a secret is spelled: as Standard Webhooks does, or as the key of a described HMAC. A secret that is shown is a text. */
export type SecretForm = 'whsec' | HmacDescription['key'];

export function secretFormOf(inbound: Inbound): SecretForm {
  if (inbound.kind === 'standard-webhooks') return 'whsec';
  return inbound.kind === 'described-hmac' ? inbound.hmac.key : 'text';
}

export const formOf = (portal: Portal, which: WhichSecret): SecretForm =>
  which === 'outbound' ? 'whsec' : secretFormOf(portal.inbound);

const secretBytes = 32;

/** A secret of the desk's own making. */
export function makeSecret(form: SecretForm, ids: Pick<Ids, 'bytes'>): string {
  const bytes = Buffer.from(ids.bytes(secretBytes));
  switch (form) {
    case 'whsec':
      return `whsec_${bytes.toString('base64')}`;
    case 'hex':
    case 'base64':
      return bytes.toString(form);
    case 'text':
    case 'sha256-of-text':
      return bytes.toString('base64url');
  }
}

/** A secret that the other side made: one key that the verifier takes. Throws `invalid-body` where it is none. */
export function checkSecret(form: SecretForm, secret: string, path: string): void {
  // Two stand in the vault with a space between them.
  if (!/\s/.test(secret) && isKey(form, secret)) return;
  const message =
    form === 'whsec'
      ? 'must be whsec_ and base64 of 24 to 64 bytes'
      : `must be ${form} of at least 16 bytes, without spaces`;
  throw new AppError('invalid-body', 'See errors for what does not fit.', { errors: [{ path, message }] });
}

/** Whether the verifier takes it. */
export function isKey(form: SecretForm, secret: string): boolean {
  try {
    const keys = form === 'whsec' ? parseWebhookSecrets(secret) : hmacKeys(secret, { key: form });
    return keys.length === 1;
  } catch {
    return false;
  }
}

export type SecretPlace = { portalId: string; which: WhichSecret };

/** A name that no secret has had before. */
const freshName = ({ ids }: Pick<SecretsDeps, 'ids'>, { portalId, which }: SecretPlace): string =>
  `portal-${portalId}-${which}-${ids.newId()}`;

/**
 * Keeps a secret under a name of its own. Whatever becomes of the write, the secret that works stands under another name: it is
 * given up by the portal's row alone.
 */
export async function keepSecret(deps: SecretsDeps, place: SecretPlace, value: string): Promise<string> {
  const name = freshName(deps, place);
  await deps.versions.put(name, value);
  return name;
}

/** `shown`: what the desk itself made, and nobody knows yet. */
export type Made = { secretName: string; shown?: string };

type Wanted = { form: SecretForm; sent: string | undefined };

async function newSecret(deps: SecretsDeps, place: SecretPlace, { form, sent }: Wanted): Promise<Made> {
  if (sent === undefined) {
    const shown = makeSecret(form, deps.ids);
    return { secretName: await keepSecret(deps, place, shown), shown };
  }
  checkSecret(form, sent, `secrets.${place.which}`);
  return { secretName: await keepSecret(deps, place, sent) };
}

/** The secret that signs what a portal is told: the one that was sent, or a new one. */
export const outboundSecret = async (deps: SecretsDeps, portalId: string, sent?: string): Promise<Made> =>
  newSecret(deps, { portalId, which: 'outbound' }, { form: 'whsec', sent });

/** Headers of senders that make the key themselves (Zendesk, ConnectWise): one of the desk's making would verify nothing. */
const makesItsKey: readonly string[] = ['x-zendesk-webhook-signature', 'x-content-signature'];

/** Throws `invalid-body` where the sender's own key is needed and was not sent. */
export function checkSent(inbound: Inbound, sent: string | undefined, path: string): void {
  if (sent !== undefined || inbound.kind !== 'described-hmac') return;
  if (makesItsKey.includes(inbound.hmac.header.toLowerCase())) {
    throw misfit(path, 'must be given: this sender makes the key itself');
  }
}

/** The secret that a portal signs with. Whoever signs with a private key needs none. */
export async function inboundSecret(
  deps: SecretsDeps,
  portalId: string,
  { inbound, sent }: { inbound: Inbound; sent: string | undefined },
): Promise<Made> {
  const place = { portalId, which: 'inbound' } as const;
  const needsNone = inbound.kind === 'standard-webhooks' && inbound.publicKeys !== undefined;
  checkSent(inbound, sent, 'secrets.inbound');
  if (needsNone && sent === undefined) return { secretName: freshName(deps, place) };
  return newSecret(deps, place, { form: secretFormOf(inbound), sent });
}
