import { refreshTokenSecret } from '../../shared/platform/entra-tokens.entra.ts';
import type { TableName } from '../../shared/platform/resources.ts';
import type { ScannedRow } from './scan.ts';

const named = /"(?:secretName|newer|older)":"([^"]{1,127})"/g;

/** Names of the vault's secrets that a row leads to. Their values are in no table. */
export function secretsIn(table: TableName, { pk, columns }: Pick<ScannedRow, 'pk' | 'columns'>): string[] {
  if (table !== 'desk' && table !== 'portals') return [];
  if (table === 'desk' && pk === 'grant') return [refreshTokenSecret(String(columns.connectionId))];
  return Object.values(columns).flatMap((value) =>
    typeof value === 'string' ? [...value.matchAll(named)].map(([, name = '']) => name) : [],
  );
}
