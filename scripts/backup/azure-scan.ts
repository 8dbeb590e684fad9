import {
  odata,
  type TableClient,
  type TableEntity,
  type TableEntityResult,
  type TableServiceClientOptions,
} from '@azure/data-tables';
import { tableClientOptions } from '../../shared/platform/azure-tables.table.ts';
import { TableRefusal } from '../../shared/platform/table.ts';
import type { KeyOnly, RowName, ScannedRow, ScanRange, TableScan, Typed } from './scan.ts';

/** A page of a scan may look at many rows that do not fit before it answers. */
const callMs = 60_000;

/** A command has nobody who waits for an answer: it tries longer than the desk does. */
export const scanClientOptions: TableServiceClientOptions = {
  ...tableClientOptions,
  retryOptions: { maxRetries: 6, retryDelayInMs: 500, maxRetryDelayInMs: 20_000 },
};

type Entity = TableEntityResult<Record<string, unknown>>;

/** Table storage behind the port of export and restore. */
export function azureScan(client: TableClient): TableScan {
  const bounded = () => ({ abortSignal: AbortSignal.timeout(callMs) });
  const read = async <T>(
    { range, continuation, select }: { range: ScanRange; continuation: string | undefined; select?: string[] },
    toRow: (entity: Entity) => T,
  ) => {
    const pages = client
      .listEntities({
        ...bounded(),
        disableTypeConversion: true,
        queryOptions: { filter: filterOf(range), ...(select && { select }) },
      })
      .byPage({ maxPageSize: 1_000, ...(continuation !== undefined && { continuationToken: continuation }) });
    for await (const page of pages) {
      const { continuationToken } = page as { continuationToken?: string };
      return { rows: page.map(toRow), ...(continuationToken && { continuation: continuationToken }) };
    }
    return { rows: [] };
  };
  return {
    page: async (range, continuation) => read({ range, continuation }, toScanned),
    keys: async (range, continuation) =>
      read({ range, continuation, select: ['PartitionKey', 'RowKey', 'Timestamp'] }, keyOf),
    get: async ({ pk, rk }) => {
      try {
        return toScanned(await client.getEntity(pk, rk, { ...bounded(), disableTypeConversion: true }));
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 404) return undefined;
        throw error;
      }
    },
    insert: async (pk, rows) => {
      try {
        await client.submitTransaction(
          rows.map((row) => ['create', toEntity(pk, row)]),
          bounded(),
        );
      } catch (error) {
        if ((error as { statusCode?: number }).statusCode === 409)
          throw new TableRefusal('exists', -1, { cause: error });
        throw error;
      }
    },
  };
}

function filterOf({ fromPk, toPk, fromRk, toRk }: ScanRange): string {
  return [
    odata`PartitionKey ge ${fromPk}`,
    ...(toPk === undefined ? [] : [odata`PartitionKey lt ${toPk}`]),
    ...(fromRk === undefined ? [] : [odata`RowKey ge ${fromRk}`]),
    ...(toRk === undefined ? [] : [odata`RowKey lt ${toRk}`]),
  ].join(' and ');
}

const keyOf = ({ partitionKey = '', rowKey = '', etag }: Entity): KeyOnly => ({ pk: partitionKey, rk: rowKey, etag });

const ofStorage = new Set(['partitionKey', 'rowKey', 'etag', 'timestamp']);

function toScanned(entity: Entity): ScannedRow {
  const columns: Record<string, Typed> = {};
  for (const [name, value] of Object.entries(entity)) {
    if (ofStorage.has(name) || name.startsWith('odata.')) continue;
    columns[name] = toTyped(name, value as { type: string; value: unknown });
  }
  return { ...keyOf(entity), columns };
}

function toTyped(name: string, { type, value }: { type: string; value: unknown }): Typed {
  switch (type) {
    case 'String':
      return String(value);
    case 'Boolean':
      return String(value) === 'true';
    case 'Int32':
    case 'Double':
      return Number.isFinite(Number(value)) ? Number(value) : ['Double', String(value)];
    case 'Binary':
    case 'DateTime':
    case 'Guid':
    case 'Int64':
      return [type, String(value)];
    default:
      throw new Error(`column ${name} has a type that no export knows: ${type}`);
  }
}

function toEntity(pk: string, { rk, columns }: RowName & Pick<ScannedRow, 'columns'>): TableEntity {
  const entity: TableEntity = { partitionKey: pk, rowKey: rk };
  for (const [name, value] of Object.entries(columns)) {
    if (typeof value === 'number') entity[name] = { type: 'Double', value: String(value) };
    else entity[name] = Array.isArray(value) ? { type: value[0], value: value[1] } : value;
  }
  return entity;
}
