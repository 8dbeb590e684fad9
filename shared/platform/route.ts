import type { HttpRequest, HttpResponseInit, InvocationContext } from '@azure/functions';
import * as z from 'zod';
import type { Access, Caller, Rate } from '../core/caller.ts';
import type { ErrorCode } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import type { Scope } from './telemetry.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a handler gets: everything parsed, the caller known. `Body`, `Query` and `Params` are the outputs of the route's schemas. */
export type Call<Params, Query, Body> = {
  params: Params;
  query: Query;
  body: Body;
  /** Undefined on public routes. */
  caller: Caller | undefined;
  headers: Headers;
  /** The bytes as they came; empty where the route takes no body. */
  raw: Uint8Array;
  scope: Scope;
};

export type Answer = {
  status: number;
  /** JSON, or undefined for an empty body. */
  body?: unknown;
  /** Sent instead of JSON, with its own content type in `headers`. */
  text?: string;
  headers?: Record<string, string>;
};

/**
 * One HTTP function: where it stands, who may call it, what it takes and gives, and what it does. The list of routes is the one
 * list: registration, the local host, the tests and the OpenAPI document are all made from it.
 */
export type Route<Params = unknown, Query = unknown, Body = unknown> = {
  /** The function's name on Azure: a stable verb phrase. */
  name: string;
  method: Method;
  /** As the host takes it, e.g. `api/requests/{id}`. */
  path: string;
  summary: string;
  /** `public`; `signed` where the handler itself checks a signature over the raw body; else who may. */
  access: 'public' | 'signed' | Access;
  params?: z.ZodType<Params>;
  query?: z.ZodType<Query>;
  body?: z.ZodType<Body>;
  /** The media type of a body that is text and not JSON: the handler gets its bytes. */
  textBody?: string;
  /** For the document alone: the body that the handler of a `signed` route parses itself, once the signature holds. */
  signedBody?: z.ZodType;
  /** For the document alone: headers that a `signed` route needs, where they are not those of Standard Webhooks. */
  signatureHeaders?: readonly string[];
  /** Answers that are not errors, by status. `alsoText`: media types in which it is given as text where the caller asks for it. */
  answers: Record<
    number,
    { description: string; schema?: z.ZodType; alsoText?: string | readonly string[]; headers?: Record<string, string> }
  >;
  /** Errors beyond those that every route has (400, 401, 403, 413, 415, 429, 500, 503; 404 where it has parameters). */
  errors?: readonly ErrorCode[];
  handle(call: Call<Params, Query, Body>): Answer | Promise<Answer>;
};

/** Keeps the types of the schemas in the handler and forgets them in the list. */
export const route = <Params, Query, Body>(definition: Route<Params, Query, Body>): Route => definition;

/** Who sends this request. Throws `unauthenticated`; must not touch storage or the bus for credentials that do not hold. */
export type Authenticate = (headers: Headers, scope: Scope) => Promise<Caller>;

/** Takes one token of the caller's bucket. Throws `too-many-requests`. */
export type TakeTurn = (caller: Pick<Caller, 'id'> & { rate?: Rate | undefined }) => void;

export type HttpHandler = (request: HttpRequest, context: InvocationContext) => Promise<HttpResponseInit>;

/** Decimal digits only: what else JavaScript takes for a number (`0x10`, `1e1`, ` 10`) is refused. */
const inDigits = (text: unknown): unknown => (typeof text === 'string' && /^\d+$/.test(text) ? Number(text) : text);

/** Paging members that every list takes. */
export const pagingQuery = {
  limit: z.preprocess(inDigits, z.int().min(1).max(limits.pageSizeMax)).optional(),
  cursor: z.string().max(4_000).optional(),
};
