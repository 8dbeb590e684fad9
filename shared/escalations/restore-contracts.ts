import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { escalationStates, instant } from './escalation.ts';

const restoredDeskSchema = z
  .strictObject({
    state: z.enum(['never-restored', 'restoring', 'held', 'released']).meta({
      description:
        '`held`: nothing is filed and nobody may claim. `restoring`: the restore has not come to its end; nothing is filed.',
    }),
    backupId: z.string().optional(),
    lostFrom: instant.optional().meta({ description: 'What was accepted, changed or erased after this may be lost.' }),
    restoredAt: instant.optional(),
    releasableFrom: instant.optional(),
    released: z.strictObject({ at: instant, by: z.string(), reason: z.string() }).optional(),
    inDoubt: z
      .array(
        z.strictObject({
          escalationId: z.string(),
          state: z.enum(escalationStates),
          ticketName: z.string().optional(),
        }),
      )
      .meta({
        description:
          'Escalations of which nobody knows yet whether a case was filed after the export. Those that are `intended` are looked for by the desk itself; the others need a look of a person.',
      }),
    more: z.boolean().meta({ description: 'There are more of them than are shown.' }),
  })
  .meta({ id: 'RestoredDesk' });
export type RestoredDeskAnswer = z.output<typeof restoredDeskSchema>;

const releaseBodySchema = z.strictObject({ reason: z.string().trim().min(1).max(limits.reasonCharacters) });
export type ReleaseBody = z.output<typeof releaseBodySchema>;

export const readRestore = {
  name: 'readRestore',
  method: 'GET',
  path: 'api/operations/restore',
  summary: 'Whether the desk came back from a backup, whether filing is held since, and which cases are in doubt',
  access: { portals: false, role: 'Desk.Read' },
  answers: { 200: { description: 'How it stands', schema: restoredDeskSchema } },
} as const;

export const releaseRestore = {
  name: 'releaseRestore',
  method: 'POST',
  path: 'api/operations/restore/release',
  summary: 'Let filing go on after a restore, once the desk has looked for every case that it files itself',
  access: { portals: false, role: 'Desk.Admin' },
  body: releaseBodySchema,
  answers: { 200: { description: 'Filing goes on', schema: restoredDeskSchema } },
  errors: ['filing-held', 'illegal-transition'],
} as const;
