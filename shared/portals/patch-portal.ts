import { AppError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Scope } from '../platform/telemetry.ts';
import { changePortal, type Change, type ChangeDeps } from './change-portal.ts';
import { portalEvents } from './events.ts';
import { portalAnswer, type MadePortal } from './portal-answer.ts';
import { checkCustomers, checkTenant, checkUrl, misfit, type PortalChecks } from './portal-checks.ts';
import { checkSecret, newSecret, secretFormOf, type Made, type SecretsDeps } from './portal-secrets.ts';
import type { Portal } from './portal.ts';
import { inboundOf } from './recipes/recipes.ts';
import { outboundSecret, shownOnce } from './register-portal.ts';
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
  const { portal, inbound, outbound } = await changePortal(deps, change, async (before) => {
    const customers =
      patch.customers === undefined ? before.customers : await customersOf(deps, before, patch.customers);
    return withPatch(deps, { ...before, customers }, patch);
  });
  scope.log(portalEvents.changed, { portalId: portal.id, by: change.by.id, disabled: portal.disabled });
  return { ...portalAnswer(portal), ...shownOnce({ inbound, outbound }) };
}

type Patched = { portal: Portal; inbound?: Made | undefined; outbound?: Made | undefined };

async function withPatch(deps: PatchDeps, before: Portal, patch: PortalPatch): Promise<Patched> {
  const inbound = await patchedInbound(deps, before, patch);
  const outbound = await patchedOutbound(deps, before, patch);
  const { application, rate, name = before.name, disabled = before.disabled } = patch;
  const portal: Portal = { ...before, name, disabled, inbound: inbound.inbound };
  if (application !== undefined) set(portal, 'application', application);
  if (rate !== undefined) set(portal, 'rate', rate);
  set(portal, 'outbound', outbound.outbound ?? null);
  portal.rotations = {
    ...(!inbound.made && before.rotations?.inbound && { inbound: before.rotations.inbound }),
    ...(outbound.outbound && before.rotations?.outbound && { outbound: before.rotations.outbound }),
  };
  return { portal, inbound: inbound.made, outbound: outbound.made };
}

function set<Name extends 'application' | 'rate' | 'outbound'>(
  portal: Portal,
  name: Name,
  value: NonNullable<Portal[Name]> | null,
): void {
  if (value === null) Reflect.deleteProperty(portal, name);
  else portal[name] = value;
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
    await checkCustomers(deps, sent, 'customers', held);
    return sent;
  }
  if (!Array.isArray(before)) {
    throw new AppError('illegal-transition', 'This portal has no list of its own to add to or to remove from.');
  }
  const { add = [], remove = [] } = sent;
  await checkCustomers(deps, add, 'customers.add', held);
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
  const form = secretFormOf(inbound);
  if (inbound.kind === before.inbound.kind && form === secretFormOf(before.inbound)) {
    if (secrets?.inbound !== undefined) throw notHere('secrets.inbound');
    return { inbound };
  }
  if (secrets?.inbound !== undefined) checkSecret(form, secrets.inbound, 'secrets.inbound');
  const made = await newSecret(deps, { portalId: before.id, which: 'inbound' }, { form, sent: secrets?.inbound });
  return { inbound: { ...inbound, secretName: made.secretName }, made };
}

async function patchedOutbound(deps: PatchDeps, before: Portal, { outbound: sent, secrets }: PortalPatch) {
  const given = secrets?.outbound;
  const makesOne = sent !== null && sent !== undefined && before.outbound === undefined;
  if (given !== undefined && !makesOne) throw notHere('secrets.outbound');
  if (sent === null) return { outbound: undefined };
  if (sent === undefined) return { outbound: before.outbound };
  const url = sent.url ?? before.outbound?.url;
  if (url === undefined) throw misfit('outbound.url', 'is required where there is no endpoint yet');
  const made = before.outbound ? undefined : await outboundSecret(deps, before.id, given);
  const secretName = before.outbound?.secretName ?? made?.secretName ?? '';
  const types = sent.types === undefined ? before.outbound?.types : (sent.types ?? undefined);
  const services = sent.services === undefined ? before.outbound?.services : (sent.services ?? undefined);
  const classifications =
    sent.classifications === undefined ? before.outbound?.classifications : (sent.classifications ?? undefined);
  const outbound = {
    url,
    secretName,
    ...(types && { types }),
    ...(services && { services }),
    ...(classifications && { classifications }),
  };
  return { outbound, made };
}

const notHere = (path: string) => misfit(path, 'is taken only where this change makes a secret: rotate it instead');
