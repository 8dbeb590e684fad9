import { AppError } from '../core/errors.ts';
import type { Clock } from '../core/clock.ts';
import { sequenceKey } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { createExpiringCache } from './expiring-cache.ts';
import type { RowKind } from './row.ts';
import { isRefusal, type Table, type TableOp } from './table.ts';

const currentKey = 'current';
const versionKey = (version: number): string => `version|${sequenceKey(version)}`;

/** A document of which every published version is kept, because things were decided by it. Versions count from 1. */
export type Versioned<T extends { version: number }> = {
  /** The newest, at most 30 s old; undefined where none was published. */
  current(): Promise<T | undefined>;
  /** The newest as storage has it, or one of those before. */
  read(version?: number): Promise<T | undefined>;
  /**
   * Publishes the next version; `make` gets its number, `seen` the one that it follows (0: none) and may refuse it. Throws
   * `etag-mismatch` where another one was published at the same time.
   */
  publish(make: (version: number) => T, seen?: (version: number) => void): Promise<T>;
};

export type VersionedDeps<T> = { table: Table; clock: Clock; pk: string; row: RowKind<T> };

export function createVersioned<T extends { version: number }>(deps: VersionedDeps<T>): Versioned<T> {
  const { table, clock, pk, row: kind } = deps;
  const cache = createExpiringCache<T | undefined>(clock, 1);

  const read = async (version?: number): Promise<T | undefined> => {
    const row = await table.get(pk, version === undefined ? currentKey : versionKey(version));
    return row && kind.fromRow(row);
  };

  return {
    read,
    current: async () => cache(currentKey, async () => ({ value: await read(), until: clock.now() + limits.cacheMs })),
    publish: async (make, seen) => {
      const current = await table.get(pk, currentKey);
      const before = current ? kind.fromRow(current).version : 0;
      seen?.(before);
      const next = make(before + 1);
      const columns = kind.toColumns(next);
      const place: TableOp = current
        ? { kind: 'replace', rk: currentKey, columns, etag: current.etag }
        : { kind: 'insert', rk: currentKey, columns };
      try {
        await table.transact(pk, [place, { kind: 'insert', rk: versionKey(before + 1), columns }]);
      } catch (error) {
        if (!isRefusal(error)) throw error;
        throw new AppError('etag-mismatch', 'Another version was published at the same time; read it again.');
      }
      return next;
    },
  };
}
