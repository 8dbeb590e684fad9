import { isAppError } from '../core/errors.ts';
import { SecretMissing, type ReadSecret } from '../platform/secret.ts';
import type { Tables } from '../platform/table.ts';
import { readContract } from './contract-store.ts';
import type { EscalationRow } from './escalation.ts';

/** `unavailable`: the vault is away, and has more than is here. */
export type ContractIds = { accessId?: string; contractId?: string; unavailable?: true };

/**
 * By what Microsoft's form knows the contract of an escalation, for whoever claimed it: read from the vault when that answer is
 * made, and kept nowhere. Without the vault a case can be filed all the same, by who has the ids at hand.
 */
export async function contractIdsOf(
  { tables, readSecret }: { tables: Tables<'desk'>; readSecret: ReadSecret },
  { connectionId, vehicle }: Pick<EscalationRow, 'connectionId' | 'vehicle'>,
): Promise<ContractIds> {
  if (vehicle === undefined) return {};
  const contract = await readContract(tables('desk'), connectionId, vehicle);
  const away = new Set<string>();
  const read = async (secretName: string | undefined): Promise<string | undefined> => {
    if (secretName === undefined) return undefined;
    try {
      return await readSecret(secretName);
    } catch (error) {
      if (isAppError(error, 'unavailable')) away.add(secretName);
      else if (!(error instanceof SecretMissing)) throw error;
      return undefined;
    }
  };
  const [accessId, contractId] = await Promise.all([
    read(contract?.accessId?.secretName),
    read(contract?.contractId?.secretName),
  ]);
  return {
    ...(accessId !== undefined && { accessId }),
    ...(contractId !== undefined && { contractId }),
    ...(away.size > 0 && { unavailable: true }),
  };
}
