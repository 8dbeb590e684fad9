import { azureRoleRemedy, type TroubleCode } from '../customers/coverage.ts';
import type { Customer } from '../customers/customer.ts';
import { mendingLink, type MendingPlace } from './mending-links.ts';
import type { CanRead, SupportedProduct } from './support-readiness-answer.ts';

/** How a feed read a tenant last. `isCurrent`: by the last cycle. Times are ISO texts. */
export type TenantRead = {
  asOf?: string | undefined;
  isStale: boolean;
  isCurrent: boolean;
  trouble?: { code: TroubleCode; since: string; remedy: string } | undefined;
};

/** What only this answer says of reading; everything else is a customer's coverage. */
const ownRemedies = {
  excluded: 'Nothing, or take the customer off the list of those that are not polled.',
  'not-read': 'Nothing: the next cycle reads it.',
  late: 'See whether the desk polls: its readiness names the feeds that are late.',
} as const;

/** Troubles with which the next read fails as well, so that what was read before is no reason for confidence. */
const lasting: ReadonlySet<string> = new Set(['not-consented', 'gdap-expired', 'role-lacking', 'token']);

type Reading = { customer: Customer; read: TenantRead };

/** Whether the desk sees the customer's service health of a product; what is not known is not ok. Pure. */
export function canRead(product: SupportedProduct, { customer, read }: Reading, place: MendingPlace): CanRead {
  const { way } = customer.access;
  if (customer.isExcluded) return { ok: false, way: 'none', trouble: ownTrouble('excluded', place) };
  const { asOf, isStale, isCurrent, trouble } = read;
  const fails = trouble !== undefined && !isCurrent && lasting.has(trouble.code);
  const told = toldOf(product, read, place);
  const until = way === 'gdap' ? customer.gdap?.endsAt : undefined;
  return {
    ok: !isStale && !fails,
    way,
    ...(asOf !== undefined && { asOf }),
    ...(until !== undefined && { until }),
    ...(told && { trouble: told }),
  };
}

function toldOf(
  product: SupportedProduct,
  { asOf, isStale, trouble }: TenantRead,
  place: MendingPlace,
): CanRead['trouble'] {
  if (trouble) {
    const { code, since, remedy } = trouble;
    if (product === 'azure' && code === 'role-lacking') return { code, since, remedy: azureRoleRemedy };
    return { code, since, remedy, ...mendingLink(code, place) };
  }
  if (!isStale) return undefined;
  return asOf === undefined ? ownTrouble('not-read', place) : { ...ownTrouble('late', place), since: asOf };
}

const ownTrouble = (code: keyof typeof ownRemedies, place: MendingPlace) => ({
  code,
  remedy: ownRemedies[code],
  ...mendingLink(code, place),
});
