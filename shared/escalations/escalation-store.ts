import * as z from 'zod';
import { shardOf } from '../core/hash.ts';
import { afterPrefix, encodeKey, sequenceKey } from '../core/key.ts';
import { sendWakes, wakeOp, type Wake } from '../platform/outbox.ts';
import { rowKind } from '../platform/row.ts';
import { queryAll, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import {
  escalationEventSchema,
  escalationRowSchema,
  escalationTextSchema,
  overrideSchema,
  type CaseFact,
  type EscalationEvent,
  type EscalationRow,
  type EscalationText,
  type Override,
} from './escalation.ts';
import { keptOf, packetOf, type Packet } from './packet.ts';
import { keptPacketSchema } from './packet-schema.ts';
import type { EscalationDeps } from './ports.ts';
import type { Contract } from './vehicle.ts';

/** An escalation stands in the partition of its (first) request, so that whatever changes together is one transaction. */
export const partitionOf = (requestId: string): string => String(shardOf(requestId)).padStart(2, '0');

export const escalationIdOf = (requestId: string, n: number): string => `${requestId}-${String(n)}`;

/** Under which name its ticket is put. */
export const ticketNameOf = (escalationId: string): string => `desk-${escalationId}`;

const idPattern = /^([a-z2-7]{10,60})-(\d{1,4})$/;

/** The request and the number in an escalation id; undefined where the text is none. */
export function parseEscalationId(id: string): { requestId: string; n: number } | undefined {
  const [, requestId, n] = idPattern.exec(id) ?? [];
  return requestId === undefined ? undefined : { requestId, n: Number(n) };
}

const headKey = (id: string): string => `X|${id}`;
const eventPrefix = (id: string): string => `N|${id}|`;
const eventKey = (id: string, version: number): string => `${eventPrefix(id)}${sequenceKey(version)}`;
const packetKey = (id: string): string => `C|${id}|packet`;
const claimPrefix = (id: string): string => `C|${id}|claim|`;
const claimKey = (id: string, claimant: string): string => `${claimPrefix(id)}${encodeKey(claimant)}`;
/** A text that waits for a person stands again where it is read with the head. */
const carryPrefix = (id: string): string => `C|${id}|carry|`;
const overrideKey = (id: string): string => `C|${id}|override`;
/** Sorts after everything that is read with a head: a long conversation is not. */
const textPrefix = (id: string): string => `${contentPrefix(id)}${wrote}`;

/**
 * Of content rows, those with words of people about the request; the names of claimants are the desk's own people, and what it
 * asks of Microsoft by itself (to close, another severity) is its own words.
 */
export const textKeys =
  /^C\|[^|]+\|(?:packet|override|consent|(?:carry|wrote)\|(?!(?:close|severity-\d+)$).*|words\|.*)$/;

const headRow = rowKind(escalationRowSchema);
const eventRow = rowKind(escalationEventSchema);
const packetRow = rowKind(keptPacketSchema);
/** The name of one claimant: content, since heads hold ids only. */
const claimRow = rowKind(z.strictObject({ id: z.string(), by: z.string() }));
const overrideRow = rowKind(overrideSchema);
const textRow = rowKind(escalationTextSchema);

/** An escalation as it was read, and the version that must still be there when it is written. */
export type Held = { row: EscalationRow; etag: string };

const toHeld = (row: Row): Held => ({ row: headRow.fromRow(row), etag: row.etag });

export async function readEscalation(table: Table, id: string): Promise<Held | undefined> {
  const parsed = parseEscalationId(id);
  const row = parsed && (await table.get(partitionOf(parsed.requestId), headKey(id)));
  return row && toHeld(row);
}

/** Every escalation that a request ever had: a handful. */
export async function escalationsOf(table: Table, requestId: string): Promise<EscalationRow[]> {
  const prefix = headKey(`${requestId}-`);
  const rows = await queryAll(table, { pk: partitionOf(requestId), from: prefix, to: afterPrefix(prefix) });
  return rows.map((row) => headRow.fromRow(row));
}

export async function readEvent(table: Table, id: string, version: number): Promise<EscalationEvent | undefined> {
  const row = await table.get(partitionOfEscalation(id), eventKey(id, version));
  return row && eventRow.fromRow(row);
}

/** What is known of the case at Microsoft, with the times of its own. */
export async function readFacts(table: Table, id: string): Promise<CaseFact[]> {
  const events = await readEvents(table, id);
  return events.flatMap(({ fact }) => fact ?? []);
}

/** Events by their versions, oldest first: all, or those from one on, up to another, which is left out. */
export async function readEvents(
  table: Table,
  id: string,
  some?: { from: number; to?: number },
): Promise<EscalationEvent[]> {
  const prefix = eventPrefix(id);
  const from = some ? eventKey(id, some.from) : prefix;
  const to = some?.to === undefined ? afterPrefix(prefix) : eventKey(id, some.to);
  const rows = await queryAll(table, { pk: partitionOfEscalation(id), from, to });
  return rows.map((row) => eventRow.fromRow(row));
}

/** The free text beside a head. `claimants`: the names of all who ever claimed it, by their ids; `carry`: texts that a person is to write. */
export type Content = {
  packet?: Packet;
  claimants?: Readonly<Record<string, string>>;
  override?: Override;
  /** Where they were read; else Microsoft's clocks go by what the head keeps of them. */
  facts?: readonly CaseFact[];
  /** Of the vehicle, as it is now: by which telephone Microsoft is reached. */
  contract?: Pick<Contract, 'phoneRoute' | 'dutyContact'> | undefined;
  carry?: Readonly<Record<string, string>>;
};

const contentPrefix = (id: string): string => `C|${id}|`;

/** The free text beside a head, in one range read. */
export async function readContent(table: Table, id: string): Promise<Content> {
  const from = contentPrefix(id);
  const rows = await queryAll(table, { pk: partitionOfEscalation(id), from, to: `${from}${told}` });
  return contentIn(rows, id);
}

/** Sorts after all free text. */
const told = 'told|';

/** The answer of an idempotent call stands after the free text that it is joined with: one range read brings both. */
export const toldKey = (idOrStem: string, mark: string): string => `${contentPrefix(idOrStem)}${told}${mark}`;

/** What such an answer said in words of people. */
const toldWordsKey = (id: string, mark: string): string => `${contentPrefix(id)}words|${mark}`;

/** What the ids of all escalations of a request begin with. */
export const stemOf = (requestId: string): string => `${requestId}-`;

const wrote = 'wrote|';

/**
 * The rows of free text and of answers told: of one escalation by its id, without its conversation, or of all of a request by their
 * stem, with it.
 */
export async function readContentRows(table: Table, idOrStem: string): Promise<Row[]> {
  const isStem = idOrStem.endsWith('-');
  const from = isStem ? `C|${idOrStem}` : contentPrefix(idOrStem);
  return queryAll(table, { pk: partitionOf(idOrStem), from, to: isStem ? afterPrefix(from) : textPrefix(idOrStem) });
}

/** The free text of one escalation among the rows of a range read. */
export function contentIn(rows: readonly Row[], id: string): Content {
  const [packet, override] = [packetKey(id), overrideKey(id)].map((rk) => rows.find((row) => row.rk === rk));
  const claims = rows.filter((row) => row.rk.startsWith(claimPrefix(id))).map((row) => claimRow.fromRow(row));
  const prefix = carryPrefix(id);
  const carry = rows.filter(({ rk }) => rk.startsWith(prefix));
  return {
    carry: Object.fromEntries(carry.map((row) => [row.rk.slice(prefix.length), textRow.fromRow(row).text])),
    ...(packet && { packet: packetOf(packetRow.fromRow(packet)) }),
    claimants: Object.fromEntries(claims.map((claim) => [claim.id, claim.by])),
    ...(override && { override: overrideRow.fromRow(override) }),
  };
}

export function partitionOfEscalation(id: string): string {
  const parsed = parseEscalationId(id);
  if (!parsed) throw new Error(`not an escalation id: ${id}`);
  return partitionOf(parsed.requestId);
}

export const packetOp = (id: string, packet: Packet): TableOp => ({
  kind: 'insert',
  rk: packetKey(id),
  columns: packetRow.toColumns(keptOf(packet)),
});

/** In place of the packet that it has among the rows of a range read; refused where it was erased since. */
export function repacketOps(rows: readonly Row[], id: string, change: Partial<Packet>): TableOp[] {
  const rk = packetKey(id);
  const row = rows.find((one) => one.rk === rk);
  if (!row) return [];
  const packet = { ...packetOf(packetRow.fromRow(row)), ...change };
  return [{ kind: 'replace', rk, columns: packetRow.toColumns(keptOf(packet)), etag: row.etag }];
}

export const claimOp = (id: string, claimant: { id: string; by: string }): TableOp => ({
  kind: 'upsert',
  rk: claimKey(id, claimant.id),
  columns: claimRow.toColumns(claimant),
});

export const overrideOp = (id: string, override: Override): TableOp => ({
  kind: 'insert',
  rk: overrideKey(id),
  columns: overrideRow.toColumns(override),
});

/** Keeps what Microsoft wrote or what was written to it; an event names it by the same key. */
export const textOp = (id: string, key: string, text: EscalationText): TableOp => ({
  kind: 'upsert',
  rk: `${textPrefix(id)}${encodeKey(key)}`,
  columns: textRow.toColumns(text),
});

/** Shows a text with the escalation, for whoever is to carry it. `key` needs no encoding. */
export const carryOp = (id: string, key: string, text: EscalationText): TableOp => ({
  kind: 'upsert',
  rk: `${carryPrefix(id)}${key}`,
  columns: textRow.toColumns(text),
});

/** Keeps what an answer said in words of people. */
export const toldWordsOp = (id: string, mark: string, text: EscalationText): TableOp => ({
  kind: 'upsert',
  rk: toldWordsKey(id, mark),
  columns: textRow.toColumns(text),
});

/** That, among the rows of a range read. */
export function toldWordsIn(rows: readonly Row[], id: string, mark: string): string | undefined {
  const row = rows.find(({ rk }) => rk === toldWordsKey(id, mark));
  return row && textRow.fromRow(row).text;
}

export async function readText(table: Table, id: string, key: string): Promise<EscalationText | undefined> {
  const row = await table.get(partitionOfEscalation(id), `${textPrefix(id)}${encodeKey(key)}`);
  return row && textRow.fromRow(row);
}

/** A change of one escalation: what it is afterwards, what is told, what is owed and what is no longer owed. */
export type Change = {
  /** What was read; absent where the escalation begins. */
  held?: Held;
  after: EscalationRow;
  event?: EscalationEvent;
  /** Several, in their order; they bring their wakes with them. */
  events?: readonly EscalationEvent[];
  wakes?: readonly Wake[];
  /** Row key of the wake that this change is the effect of. */
  done?: string;
  more?: readonly TableOp[];
};

/** Tells the rest of the desk about an event, at once. */
export const eventWake = (event: Pick<EscalationEvent, 'escalationId' | 'version'>, nowMs: number): Wake => ({
  id: `event|${event.escalationId}|${sequenceKey(event.version)}`,
  queue: 'desk-events',
  dueAt: nowMs,
  body: { kind: 'escalation-event', escalationId: event.escalationId, version: event.version },
});

/** Takes the escalation a step further at `dueAt`. Only the wake of the row's present turn has an effect. */
export const stepWake = (row: Pick<EscalationRow, 'id' | 'turn'>, dueAt: number): Wake => ({
  id: `step|${row.id}|${String(row.turn)}`,
  queue: 'escalations',
  dueAt,
  body: { kind: 'escalation-step', escalationId: row.id, turn: row.turn },
});

/**
 * Writes a change in one transaction and sends its wakes. Returns the escalation as it stands. Throws a table refusal, with the
 * head first among the steps, where somebody else was quicker.
 */
export async function commitChange(
  deps: Pick<EscalationDeps, 'tables' | 'bus' | 'clock'>,
  change: Change,
  scope: Scope,
): Promise<Held> {
  const { held, after, event, events = [], done, more = [] } = change;
  const wakes = [...events.map((one) => eventWake(one, deps.clock.now())), ...(change.wakes ?? [])];
  const pk = partitionOfEscalation(after.id);
  const columns = headRow.toColumns(after);
  const ops: TableOp[] = [
    held
      ? { kind: 'replace', rk: headKey(after.id), columns, etag: held.etag }
      : { kind: 'insert', rk: headKey(after.id), columns },
    ...[...(event ? [event] : []), ...events].map((one) => eventOp(one)),
    ...more,
    ...wakes.map((wake) => wakeOp(wake, scope)),
    ...(done === undefined ? [] : [{ kind: 'delete' as const, rk: done }]),
  ];
  const [etag = ''] = await deps.tables('escalations').transact(pk, ops);
  await sendWakes(deps, { place: { table: 'escalations', pk }, wakes }, scope);
  return { row: after, etag };
}

const eventOp = (event: EscalationEvent): TableOp => ({
  kind: 'insert',
  rk: eventKey(event.escalationId, event.version),
  columns: eventRow.toColumns(event),
});
