import { notFound } from '../shared/core/errors.ts';
import { conditional } from '../shared/platform/conditional.ts';
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
    const answer = conditional(headers, statement);
    return { ...answer, headers: { ...answer.headers, 'cache-control': 'public, max-age=60' } };
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
