import { describe, expect, it } from 'vitest';
import { dayMs, hourMs, minuteMs, secondMs } from '../../shared/core/clock.ts';
import { acknowledgeRoutes } from '../../functions/acknowledge.http.ts';
import type { Answer, Call } from '../../shared/platform/route.ts';
import { aMatter, aPageDesk, aPolicy, type PageDesk } from './a-page-desk.ts';

async function paged(options: Parameters<typeof aPageDesk>[0] = {}) {
  const desk = await aPageDesk(options);
  desk.stand('request-1');
  await desk.raise();
  await desk.pass(secondMs);
  return desk;
}

const noLink = { code: 'not-found', detail: expect.stringContaining('does not work') as string };

/** As a browser or a program asks. */
async function ask(
  desk: PageDesk,
  { method, token, accept }: { method: 'GET' | 'POST'; token: string; accept?: string },
) {
  const turns: string[] = [];
  const routes = acknowledgeRoutes({ acknowledge: desk.acknowledge, takeTurn: ({ id }) => turns.push(id) });
  const route = routes.find((one) => one.method === method)!;
  const call = { params: { token }, headers: new Headers({ accept: accept ?? '*/*' }), scope: desk.log.scope };
  const answer: Answer = await route.handle(call as unknown as Call<unknown, unknown, unknown>);
  expect(turns).toEqual(['acknowledge']);
  return answer;
}

const readsOf = ({ stores }: PageDesk) => {
  const { get, query } = stores.of('deliveries').counts;
  return get + query;
};

describe('the one-time link of a notice', () => {
  it('shows what it is about and acknowledges nothing, however often it is followed', async () => {
    const desk = await paged();
    for (let scans = 0; scans < 5; scans++) {
      expect((await ask(desk, { method: 'GET', token: desk.token() })).body).toMatchObject({
        state: 'paging',
        what: 'critical-request',
        severity: 'critical',
        acknowledged: false,
      });
    }
    expect(desk.page()).toMatchObject({ state: 'paging', acknowledgements: [] });
    await desk.pass(6 * minuteMs);
    expect(desk.sent()).toContain('pager trigger');
  });

  it('acknowledges once, for the person it was sent to', async () => {
    const desk = await paged();
    const token = desk.token();
    expect((await ask(desk, { method: 'POST', token })).body).toMatchObject({
      state: 'acknowledged',
      acknowledged: true,
    });
    expect(desk.page()?.acknowledgements).toMatchObject([{ by: 'olav', person: 'olav' }]);
    await expect(ask(desk, { method: 'POST', token })).rejects.toMatchObject(noLink);
    await expect(ask(desk, { method: 'GET', token })).rejects.toMatchObject(noLink);
  });

  it('acknowledges once where it is posted many times at the same moment', async () => {
    const desk = await paged();
    const token = desk.token();
    const posts = Array.from({ length: 8 }, async () => ask(desk, { method: 'POST', token }));
    const results = await Promise.allSettled(posts);
    expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(desk.page()?.acknowledgements).toHaveLength(1);
  });

  it('is good for a day', async () => {
    const desk = await paged();
    const token = desk.token();
    await desk.advance(dayMs - minuteMs);
    expect(await ask(desk, { method: 'GET', token })).toMatchObject({ status: 200 });
    await desk.advance(minuteMs);
    await expect(ask(desk, { method: 'POST', token })).rejects.toMatchObject(noLink);
  });

  it('is worth nothing for a later run of the page', async () => {
    const desk = await paged({ policy: aPolicy({ acknowledgementMinutes: 30 }) });
    const early = desk.token();
    await desk.acknowledge.byCaller(desk.page()?.id ?? '', 'someone', desk.log.scope);
    await desk.pass(hourMs);
    expect(desk.page()?.run).toBe(2);
    await expect(ask(desk, { method: 'POST', token: early })).rejects.toMatchObject(noLink);
  });

  it('says that nothing is left to do where the matter is over', async () => {
    const desk = await paged();
    const token = desk.token();
    desk.stand('request-1', { stands: false });
    await desk.pages.settle('request-1', desk.log.scope);
    const page = await ask(desk, { method: 'GET', token, accept: 'text/html' });
    expect(page.text).toContain('The matter is over');
    expect(page.text).not.toContain('<form');
  });

  it.each([
    ['nothing like one', 'abc', 0],
    ['one that was cut short', (token: string) => token.slice(0, -1), 0],
    ['one of other characters', (token: string) => `${token.slice(0, -1)}!`, 0],
    ['one that is wrong', (token: string) => `${token.slice(0, -4)}${token.endsWith('aaaa') ? 'bbbb' : 'aaaa'}`, 1],
    ['one of another partition', (token: string) => `${token.startsWith('a') ? 'b' : 'a'}${token.slice(1)}`, 1],
  ] as const)('is answered the same for %s, with at most one read and no write', async (_title, bent, reads) => {
    const desk = await paged();
    const token = typeof bent === 'string' ? bent : bent(desk.token());
    const [before, written] = [readsOf(desk), desk.stores.of('deliveries').counts.written];
    await expect(ask(desk, { method: 'POST', token })).rejects.toMatchObject(noLink);
    expect(readsOf(desk) - before).toBe(reads);
    expect(desk.stores.of('deliveries').counts.written).toBe(written);
  });

  it('is kept as a hash only, with at least 128 bits of chance', async () => {
    const desk = await paged();
    const token = desk.token();
    expect(JSON.stringify(desk.rowsOf(''))).not.toContain(token);
    expect(token.length - 1).toBeGreaterThanOrEqual(Math.ceil(128 / 5));
  });

  it('is a plain page for a browser: a button, no script, nothing from elsewhere', async () => {
    const desk = await paged();
    const { status, text, headers } = await ask(desk, { method: 'GET', token: desk.token(), accept: 'text/html,*/*' });
    expect(status).toBe(200);
    expect(text).toContain('<form method="post"><button>Acknowledge</button></form>');
    expect(text).not.toMatch(/<script|<style|<img|<link|http/);
    expect(headers).toMatchObject({
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': expect.stringMatching(/^default-src 'none'; form-action 'self'/) as string,
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    });
    const posted = await ask(desk, { method: 'POST', token: desk.token(), accept: 'text/html' });
    expect(posted.text).toContain('Acknowledged');
    const again = await ask(desk, { method: 'POST', token: desk.token(), accept: 'text/html' });
    expect(again).toMatchObject({ status: 404, text: expect.stringContaining('does not work') as string });
  });

  it('is not sent to a room, and to nobody where the desk does not know its own address', async () => {
    const desk = await paged();
    const room = desk.calls.find(({ url }) => url.includes('logic.azure.com'));
    expect(room?.body).not.toContain('acknowledge/');
    const without = await paged({ publicUrl: undefined });
    expect(without.calls.map(({ body }) => body).join('')).not.toContain('acknowledge/');
    await without.acknowledge.byCaller(without.page()?.id ?? '', 'tid.oid', without.log.scope);
    await without.pass(hourMs);
    expect(without.sent()).not.toContain('pager trigger');
  });
});

