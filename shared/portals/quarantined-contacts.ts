import * as z from 'zod';
import { toIso, type Clock } from '../core/clock.ts';
import { contactIdOf } from '../core/contact-id.ts';
import { afterPrefix } from '../core/key.ts';
import { packText } from '../platform/packed.ts';
import { rowKind } from '../platform/row.ts';
import { isRefusal, queryAll, type Table, type TableOp } from '../platform/table.ts';

/**
 * Partition of table `portals`: `Q|id` heads, `C|id` contents (free text and personal data), `S|contact|id` who sent them, `N|portal`
 * counters.
 */
export const quarantinePartition = 'quarantine';

const sentSchema = z.object({ data: z.object({ contact: z.object({ email: z.string() }) }) });

/**
 * Who sent a webhook, as its portal knows the person: a webhook in quarantine has no customer yet. Undefined where the body names
 * nobody.
 */
export function contactIn(portalId: string, body: unknown): string | undefined {
  const sent = sentSchema.safeParse(body);
  return sent.success ? contactIdOf(`portal:${portalId}`, sent.data.data.contact.email) : undefined;
}

/** `S|contact|id` beside the webhook, so that an erasure finds it. */
const contactRow = rowKind(z.object({ id: z.string() }));
const contactKey = (contactId: string, id: string): string => `S|${contactId}|${id}`;

export const quarantinedContactOp = (contactId: string, id: string): TableOp => ({
  kind: 'insert',
  rk: contactKey(contactId, id),
  columns: contactRow.toColumns({ id }),
});

/** What an erasure does to the webhooks of a person. */
export function createQuarantinedContacts({ table, clock }: { table: Table; clock: Pick<Clock, 'now'> }) {
  return {
    find: async (contactId: string): Promise<string[]> => {
      const from = contactKey(contactId, '');
      const rows = await queryAll(table, { pk: quarantinePartition, from, to: afterPrefix(from) });
      return rows.map((row) => contactRow.fromRow(row).id);
    },

    /** The head stays: the same webhook again keeps its answer, and cannot bring its texts back. */
    erase: async (contactId: string, id: string): Promise<void> => {
      const erasedAt = toIso(clock.now());
      try {
        await table.transact(quarantinePartition, [
          { kind: 'merge', rk: `Q|${id}`, columns: { erasedAt } },
          { kind: 'upsert', rk: `C|${id}`, columns: { v: 1, id, ...packText(JSON.stringify({ erasedAt })) } },
          { kind: 'delete', rk: contactKey(contactId, id) },
        ]);
      } catch (error) {
        // Another worker was quicker.
        if (!isRefusal(error, 'missing')) throw error;
      }
    },
  };
}
