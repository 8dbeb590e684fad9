import type { TableClient } from '@azure/data-tables';
import {
  odata,
  type TableEntity,
  type TableEntityResult,
  type TableTransactionResponse,
  type TransactionAction,
} from '@azure/data-tables';
import type { Clock } from '../core/clock.ts';
import { unavailable } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { TableRefusal, type Columns, type Row, type Table, type TableOp, type TableQuery } from './table.ts';

type Entity = TableEntityResult<Record<string, unknown>>;

/** Table storage behind the Table port. Every call is bounded; what is not a refusal of ours becomes `unavailable`. */
export function azureTable(client: TableClient, clock: Clock): Table {
  const bounded = () => ({ abortSignal: clock.deadline(limits.storageCallMs) });
  return {
    get: async (pk, rk) => {
      try {
        return toRow(await client.getEntity(pk, rk, bounded()));
      } catch (error) {
        if (statusOf(error) === 404 && codeOf(error) !== 'TableNotFound') return undefined;
        throw translate(error);
      }
    },
    transact: async (pk, ops) => {
      try {
        const [only] = ops;
        if (only && ops.length === 1) return [await single(client, { pk, op: only }, bounded())];
        const answer = await client.submitTransaction(
          ops.map((op) => toAction(pk, op)),
          bounded(),
        );
        return ops.map((_, step) => etagOf(answer, step));
      } catch (error) {
        throw translate(error);
      }
    },
    query: async (query) => {
      try {
        return await firstPage(client, query, bounded());
      } catch (error) {
        throw translate(error);
      }
    },
  };
}

async function firstPage(client: TableClient, query: TableQuery, bounded: { abortSignal: AbortSignal }) {
  const conditions = [
    odata`PartitionKey eq ${query.pk}`,
    ...(query.from === undefined ? [] : [odata`RowKey ge ${query.from}`]),
    ...(query.to === undefined ? [] : [odata`RowKey lt ${query.to}`]),
  ];
  const pages = client.listEntities({ ...bounded, queryOptions: { filter: conditions.join(' and ') } }).byPage({
    maxPageSize: Math.min(query.limit, 1_000),
    ...(query.continuation !== undefined && { continuationToken: query.continuation }),
  });
  for await (const page of pages) {
    const { continuationToken } = page as { continuationToken?: string };
    return { rows: page.map(toRow), ...(continuationToken && { continuation: continuationToken }) };
  }
  return { rows: [] };
}

async function single(
  client: TableClient,
  { pk, op }: { pk: string; op: TableOp },
  bounded: { abortSignal: AbortSignal },
): Promise<string> {
  switch (op.kind) {
    case 'insert':
      return (await client.createEntity(toEntity(pk, op.rk, op.columns), bounded)).etag ?? '';
    case 'upsert':
      return (await client.upsertEntity(toEntity(pk, op.rk, op.columns), 'Replace', bounded)).etag ?? '';
    case 'merge':
      return (await client.updateEntity(toEntity(pk, op.rk, op.columns), 'Merge', bounded)).etag ?? '';
    case 'replace':
      return (
        (await client.updateEntity(toEntity(pk, op.rk, op.columns), 'Replace', { ...bounded, etag: op.etag })).etag ??
        ''
      );
    case 'delete':
      await client.deleteEntity(pk, op.rk, { ...bounded, etag: op.etag ?? '*' });
      return '';
  }
}

function toAction(pk: string, op: TableOp): TransactionAction {
  switch (op.kind) {
    case 'insert':
      return ['create', toEntity(pk, op.rk, op.columns)];
    case 'upsert':
      return ['upsert', toEntity(pk, op.rk, op.columns), 'Replace'];
    case 'merge':
      return ['update', toEntity(pk, op.rk, op.columns), 'Merge'];
    case 'replace':
      return ['update', toEntity(pk, op.rk, op.columns), 'Replace', { etag: op.etag }];
    case 'delete':
      // Within a transaction the SDK offers no delete with an ETag: it always sends `If-Match: *`.
      if (op.etag !== undefined) throw new Error('a delete with an ETag stands alone in its transaction');
      return ['delete', { partitionKey: pk, rowKey: op.rk }];
  }
}

/** Numbers are always written as doubles: Table storage would otherwise take whole ones as 32-bit and refuse larger. */
function toEntity(pk: string, rk: string, columns: Columns): TableEntity {
  const entity: TableEntity = { partitionKey: pk, rowKey: rk };
  for (const [name, value] of Object.entries(columns)) {
    entity[name] = typeof value === 'number' ? { type: 'Double', value: String(value) } : value;
  }
  return entity;
}

const ofStorage = new Set(['partitionKey', 'rowKey', 'etag', 'timestamp', 'odata.metadata']);

function toRow(entity: Entity): Row {
  const columns: Columns = {};
  for (const [name, value] of Object.entries(entity)) {
    if (ofStorage.has(name) || name.endsWith('@odata.type')) continue;
    if (['string', 'number', 'boolean'].includes(typeof value) || value instanceof Uint8Array) {
      columns[name] = value as Columns[string];
    }
  }
  return { pk: entity.partitionKey ?? '', rk: entity.rowKey ?? '', etag: entity.etag, columns };
}

const etagOf = (answer: TableTransactionResponse, step: number): string => answer.subResponses[step]?.etag ?? '';

const statusOf = (error: unknown): number | undefined => (error as { statusCode?: number }).statusCode;

const codeOf = (error: unknown): string | undefined =>
  (error as { code?: string }).code ??
  (error as { details?: { odataError?: { code?: string } } }).details?.odataError?.code;

/** A refused transaction names its step in the message, as in `2:The specified entity already exists.` */
const stepOf = (error: unknown): number => Number(/(?:^|")(\d{1,2}):/.exec((error as Error).message)?.[1] ?? '0');

const ofTransport = new Set(['RestError', 'AbortError', 'TimeoutError']);

function translate(error: unknown): unknown {
  const status = statusOf(error);
  const more = { cause: error };
  if (status === 409 && codeOf(error) !== 'TableBeingDeleted') return new TableRefusal('exists', stepOf(error), more);
  if (status === 412) return new TableRefusal('changed', stepOf(error), more);
  if (status === 404 && codeOf(error) !== 'TableNotFound') return new TableRefusal('missing', stepOf(error), more);
  // Our own mistakes are bugs and are shown as such; only what storage or the way to it did is "away".
  if (status === 400 || status === 413 || !ofTransport.has((error as Error).name)) return error;
  return unavailable('storage', error);
}

/** Answers soon or not at all: the whole call is bounded by the port, so only quick repeats are worth it. */
export const tableClientOptions = { retryOptions: { maxRetries: 2, retryDelayInMs: 100, maxRetryDelayInMs: 400 } };
