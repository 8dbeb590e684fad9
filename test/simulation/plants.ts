import type { Bus } from '../../shared/platform/bus.ts';
import { packText, unpackText } from '../../shared/platform/packed.ts';
import { isRefusal, type Columns, type Table, type TableOp } from '../../shared/platform/table.ts';
import type { Plant } from './plant.ts';
import { canary } from './world.ts';

const isWake = (key: string): boolean => key.startsWith('O|');

/** The table with another `transact`. */
const transacting = (table: Table, transact: Table['transact']): Table => ({ ...table, transact });

const withoutWakes: NonNullable<Plant['table']> = (table) =>
  transacting(table, async (pk, ops) =>
    table.transact(
      pk,
      ops.filter((op) => !isWake(op.rk) || op.kind === 'delete'),
    ),
  );

const wakesRemovedFirst: NonNullable<Plant['table']> = (table, name) => ({
  ...table,
  get: async (pk, rk) => {
    const row = await table.get(pk, rk);
    if (name === 'requests' && row && isWake(rk)) await table.transact(pk, [{ kind: 'delete', rk }]);
    return row;
  },
});

const stepByStep: NonNullable<Plant['table']> = (table) =>
  transacting(table, async (pk, ops) => {
    const etags: string[] = [];
    for (const op of ops) etags.push(...(await table.transact(pk, [op])));
    return etags;
  });

const answeredBeforeWritten: NonNullable<Plant['table']> = (table, name) =>
  transacting(table, async (pk, ops) => {
    if (name !== 'requests' || !ops.some((op) => op.kind === 'insert' && op.rk.startsWith('H|'))) {
      return table.transact(pk, ops);
    }
    table.transact(pk, ops).catch(() => undefined);
    return [];
  });

/** No token that is read back is the one that was written. */
const tokensForeign: NonNullable<Plant['storage']> = (table) => ({
  ...table,
  get: async (pk, rk) => {
    const row = await table.get(pk, rk);
    return row?.columns.w === undefined ? row : { ...row, columns: { ...row.columns, w: 'foreign' } };
  },
});

const refusalsIgnored: NonNullable<Plant['table']> = (table) =>
  transacting(table, async (pk, ops) => {
    try {
      return await table.transact(pk, ops);
    } catch (error) {
      if (isRefusal(error, 'exists')) return [];
      throw error;
    }
  });

const bodyWrittenAnew: NonNullable<Plant['table']> = (table, name, clock) => ({
  ...table,
  get: async (pk, rk) => {
    const row = await table.get(pk, rk);
    if (name !== 'deliveries' || !row || isWake(rk)) return row;
    const body = JSON.parse(unpackText(row.columns)) as object;
    return { ...row, columns: { ...row.columns, ...packText(JSON.stringify({ ...body, sentAt: clock.now() })) } };
  },
});

/** Another event id at each announcement, in the delivery, its key and its wake. */
function anotherIdEachTime(): Plant {
  let nth = 0;
  const renamed = (op: TableOp, id: string, name: string): TableOp => {
    if (op.kind === 'delete') return op;
    const change = (value: Columns[string]) => (typeof value === 'string' ? value.replaceAll(id, name) : value);
    const columns = Object.fromEntries(Object.entries(op.columns).map(([key, value]) => [key, change(value)]));
    return { ...op, rk: op.rk.replaceAll(id, name), columns };
  };
  return {
    table: (table, name) =>
      transacting(table, async (pk, ops) => {
        const owed = ops.find((op) => op.kind === 'insert' && op.rk.startsWith('D|'));
        if (name !== 'deliveries' || owed === undefined) return table.transact(pk, ops);
        const id = owed.rk.split('|')[1] ?? '';
        const another = `${id.slice(0, -3)}${String(nth++).padStart(3, '0')}`;
        return table.transact(
          pk,
          ops.map((op) => renamed(op, id, another)),
        );
      }),
  };
}

const emptyPagesEnd: NonNullable<Plant['table']> = (table) => ({
  ...table,
  query: async (query) => {
    const page = await table.query(query);
    return page.rows.length === 0 ? { rows: [] } : page;
  },
});

const sending = (
  change: (message: Parameters<Bus['send']>[1][number]) => Parameters<Bus['send']>[1][number],
): Plant => ({
  bus: (bus) => ({ send: async (queue, messages) => bus.send(queue, messages.map(change)) }),
});

/** Each is a bug that a desk like this could have, and what must be said of it. */
export const plants: readonly [name: string, found: RegExp, plant: () => Plant][] = [
  ['the outbox row is not written', /was not told|index lacks/, () => ({ table: withoutWakes })],
  ['the wake goes before its effect', /was not told|index lacks/, () => ({ table: wakesRemovedFirst })],
  ['writes carry no token', /was answered 500/, () => ({ withoutWriteTokens: true })],
  ['what storage refused is never our own', /was answered 200/, () => ({ storage: tokensForeign })],
  ['a refusal is taken for success', /was new 2 times|another effect|in 2 ways/, () => ({ table: refusalsIgnored })],
  ['a transaction is several', /exists|has version|was not told/, () => ({ table: stepByStep })],
  ['the answer comes before the write', /exists 0 times/, () => ({ table: answeredBeforeWritten })],
  ['an empty page is the end', /was not told|index lacks|the list of/, () => ({ table: emptyPagesEnd })],
  [
    'the key is ignored',
    /exists [2-9] times/,
    () => ({ headers: ({ authorization }) => ({ authorization: authorization ?? '' }) }),
  ],
  ['there is no sweep', /owed for too long/, () => ({ withoutSweep: true })],
  [
    'the second try has the id of the first',
    /owed for too long/,
    () => sending((message) => ({ ...message, id: message.id.replace(/\.\d+$/, '') })),
  ],
  [
    'a message carries a text',
    /messages hold/,
    () => sending((message) => ({ ...message, body: { ...message.body, title: canary } })),
  ],
  ['the body is made anew at each try', /in 2 bodies|several bodies/, () => ({ table: bodyWrittenAnew })],
  ['an event gets another id each time', /several ids/, anotherIdEachTime],
];
