import { AppError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import type { SecretVersions } from '../platform/secret.ts';
import type { Inbound } from './inbound.ts';
import type { Portal, WhichSecret } from './portal.ts';
import { parseWebhookSecrets } from './standard-webhooks.ts';

export type SecretsDeps = { versions: SecretVersions; ids: Ids };

/** How a secret is spelled: as Standard Webhooks does, or as a described HMAC takes its key. */
export type SecretForm = 'whsec' | 'text' | 'hex' | 'base64';

export function secretFormOf(inbound: Inbound): SecretForm {
  if (inbound.kind === 'standard-webhooks') return 'whsec';
  if (inbound.kind === 'shared-secret' || inbound.hmac.key === 'sha256-of-text') return 'text';
  return inbound.hmac.key;
}

export const formOf = (portal: Portal, which: WhichSecret): SecretForm =>
  which === 'outbound' ? 'whsec' : secretFormOf(portal.inbound);

const secretBytes = 32;

/** A secret of the desk's own making. */
export function makeSecret(form: SecretForm, ids: Pick<Ids, 'bytes'>): string {
  const bytes = Buffer.from(ids.bytes(secretBytes));
  if (form === 'whsec') return `whsec_${bytes.toString('base64')}`;
  return bytes.toString(form === 'text' ? 'base64url' : form);
}

/** Two stand in the vault with a space between them, so that none may hold one. */
const patterns: Record<Exclude<SecretForm, 'whsec'>, RegExp> = {
  text: /^[\x21-\x7e]{8,}$/,
  hex: /^(?:[0-9A-Fa-f]{2}){8,}$/,
  base64: /^(?=.{12})(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/,
};
const expected: Record<SecretForm, string> = {
  whsec: 'must be whsec_ and base64 of 24 to 64 bytes',
  text: 'must be 8 or more visible ASCII characters',
  hex: 'must be hex of 8 or more bytes',
  base64: 'must be base64 of 8 or more bytes',
};

/** A secret that the other side made. Throws `invalid-body` where it could not verify anything. */
export function checkSecret(form: SecretForm, secret: string, path: string): void {
  if (form === 'whsec' ? isWebhookSecret(secret) : patterns[form].test(secret)) return;
  throw new AppError('invalid-body', 'See errors for what does not fit.', {
    errors: [{ path, message: expected[form] }],
  });
}

function isWebhookSecret(secret: string): boolean {
  try {
    return !/\s/.test(secret) && parseWebhookSecrets(secret).length === 1;
  } catch {
    return false;
  }
}

/**
 * Keeps a secret under a name that nothing has had before. Whatever becomes of the write, the secret that works stands under
 * another name: it is given up by the portal's row alone.
 */
export async function keepSecret({ versions, ids }: SecretsDeps, place: SecretPlace, value: string): Promise<string> {
  const name = `portal-${place.portalId}-${place.which}-${ids.newId()}`;
  await versions.put(name, value);
  return name;
}

export type SecretPlace = { portalId: string; which: WhichSecret };

export type Made = { secretName: string; shown?: string };

/** The secret that was sent, or a new one: that one alone is to be shown. */
export async function newSecret(
  deps: SecretsDeps,
  place: SecretPlace,
  { form, sent }: { form: SecretForm; sent: string | undefined },
): Promise<Made> {
  if (sent !== undefined) return { secretName: await keepSecret(deps, place, sent) };
  const shown = makeSecret(form, deps.ids);
  return { secretName: await keepSecret(deps, place, shown), shown };
}
