import * as z from 'zod';
import { shardOf } from '../core/hash.ts';
import { afterPrefix } from '../core/key.ts';
import { limits } from '../core/limits.ts';
import { rowKind } from '../platform/row.ts';
import { queryAll, type Table, type TableOp } from '../platform/table.ts';
import { actorSchema } from './request-event.ts';

/**
 * Rows of table `requests` that erasing a person needs. `P|contact|request` goes with the creation of a request, into its partition:
 * so every request of a person is found by one small range in each shard, and none is missed that was taken in. `Z|contact` is the
 * run, `Z|contact|…` the record of what it found, both in a shard of the contact's own.
 */
export const contactIdSchema = z.string().regex(/^p[a-z2-7]{20}$/);

/** `runId`: the run that has looked at the request last. `portalContactId`: the person as the portal knows it, once the address is gone. */
const personRow = rowKind(
  z.object({
    requestId: z.string(),
    contactId: z.string(),
    runId: z.string().optional(),
    portalContactId: z.string().optional(),
  }),
);
export type PersonRow = ReturnType<typeof personRow.fromRow>;

const personKey = (contactId: string, requestId: string): string => `P|${contactId}|${requestId}`;

export const personOp = (contactId: string, requestId: string): TableOp => ({
  kind: 'insert',
  rk: personKey(contactId, requestId),
  columns: personRow.toColumns({ requestId, contactId }),
});

export const personSeenOp = (person: PersonRow, runId: string): TableOp => ({
  kind: 'upsert',
  rk: personKey(person.contactId, person.requestId),
  columns: personRow.toColumns({ ...person, runId }),
});

/** Every request of a person: the same number of range reads at any table size. */
export async function requestsOf(table: Table, contactId: string): Promise<PersonRow[]> {
  const prefix = personKey(contactId, '');
  const shards = Array.from({ length: limits.requestShards }, (_, shard) => String(shard).padStart(2, '0'));
  const found = await Promise.all(
    shards.map(async (pk) => queryAll(table, { pk, from: prefix, to: afterPrefix(prefix) })),
  );
  return found.flat().map((row) => personRow.fromRow(row));
}

/** Where a person's run and record stand. */
export const contactPartition = (contactId: string): string => String(shardOf(contactId.slice(1))).padStart(2, '0');

export const runKey = (contactId: string): string => `Z|${contactId}`;
export const recordPrefix = (contactId: string): string => `${runKey(contactId)}|`;

export const runRow = rowKind(
  z.object({
    contactId: z.string(),
    runId: z.string(),
    state: z.enum(['running', 'done']),
    by: actorSchema,
    isForced: z.boolean(),
    reference: z.string().optional(),
    startedAt: z.iso.datetime(),
    /** Counts the wakes that were owed: only that of the present turn has an effect. */
    turn: z.number().int(),
  }),
);
export type ErasureRun = ReturnType<typeof runRow.fromRow>;
