import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { mergePatch } from '../core/merge-patch.ts';
import type { Scope } from '../platform/telemetry.ts';
import { changePortal, type Change, type ChangeDeps } from './change-portal.ts';
import { portalEvents } from './events.ts';
import { portalAnswer, type MadePortal } from './portal-answer.ts';
import { checkCustomers, checkTenant, checkUrl, misfit, type PortalChecks } from './portal-checks.ts';
import { inboundSecret, outboundSecret, secretFormOf, type Made, type SecretsDeps } from './portal-secrets.ts';
import type { Portal } from './portal.ts';
import { inboundOf } from './recipes/recipes.ts';
import { shownOnce } from './register-portal.ts';
import type { PortalPatch } from './sent-portal.ts';

type PatchDeps = ChangeDeps & PortalChecks & SecretsDeps;

/** Changes what the patch names. It makes a secret only where there was none that fits: for everything else there is rotation. */
export async function patchPortal(
  deps: PatchDeps,
  { patch, ...change }: Change & { patch: PortalPatch },
  scope: Scope,
): Promise<MadePortal> {
  if (patch.application) checkTenant(deps, patch.application.tenantId);
  if (patch.outbound?.url !== undefined) checkUrl(deps, patch.outbound.url);
  const { portal, inbound, outbound } = await changePortal(deps, change, async (before) =>
    withPatch(deps, before, patch),
  );
  scope.log(portalEvents.changed, { portalId: portal.id, by: change.by.id, disabled: portal.disabled });
  return { ...portalAnswer(portal), ...shownOnce({ inbound, outbound }) };
}

type Patched = { portal: Portal; inbound?: Made | undefined; outbound?: Made | undefined };

async function withPatch(deps: PatchDeps, before: Portal, patch: PortalPatch): Promise<Patched> {
  const { name, disabled, application, rate } = patch;
  const customers = patch.customers && (await customersOf(deps, before, patch.customers));
  const inbound = await patchedInbound(deps, before, patch);
  const outbound = await patchedOutbound(deps, before, patch);
  const rotations = mergePatch(before.rotations ?? {}, {
    ...(inbound.made && { inbound: null }),
    ...(outbound.outbound === null && { outbound: null }),
  });
  const portal = mergePatch(before, {
    ...{ name, disabled, application, rate, rotations, customers },
    inbound: inbound.inbound,
    outbound: outbound.outbound,
  });
  return { portal, inbound: inbound.made, outbound: outbound.made };
}

type Customers = NonNullable<PortalPatch['customers']>;

/** Only whom the list did not hold already is looked up: who has left the desk may stay. */
async function customersOf(
  deps: PatchDeps,
  { customers: before }: Portal,
  sent: Customers,
): Promise<Portal['customers']> {
  if (sent === 'all' || 'resellers' in sent) return sent;
  const held = new Set(Array.isArray(before) ? before : []);
  if (Array.isArray(sent)) {
    await checkCustomers(deps, sent, { path: 'customers', held });
    return sent;
  }
  if (!Array.isArray(before)) {
    throw new AppError('illegal-transition', 'This portal has no list of its own to add to or to remove from.');
  }
  const { add = [], remove = [] } = sent;
  await checkCustomers(deps, add, { path: 'customers.add', held });
  const gone = new Set(remove);
  const next = [...new Set([...before, ...add])].filter((id) => !gone.has(id));
  if (next.length > limits.portalCustomers) {
    throw misfit('customers.add', `a portal lists at most ${String(limits.portalCustomers)} customers`);
  }
  return next;
}

/** Another kind of signature takes another kind of secret: the old one is of no use any more. */
async function patchedInbound(deps: PatchDeps, before: Portal, { inbound: sent, secrets }: PortalPatch) {
  const inbound = sent ? inboundOf(sent, before.inbound.secretName) : before.inbound;
  if (inbound.kind === before.inbound.kind && secretFormOf(inbound) === secretFormOf(before.inbound)) {
    if (secrets?.inbound !== undefined) throw notHere('secrets.inbound');
    return { inbound };
  }
  const made = await inboundSecret(deps, before.id, { inbound, sent: secrets?.inbound });
  return { inbound: { ...inbound, secretName: made.secretName }, made };
}

type Outbound = NonNullable<Portal['outbound']>;
type PatchedOutbound = { outbound: Outbound | null | undefined; made?: Made };

async function patchedOutbound(
  deps: PatchDeps,
  { id, outbound: before }: Portal,
  { outbound: sent, secrets }: PortalPatch,
): Promise<PatchedOutbound> {
  const given = secrets?.outbound;
  if (given !== undefined && (before || !sent)) throw notHere('secrets.outbound');
  if (!sent) return { outbound: sent };
  if (before) return { outbound: mergePatch(before, sent) };
  if (sent.url === undefined) throw misfit('outbound.url', 'is required where there is no endpoint yet');
  const made = await outboundSecret(deps, id, given);
  return { outbound: mergePatch<Outbound>({ url: sent.url, secretName: made.secretName }, sent), made };
}

const notHere = (path: string) => misfit(path, 'is taken only where this change makes a secret: rotate it instead');
