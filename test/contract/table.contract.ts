import { describe, expect, it } from 'vitest';
import { isRefusal, queryAll, type Table, type TableOp } from '../../shared/platform/table.ts';

const insert = (rk: string, columns: Record<string, string | number> = { n: 1 }): TableOp => ({
  kind: 'insert',
  rk,
  columns,
});

const refusal = async (attempt: Promise<unknown>) => {
  try {
    await attempt;
  } catch (error) {
    if (isRefusal(error)) return { reason: error.reason, step: error.step };
    throw error;
  }
  return undefined;
};

/** What every Table must do; `make` gives a fresh, empty table. */
export function tableContract(name: string, make: () => Promise<Table>): void {
  describe(`table contract: ${name}`, () => {
    it('gives back every kind of column as it was written', async () => {
      const table = await make();
      const columns = {
        text: 'å ”|“',
        int: 7,
        big: 1_700_000_000_000,
        part: 0.5,
        yes: true,
        bytes: new Uint8Array([1, 0, 255]),
      };
      await table.transact('p', [{ kind: 'insert', rk: 'r', columns }]);
      const row = await table.get('p', 'r');
      expect({ ...row?.columns, bytes: [...(row?.columns.bytes as Uint8Array)] }).toEqual({
        ...columns,
        bytes: [1, 0, 255],
      });
    });

    it('knows no row that was not written', async () => {
      const table = await make();
      expect(await table.get('p', 'nothing')).toBeUndefined();
    });

    it('refuses a second insert and says which step', async () => {
      const table = await make();
      await table.transact('p', [insert('b')]);
      expect(await refusal(table.transact('p', [insert('b')]))).toEqual({ reason: 'exists', step: 0 });
      expect(await refusal(table.transact('p', [insert('a'), insert('b')]))).toEqual({ reason: 'exists', step: 1 });
    });

    it('changes nothing when one step of a transaction is refused', async () => {
      const table = await make();
      await table.transact('p', [insert('b')]);
      await refusal(table.transact('p', [insert('a'), insert('b'), insert('c')]));
      expect((await queryAll(table, { pk: 'p' })).map((row) => row.rk)).toEqual(['b']);
    });

    it('replaces only the version that the ETag names', async () => {
      const table = await make();
      const [first = ''] = await table.transact('p', [insert('r')]);
      const [second = ''] = await table.transact('p', [{ kind: 'replace', rk: 'r', columns: { n: 2 }, etag: first }]);
      expect(second).not.toBe(first);
      const stale = table.transact('p', [{ kind: 'replace', rk: 'r', columns: { n: 3 }, etag: first }]);
      expect(await refusal(stale)).toEqual({ reason: 'changed', step: 0 });
      expect((await table.get('p', 'r'))?.columns.n).toBe(2);
      expect((await table.get('p', 'r'))?.etag).toBe(second);
    });

    it('replaces whole rows: columns that are not named are gone', async () => {
      const table = await make();
      await table.transact('p', [insert('r', { a: 1, b: 2 })]);
      await table.transact('p', [{ kind: 'upsert', rk: 'r', columns: { b: 3 } }]);
      expect((await table.get('p', 'r'))?.columns).toEqual({ b: 3 });
    });

    it('merges the named columns into a row that is there, alone and beside other steps', async () => {
      const table = await make();
      const [first] = await table.transact('p', [insert('r', { a: 1, b: 2 })]);
      const [second] = await table.transact('p', [{ kind: 'merge', rk: 'r', columns: { b: 3, c: 'new' } }]);
      expect((await table.get('p', 'r'))?.columns).toEqual({ a: 1, b: 3, c: 'new' });
      expect(second).not.toBe(first);
      expect((await table.get('p', 'r'))?.etag).toBe(second);
      const [, third] = await table.transact('p', [insert('s'), { kind: 'merge', rk: 'r', columns: { a: 5 } }]);
      expect(await table.get('p', 'r')).toMatchObject({ etag: third, columns: { a: 5, b: 3, c: 'new' } });
    });

    it('merges into no row that is missing, says which step, and changes nothing then', async () => {
      const table = await make();
      await table.transact('p', [insert('a', { n: 1 }), insert('c', { n: 1 })]);
      const merge = (rk: string): TableOp => ({ kind: 'merge', rk, columns: { n: 2 } });
      expect(await refusal(table.transact('p', [merge('b')]))).toEqual({ reason: 'missing', step: 0 });
      expect(await refusal(table.transact('p', ['a', 'b', 'c'].map(merge)))).toEqual({ reason: 'missing', step: 1 });
      const rows = await queryAll(table, { pk: 'p' });
      expect(rows.map((row) => [row.rk, row.columns.n])).toEqual([
        ['a', 1],
        ['c', 1],
      ]);
    });

    it('lets a merge overtake a replace that was decided on the row as it was', async () => {
      const table = await make();
      const [etag = ''] = await table.transact('p', [insert('r', { a: 1, b: 1 })]);
      await table.transact('p', [{ kind: 'merge', rk: 'r', columns: { b: 2 } }]);
      const stale = table.transact('p', [{ kind: 'replace', rk: 'r', columns: { a: 2, b: 1 }, etag }]);
      expect(await refusal(stale)).toMatchObject({ reason: 'changed' });
      expect((await table.get('p', 'r'))?.columns).toEqual({ a: 1, b: 2 });
    });

    it('says that a row is missing', async () => {
      const table = await make();
      const gone: TableOp = { kind: 'delete', rk: 'x' };
      expect(await refusal(table.transact('p', [gone]))).toMatchObject({ reason: 'missing' });
      expect(await refusal(table.transact('p', [insert('a'), gone]))).toMatchObject({ reason: 'missing', step: 1 });
      const replace: TableOp = { kind: 'replace', rk: 'x', columns: { n: 1 }, etag: 'W/"1"' };
      expect(await refusal(table.transact('p', [replace]))).toMatchObject({ reason: 'missing' });
    });

    it('deletes, alone by ETag and within a transaction', async () => {
      const table = await make();
      const [etag = ''] = await table.transact('p', [insert('a')]);
      await table.transact('p', [insert('b')]);
      expect(await refusal(table.transact('p', [{ kind: 'delete', rk: 'b', etag }]))).toMatchObject({
        reason: 'changed',
      });
      await table.transact('p', [{ kind: 'delete', rk: 'a', etag }]);
      await table.transact('p', [{ kind: 'delete', rk: 'b' }, insert('c')]);
      expect((await queryAll(table, { pk: 'p' })).map((row) => row.rk)).toEqual(['c']);
    });

    it('refuses a delete with an ETag beside other steps', async () => {
      const table = await make();
      const [etag = ''] = await table.transact('p', [insert('a')]);
      await expect(table.transact('p', [{ kind: 'delete', rk: 'a', etag }, insert('b')])).rejects.toThrow(
        'stands alone',
      );
    });

    it('pages through a range of one partition in key order', async () => {
      const table = await make();
      const keys = ['a|1', 'a|2', 'b|1', 'b|2', 'b|3', 'c|1'];
      await table.transact(
        'p',
        [...keys].reverse().map((rk) => insert(rk)),
      );
      await table.transact('q', [insert('b|4')]);
      const first = await table.query({ pk: 'p', from: 'a|2', to: 'c', limit: 2 });
      expect(first.rows.map((row) => row.rk)).toEqual(['a|2', 'b|1']);
      const rest = await table.query({
        pk: 'p',
        from: 'a|2',
        to: 'c',
        limit: 2,
        continuation: first.continuation ?? '',
      });
      expect(rest.rows.map((row) => row.rk)).toEqual(['b|2', 'b|3']);
      expect((await queryAll(table, { pk: 'p', from: 'a|2', to: 'c' })).length).toBe(4);
    });

    it('keeps quotes and other awkward characters of keys apart', async () => {
      const table = await make();
      await table.transact("o'p", [insert("it's")]);
      expect((await queryAll(table, { pk: "o'p", from: "it's" })).map((row) => row.rk)).toEqual(["it's"]);
    });

    it('lets one of two concurrent inserts win', async () => {
      const table = await make();
      const outcomes = await Promise.all(
        [1, 2, 3, 4].map(async () => refusal(table.transact('p', [insert('one'), insert('two')]))),
      );
      expect(outcomes.filter((outcome) => outcome === undefined)).toHaveLength(1);
      expect(outcomes.filter((outcome) => outcome?.reason === 'exists')).toHaveLength(3);
    });
  });
}
