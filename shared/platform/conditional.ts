import type * as z from 'zod';
import { canonicalJson } from '../core/canonical-json.ts';
import { hashOf } from '../core/hash.ts';
import type { Answer } from './route.ts';

/** 200 with an ETag of the content, or 304 where the caller's `If-None-Match` names it already (RFC 9110, weak comparison). */
export function conditional(headers: Headers, body: unknown): Answer {
  const etag = `"${hashOf(canonicalJson(body)).slice(0, 16)}"`;
  const common = { etag, 'cache-control': 'private, no-cache' };
  const known = (headers.get('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
  if (known.includes(etag) || known.includes('*')) return { status: 304, headers: common };
  return { status: 200, body, headers: common };
}

/** What a conditional GET may answer, for the document. */
export const conditionalAnswers = (description: string, schema: z.ZodType) => ({
  200: { description, schema, headers: { ETag: 'Changes with the content.' } },
  304: { description: 'Unchanged since the version named in If-None-Match.' },
});
