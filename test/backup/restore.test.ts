import { appendFile, mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exportDesk } from '../../scripts/backup/export.ts';
import { folderShelf, type Line } from '../../scripts/backup/files.ts';
import { restoreDesk, type RestoreDeps } from '../../scripts/backup/restore.ts';
import { rebuildLists } from '../../shared/requests/rebuild-lists.ts';
import { tableNames } from '../../shared/platform/resources.ts';
import { readRestored } from '../../shared/platform/restored-desk.ts';
import { rememberSweep } from '../../shared/platform/sweep.ts';
import type { Columns } from '../../shared/platform/table.ts';
import { aDesk } from '../support/a-desk.ts';
import { memoryTables } from '../support/memory-table.ts';
import { threePortals, type ThreePortals } from '../support/three-portals.ts';
import { memoryScan } from './memory-scan.ts';

const made: string[] = [];
afterAll(async () => {
  await Promise.all(made.map(async (folder) => rm(folder, { recursive: true, force: true })));
});

/** Which most tests only read. */
let one: Awaited<ReturnType<typeof aBackup>>;
beforeAll(async () => {
  one = await aBackup();
});

type Memory = ReturnType<typeof memoryTables>;

/** A desk with work of three portals, and a backup of it in a folder. */
async function aBackup() {
  const desk = await threePortals();
  const folder = await mkdtemp(join(tmpdir(), 'desk-backup-'));
  made.push(folder);
  const scan = (name: string) => memoryScan(desk.memory.of(name));
  const manifest = await exportDesk({ scan, clock: desk.clock, say: () => undefined }, folderShelf(folder), 'backup-1');
  return { desk, folder, manifest };
}

function depsFor(memory: Memory, { clock, log, held }: Pick<ThreePortals, 'clock' | 'log' | 'held'>): RestoreDeps {
  const { scope } = log;
  return {
    ...{ scan: (name) => memoryScan(memory.of(name)), tables: memory.tables, clock, scope, say: () => undefined },
    makeTables: async () => Promise.resolve(),
    rebuild: async () => rebuildLists({ tables: memory.tables, clock, random: Math.random, bus: held.bus }, scope),
  };
}

const without = (name: string, columns: Columns): Columns =>
  Object.fromEntries(Object.entries(columns).filter(([one]) => one !== name));

const rowsOf = (memory: Memory, table: string) =>
  [...memory.of(table).partitions].flatMap(([pk, rows]) =>
    [...rows].map(([rk, { columns }]) => ({ pk, rk, columns: without('w', columns) })),
  );
const sorted = (memory: Memory, name: string) =>
  rowsOf(memory, name)
    .filter(({ pk }) => pk !== 'restore')
    .sort((a, b) => (`${a.pk}\n${a.rk}` < `${b.pk}\n${b.rk}` ? -1 : 1));

