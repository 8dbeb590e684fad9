import * as z from 'zod';
import { queues, tableNames, type QueueName } from './resources.ts';
import { pagingQuery } from './route.ts';

const queueNames = Object.keys(queues) as [QueueName, ...QueueName[]];

const poisonedWakeSchema = z
  .strictObject({
    id: z.string(),
    table: z.enum(tableNames),
    partition: z.string(),
    row: z.string(),
    queue: z.enum(queueNames),
    kind: z.string().meta({ description: 'Of the work that is owed.' }),
    failures: z.number(),
    since: z.iso.datetime(),
    lastAt: z.iso.datetime(),
    error: z.string().meta({ description: 'The class of the last error; its words are in the log.' }),
    redrivenAt: z.iso.datetime().optional().meta({ description: 'Due since then, and not tried yet.' }),
    redrivenBy: z.string().optional(),
  })
  .meta({ id: 'PoisonedWake' });

const poisonPageSchema = z
  .strictObject({ items: z.array(poisonedWakeSchema), nextCursor: z.string().optional() })
  .meta({ id: 'PoisonedWakePage' });
export type PoisonPage = z.output<typeof poisonPageSchema>;

const querySchema = z.strictObject(pagingQuery);
export type PoisonQuery = z.output<typeof querySchema>;

const redriveSchema = z
  .union([
    z.strictObject({ id: z.string().regex(/^[\w:.|-]{1,80}$/) }),
    z.strictObject({ kind: z.string().regex(/^[a-z-]{1,40}$/) }),
  ])
  .meta({ id: 'Redrive' });
export type Redrive = z.output<typeof redriveSchema>;

const redrivenSchema = z
  .strictObject({
    redriven: z.array(z.string()).meta({ description: 'Ids of those that this call made due.' }),
    more: z.boolean().meta({ description: 'There are more of the kind: call again.' }),
  })
  .meta({ id: 'Redriven' });
export type Redriven = z.output<typeof redrivenSchema>;

export const listPoison = {
  name: 'listPoison',
  method: 'GET',
  path: 'api/operations/poisoned',
  summary: 'Work that is set aside, because its consumer has failed at it for a day; the longest failing first',
  access: { portals: false, role: 'Desk.Read' },
  query: querySchema,
  answers: { 200: { description: 'A page', schema: poisonPageSchema } },
  errors: ['invalid-cursor'],
} as const;

export const redrivePoison = {
  name: 'redrivePoison',
  method: 'POST',
  path: 'api/operations/poisoned/redrive',
  summary: 'Make work that is set aside due at once: one, or up to a hundred of a kind; made twice it has one effect',
  access: { portals: false, role: 'Desk.Admin' },
  body: redriveSchema,
  answers: { 200: { description: 'What is due now', schema: redrivenSchema } },
  errors: ['not-found'],
} as const;
