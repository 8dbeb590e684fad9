import * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Caller } from '../core/caller.ts';
import { AppError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { idempotencyKeyOf } from '../platform/idempotency-key.ts';
import { rowKind } from '../platform/row.ts';
import type { Answer } from '../platform/route.ts';
import type { Row, Table, TableOp } from '../platform/table.ts';
import { escalationRowSchema } from './escalation.ts';
import { escalationSchema, type Escalation } from './escalation-view.ts';
import { contentIn, toldKey, toldWordsIn, toldWordsOp } from './escalation-store.ts';
import type { Packet } from './packet.ts';

/** A call that carries an `Idempotency-Key`: where its first answer is kept, and what it asked. */
export type KeyedCall = {
  rk: string;
  bodyHash: string;
  /** Where the version before kept the answer. */
  earlierRk: string;
  /** Of the text that the answer prepares, made of the packet: a content row, which an erasure finds. */
  mark: string;
};

/** What stands in content rows is joined again when the answer is: an erasure must reach it, and heads hold ids only. */
const toldSchema = escalationSchema.omit({ packet: true, override: true, claim: true, toCarry: true });

const answerRow = rowKind(
  z.strictObject({
    bodyHash: z.string(),
    status: z.int(),
    location: z.string().optional(),
    told: toldSchema,
    /** `by` is the claimant's id. */
    claim: z.strictObject({ by: z.string(), until: z.iso.datetime() }).optional(),
    showsLink: z.boolean(),
    toCarry: escalationRowSchema.shape.toCarry,
  }),
);

/**
 * Reads the key; undefined where there is none. Its scope is the caller and the route with its id: the same key on another
 * escalation is another call.
 */
export function keyedCall(call: {
  headers: Headers;
  caller: Caller;
  route: string;
  /** The escalation, or the stem of a request's escalations, that the call is about. */
  about: string;
  body: unknown;
}): KeyedCall | undefined {
  const key = idempotencyKeyOf(call.headers);
  if (key === undefined) return undefined;
  const mark = hashOf(call.caller.id, call.route, key);
  return {
    rk: toldKey(call.about, mark),
    earlierRk: `I|${mark}`,
    mark,
    bodyHash: hashOf(canonicalJson(call.body)),
  };
}

/**
 * The first answer to a keyed call, given again from the rows beside it (`readContentRows`); undefined for a new one. Throws
 * `idempotency-key-reused` for another body.
 */
export async function replayed(
  { table, pk, rows }: { table: Table; pk: string; rows: readonly Row[] },
  keyed: KeyedCall,
): Promise<Answer | undefined> {
  const row = rows.find(({ rk }) => rk === keyed.rk) ?? (await table.get(pk, keyed.earlierRk));
  if (!row) return undefined;
  const { bodyHash, status, location, told, claim, showsLink, toCarry } = answerRow.fromRow(row);
  if (bodyHash !== keyed.bodyHash) {
    throw new AppError('idempotency-key-reused', 'This Idempotency-Key came with another body before.');
  }
  const content = contentIn(rows, told.id);
  const { packet, override, claimants } = content;
  return {
    status,
    body: escalationSchema.parse({
      ...told,
      nextStep: told.nextStep && { ...told.nextStep, text: toldWordsIn(rows, told.id, keyed.mark) },
      override,
      packet: packet && (showsLink ? packet : withoutLink(packet)),
      claim: claim && { by: claimants?.[claim.by] ?? claim.by, until: claim.until },
      toCarry: toCarry?.map((item) => ({ ...item, text: content.carry?.[item.id] })),
    }),
    headers: { ...(location !== undefined && { location }), 'idempotent-replayed': 'true' },
  };
}

/** Keeps the answer beside its effect, in the same transaction, without names and free text. */
export function answerOps(
  keyed: KeyedCall | undefined,
  answer: { status: number; location?: string; body: Escalation },
  claimedBy: string | undefined,
): TableOp[] {
  if (!keyed) return [];
  const { packet, claim, toCarry, nextStep, ...rest } = answer.body;
  const told = { ...rest, ...(nextStep && { nextStep: { ...nextStep } }) };
  delete told.override;
  delete told.nextStep?.text;
  const columns = answerRow.toColumns({
    bodyHash: keyed.bodyHash,
    status: answer.status,
    ...(answer.location !== undefined && { location: answer.location }),
    told,
    ...(claim && claimedBy !== undefined && { claim: { by: claimedBy, until: claim.until } }),
    showsLink: packet?.link !== undefined,
    ...(toCarry && { toCarry: toCarry.map(({ id, at, why }) => ({ id, at, ...(why && { why }) })) }),
  });
  const kept: TableOp = { kind: 'insert', rk: keyed.rk, columns };
  if (nextStep?.text === undefined) return [kept];
  const { id, updatedAt: at } = answer.body;
  return [kept, toldWordsOp(id, keyed.mark, { from: 'partner', at, text: nextStep.text })];
}

export function withoutLink(packet: Packet): Packet {
  const shown = { ...packet };
  delete shown.link;
  return shown;
}
