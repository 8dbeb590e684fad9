import { isRefusal } from '../../shared/platform/table.ts';
import { after, onePartition, pagesOf, type ScannedRow, type TableScan } from './scan.ts';

/** Of one transaction: Table storage takes 100 rows and 4 MiB, of which each row's own frame is a part. */
const rowsMax = 100;
const bytesMax = 2 * 1024 * 1024;
const frameBytes = 1_024;

/**
 * Writes rows as they come, which are new; those of a partition stand together. What is there already stays as it is: a restore that
 * was stopped goes on, and a desk that has begun to work is not overwritten. Returns how many rows were given.
 */
export async function writeRows(
  scan: TableScan,
  rows: AsyncIterable<ScannedRow> | Iterable<ScannedRow>,
): Promise<number> {
  let batch = new Map<string, ScannedRow>();
  let pk = '';
  let bytes = 0;
  let count = 0;
  const flush = async () => {
    if (batch.size > 0) await insertMissing(scan, pk, [...batch.values()]);
    batch = new Map();
    bytes = 0;
  };
  for await (const row of rows) {
    const size = frameBytes + 2 * Buffer.byteLength(JSON.stringify(row.columns));
    if (row.pk !== pk || batch.size === rowsMax || bytes + size > bytesMax) await flush();
    pk = row.pk;
    if (batch.has(row.rk)) continue;
    batch.set(row.rk, row);
    bytes += size;
    count++;
  }
  await flush();
  return count;
}

async function insertMissing(scan: TableScan, pk: string, rows: ScannedRow[]): Promise<void> {
  try {
    await scan.insert(pk, rows);
  } catch (error) {
    if (!isRefusal(error, 'exists')) throw error;
    const there = await rowKeysAmong(scan, pk, rows);
    const missing = rows.filter(({ rk }) => !there.has(rk));
    if (missing.length === rows.length) throw error;
    if (missing.length > 0) await insertMissing(scan, pk, missing);
  }
}

async function rowKeysAmong(scan: TableScan, pk: string, rows: ScannedRow[]): Promise<Set<string>> {
  const keys = rows.map(({ rk }) => rk).sort();
  const range = { ...onePartition(pk), fromRk: keys[0] ?? '', toRk: after(keys.at(-1) ?? '') };
  const there = new Set<string>();
  for await (const page of pagesOf(async (from) => scan.keys(range, from))) {
    for (const { rk } of page) there.add(rk);
  }
  return there;
}
