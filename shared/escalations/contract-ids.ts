import { SecretMissing, type ReadSecret } from '../platform/secret.ts';
import type { Tables } from '../platform/table.ts';
import { readContract } from './contract-store.ts';
import type { EscalationRow } from './escalation.ts';

export type ContractIds = { accessId?: string; contractId?: string };

/**
 * By what Microsoft's form knows the contract of an escalation, for whoever claimed it: read from the vault when that answer is
 * made, and kept nowhere. Throws `unavailable` where the vault is away.
 */
export async function contractIdsOf(
  { tables, readSecret }: { tables: Tables<'desk'>; readSecret: ReadSecret },
  { connectionId, vehicle }: Pick<EscalationRow, 'connectionId' | 'vehicle'>,
): Promise<ContractIds> {
  if (vehicle === undefined) return {};
  const contract = await readContract(tables('desk'), connectionId, vehicle);
  const read = async (secretName: string | undefined): Promise<string | undefined> => {
    if (secretName === undefined) return undefined;
    try {
      return await readSecret(secretName);
    } catch (error) {
      if (error instanceof SecretMissing) return undefined;
      throw error;
    }
  };
  const [accessId, contractId] = await Promise.all([
    read(contract?.accessId?.secretName),
    read(contract?.contractId?.secretName),
  ]);
  return { ...(accessId !== undefined && { accessId }), ...(contractId !== undefined && { contractId }) };
}
