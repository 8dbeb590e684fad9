import { AppError, notFound } from './errors.ts';

/** `ActionGroupsSecureWebhook` is what Azure Monitor calls the role under which its action groups send; it includes nothing. */
export type Role = 'Desk.Read' | 'Desk.Operate' | 'Desk.Admin' | 'ActionGroupsSecureWebhook';

/** Which customers a caller may see: every one, or those listed (the desk's own customer ids). */
export type CustomerScope = 'all' | ReadonlySet<string>;

/** How fast a caller may be: so many calls at once, and then so many a second. */
export type Rate = { perSecond: number; burst: number };

/** Who is calling. Only the authenticator makes one. */
export type Caller =
  | { kind: 'person'; id: string; name: string; tenantId: string; objectId: string; roles: ReadonlySet<Role> }
  | { kind: 'portal'; id: string; portalId: string; customers: CustomerScope; rate?: Rate | undefined };

/** `Desk.Admin` may what `Desk.Operate` may, which may what `Desk.Read` may. */
export function withIncludedRoles(roles: readonly Role[]): ReadonlySet<Role> {
  const all = new Set(roles);
  if (all.has('Desk.Admin')) all.add('Desk.Operate');
  if (all.has('Desk.Operate')) all.add('Desk.Read');
  return all;
}

/** Who may use a route: portals (for what is theirs), people from a role upwards, or both; or an application by a role of its own. */
export type Access = { portals: boolean; role?: Role; applicationRole?: Role };

export function requireAccess(caller: Caller, access: Access): void {
  const roles = [access.role, access.applicationRole].filter((role) => role !== undefined);
  if (caller.kind === 'portal' ? access.portals : roles.some((role) => caller.roles.has(role))) return;
  throw caller.kind === 'portal' || roles.length === 0
    ? notForPortals()
    : new AppError('forbidden', `This call needs the role ${roles.join(' or ')}.`);
}

const notForPortals = (): AppError => new AppError('forbidden', 'This call is not open to portals.');

export const maySeeCustomer = (caller: Caller, customerId: string): boolean =>
  caller.kind === 'person' || caller.customers === 'all' || caller.customers.has(customerId);

/** What a request, an event or a delivery belongs to. */
export type Owned = { portalId: string; customerId: string };

/** A portal sees what it brought in for a customer that is still its own; people see everything. */
export const maySee = (caller: Caller, owned: Owned): boolean =>
  caller.kind === 'person' || (caller.portalId === owned.portalId && maySeeCustomer(caller, owned.customerId));

/** The thing itself, or the same 404 for "no such thing" and "not yours". */
export function visibleTo<T extends Owned>(caller: Caller, thing: T | undefined): T {
  if (thing === undefined || !maySee(caller, thing)) throw notFound();
  return thing;
}

/** The portal that a caller's requests belong to: its own, or `desk` for people. */
export const portalOf = (caller: Caller): string => (caller.kind === 'portal' ? caller.portalId : 'desk');

/** The caller of a route that is not public; the edge has made sure that there is one. */
export function knownCaller(caller: Caller | undefined): Caller {
  if (caller === undefined) throw new AppError('unauthenticated', 'Send credentials.');
  return caller;
}

/** The caller of a route that only people may use. */
export function personCaller(caller: Caller | undefined): Extract<Caller, { kind: 'person' }> {
  if (caller?.kind !== 'person') throw notForPortals();
  return caller;
}
