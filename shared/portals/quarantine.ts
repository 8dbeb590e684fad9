import * as z from 'zod';
import { toIso, type Clock } from '../core/clock.ts';
import { AppError, unavailable } from '../core/errors.ts';
import { hashOf } from '../core/hash.ts';
import { encodeKey } from '../core/key.ts';
import { packText } from '../platform/packed.ts';
import { rowKind } from '../platform/row.ts';
import { isRefusal, type Row, type Table, type TableOp } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { portalEvents } from './events.ts';
import { quarantinePartition, quarantinedContactOp } from './quarantined-contacts.ts';

/** A signed webhook that names a customer nobody mapped, or another portal's: kept as it came until a person assigns it. */
export type Unresolved = {
  portalId: string;
  webhookId: string;
  type: string;
  body: string;
  /** Who sent it, where the body says so: an erasure finds it by this id. */
  contactId?: string | undefined;
};

export type Quarantined = { quarantineId: string };

/** The first answer to a webhook-id that was quarantined is every later one. Both throw `webhook-id-reused` for another body. */
export type Quarantine = {
  /** One point read; undefined when nothing of this id was kept. */
  find(webhook: Omit<Unresolved, 'type'>): Promise<Quarantined | undefined>;
  /** Keeps it and gives its id. */
  keep(unresolved: Unresolved, scope: Scope): Promise<Quarantined>;
};

const headRow = rowKind(
  z.object({
    id: z.string(),
    portalId: z.string(),
    webhookId: z.string(),
    type: z.string(),
    bodyHash: z.string(),
    receivedAt: z.iso.datetime(),
  }),
);
const contentRow = rowKind(z.object({ id: z.string() }));
const counterRow = rowKind(z.object({ open: z.number().int().min(0) }));

/** One portal cannot fill the storage of all. */
export const quarantineMax = 1_000;
const tries = 8;

const idOf = ({ portalId, webhookId }: Pick<Unresolved, 'portalId' | 'webhookId'>): string =>
  hashOf('quarantine', portalId, webhookId).slice(0, 26);

export function createQuarantine({ table, clock }: { table: Table; clock: Clock }): Quarantine {
  const find: Quarantine['find'] = async (webhook) => {
    const found = await table.get(quarantinePartition, `Q|${idOf(webhook)}`);
    return found && sameAs(found, hashOf(webhook.body));
  };
  const keep: Quarantine['keep'] = async (unresolved, scope) => {
    const { portalId, webhookId, type, body, contactId } = unresolved;
    const id = idOf(unresolved);
    const bodyHash = hashOf(body);
    const counterKey = `N|${encodeKey(portalId)}`;
    for (let attempt = 1; ; attempt++) {
      const counter = await table.get(quarantinePartition, counterKey);
      const open = counter === undefined ? 0 : counterRow.fromRow(counter).open;
      if (open >= quarantineMax) {
        const before = await find(unresolved);
        if (before === undefined) throw full(scope, portalId);
        return before;
      }
      const head = { id, portalId, webhookId, type, bodyHash, receivedAt: toIso(clock.now()) };
      try {
        await table.transact(quarantinePartition, [
          { kind: 'insert', rk: `Q|${id}`, columns: headRow.toColumns(head) },
          { kind: 'insert', rk: `C|${id}`, columns: { ...contentRow.toColumns({ id }), ...packText(body) } },
          ...(contactId === undefined ? [] : [quarantinedContactOp(contactId, id)]),
          count(counterKey, counter, open + 1),
        ]);
        scope.log(portalEvents.quarantined, { portalId, quarantineId: id });
        return { quarantineId: id };
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const found = error.found ?? (await table.get(quarantinePartition, `Q|${id}`));
        if (found !== undefined) return sameAs(found, bodyHash);
        if (attempt === tries) throw unavailable('storage', error);
      }
    }
  };
  return { find, keep };
}

const count = (rk: string, before: Row | undefined, open: number): TableOp => {
  const columns = counterRow.toColumns({ open });
  return before === undefined ? { kind: 'insert', rk, columns } : { kind: 'replace', rk, columns, etag: before.etag };
};

function sameAs(found: Row, bodyHash: string): Quarantined {
  const head = headRow.fromRow(found);
  if (head.bodyHash === bodyHash) return { quarantineId: head.id };
  throw new AppError('webhook-id-reused', 'This webhook-id came before with another body.');
}

/** Refused, not dropped: the sender keeps it and comes again. */
function full(scope: Scope, portalId: string): AppError {
  scope.log(portalEvents.quarantineFull, { portalId, quarantineMax });
  return new AppError('too-many-requests', 'Too many webhooks of this portal name customers that are unknown.', {
    retryAfterSeconds: 3_600,
  });
}
