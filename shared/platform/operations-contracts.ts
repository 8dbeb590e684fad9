import * as z from 'zod';

const partSchema = z.object({
  name: z.string(),
  ready: z.boolean(),
  detail: z.record(z.string(), z.unknown()).optional(),
  error: z.string().optional(),
});
const readinessSchema = z
  .object({ ready: z.boolean(), parts: z.array(partSchema).optional() })
  .meta({ id: 'Readiness' });

export const livez = {
  name: 'livez',
  method: 'GET',
  path: 'api/livez',
  summary: 'Whether the process answers',
  access: 'public',
  answers: { 200: { description: 'It does', schema: z.object({ alive: z.literal(true) }) } },
} as const;

export const readyz = {
  name: 'readyz',
  method: 'GET',
  path: 'api/readyz',
  summary: 'Whether the desk can work; with Desk.Read, which part is away and how old each feed is',
  access: 'public',
  answers: {
    200: { description: 'Ready', schema: readinessSchema },
    503: { description: 'Not ready', schema: readinessSchema },
  },
} as const;

export const readContract = {
  name: 'readContract',
  method: 'GET',
  path: 'api/openapi.json',
  summary: 'This contract',
  access: 'public',
  answers: { 200: { description: 'OpenAPI 3.1', schema: z.looseObject({ openapi: z.string() }) } },
} as const;
