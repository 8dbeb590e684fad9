import { afterAll, beforeAll, describe } from 'vitest';
import { systemClock } from '../../shared/core/clock.ts';
import { systemIds } from '../../shared/core/ids.ts';
import { azureTable } from '../../shared/platform/azure-tables.table.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { memoryTable } from '../support/memory-table.ts';
import { startStorageProcess } from '../support/storage-process.ts';
import { scanContract } from './scan.contract.ts';
import { tableContract } from './table.contract.ts';

let storage: Awaited<ReturnType<typeof startStorageProcess>>;

beforeAll(async () => {
  storage = await startStorageProcess();
}, 60_000);
afterAll(async () => {
  await storage.stop();
});

tableContract('in memory', async () => memoryTable().table);
tableContract('Table storage', async () => azureTable(await storage.freshTable(), systemClock));

describe('Table storage as export and restore use it', () => {
  scanContract(async () => storage.freshTable());
});

/** What the desk runs on: the write token must not show through, but for the column that carries it. */
const withoutToken = (make: () => Promise<ReturnType<typeof memoryTable>['table']>) => async () => {
  const table = withWriteTokens(await make(), systemIds);
  const clean = (row: Awaited<ReturnType<typeof table.get>>) => {
    if (row) delete row.columns.w;
    return row;
  };
  return { ...table, get: async (pk: string, rk: string) => clean(await table.get(pk, rk)) };
};
tableContract(
  'Table storage with write tokens',
  withoutToken(async () => azureTable(await storage.freshTable(), systemClock)),
);
