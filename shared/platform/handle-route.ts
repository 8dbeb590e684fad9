import type { HttpRequest, HttpResponseInit } from '@azure/functions';
import * as z from 'zod';
import { requireAccess, type Caller } from '../core/caller.ts';
import { AppError, errorCatalogue, type ErrorCode, type FieldError } from '../core/errors.ts';
import type { Ids } from '../core/ids.ts';
import { limits } from '../core/limits.ts';
import type { Answer, Authenticate, HttpHandler, Route, TakeTurn } from './route.ts';
import { errorFields, scopeFor, type LogFor, type LogEvent, type Scope } from './telemetry.ts';

export type RouteDeps = {
  authenticate: Authenticate;
  takeTurn: TakeTurn;
  ids: Pick<Ids, 'newId'>;
  logFor: LogFor;
};

const routeEvents = {
  failed: { id: 'http.failed', level: 'error' },
  refused: { id: 'http.refused', level: 'info' },
} as const satisfies Record<string, LogEvent>;

/**
 * The one place where HTTP becomes a call and a call becomes HTTP. The order makes refusals free: size before bytes,
 * credentials before parsing, role before body, rate before work.
 */
export function handleRoute(route: Route, deps: RouteDeps): HttpHandler {
  return async (request, context) => {
    const correlationId = correlationOf(request, deps.ids);
    const scope = scopeFor(deps.logFor(context), correlationId);
    const common = { 'x-invocation-id': context.invocationId, 'x-correlation-id': correlationId };
    try {
      const answer = await serve({ route, deps, request, scope });
      return toHttp(answer, common);
    } catch (error) {
      return toProblem(error, { common, scope, route });
    }
  };
}

/** A caller may bring its own correlation id, if it looks like one; else the desk makes it. */
function correlationOf(request: HttpRequest, ids: Pick<Ids, 'newId'>): string {
  const given = request.headers.get('x-correlation-id');
  return given !== null && /^[\w.-]{8,64}$/.test(given) ? given : ids.newId();
}

type Serving = { route: Route; deps: RouteDeps; request: HttpRequest; scope: Scope };

async function serve({ route, deps, request, scope }: Serving): Promise<Answer> {
  refuseDeclaredSize(request);
  const caller = await identify({ route, deps, request, scope });
  const params = parse(route.params, request.params, 'not-found');
  const query = parseQuery(route, request);
  const raw = takesBody(route) ? await readBody(request) : new Uint8Array();
  if (route.textBody !== undefined) requireType(request, route.textBody);
  const body = route.body === undefined ? undefined : parse(route.body, parseJson(request, raw), 'invalid-body');
  return route.handle({ params, query, body, caller, headers: new Headers([...request.headers]), raw, scope });
}

const takesBody = ({ body, textBody, access }: Route): boolean =>
  body !== undefined || textBody !== undefined || access === 'signed';

function requireType(request: Pick<HttpRequest, 'headers'>, wanted: string): void {
  const [type = ''] = (request.headers.get('content-type') ?? '').split(';');
  if (type.trim().toLowerCase() !== wanted) throw new AppError('unsupported-media-type', `Send ${wanted}.`);
}

async function identify({ route, deps, request, scope }: Serving): Promise<Caller | undefined> {
  if (route.access === 'public' || route.access === 'signed') return undefined;
  const caller = await deps.authenticate(new Headers([...request.headers]), scope);
  requireAccess(caller, route.access);
  deps.takeTurn(caller);
  return caller;
}

function refuseDeclaredSize(request: HttpRequest): void {
  const declared = Number(request.headers.get('content-length') ?? '0');
  if (declared > limits.bodyBytes) throw tooLarge();
}

const tooLarge = () => new AppError('body-too-large', `At most ${String(limits.bodyBytes)} bytes are taken.`);

async function readBody(request: HttpRequest): Promise<Uint8Array> {
  const bytes = new Uint8Array(await request.arrayBuffer());
  if (bytes.byteLength > limits.bodyBytes) throw tooLarge();
  return bytes;
}

/** Parses the bytes of a JSON body. Throws `unsupported-media-type` or `malformed-json`. */
export function parseJson(request: Pick<HttpRequest, 'headers'>, raw: Uint8Array): unknown {
  const type = request.headers.get('content-type') ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new AppError('unsupported-media-type', 'Send application/json.');
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch (cause) {
    throw new AppError('malformed-json', 'The body is not JSON in UTF-8.', { cause });
  }
}

const noQuery = z.strictObject({});

function parseQuery(route: Route, request: HttpRequest): unknown {
  // Without a prototype: `__proto__` and `constructor` are names as any other here, and unknown ones.
  const given = Object.create(null) as Record<string, string>;
  for (const [name, value] of request.query) {
    if (name in given) throw new AppError('invalid-query', `${name} is given more than once.`);
    given[name] = value;
  }
  return parse(route.query ?? noQuery, given, 'invalid-query');
}

/** Parses with a schema; a value that does not fit is refused with the places where it does not. */
export function parse<T>(schema: z.ZodType<T> | undefined, value: unknown, code: ErrorCode): T {
  if (schema === undefined) return undefined as T;
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  if (code === 'not-found') throw new AppError('not-found', 'There is no such resource, or it is not yours.');
  throw new AppError(code, 'See errors for what does not fit.', { errors: fieldErrors(result.error) });
}

const fieldErrors = (error: z.ZodError): FieldError[] =>
  error.issues.slice(0, 20).map((issue) => ({ path: issue.path.map(String).join('.'), message: issue.message }));

function toHttp(answer: Answer, common: Record<string, string>): HttpResponseInit {
  const headers = { ...common, ...answer.headers };
  if (answer.text !== undefined) return { status: answer.status, headers, body: answer.text };
  if (answer.body === undefined) return { status: answer.status, headers };
  return {
    status: answer.status,
    headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store', ...headers },
    body: JSON.stringify(answer.body),
  };
}

/** RFC 9457. What is not an AppError is a bare 500, and is logged whole. */
function toProblem(
  error: unknown,
  { common, scope, route }: { common: Record<string, string>; scope: Scope; route: Route },
): HttpResponseInit {
  const known = error instanceof AppError ? error : new AppError('internal', 'The desk has logged what happened.');
  const { status, title } = errorCatalogue[known.code];
  const event = status >= 500 ? routeEvents.failed : routeEvents.refused;
  scope.log(event, { route: route.name, code: known.code, ...(status >= 500 && errorFields(error)) });
  const { retryAfterSeconds, errors, members } = known.extras;
  return {
    status,
    headers: {
      'content-type': 'application/problem+json',
      'cache-control': 'no-store',
      ...common,
      ...(retryAfterSeconds !== undefined && { 'retry-after': String(retryAfterSeconds) }),
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
    },
    body: JSON.stringify({
      type: `urn:csp-support-desk:${known.code}`,
      title,
      status,
      detail: known.detail,
      code: known.code,
      ...(errors && { errors }),
      ...members,
    }),
  };
}
