import * as z from 'zod';
import { shardOf } from '../core/hash.ts';
import { encodeKey, newestFirst } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import type { Head } from './request-event.ts';
import { stateSchema } from './request.ts';

/**
 * Index rows of table `requestlists`: one per request and list, newest first. They carry what filters ask for, so that a row that
 * does not fit costs no further read; the head decides, because a row may be seconds behind.
 */
const listShards = 8;

export const listRow = rowKind(
  z.object({
    requestId: z.string(),
    version: z.number(),
    portalId: z.string(),
    customerId: z.string(),
    state: stateSchema,
    service: z.string().optional(),
    assignee: z.string().optional(),
  }),
);
export type Listed = ReturnType<typeof listRow.fromRow>;

export const listFields = ['customerId', 'portalId', 'state', 'service', 'assignee'] as const;
export type ListField = (typeof listFields)[number];
export type Filters = Partial<Record<ListField, string>>;

/** Lists in which one value may be hot have several partitions. */
const sharded: readonly (ListField | 'all')[] = ['state', 'service', 'all'];

const fold = (field: ListField, value: string): string => encodeKey(field === 'service' ? value.toLowerCase() : value);

/** The partitions of a list: of one value of a field, or of all requests. */
export function listPartitions(field: ListField | 'all', value = ''): string[] {
  const name = field === 'all' ? 'all' : `${field}|${fold(field, value)}`;
  if (!sharded.includes(field)) return [name];
  return Array.from({ length: listShards }, (_, shard) => `${name}|${String(shard)}`);
}

/** The one partition of a list in which this request stands. */
export function listPartition(requestId: string, field: ListField | 'all', value = ''): string {
  const partitions = listPartitions(field, value);
  return partitions[shardOf(requestId) % partitions.length] ?? '';
}

export const listKey = ({ createdAt, id }: Pick<Head, 'createdAt' | 'id'>): string =>
  `${newestFirst(Date.parse(createdAt))}|${id}`;

/** The first key of the same time as `rk`. */
export const timeOf = (rk: string): string => rk.slice(0, rk.indexOf('|') + 1);

/** The next key after `rk`: a key is never the beginning of another. */
export const afterKey = (rk: string): string => `${rk}!`;

export const listedOf = (head: Head): Listed => ({
  requestId: head.id,
  version: head.version,
  portalId: head.portalId,
  customerId: head.customerId,
  state: head.state,
  service: head.triage.service ?? undefined,
  assignee: head.assignee,
});

/** Every partition in which the request has a row as it is now. */
export function partitionsOf(head: Head): string[] {
  const listed = listedOf(head);
  return [
    listPartition(head.id, 'all'),
    ...listFields.flatMap((field) => {
      const value = listed[field];
      return value === undefined ? [] : [listPartition(head.id, field, value)];
    }),
  ];
}

/** Whether a request is one that the filters ask for. */
export const fits = (listed: Listed, filters: Filters): boolean =>
  listFields.every((field) => {
    const wanted = filters[field];
    const value = listed[field];
    return wanted === undefined || (value !== undefined && fold(field, value) === fold(field, wanted));
  });
