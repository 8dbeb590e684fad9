import { minuteMs, toIso } from '../core/clock.ts';
import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { SecretMissing } from '../platform/secret.ts';
import type { Scope } from '../platform/telemetry.ts';
import { changePortal, type Change, type ChangeDeps } from './change-portal.ts';
import { portalEvents } from './events.ts';
import { portalAnswer, type MadePortal } from './portal-answer.ts';
import {
  checkSecret,
  checkSent,
  formOf,
  isKey,
  keepSecret,
  makeSecret,
  type SecretPlace,
  type SecretsDeps,
} from './portal-secrets.ts';
import { withOneKey, withSecret, type Portal, type WhichSecret } from './portal.ts';
import type { Rotate } from './sent-portal.ts';

type RotateDeps = ChangeDeps & SecretsDeps;

/**
 * Replaces a portal's secret: for a while both are good, then the older one is over, by a second call or by itself. Each state
 * has a secret of its own in the vault, and the row alone says which counts: so a write to the vault that was lost or made twice
 * touches no key that works, and the older key is over everywhere as soon as rows are read again, also while the vault is away.
 */
export async function rotateSecret(
  deps: RotateDeps,
  { rotate, ...change }: Change & { rotate: Rotate },
  scope: Scope,
): Promise<MadePortal> {
  const { which } = rotate;
  const { portal, before, shown } = await changePortal(deps, change, async (known) => {
    if (known[which] === undefined) throw new AppError('illegal-transition', 'This portal has no endpoint yet.');
    return 'end' in rotate ? ended(known, rotate) : begun(deps, known, rotate);
  });
  if (portal !== before) {
    const event = 'end' in rotate ? portalEvents.rotationEnded : portalEvents.secretRotated;
    scope.log(event, { portalId: portal.id, which, by: change.by.id });
  }
  const begins = !('end' in rotate);
  return {
    ...portalAnswer(portal),
    ...(begins && { usableFrom: toIso(deps.clock.now() + knownWithinMs) }),
    ...(shown !== undefined && { newSecrets: { [which]: shown } }),
  };
}

/** Every instance has read the portal anew by then, with time to spare. */
const knownWithinMs = 2 * limits.cacheMs;

type Rotated = { portal: Portal; shown?: string };

/** To give up the older key again is no fault: the answer to the first call may have been lost. */
function ended(portal: Portal, { which, end }: Extract<Rotate, { end: unknown }>): Rotated {
  if (portal.rotations?.[which] === undefined && end === 'newer') {
    throw new AppError('illegal-transition', 'No rotation is under way: the only key cannot be given up.');
  }
  return { portal: withOneKey(portal, which, end === 'older' ? 'newer' : 'older') };
}

type Begin = Exclude<Rotate, { end: unknown }>;

async function begun(deps: RotateDeps, portal: Portal, rotate: Begin): Promise<Rotated> {
  const { which, secret, overlapMinutes = limits.secretOverlapMinutes } = rotate;
  const place = { portalId: portal.id, which };
  const form = formOf(portal, which);
  if (secret !== undefined) checkSecret(form, secret, 'secret');
  if (which === 'inbound') checkSent(portal.inbound, secret, 'secret');
  const older = overlapMinutes > 0 ? await presentKey(deps, portal, which) : undefined;
  const value = secret ?? makeSecret(form, deps.ids);
  const newer = await keepSecret(deps, place, value);
  const endsAt = toIso(deps.clock.now() + overlapMinutes * minuteMs);
  const next =
    older === undefined
      ? withSecret(portal, which, newer)
      : withBoth(portal, which, {
          both: await keepBoth(deps, place, [value, older.value]),
          newer,
          older: older.name,
          endsAt,
        });
  return { portal: next, ...(secret === undefined && { shown: value }) };
}

/** The key that works now; undefined where the vault has none, or something else that would spoil the new one beside it. */
async function presentKey({ versions }: RotateDeps, portal: Portal, which: WhichSecret) {
  const name = portal[which]?.secretName ?? '';
  try {
    const value = (await versions.current(name)).value.trim();
    // Two keys, by a rotation or put there by hand: which of them may go is not the desk's to say.
    if (/\s/.test(value)) throw underWay();
    return isKey(formOf(portal, which), value) ? { name, value } : undefined;
  } catch (error) {
    if (error instanceof SecretMissing) return undefined;
    throw error;
  }
}

const keepBoth = async (deps: RotateDeps, place: SecretPlace, keys: [newer: string, older: string]): Promise<string> =>
  keepSecret(deps, place, keys.join(' '));

type Both = { both: string; newer: string; older: string; endsAt: string };

function withBoth(portal: Portal, which: WhichSecret, { both, ...rotation }: Both): Portal {
  const next = withSecret(portal, which, both);
  return { ...next, rotations: { ...next.rotations, [which]: rotation } };
}

const underWay = () =>
  new AppError(
    'illegal-transition',
    'A rotation is under way and both keys may be in use: end one of them first, or both at once with overlapMinutes 0.',
  );
