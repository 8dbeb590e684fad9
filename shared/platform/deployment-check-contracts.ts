import * as z from 'zod';
import { limits } from '../core/limits.ts';
import { queues, type QueueName } from './resources.ts';

const queueNames = Object.keys(queues) as [QueueName, ...QueueName[]];

export const exchangeSchema = z.strictObject({
  connectionId: z.string(),
  proof: z.enum(['identity', 'certificate']).meta({ description: 'By what the application proves itself.' }),
  ok: z.boolean(),
  tookMs: z.number(),
  code: z.string().optional().meta({ description: 'Microsoft’s own, where it refused.' }),
  said: z.string().meta({ description: 'What came of it; never a token.' }),
  remedy: z.string().optional(),
});
export type Exchange = z.output<typeof exchangeSchema>;

export const deploymentCheckSchema = z
  .strictObject({
    id: z.string(),
    startedAt: z.iso.datetime(),
    state: z.enum(['running', 'passed', 'failed']).meta({
      description: `Passed: every exchange gave a token, and every queue's message was handled within ${String(limits.checkMs / 1_000)} seconds.`,
    }),
    exchanges: z.array(exchangeSchema),
    queues: z.array(
      z.strictObject({
        queue: z.enum(queueNames),
        handledAt: z.iso.datetime().nullable(),
        lateMs: z.number().nullable().meta({ description: 'From the sending until it was handled.' }),
      }),
    ),
  })
  .meta({ id: 'DeploymentCheck' });
export type DeploymentCheck = z.output<typeof deploymentCheckSchema>;

const access = { portals: false, role: 'Desk.Admin' } as const;

export const startDeploymentCheck = {
  name: 'startDeploymentCheck',
  method: 'POST',
  path: 'api/operations/checks',
  summary: 'Try what a deployment needs: one token for every connection, and one message through every queue',
  access,
  body: z.strictObject({}),
  answers: {
    202: {
      description: 'Under way; a check that is under way already is answered as it is. The one before is forgotten.',
      schema: deploymentCheckSchema,
      headers: { Location: 'The check.' },
    },
  },
} as const;

export const readDeploymentCheck = {
  name: 'readDeploymentCheck',
  method: 'GET',
  path: 'api/operations/checks/{id}',
  summary: 'What came of the last check',
  access,
  params: z.object({ id: z.string().max(64) }),
  answers: { 200: { description: 'The check', schema: deploymentCheckSchema } },
} as const;
