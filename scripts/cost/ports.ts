import { tableNames } from '../../shared/platform/resources.ts';
import type { memoryTables } from '../../test/support/memory-table.ts';
import type { memoryBus } from '../../test/support/memory-bus.ts';
import { less, noWork, type Work } from './work.ts';

type Ports = {
  memory: Pick<ReturnType<typeof memoryTables>, 'of'>;
  bus: Pick<ReturnType<typeof memoryBus>, 'counts'>;
  /** Calls to others, with their address where it is known. */
  calls: readonly { url?: string }[];
  entries?: readonly object[];
};

const isVault = ({ url = '' }: { url?: string }): boolean => url.startsWith('https://vault.');

/** Bytes of a row as it stands in storage, about: its columns as JSON. */
const bytesOf = (columns: object): number =>
  Object.values(columns).reduce<number>(
    (sum, value) => sum + (value instanceof Uint8Array ? value.length : JSON.stringify(value ?? null).length) + 8,
    0,
  );

/** What the ports have counted so far. */
export function countedBy({ memory, bus, calls, entries = [] }: Ports): Work {
  const tables = tableNames.map((name) => memory.of(name));
  const rows = tables.flatMap(({ partitions }) => [...partitions.values()].flatMap((rows) => [...rows.values()]));
  return {
    ...noWork,
    tables: tables.reduce((sum, { counts: { get, query, transact } }) => sum + get + query + transact, 0),
    sends: bus.counts.messages,
    calls: calls.filter((call) => !isVault(call)).length,
    secrets: calls.filter(isVault).length,
    lines: entries.length,
    lineBytes: entries.reduce<number>((sum, entry) => sum + JSON.stringify(entry).length, 0),
    stored: rows.reduce((sum, { columns }) => sum + bytesOf(columns), 0),
  };
}

/** What `work` costs; it returns how many functions ran, and how many of them by a message. */
export async function workOf(ports: Ports, work: () => Promise<Pick<Work, 'runs' | 'received'>>): Promise<Work> {
  const before = countedBy(ports);
  const ran = await work();
  return { ...less(countedBy(ports), before), ...ran };
}
