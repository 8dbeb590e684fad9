import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import { isRefusal, type TableOp } from '../../shared/platform/table.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { memoryTable, type TableTrouble } from '../support/memory-table.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

const insert = (rk: string, n: number): TableOp => ({ kind: 'insert', rk, columns: { n } });

function tableThatLoses(answers: number) {
  let left = answers;
  const trouble: TableTrouble = {
    after: async (operation) => {
      if (operation === 'transact' && left-- > 0) throw unavailable('storage', new Error('the answer was lost'));
    },
  };
  const memory = memoryTable(trouble);
  return { ...memory, table: withWriteTokens(memory.table, seededIds(seededRandom(1))) };
}

describe('write tokens', () => {
  it('take a committed transaction whose answer was lost for what it is', async () => {
    const { table } = tableThatLoses(1);
    const etags = await table.transact('p', [insert('a', 1), insert('b', 2)]);
    expect(etags).toEqual([(await table.get('p', 'a'))?.etag, (await table.get('p', 'b'))?.etag]);
  });

  it('take a committed merge whose answer was lost for what it is, and leave its other columns alone', async () => {
    const { table } = tableThatLoses(2);
    await table.transact('p', [insert('a', 1)]);
    const [etag] = await table.transact('p', [{ kind: 'merge', rk: 'a', columns: { m: 2 } }]);
    expect(await table.get('p', 'a')).toMatchObject({ etag, columns: { n: 1, m: 2 } });
  });

  it('believe in a conflict with a foreign row and bring that row along', async () => {
    const { table, counts } = tableThatLoses(0);
    await table.transact('p', [insert('a', 1)]);
    const before = counts.get;
    const error: unknown = await table.transact('p', [insert('a', 2)]).catch((thrown: unknown) => thrown);
    expect(isRefusal(error, 'exists') && error.found?.columns.n).toBe(1);
    expect(counts.get - before).toBe(1);
  });

  it('pass on that storage was away when nothing was written', async () => {
    const memory = memoryTable({
      before: async (operation) => {
        if (operation === 'transact') throw unavailable('storage', new Error('no connection'));
      },
    });
    const table = withWriteTokens(memory.table, seededIds(seededRandom(1)));
    await expect(table.transact('p', [insert('a', 1)])).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('tell apart two writers of equal columns', async () => {
    const { table } = tableThatLoses(0);
    await table.transact('p', [insert('a', 1)]);
    await expect(table.transact('p', [insert('a', 1)])).rejects.toMatchObject({ reason: 'exists' });
  });
});
