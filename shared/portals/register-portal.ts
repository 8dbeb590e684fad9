import type { Caller } from '../core/caller.ts';
import { toIso, type Clock } from '../core/clock.ts';
import type { Scope } from '../platform/telemetry.ts';
import { portalEvents } from './events.ts';
import { portalAnswer, type MadePortal, type NewSecrets } from './portal-answer.ts';
import { checkCustomers, checkTenant, checkUrl, misfit, type PortalChecks } from './portal-checks.ts';
import { inboundSecret, outboundSecret, type Made, type SecretsDeps } from './portal-secrets.ts';
import type { PortalStore } from './portal-store.ts';
import type { Portal } from './portal.ts';
import { inboundOf } from './recipes/recipes.ts';
import type { SentPortal } from './sent-portal.ts';

type RegisterDeps = PortalChecks & SecretsDeps & { store: PortalStore; clock: Pick<Clock, 'now'> };

/**
 * Registers a portal. Its secrets are in the vault before its row is written: whoever dies between leaves secrets that nobody
 * uses. Its id is its idempotency: a second call with it is refused, whatever it says.
 */
export async function registerPortal(
  deps: RegisterDeps,
  { sent, by }: { sent: SentPortal; by: Caller },
  scope: Scope,
): Promise<MadePortal> {
  await checkSent(deps, sent);
  const { id, name, customers, application, rate, disabled = false, secrets = {} } = sent;
  const described = inboundOf(sent.inbound ?? { kind: 'standard-webhooks' }, '');
  const inbound = await inboundSecret(deps, id, { inbound: described, sent: secrets.inbound });
  const outbound = sent.outbound && (await outboundSecret(deps, id, secrets.outbound));
  const portal: Portal = {
    id,
    name,
    customers,
    ...(application && { application }),
    inbound: { ...described, secretName: inbound.secretName },
    ...(sent.outbound && outbound && { outbound: { ...sent.outbound, secretName: outbound.secretName } }),
    ...(rate && { rate }),
    disabled,
    version: 1,
    updatedAt: toIso(deps.clock.now()),
  };
  await deps.store.insert(portal);
  scope.log(portalEvents.registered, { portalId: id, by: by.id });
  return { ...portalAnswer(portal), ...shownOnce({ inbound, outbound }) };
}

async function checkSent(deps: RegisterDeps, sent: SentPortal): Promise<void> {
  if (sent.outbound) checkUrl(deps, sent.outbound.url);
  else if (sent.secrets?.outbound !== undefined) throw misfit('secrets.outbound', 'is of no use without outbound');
  if (sent.application) checkTenant(deps, sent.application.tenantId);
  await deps.store.refuseTaken(sent);
  if (Array.isArray(sent.customers)) await checkCustomers(deps, sent.customers, { path: 'customers' });
}

/** The secrets that the desk made in this call. */
export function shownOnce(made: { inbound?: Made | undefined; outbound?: Made | undefined }): {
  newSecrets?: NewSecrets;
} {
  const newSecrets: NewSecrets = {
    ...(made.inbound?.shown !== undefined && { inbound: made.inbound.shown }),
    ...(made.outbound?.shown !== undefined && { outbound: made.outbound.shown }),
  };
  return Object.keys(newSecrets).length > 0 ? { newSecrets } : {};
}
