import { AppError, type ErrorCode, type FieldError } from '../core/errors.ts';

/** What a portal is checked against that is not the portals' own. */
export type PortalChecks = {
  /** Those of the ids that are customers. */
  knownCustomers: (ids: readonly string[]) => Promise<ReadonlySet<string>>;
  /** Why the desk would not call a URL; undefined where it would. */
  urlFault: (url: string) => string | undefined;
  /** Home tenants of callers: tokens of no other are taken. */
  tenants: readonly string[];
};

const errorsMax = 20;

const refusal = (code: ErrorCode, errors: FieldError[]): AppError =>
  new AppError(code, 'See errors for what does not fit.', { errors: errors.slice(0, errorsMax) });

const nobody: ReadonlySet<string> = new Set();

/**
 * An administrator sees all customers, and so is told which of the ids are none; those that are `held` already pass. Throws
 * `unknown-customer`.
 */
export async function checkCustomers(
  { knownCustomers }: Pick<PortalChecks, 'knownCustomers'>,
  ids: readonly string[],
  { path, held = nobody }: { path: string; held?: ReadonlySet<string> },
): Promise<void> {
  const known = await knownCustomers(ids.filter((id) => !held.has(id)));
  const errors = ids.flatMap((id, at) =>
    held.has(id) || known.has(id) ? [] : [{ path: `${path}.${String(at)}`, message: `no customer has the id ${id}` }],
  );
  if (errors.length > 0) throw refusal('unknown-customer', errors);
}

export function checkUrl({ urlFault }: Pick<PortalChecks, 'urlFault'>, url: string): void {
  const fault = urlFault(url);
  if (fault !== undefined) throw refusal('invalid-body', [{ path: 'outbound.url', message: `is refused: ${fault}` }]);
}

export function checkTenant({ tenants }: Pick<PortalChecks, 'tenants'>, tenantId: string): void {
  if (tenants.some((tenant) => tenant.toLowerCase() === tenantId)) return;
  const message = 'is none of DESK_API_TENANTS: its tokens would be refused';
  throw refusal('invalid-body', [{ path: 'application.tenantId', message }]);
}

export const misfit = (path: string, message: string): AppError => refusal('invalid-body', [{ path, message }]);
