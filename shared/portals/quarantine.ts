import { toIso, type Clock } from '../core/clock.ts';
import { AppError, unavailable } from '../core/errors.ts';
import { packText } from '../platform/packed.ts';
import { isRefusal, type Row, type Table } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import { portalEvents } from './events.ts';
import { readContent } from './quarantine-list.ts';
import {
  contentKey,
  contentRow,
  hashOfBody,
  headKey,
  headRow,
  listKeys,
  quarantineIdOf,
  quarantinePartition,
  readOpen,
  type QuarantineHead,
} from './quarantine-rows.ts';

import { contactIn, quarantinedContactOp } from './quarantined-contacts.ts';

/**
 * A signed webhook that names a customer nobody mapped, or another portal's, or a request that never came: kept whole until a
 * person assigns it.
 */
export type Unresolved = { portalId: string; webhookId: string; type: string; body: unknown };

export type Quarantined = { quarantineId: string };

/** The first answer to a webhook-id that was quarantined is every later one. Both throw `webhook-id-reused` for another body. */
export type Quarantine = {
  /** One point read; undefined when nothing of this id was kept. */
  find(webhook: Omit<Unresolved, 'type'>): Promise<Quarantined | undefined>;
  /** Throws `too-many-requests` where a portal has as many as it may. One point read. */
  checkRoom(portalId: string, scope: Scope): Promise<void>;
  /** Keeps it and gives its id. */
  keep(unresolved: Unresolved, scope: Scope): Promise<Quarantined>;
};

/** One portal cannot fill the storage of all. */
export const quarantineMax = 1_000;
const tries = 8;

export function createQuarantine({ table, clock }: { table: Table; clock: Clock }): Quarantine {
  const find: Quarantine['find'] = async (webhook) => {
    const found = await table.get(quarantinePartition, headKey(quarantineIdOf(webhook)));
    return found && sameAs(table, found, webhook.body);
  };
  const keep: Quarantine['keep'] = async (unresolved, scope) => {
    const { portalId, webhookId, type, body } = unresolved;
    const id = quarantineIdOf(unresolved);
    const bodyHash = hashOfBody(body);
    const contactId = contactIn(portalId, body);
    for (let attempt = 1; ; attempt++) {
      const { open, to } = await readOpen(table, portalId);
      if (open >= quarantineMax) {
        const before = await find(unresolved);
        if (before === undefined) throw full(scope, portalId);
        return before;
      }
      const head: QuarantineHead = { id, portalId, webhookId, type, bodyHash, receivedAt: toIso(clock.now()) };
      const columns = headRow.toColumns(head);
      try {
        await table.transact(quarantinePartition, [
          { kind: 'insert', rk: headKey(id), columns },
          {
            kind: 'insert',
            rk: contentKey(id),
            columns: { ...contentRow.toColumns({ id }), ...packText(JSON.stringify(body)) },
          },
          ...(contactId === undefined ? [] : [quarantinedContactOp(contactId, id)]),
          to(open + 1),
          ...listKeys(head).map((rk) => ({ kind: 'insert' as const, rk, columns })),
        ]);
        scope.log(portalEvents.quarantined, { portalId, quarantineId: id });
        return { quarantineId: id };
      } catch (error) {
        if (!isRefusal(error)) throw error;
        const found = error.found ?? (await table.get(quarantinePartition, headKey(id)));
        if (found !== undefined) return await sameAs(table, found, body);
        if (attempt === tries) throw unavailable('storage', error);
      }
    }
  };
  return {
    find,
    keep,
    checkRoom: async (portalId, scope) => {
      if ((await readOpen(table, portalId)).open >= quarantineMax) throw full(scope, portalId);
    },
  };
}

/** The version before hashed the text as it came: of its rows what they hold counts, while it is there. */
async function sameAs(table: Table, found: Row, body: unknown): Promise<Quarantined> {
  const { id, bodyHash, state } = headRow.fromRow(found);
  const sent = hashOfBody(body);
  if (bodyHash === sent) return { quarantineId: id };
  if (state === undefined && hashOfBody(await readContent(table, id)) === sent) return { quarantineId: id };
  throw new AppError('webhook-id-reused', 'This webhook-id came before with another body.');
}

/** Refused, not dropped: the sender keeps it and comes again. */
function full(scope: Scope, portalId: string): AppError {
  scope.log(portalEvents.quarantineFull, { portalId, quarantineMax });
  return new AppError('too-many-requests', 'Too many webhooks of this portal name customers that are unknown.', {
    retryAfterSeconds: 3_600,
  });
}
