import { HttpRequest, InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { statementRoutes } from '../../functions/statement.http.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { limits } from '../../shared/core/limits.ts';
import { handleRoute } from '../../shared/platform/handle-route.ts';
import { defaultStatement } from '../../shared/statement/default-statement.ts';
import { createStatements } from '../../shared/statement/published-statement.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryTable } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

function aDesk() {
  const moved = movedClock();
  const trouble = { before: async () => Promise.resolve() };
  const memory = memoryTable({ before: async () => trouble.before() });
  const statements = createStatements({ table: memory.table, clock: moved.clock });
  const { log } = capturedLog();
  const deps = {
    authenticate: async () => Promise.reject(new Error('a public route authenticates nobody')),
    takeTurn: () => undefined,
    ids: seededIds(seededRandom(1)),
    logFor: () => log,
  };
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const found = statementRoutes({ statements }).find((one) => one.path === path);
    const request = new HttpRequest({ method: 'GET', url: `http://desk.example/${path}`, headers });
    return handleRoute(found!, deps)(request, new InvocationContext());
  };
  return { moved, memory, statements, get, trouble };
}

const paths = ['api/support-statement', '.well-known/csp-support.json'];

describe('the support statement', () => {
  it.each(paths)('is published at %s', async (path) => {
    const { statements, get } = aDesk();
    await statements.publish(defaultStatement);
    const answer = await get(path);
    expect(answer.status).toBe(200);
    expect(JSON.parse(answer.body as string)).toEqual({ ...defaultStatement, version: 1 });
  });

  it('is not there until the partner has published one', async () => {
    const { get, statements } = aDesk();
    expect((await get('api/support-statement')).status).toBe(404);
    expect((await statements.currentStatement()).version).toBe(0);
  });

  it('answers 304 to who knows it already, and 200 after a change', async () => {
    const { statements, get, moved } = aDesk();
    await statements.publish(defaultStatement);
    const { etag } = (await get('api/support-statement')).headers as Record<string, string>;
    expect((await get('api/support-statement', { 'if-none-match': etag! })).status).toBe(304);
    await statements.publish({ ...defaultStatement, price: { charged: true, text: '90 EUR an hour' } });
    await moved.advance(limits.cacheMs);
    const changed = await get('api/support-statement', { 'if-none-match': `"other", W/${etag!}` });
    expect(changed.status).toBe(200);
    expect((JSON.parse(changed.body as string) as { version: number }).version).toBe(2);
  });

  it('is read once in half a minute, by all at once', async () => {
    const { moved, memory, statements } = aDesk();
    await statements.publish(defaultStatement);
    memory.counts.get = 0;
    await Promise.all([statements.currentStatement(), statements.currentStatement()]);
    await statements.currentStatement();
    expect(memory.counts.get).toBe(1);
    await moved.advance(limits.cacheMs);
    await statements.currentStatement();
    expect(memory.counts.get).toBe(2);
  });

  it('forgets a failed read at once', async () => {
    const { statements, get, trouble } = aDesk();
    await statements.publish(defaultStatement);
    trouble.before = async () => Promise.reject(unavailable('storage', undefined));
    expect((await get('api/support-statement')).status).toBe(503);
    trouble.before = async () => Promise.resolve();
    expect((await get('api/support-statement')).status).toBe(200);
  });

  it('keeps every version', async () => {
    const { memory, statements } = aDesk();
    await statements.publish(defaultStatement);
    await statements.publish(defaultStatement);
    expect([...memory.partitions.get('statement')!.keys()]).toEqual(['current', 'version|000001', 'version|000002']);
  });
});
