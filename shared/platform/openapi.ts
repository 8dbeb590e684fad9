import * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { errorCatalogue, type ErrorCode } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Route } from './route.ts';

type Json = Record<string, unknown>;

/** Makes the JSON schema of a zod schema; what has an id stands once under components and is referred to. */
type Use = (schema: z.ZodType, io: 'input' | 'output') => Json;

const everyRoute: readonly ErrorCode[] = ['invalid-query', 'body-too-large', 'internal', 'unavailable'];
const withCredentials: readonly ErrorCode[] = ['unauthenticated', 'forbidden', 'too-many-requests'];
const withSignature: readonly ErrorCode[] = ['unauthenticated', 'too-many-requests'];
const withBody: readonly ErrorCode[] = ['malformed-json', 'invalid-body', 'unsupported-media-type'];

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

/**
 * The contract, made from the routes and nothing else: OpenAPI 3.1. Throws where one schema id would mean two things.
 */
export function openApi(routes: readonly Route[]): Json {
  const schemas: Json = { Problem: problem };
  const use = collector(schemas);
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    const path = `/${route.path}`;
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, use) };
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
      schemas: Object.fromEntries(Object.entries(schemas).sort(([a], [b]) => (a < b ? -1 : 1))),
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

/** The same, made at the first call: it says the same ever after. */
export function openApiOnce(routes: () => readonly Route[]): () => Json {
  let made: Json | undefined;
  return () => (made ??= openApi(routes()));
}

function collector(schemas: Json): Use {
  return (schema, io) => {
    const made = z.toJSONSchema(schema, { target: 'draft-2020-12', io, unrepresentable: 'any' });
    const moved = JSON.stringify({ ...made, $schema: undefined }).replaceAll('"#/$defs/', '"#/components/schemas/');
    const { $defs = {}, ...rest } = JSON.parse(moved) as { $defs?: Json };
    for (const [id, definition] of Object.entries($defs)) {
      if (id in schemas && canonicalJson(schemas[id]) !== canonicalJson(definition)) {
        throw new Error(`the schema id ${id} names two schemas, or one whose bodies and answers differ`);
      }
      schemas[id] = definition;
    }
    return rest;
  };
}

function operation(route: Route, use: Use): Json {
  const body = route.body ?? route.signedBody;
  return {
    operationId: route.name,
    summary: route.summary,
    parameters: [
      ...parameters(route.params, 'path', use),
      ...parameters(route.query, 'query', use),
      ...headerParameters(route),
    ],
    ...(body && { requestBody: { required: true, content: { 'application/json': { schema: use(body, 'input') } } } }),
    ...(route.textBody !== undefined && {
      requestBody: { required: true, content: { [route.textBody]: { schema: { type: 'string' } } } },
    }),
    responses: withProblems(goodAnswers(route, use), codesOf(route)),
    security: typeof route.access === 'object' ? [{ bearer: [] }] : [],
    ...(typeof route.access === 'object' && { 'x-access': route.access }),
  };
}

function parameters(schema: z.ZodType | undefined, place: 'path' | 'query', use: Use): Json[] {
  if (schema === undefined) return [];
  const made = use(schema, 'input') as { properties?: Json; required?: string[] };
  return Object.entries(made.properties ?? {}).map(([name, member]) => ({
    name,
    in: place,
    required: place === 'path' || (made.required ?? []).includes(name),
    schema: member,
  }));
}

const standardWebhook = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];

/** Headers that a route takes follow from how it can answer. */
function headerParameters({ access, answers, errors = [], signatureHeaders = standardWebhook }: Route): Json[] {
  const header = (name: string, required = false) => ({ name, in: 'header', required, schema: { type: 'string' } });
  return [
    ...(errors.includes('idempotency-key-reused') ? [header('Idempotency-Key')] : []),
    ...(errors.includes('if-match-required') ? [header('If-Match', true)] : []),
    ...(304 in answers ? [header('If-None-Match')] : []),
    // Not required: the sender may sign in a way of its own.
    ...(access === 'signed' ? signatureHeaders.map((name) => header(name)) : []),
  ];
}

type Response = { description: string; headers?: Json; content?: Json };

const headersOf = (descriptions: Record<string, string>): Json =>
  Object.fromEntries(
    Object.entries(descriptions).map(([name, description]) => [name, { description, schema: { type: 'string' } }]),
  );

function goodAnswers(route: Route, use: Use): Record<string, Response> {
  return Object.fromEntries(
    Object.entries(route.answers).map(([status, { description, schema, alsoText, headers }]) => [
      status,
      {
        description,
        ...(headers && { headers: headersOf(headers) }),
        ...(schema && {
          content: {
            'application/json': { schema: use(schema, 'output') },
            ...Object.fromEntries([alsoText ?? []].flat().map((type) => [type, { schema: { type: 'string' } }])),
          },
        }),
      },
    ]),
  );
}

function codesOf(route: Route): Set<ErrorCode> {
  return new Set<ErrorCode>([
    ...everyRoute,
    ...(typeof route.access === 'object' ? withCredentials : []),
    ...(route.access === 'signed' ? withSignature : []),
    ...(route.body || route.access === 'signed' ? withBody : []),
    ...(route.params ? (['not-found'] as const) : []),
    ...(route.errors ?? []),
  ]);
}

const retryAfter = headersOf({ 'Retry-After': 'Seconds until it is worth trying again.' });

/** A status may be an answer and a refusal both, such as the 503 of readiness: then it has two kinds of content. */
function withProblems(good: Record<string, Response>, codes: Set<ErrorCode>): Record<string, Response> {
  const all = { ...good };
  for (const [status, group] of Map.groupBy(codes, (code) => errorCatalogue[code].status)) {
    const known = all[status];
    const said = group.map((code) => `\`${code}\`: ${errorCatalogue[code].title}`).join('; ');
    const headers = { ...known?.headers, ...(status === 429 || status === 503 ? retryAfter : {}) };
    all[status] = {
      description: known ? `${known.description}; ${said}` : said,
      ...(Object.keys(headers).length > 0 && { headers }),
      content: {
        ...known?.content,
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
      },
    };
  }
  return all;
}
