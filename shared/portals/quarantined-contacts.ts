import * as z from 'zod';
import type { Clock } from '../core/clock.ts';
import { contactIdOf, subjectIdOf } from '../core/contact-id.ts';
import type { Random } from '../core/ids.ts';
import { afterPrefix } from '../core/key.ts';
import { contended } from '../platform/contended.ts';
import { rowKind } from '../platform/row.ts';
import { queryAll, type Table, type TableOp } from '../platform/table.ts';
import { resolved, type Resolution } from './quarantine-resolve.ts';
import { quarantinePartition, readHead } from './quarantine-rows.ts';

const sentSchema = z.object({ data: z.object({ contact: z.object({ email: z.string() }) }) });
const changeSchema = z.object({
  data: z.union([
    z.object({ requestId: z.string() }),
    z.object({ externalRef: z.object({ system: z.string(), id: z.string() }) }),
  ]),
});

/**
 * Who sent a webhook, as its portal knows the person: a webhook in quarantine has no customer yet. Of a comment or close, which names
 * nobody, what it is about. Undefined where the body says neither.
 */
export function contactIn(portalId: string, body: unknown): string | undefined {
  const sent = sentSchema.safeParse(body);
  if (sent.success) return contactIdOf(`portal:${portalId}`, sent.data.data.contact.email);
  const change = changeSchema.safeParse(body);
  return change.success ? subjectIdOf(portalId, change.data.data) : undefined;
}

/** `S|contact|id` beside the webhook, so that an erasure finds it. */
const contactRow = rowKind(z.object({ id: z.string() }));
const contactKey = (contactId: string, id: string): string => `S|${contactId}|${id}`;

export const quarantinedContactOp = (contactId: string, id: string): TableOp => ({
  kind: 'insert',
  rk: contactKey(contactId, id),
  columns: contactRow.toColumns({ id }),
});

type ContactsDeps = { table: Table; clock: Clock; random: Random };

/** What an erasure does to the webhooks of a person. */
export function createQuarantinedContacts(deps: ContactsDeps) {
  const { table } = deps;
  return {
    find: async (contactId: string): Promise<string[]> => {
      const from = contactKey(contactId, '');
      const rows = await queryAll(table, { pk: quarantinePartition, from, to: afterPrefix(from) });
      return rows.map((row) => contactRow.fromRow(row).id);
    },

    /** The head stays: the same webhook again keeps its answer, and cannot bring its texts back. What was open is discarded. */
    erase: async (contactId: string, id: string): Promise<void> =>
      contended(deps, async () => {
        const rk = contactKey(contactId, id);
        const [mark, held] = await Promise.all([table.get(quarantinePartition, rk), readHead(table, id)]);
        // Another worker was quicker.
        if (mark === undefined) return;
        // Of what was assigned nothing is left here.
        const ops = held && held.head.state !== 'assigned' ? (await resolved(deps, held, ofErasure)).ops : [];
        await table.transact(quarantinePartition, [...ops, { kind: 'delete', rk }]);
      }),
  };
}

const ofErasure: Resolution = {
  change: { state: 'discarded', resolvedBy: 'erasure' },
  content: JSON.stringify({ reason: 'The person who sent it was erased.' }),
};