describe('a restore', () => {
  it('gives back every row as it was, lists too; but for what is owed again, and what is in doubt', async () => {
    const { desk, folder } = one;
    const memory = memoryTables();
    await restoreDesk(depsFor(memory, desk), folderShelf(folder));
    for (const name of tableNames) {
      const known = sorted(memory, name).filter(({ rk }) => !rk.startsWith('O|'));
      const undoubted = known.map((row) => ({ ...row, columns: without('restoredAt', row.columns) }));
      expect(undoubted).toEqual(sorted(desk.memory, name).filter(({ rk }) => !rk.startsWith('O|')));
      const owed = new Set(rowsOf(memory, name).map(({ rk }) => rk));
      for (const { rk } of rowsOf(desk.memory, name)) expect(owed).toContain(rk);
    }
  });

  it('is of every table but the one that follows from the others', async () => {
    const { desk, folder } = one;
    const { manifest, rows } = await restoreDesk(depsFor(memoryTables(), desk), folderShelf(folder));
    const truth = new Set(tableNames.filter((name) => name !== 'requestlists'));
    expect(new Set(Object.keys(manifest.rows))).toEqual(truth);
    expect(new Set(Object.keys(rows))).toEqual(truth);
  });

  it('owes again what happened since the export began, a little before it included, and nothing older', async () => {
    const { desk, folder } = one;
    const shelf = folderShelf(folder);
    const owedAfter = async (laterMs: number): Promise<string[]> => {
      const memory = memoryTables();
      const verified = async () => {
        const manifest = await shelf.verified();
        return { ...manifest, beganAt: new Date(Date.parse(manifest.beganAt) + laterMs).toISOString() };
      };
      await restoreDesk(depsFor(memory, desk), { ...shelf, verified });
      const rows = ['requests', 'escalations'].flatMap((name) => rowsOf(memory, name));
      return rows.filter(({ rk }) => rk.startsWith('O|')).map(({ rk }) => rk.split('|').slice(2).join('|'));
    };
    const events = ['requests', 'escalations'].flatMap((name) =>
      rowsOf(desk.memory, name).flatMap(({ rk, columns }) => {
        if (rk.startsWith('E|')) return [`${String(columns.requestId)}.${String(columns.sequence)}`];
        return rk.startsWith('N|') ? [`event|${String(columns.escalationId)}|${rk.slice(-6)}`] : [];
      }),
    );
    const isOfEvent = (id: string) => events.includes(id);
    expect(events.length).toBeGreaterThan(6);
    expect(new Set((await owedAfter(4 * 60_000)).filter(isOfEvent))).toEqual(new Set(events));
    const owedAnyway = rowsOf(desk.memory, 'requests').filter(({ rk }) => rk.startsWith('O|')).length;
    expect((await owedAfter(6 * 60_000)).filter(isOfEvent)).toHaveLength(owedAnyway);
  });

  it('shows the same lists, and owes nothing for long', async () => {
    const { desk, folder } = one;
    const back = await aDesk();
    await restoreDesk(depsFor(back.memory, back), folderShelf(folder));
    await back.moved.advance(150_000);
    await back.catalogue.timers.find(({ name }) => name === 'sweep')?.handle(back.log.scope);
    await back.settle();
    expect(rowsOf(back.memory, 'requests').filter(({ rk }) => rk.startsWith('O|'))).toEqual([]);
    const listed = async (of: Pick<ThreePortals, 'call'>, as: string) =>
      ((await of.call('GET', '/api/requests', { as })).json as { items: { id: string }[] }).items.map(({ id }) => id);
    expect(await listed(back, back.tokens.reader)).toEqual(await listed(desk, desk.tokens.reader));
  });

  it('writes nothing where a file is not whole, and says which', async () => {
    const { desk, folder, manifest } = await aBackup();
    const file = manifest.files.find(({ lines, table }) => lines > 0 && table === 'requests')?.file ?? '';
    await appendFile(join(folder, file), 'x');
    const memory = memoryTables();
    await expect(restoreDesk(depsFor(memory, desk), folderShelf(folder))).rejects.toThrow(`${file}: another SHA-256`);
    await rm(join(folder, file));
    await expect(restoreDesk(depsFor(memory, desk), folderShelf(folder))).rejects.toThrow(`${file}: missing`);
    for (const name of tableNames) expect(rowsOf(memory, name)).toEqual([]);
  });

  it('takes no folder whose export did not come to its end', async () => {
    const { desk, folder } = await aBackup();
    await rm(join(folder, 'manifest.json'));
    await expect(restoreDesk(depsFor(memoryTables(), desk), folderShelf(folder))).rejects.toThrow('manifest.json');
  });

  it.each(['requests', 'requestlists', 'desk'] as const)('refuses tables of which %s is not empty', async (name) => {
    const { desk, folder } = await aBackup();
    const memory = memoryTables();
    await memory.tables(name).transact('p', [{ kind: 'insert', rk: 'r', columns: { v: 1 } }]);
    await expect(restoreDesk(depsFor(memory, desk), folderShelf(folder))).rejects.toThrow(/not empty/);
    expect(tableNames.flatMap((one) => rowsOf(memory, one))).toHaveLength(1);
  });

  it('goes on where it was stopped, with filing held from its first row on', async () => {
    const { desk, folder } = one;
    const [straight, stopped] = [memoryTables(), memoryTables()];
    await restoreDesk(depsFor(straight, desk), folderShelf(folder));
    const deps = depsFor(stopped, desk);
    const writes = { left: 0 };
    const failing: RestoreDeps['scan'] = (name) => {
      const scan = deps.scan(name);
      return {
        ...scan,
        insert: async (pk, rows) => {
          expect(rowsOf(stopped, 'desk').filter((row) => row.pk === 'restore')).toHaveLength(1);
          if (writes.left-- === 0) throw new Error('stopped');
          return scan.insert(pk, rows);
        },
      };
    };
    for (let at = 0; at < 30; at += 7) {
      writes.left = at;
      await expect(restoreDesk({ ...deps, scan: failing }, folderShelf(folder))).rejects.toThrow('stopped');
    }
    await restoreDesk(deps, folderShelf(folder));
    for (const name of tableNames) expect(sorted(stopped, name)).toEqual(sorted(straight, name));
    await expect(restoreDesk(deps, folderShelf(folder))).rejects.toThrow(/already/);
  });

  it('does not come to its end where a desk has swept the tables meanwhile', async () => {
    const { desk, folder } = one;
    const memory = memoryTables();
    const deps = depsFor(memory, desk);
    const swept = async () => {
      await rememberSweep(deps, { owed: 0, oldestMs: 0, poisoned: 0 });
      return 0;
    };
    await expect(restoreDesk({ ...deps, rebuild: swept }, folderShelf(folder))).rejects.toThrow(/has worked/);
    await expect(restoreDesk(deps, folderShelf(folder))).rejects.toThrow(/has worked/);
    expect((await readRestored(memory.tables('desk')))?.restored.doneAt).toBeUndefined();
  });

  it('keeps texts with what readers of lines take for their ends', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'desk-backup-'));
    made.push(folder);
    const shelf = folderShelf(folder);
    const row = { pk: 'p', rk: 'r', columns: { text: 'one\u2028two\u2029three\r\nfour\u0085' } };
    const lines = shelf.open('a.ndjson.gz');
    await lines.write(row, row.columns);
    await lines.close();
    const read: Line[] = [];
    for await (const line of shelf.lines('a.ndjson.gz')) read.push(line);
    expect(read).toEqual([row]);
  });

  it('does not overwrite what a desk that works already has changed', async () => {
    const { desk, folder } = one;
    const memory = memoryTables();
    const deps = depsFor(memory, desk);
    const stopping = { ...deps, rebuild: async () => Promise.reject(new Error('stopped')) };
    await expect(restoreDesk(stopping, folderShelf(folder))).rejects.toThrow('stopped');
    const [head] = rowsOf(memory, 'requests').filter(({ rk }) => rk.startsWith('H|'));
    const changed = { ...head?.columns, assignee: 'grace' };
    await memory
      .tables('requests')
      .transact(head?.pk ?? '', [{ kind: 'upsert', rk: head?.rk ?? '', columns: changed }]);
    await restoreDesk(deps, folderShelf(folder));
    expect((await memory.tables('requests').get(head?.pk ?? '', head?.rk ?? ''))?.columns.assignee).toBe('grace');
  });

  it('names the secrets that the rows lead to, and holds none', async () => {
    const { folder, manifest } = one;
    expect(manifest.secrets).toContain('north-inbound');
    expect(manifest.rows.requests).toBeGreaterThan(0);
    expect(await readdir(folder)).toHaveLength(manifest.files.length + 1);
  });

  it.each(['carried over from the lost tables', 'not carried over'])(
    'has erasures since the export %s',
    async (how) => {
      const { desk, folder } = await aBackup();
      const requestId = desk.created.north.requestId;
      const { contact } = (await desk.call('GET', `/api/requests/${requestId}`, { as: desk.tokens.reader })).json as {
        contact: { id: string };
      };
      const erased = await desk.call('DELETE', `/api/contacts/${contact.id}?force=true`, { as: desk.tokens.admin });
      expect(erased.status).toBe(200);
      const back = await aDesk();
      const lost = how.startsWith('carried') ? (name: string) => memoryScan(desk.memory.of(name)) : undefined;
      const restored = await restoreDesk({ ...depsFor(back.memory, back), ...(lost && { lost }) }, folderShelf(folder));
      expect(restored.erasures).toEqual(lost ? [contact.id] : []);
      await back.moved.advance(150_000);
      await back.catalogue.timers.find(({ name }) => name === 'sweep')?.handle(back.log.scope);
      await back.settle();
      const { title } = (await back.call('GET', `/api/requests/${requestId}`, { as: back.tokens.reader })).json as {
        title: string;
      };
      expect(title === '[erased]').toBe(lost !== undefined);
    },
  );
});

describe('rebuilding lists', () => {
  it('brings back lists, references and whose requests are whose, while what is there stays', async () => {
    const desk = await threePortals();
    const isMade = ({ rk }: { rk: string }) => /^[PR]\|/.test(rk);
    const before = sorted(desk.memory, 'requests').filter(isMade);
    const lists = sorted(desk.memory, 'requestlists');
    desk.memory.of('requestlists').partitions.clear();
    for (const rows of desk.memory.of('requests').partitions.values()) {
      for (const rk of [...rows.keys()]) if (isMade({ rk })) rows.delete(rk);
    }
    const deps = { tables: desk.tables, clock: desk.clock, random: Math.random, bus: desk.held.bus };
    expect(await rebuildLists(deps, desk.log.scope)).toBe(3);
    expect(sorted(desk.memory, 'requestlists')).toEqual(lists);
    expect(sorted(desk.memory, 'requests').filter(isMade)).toEqual(before);
    const written = desk.memory.of('requests').counts.written;
    await rebuildLists(deps, desk.log.scope);
    expect(desk.memory.of('requests').counts.written).toBe(written);
  });
});