describe('acknowledging by a person who is signed in', () => {
  it('is kept with who did it, and told to everybody who was paged', async () => {
    const desk = await paged();
    const id = desk.page(aMatter())?.id ?? '';
    await desk.acknowledge.byCaller(id, 'tid.oid', desk.log.scope);
    await desk.acknowledge.byCaller(id, 'tid.oid', desk.log.scope);
    await desk.pass(hourMs);
    expect(desk.sent().slice(2).toSorted()).toEqual(['olav page.acknowledged', 'room']);
    expect((await desk.reading.read(id)).acknowledgements).toMatchObject([{ by: 'tid.oid', late: false }]);
  });

  it('is refused for a page that is over, and for one that there is not', async () => {
    const desk = await paged();
    const id = desk.page()?.id ?? '';
    desk.stand('request-1', { stands: false });
    await desk.pages.settle('request-1', desk.log.scope);
    await expect(desk.acknowledge.byCaller(id, 'x', desk.log.scope)).rejects.toMatchObject({
      code: 'illegal-transition',
    });
    await expect(desk.acknowledge.byCaller('a'.repeat(26), 'x', desk.log.scope)).rejects.toMatchObject({
      code: 'not-found',
    });
  });
});

describe('pages as operators see them', () => {
  it('are listed newest first, by state and page by page, each once', async () => {
    const desk = await aPageDesk();
    for (let n = 1; n <= 5; n++) {
      const id = `request-${String(n)}`;
      desk.stand(id);
      await desk.raise(
        aMatter({ about: { kind: 'request', id }, source: { kind: 'request', id, what: 'critical-request', seen: 1 } }),
      );
      await desk.pass(secondMs);
    }
    desk.stand('request-3', { stands: false });
    await desk.pages.settle('request-3', desk.log.scope);
    const matters: string[] = [];
    let cursor: string | undefined;
    do {
      const page = await desk.reading.list({ limit: 2, cursor });
      matters.push(...page.items.map(({ matter }) => matter.id));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(matters).toEqual(['request-5', 'request-4', 'request-3', 'request-2', 'request-1']);
    const settled = await desk.reading.list({ state: 'settled' });
    expect(settled.items.map(({ matter }) => matter.id)).toEqual(['request-3']);

    desk.stand('request-3');
    const back = aMatter({
      about: { kind: 'request', id: 'request-3' },
      source: { kind: 'request', id: 'request-3', what: 'critical-request', seen: 9 },
    });
    await desk.raise(back);
    const all = await desk.reading.list({});
    expect(all.items.map(({ matter }) => matter.id)).toEqual([
      'request-3',
      'request-5',
      'request-4',
      'request-2',
      'request-1',
    ]);
  });

  it('show over which channel it went to whom, and what became of it', async () => {
    const desk = await paged({ answer: ({ url }) => ({ status: url.includes('olav') ? 500 : 202 }) });
    const { notices, paged: over } = await desk.reading.read(desk.page()?.id ?? '');
    expect(notices).toContainEqual(
      expect.objectContaining({ target: 'olav-hook', person: 'olav', state: 'pending', tries: 1, lastStatus: 500 }),
    );
    expect(over).toMatchObject([{ target: 'room' }, { target: 'olav-hook', person: 'olav' }]);
  });
});
