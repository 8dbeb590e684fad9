import * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import type { Caller } from '../core/caller.ts';
import { AppError } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { limits } from '../core/limits.ts';
import { rowKind } from '../platform/row.ts';
import type { Answer } from '../platform/route.ts';
import type { Table, TableOp } from '../platform/table.ts';
import { escalationSchema, type Escalation } from './escalation.ts';
import type { Packet } from './packet.ts';

/** A call that carries an `Idempotency-Key`: where its first answer is kept, and what it asked. */
export type KeyedCall = { rk: string; bodyHash: string };

type Told = Omit<Escalation, 'packet'>;

const answerRow = rowKind(
  z.strictObject({
    bodyHash: z.string(),
    status: z.int(),
    location: z.string().optional(),
    told: escalationSchema.omit({ packet: true }),
    showsLink: z.boolean(),
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
  body: unknown;
}): KeyedCall | undefined {
  const key = call.headers.get('idempotency-key');
  if (key === null) return undefined;
  if (!/^[\x21-\x7e]+$/.test(key) || key.length > limits.idempotencyKeyCharacters) {
    throw new AppError(
      'invalid-header',
      `Idempotency-Key takes 1 to ${String(limits.idempotencyKeyCharacters)} visible ASCII characters.`,
    );
  }
  return { rk: `I|${hashOf(call.caller.id, call.route, key)}`, bodyHash: hashOf(canonicalJson(call.body)) };
}

/** The first answer to a keyed call, given again; undefined for a new one. Throws `idempotency-key-reused` for another body. */
export async function replayed(
  { table, pk }: { table: Table; pk: string },
  keyed: KeyedCall | undefined,
  readPacket: (escalationId: string) => Promise<Packet | undefined>,
): Promise<Answer | undefined> {
  const row = keyed && (await table.get(pk, keyed.rk));
  if (!row) return undefined;
  const { bodyHash, status, location, told, showsLink } = answerRow.fromRow(row);
  if (bodyHash !== keyed.bodyHash) {
    throw new AppError('idempotency-key-reused', 'This Idempotency-Key came with another body before.');
  }
  const packet = await readPacket(told.id);
  return {
    status,
    body: escalationSchema.parse({ ...told, packet: packet && (showsLink ? packet : withoutLink(packet)) }),
    headers: { ...(location !== undefined && { location }), 'idempotent-replayed': 'true' },
  };
}

/** Keeps the answer beside its effect, in the same transaction. The packet is free text: it is not copied but read again. */
export function answerOps(
  keyed: KeyedCall | undefined,
  answer: { status: number; location?: string; body: Escalation },
): TableOp[] {
  if (!keyed) return [];
  const { packet, ...told } = answer.body;
  const columns = answerRow.toColumns({
    bodyHash: keyed.bodyHash,
    status: answer.status,
    ...(answer.location !== undefined && { location: answer.location }),
    told: told satisfies Told,
    showsLink: packet?.link !== undefined,
  });
  return [{ kind: 'insert', rk: keyed.rk, columns }];
}

export function withoutLink(packet: Packet): Packet {
  const shown = { ...packet };
  delete shown.link;
  return shown;
}
