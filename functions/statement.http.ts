import { notFound } from '../shared/core/errors.ts';
import { hashOf } from '../shared/core/hash.ts';
import { canonicalJson } from '../shared/core/canonical-json.ts';
import { route, type Answer, type Call, type Route } from '../shared/platform/route.ts';
import type { Statements } from '../shared/statement/published-statement.ts';
import { statementSchema } from '../shared/statement/statement.ts';

const answers = {
  200: {
    description: 'The published support statement.',
    schema: statementSchema,
    headers: { ETag: 'Changes with the content.' },
  },
  304: { description: 'Unchanged since the version named in If-None-Match.' },
};

/** The same document at two addresses: one for callers of this API, one where anyone can look for it. */
export function statementRoutes({ statements }: { statements: Pick<Statements, 'currentStatement'> }): Route[] {
  const handle = async ({ headers }: Call<unknown, unknown, unknown>): Promise<Answer> => {
    const statement = await statements.currentStatement();
    if (statement.version === 0) throw notFound();
    const etag = `"${hashOf(canonicalJson(statement)).slice(0, 16)}"`;
    const common = { etag, 'cache-control': 'public, max-age=60' };
    const known = (headers.get('if-none-match') ?? '').split(',').map((tag) => tag.trim().replace(/^W\//, ''));
    if (known.includes(etag) || known.includes('*')) return { status: 304, headers: common };
    return { status: 200, body: statement, headers: common };
  };
  const shared = { method: 'GET', access: 'public', answers, errors: ['not-found'], handle } as const;
  return [
    route({
      ...shared,
      name: 'readSupportStatement',
      path: 'api/support-statement',
      summary: 'What the partner promises its customers: support, hours, contact, price, response times',
    }),
    route({
      ...shared,
      name: 'readWellKnownSupportStatement',
      path: '.well-known/csp-support.json',
      summary: 'The support statement at its well-known address',
    }),
  ];
}
