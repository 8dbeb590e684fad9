import type { DirectoryDeps, DirectoryLeg } from './directory-leg.ts';
import { putHints } from './hint.ts';

/** Nothing that came with their details says who their reseller is. */
export async function hintUnserved(
  deps: DirectoryDeps,
  { connection, turns, startedAt }: DirectoryLeg,
  tenantIds: readonly string[],
): Promise<'reseller' | undefined> {
  // While nobody can be asked, hints would only pile up; the week brings them again.
  if (connection.role !== 'provider' || tenantIds.length === 0 || turns.served.trouble) return undefined;
  const hints = tenantIds.map((tenantId) => ({ tenantId, what: 'reseller' as const }));
  await putHints(deps.tables('customers'), connection.id, { hints, now: startedAt });
  return 'reseller';
}
