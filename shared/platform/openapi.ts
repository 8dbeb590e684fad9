import * as z from 'zod';
import { errorCatalogue, type ErrorCode } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Route } from './route.ts';

const everyRoute: readonly ErrorCode[] = ['invalid-query', 'internal', 'unavailable'];
const withCredentials: readonly ErrorCode[] = ['unauthenticated', 'forbidden', 'too-many-requests'];
const withBody: readonly ErrorCode[] = ['malformed-json', 'invalid-body', 'body-too-large', 'unsupported-media-type'];

const problem = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail', 'code'],
  properties: {
    type: { type: 'string' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string' },
    code: { type: 'string', enum: Object.keys(errorCatalogue) },
    errors: {
      type: 'array',
      items: { type: 'object', properties: { path: { type: 'string' }, message: { type: 'string' } } },
    },
  },
};

/** The contract, made from the routes and nothing else: OpenAPI 3.1. */
export function openApi(routes: readonly Route[]): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {};
  for (const route of routes) {
    const path = `/${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'CSP Support Desk',
      version: '1',
      description: `Support requests, service health and escalations of a Microsoft Cloud Solution Provider partner. Bodies up to ${String(limits.bodyBytes)} bytes; ${String(limits.portalRatePerSecond)} calls a second per caller, bursts of ${String(limits.portalBurst)}. Lists may lag by seconds; reading by id is always current.`,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: { Problem: problem, ...namedSchemas() },
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

/** Schemas with an id stand once under components; the others are written where they are used. */
function namedSchemas(): Record<string, unknown> {
  const made = z.toJSONSchema(z.globalRegistry, {
    target: 'draft-2020-12',
    io: 'output',
    unrepresentable: 'any',
    uri: (id) => `#/components/schemas/${id}`,
  });
  return Object.fromEntries(Object.entries(made.schemas).map(([id, schema]) => [id, bare(schema)]));
}

function bare(schema: object): Record<string, unknown> {
  const rest: Record<string, unknown> = { ...schema };
  delete rest.$schema;
  delete rest.$id;
  delete rest.id;
  return rest;
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const id = schema.meta()?.id;
  if (id !== undefined && io === 'output') return { $ref: `#/components/schemas/${id}` };
  return bare(z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' }));
}

function operation(route: Route): Record<string, unknown> {
  return {
    operationId: route.name,
    summary: route.summary,
    parameters: [...parameters(route.params, 'path'), ...parameters(route.query, 'query')],
    ...(route.body && {
      requestBody: { required: true, content: { 'application/json': { schema: schemaOf(route.body, 'input') } } },
    }),
    responses: { ...goodAnswers(route), ...problems(route) },
    security: typeof route.access === 'object' ? [{ bearer: [] }] : [],
    ...(typeof route.access === 'object' && { 'x-access': route.access }),
  };
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query'): Record<string, unknown>[] {
  if (schema === undefined) return [];
  const made = schemaOf(schema, 'input') as { properties?: Record<string, unknown>; required?: string[] };
  return Object.entries(made.properties ?? {}).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path' || (made.required ?? []).includes(name),
    schema: member,
  }));
}

function goodAnswers(route: Route): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, answer]) => [
      status,
      {
        description: answer.description,
        ...(answer.headers && {
          headers: Object.fromEntries(
            Object.entries(answer.headers).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
          ),
        }),
        ...(answer.schema && { content: { 'application/json': { schema: schemaOf(answer.schema, 'output') } } }),
      },
    ]),
  );
}

function problems(route: Route): Record<string, unknown> {
  const codes = new Set<ErrorCode>([
    ...everyRoute,
    ...(typeof route.access === 'object' ? withCredentials : []),
    ...(route.access === 'signed' ? (['unauthenticated', 'too-many-requests'] as const) : []),
    ...(route.body || route.access === 'signed' ? withBody : []),
    ...(route.params ? (['not-found'] as const) : []),
    ...(route.errors ?? []),
  ]);
  const byStatus = Map.groupBy(codes, (code) => errorCatalogue[code].status);
  return Object.fromEntries(
    [...byStatus].map(([status, group]) => [
      status,
      {
        description: group.map((code) => `\`${code}\`: ${errorCatalogue[code].title}`).join('; '),
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    ]),
  );
}
