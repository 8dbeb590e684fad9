import type { TableClient } from '@azure/data-tables';
import { expect, it } from 'vitest';
import { azureScan } from '../../scripts/backup/azure-scan.ts';
import { onePartition, pagesOf, wholeTable, type ScannedRow } from '../../scripts/backup/scan.ts';

const typed = {
  text: 'Zeile\u2028zwei',
  yes: true,
  half: 0.5,
  whole: 3,
  large: 1e300,
  odd: { type: 'Double', value: 'NaN' },
  long: { type: 'Int64', value: '9007199254740993' },
  day: { type: 'DateTime', value: '2026-11-02T09:00:00.1234567Z' },
  guid: { type: 'Guid', value: 'c9da6455-213d-42c9-9a79-3e9149a57833' },
  bytes: new Uint8Array([0, 1, 254, 255]),
};

/** What export and restore ask of Table storage. */
export function scanContract(fresh: () => Promise<TableClient>): void {
  const rowsIn = async (client: TableClient): Promise<ScannedRow[]> => {
    const rows: ScannedRow[] = [];
    for await (const page of pagesOf(async (from) => azureScan(client).page(wholeTable, from))) rows.push(...page);
    return rows;
  };

  it('gives every type of column to an export, and gets it back as it was', async () => {
    const [from, to] = [await fresh(), await fresh()];
    await from.createEntity({ partitionKey: 'p', rowKey: 'r', ...typed });
    const [row] = await rowsIn(from);
    const line = JSON.parse(JSON.stringify(row)) as ScannedRow;
    await azureScan(to).insert('p', [line]);
    const asStored = async (client: TableClient) => {
      const entity = await client.getEntity('p', 'r');
      return { ...entity, etag: '', timestamp: '', 'odata.metadata': '' };
    };
    expect(await asStored(to)).toEqual(await asStored(from));
    expect((await rowsIn(to))[0]?.columns).toEqual(row?.columns);
    expect(row?.columns).toMatchObject({
      whole: 3,
      odd: ['Double', 'NaN'],
      long: ['Int64', '9007199254740993'],
      bytes: ['Binary', 'AAH+/w=='],
    });
  });

  it('gives the rows of all partitions in order, and the same ETags with keys alone', async () => {
    const client = await fresh();
    const scan = azureScan(client);
    for (const pk of ['b', 'a']) {
      await scan.insert(
        pk,
        ['2', '1'].map((rk) => ({ pk, rk, etag: '', columns: { v: 1 } })),
      );
    }
    const rows = await rowsIn(client);
    expect(rows.map(({ pk, rk }) => pk + rk)).toEqual(['a1', 'a2', 'b1', 'b2']);
    const { rows: keys } = await scan.keys(wholeTable);
    expect(keys).toEqual(rows.map(({ pk, rk, etag }) => ({ pk, rk, etag })));
    expect(keys.every(({ etag }) => etag !== '')).toBe(true);
    const some = await scan.page({ ...onePartition('a'), fromRk: '2', toRk: '3' });
    expect(some.rows.map(({ pk, rk }) => pk + rk)).toEqual(['a2']);
    expect(await scan.get({ pk: 'a', rk: '1' })).toEqual(rows[0]);
    expect(await scan.get({ pk: 'a', rk: '3' })).toBeUndefined();
  });

  it('takes new rows of a partition all or none', async () => {
    const client = await fresh();
    const scan = azureScan(client);
    const row = (rk: string) => ({ pk: 'p', rk, etag: '', columns: { v: 1 } });
    await scan.insert('p', [row('2')]);
    await expect(scan.insert('p', [row('1'), row('2')])).rejects.toMatchObject({ reason: 'exists' });
    expect((await rowsIn(client)).map(({ rk }) => rk)).toEqual(['2']);
  });
}
