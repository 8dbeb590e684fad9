import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { openApi } from '../../shared/platform/openapi.ts';
import { route, type Route } from '../../shared/platform/route.ts';

type Made = {
  paths: Record<
    string,
    Record<string, { parameters: unknown[]; requestBody?: unknown; responses: Record<string, unknown> }>
  >;
  components: { schemas: Record<string, unknown> };
};
const documentOf = (...routes: Route[]) => openApi(routes) as Made;

const thing = z.object({ id: z.string() });

const aRoute = (more: Partial<Route> = {}): Route =>
  route({
    name: 'readThing',
    method: 'GET',
    path: 'api/things',
    summary: 'A thing',
    access: { portals: true, role: 'Desk.Read' },
    answers: { 200: { description: 'The thing', schema: thing } },
    handle: () => ({ status: 200 }),
    ...more,
  });

const operationOf = (more: Partial<Route>) => {
  const [operation] = Object.values(documentOf(aRoute(more)).paths['/api/things'] ?? {});
  return operation!;
};
const statusesOf = (more: Partial<Route>) => Object.keys(operationOf(more).responses);

describe('the API document', () => {
  it('puts the methods of a path together', () => {
    const { paths } = documentOf(aRoute(), aRoute({ name: 'makeThing', method: 'POST' }));
    expect(Object.keys(paths['/api/things'] ?? {})).toEqual(['get', 'post']);
  });

  it('names the refusals that follow from who may call and what is taken', () => {
    expect(statusesOf({ access: 'public' })).toEqual(['200', '400', '413', '500', '503']);
    expect(statusesOf({})).toEqual(['200', '400', '401', '403', '413', '429', '500', '503']);
    expect(statusesOf({ access: 'signed' })).toEqual(['200', '400', '401', '413', '415', '429', '500', '503']);
    expect(statusesOf({ params: thing, body: thing, errors: ['conflict'] })).toEqual(
      expect.arrayContaining(['404', '409', '415']),
    );
  });

  it('shows both forms of a status that is an answer and a refusal', () => {
    const { responses } = operationOf({
      answers: { 503: { description: 'Not ready', schema: thing, headers: { 'X-Part': 'Which.' } } },
    });
    expect(responses['503']).toMatchObject({
      description: 'Not ready; `unavailable`: A part of the desk is away',
      headers: { 'X-Part': { description: 'Which.' }, 'Retry-After': {} },
      content: { 'application/json': {}, 'application/problem+json': {} },
    });
  });

  it('describes path and query members as parameters', () => {
    const { parameters } = operationOf({
      params: z.object({ id: z.string().max(9) }),
      query: z.strictObject({ limit: z.coerce.number().int().min(1).optional() }),
    });
    expect(parameters).toEqual([
      { name: 'id', in: 'path', required: true, schema: { type: 'string', maxLength: 9 } },
      expect.objectContaining({ name: 'limit', in: 'query', required: false }),
    ]);
  });

  it('describes the headers that follow from how a route answers', () => {
    const names = (more: Partial<Route>) =>
      (operationOf(more).parameters as { name: string; required: boolean }[]).map(({ name, required }) =>
        required ? `${name}!` : name,
      );
    expect(names({ errors: ['idempotency-key-reused', 'if-match-required'] })).toEqual([
      'Idempotency-Key',
      'If-Match!',
    ]);
    expect(names({ answers: { 304: { description: 'Unchanged' } } })).toEqual(['If-None-Match']);
    expect(names({ access: 'signed' })).toEqual(['webhook-id', 'webhook-timestamp', 'webhook-signature']);
  });

  it('describes a body as it is sent and an answer as it is given', () => {
    const withDefault = z.strictObject({ state: z.string().default('open') });
    const { requestBody, responses } = operationOf({
      body: withDefault,
      answers: { 200: { description: 'Now', schema: withDefault } },
    });
    const schemaIn = (place: unknown) =>
      (place as { content: Record<string, { schema: object }> }).content['application/json']?.schema;
    expect(schemaIn(requestBody)).not.toHaveProperty('required');
    expect(schemaIn(responses['200'])).toHaveProperty('required', ['state']);
  });

  it('describes the body that a signed route parses by itself', () => {
    expect(operationOf({ access: 'signed', signedBody: thing }).requestBody).toMatchObject({ required: true });
  });

  it('puts a schema with an id under components once, and refers to it from everywhere', () => {
    const part = z.object({ n: z.number() }).meta({ id: 'OpenApiTestPart' });
    const whole = z.object({ parts: z.array(part), first: part }).meta({ id: 'OpenApiTestWhole' });
    const made = documentOf(aRoute({ answers: { 200: { description: 'Whole', schema: whole } } }));
    expect(Object.keys(made.components.schemas)).toEqual(['OpenApiTestPart', 'OpenApiTestWhole', 'Problem']);
    expect(JSON.stringify(made)).not.toContain('$defs');
    expect(made.components.schemas.OpenApiTestWhole).toMatchObject({
      properties: { first: { $ref: '#/components/schemas/OpenApiTestPart' } },
    });
  });

  it('refuses an id that would mean two things', () => {
    const id = 'OpenApiTestTwice';
    const [one, other] = [z.object({ a: z.string() }).meta({ id }), z.object({ b: z.string() }).meta({ id })];
    const routes = [one, other].map((schema, n) =>
      aRoute({ path: `api/${String(n)}`, answers: { 200: { description: '', schema } } }),
    );
    expect(() => documentOf(...routes)).toThrow(id);
    const strict = z.object({ state: z.string().default('open') }).meta({ id: 'OpenApiTestBothWays' });
    const bothWays = aRoute({ body: strict, answers: { 200: { description: '', schema: strict } } });
    expect(() => documentOf(bothWays)).toThrow('OpenApiTestBothWays');
  });
});
