import type { Clock } from '../../shared/core/clock.ts';
import type { Bus } from '../../shared/platform/bus.ts';
import type { TableName } from '../../shared/platform/resources.ts';
import type { Table } from '../../shared/platform/table.ts';

/** A bug laid around the real code on purpose: a run that does not notice it proves nothing. */
export type Plant = {
  table?: (table: Table, name: TableName, clock: Clock) => Table;
  /** Under the write tokens. */
  storage?: (table: Table) => Table;
  bus?: (bus: Bus) => Bus;
  /** Headers of a call as the desk sees them. */
  headers?: (headers: Record<string, string>) => Record<string, string>;
  withoutWriteTokens?: true;
  withoutSweep?: true;
};

export const nothingPlanted: Plant = {};
