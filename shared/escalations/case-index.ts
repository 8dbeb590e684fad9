import * as z from 'zod';
import { encodeKey } from '../core/key.ts';
import { rowKind } from '../platform/row.ts';
import { queryAll, type Table } from '../platform/table.ts';
import type { EscalationEvent, EscalationRow } from './escalation.ts';
import { markerOf } from './packet.ts';

/** Leads from what stands in a mail to an escalation; `connectionId` because numbers of one partner tenant lead to none of another's. */
const pointerRow = rowKind(z.strictObject({ escalationId: z.string(), connectionId: z.string() }));

const numberPartition = (number: string): string => `case|${encodeKey(number)}`;
const markerPartition = (marker: string): string => `marker|${encodeKey(marker)}`;

/** Keeps the pointers up to an event: by the packet's marker from the beginning of its own case, by the number once there is one. Idempotent. */
export async function indexCase(table: Table, head: EscalationRow, event: EscalationEvent): Promise<void> {
  const columns = pointerRow.toColumns({ escalationId: head.id, connectionId: head.connectionId });
  const point = async (pk: string) => table.transact(pk, [{ kind: 'upsert', rk: head.id, columns }]);
  // What shared a case before had no mails of its own.
  if (event.version === 1 || event.from === 'joined') await point(markerPartition(markerOf(head.id)));
  if (event.caseNumber !== undefined && event.caseNumber !== numberBefore(event)) {
    await point(numberPartition(event.caseNumber));
  }
}

/** Only a filing brings a number; later events repeat it. */
const numberBefore = ({ caseNumber, what, from, state }: EscalationEvent): string | undefined =>
  what === 'filed' || from !== state ? undefined : caseNumber;

async function pointed(table: Table, pk: string, connectionId: string): Promise<string[]> {
  const rows = (await queryAll(table, { pk })).map((row) => pointerRow.fromRow(row));
  return rows.filter((row) => row.connectionId === connectionId).map((row) => row.escalationId);
}

/** Escalations of a connection that have, or had, this number. */
export const casesByNumber = async (table: Table, connectionId: string, number: string): Promise<string[]> =>
  pointed(table, numberPartition(number), connectionId);

/** Escalations of a connection whose packet has this marker: one at most. */
export const casesByMarker = async (table: Table, connectionId: string, marker: string): Promise<string[]> =>
  pointed(table, markerPartition(marker), connectionId);
