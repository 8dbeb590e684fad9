import { describe, expect, it } from 'vitest';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { aHealthDesk } from './health-desk.ts';
import { aPerson } from './callers.ts';

const kindsOf = async (desk: ReturnType<typeof aHealthDesk>) => (await desk.events()).map((event) => event.type);

describe('a poll cycle', () => {
  it('costs a quiet shard of 250 tenants 250 GETs, one query, one transaction and one send', async () => {
    const desk = aHealthDesk();
    await desk.begin(250);
    await desk.cycle();
    const table = desk.memory.of('health').counts;
    const before = { ...table, sends: desk.bus.counts.sends, gets: desk.microsoft.graphCalls().length };
    const customers = { ...desk.memory.of('customers').counts };
    await desk.cycle();
    expect(desk.microsoft.graphCalls().length - before.gets).toBe(250);
    expect({
      get: table.get - before.get,
      query: table.query - before.query,
      transact: table.transact - before.transact,
    }).toEqual({
      get: 0,
      query: 1,
      transact: 1,
    });
    expect(table.written - before.written).toBe(3);
    expect(desk.bus.counts.sends - before.sends).toBe(1);
    expect(desk.memory.of('customers').counts).toEqual(customers);
  });

  it('asks only for what changed since the last good read, less ten minutes', async () => {
    const desk = aHealthDesk();
    await desk.begin(1);
    const good = desk.now();
    await desk.cycle();
    const url = new URL(desk.microsoft.graphCalls().at(-1)!.url);
    expect(url.searchParams.get('$expand')).toMatch(
      /^issues\(\$filter=lastModifiedDateTime gt .+;\$select=id,[A-Za-z,]+\)$/,
    );
    expect(url.searchParams.get('$expand')).not.toMatch(/posts|details/);
    const after = Date.parse(/gt (.+);/.exec(url.searchParams.get('$expand')!)![1]!);
    expect(Date.parse(good) - after).toBeGreaterThanOrEqual(600_000);
  });

  it('reads every tenant whole once a day', async () => {
    const desk = aHealthDesk();
    await desk.begin(20);
    const whole = () =>
      desk.microsoft
        .graphCalls()
        .filter(({ url }) => url.includes('healthOverviews') && !url.includes('lastModifiedDateTime%20gt')).length;
    const atFirst = whole();
    for (let cycle = 0; cycle < 288; cycle++) await desk.cycle();
    expect(whole() - atFirst).toBe(20);
  });

  it.each([
    ['a cloud that takes no filter', { filterRefused: true, steps: 3 }, /\$expand=issues\(%24select%3Did/],
    ['a cloud that takes no selection', { selectRefused: true, steps: 2 }, /\$expand=issues\(%24filter%3D[^;]+Z\)$/],
    ['a cloud that takes neither', { filterRefused: true, selectRefused: true, steps: 4 }, /\$expand=issues$/],
  ])('asks %s less narrowly, step by step, and remembers for a day', async (_name, { steps, ...refused }, left) => {
    const desk = aHealthDesk();
    await desk.begin(1);
    Object.assign(desk.microsoft.options, refused);
    const callsOf = async () => {
      const before = desk.microsoft.graphCalls().length;
      await desk.cycle();
      return desk.microsoft.graphCalls().length - before;
    };
    expect(await callsOf()).toBe(steps);
    expect(await callsOf()).toBe(1);
    expect(desk.microsoft.graphCalls().at(-1)!.url).toMatch(left);
    expect((await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) })).services[0]!.status).toBe(
      'healthy',
    );
    for (let cycle = 0; cycle < 286; cycle++) await desk.cycle();
    Object.assign(desk.microsoft.options, { filterRefused: false, selectRefused: false });
    await desk.cycle();
    expect(desk.microsoft.graphCalls().at(-1)!.url).toMatch(/filter.*gt.*select/);
  });

  it('remembers nothing of a 400 that another question is answered with, too', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.faults.set(desk.tenant(0), { status: 400 });
    await desk.cycle();
    desk.microsoft.faults.clear();
    await desk.cycle();
    expect(desk.microsoft.graphCalls().at(-1)!.url).toMatch(/filter.*gt.*select/);
  });

  it('keeps itself going when nobody but the bus wakes it', async () => {
    const desk = aHealthDesk();
    await desk.begin(3);
    const calls = desk.microsoft.graphCalls().length;
    for (let cycle = 0; cycle < 12; cycle++) await desk.cycle();
    expect(desk.microsoft.graphCalls().length - calls).toBe(36);
  });

  it('does nothing for a message that was handled already', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    const [spent] = desk.bus
      .all()
      .filter((one) => one.queue === 'health-polls' && JSON.stringify(one.message.body).includes('shard'));
    await desk.cycle();
    const calls = desk.microsoft.graphCalls().length;
    await desk.polls.handle(spent!.message.body as never, desk.scope);
    expect(desk.microsoft.graphCalls().length).toBe(calls);
  });

  it('starts what has lost its wake, and the older message is a no-op', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    const lost = desk.bus.all().filter((one) => one.queue === 'health-polls');
    for (const held of lost) desk.bus.complete(held);
    await desk.advance(11 * 60_000);
    expect(await desk.ensurePolling(desk.scope)).toMatchObject({ shards: 1, started: 1 });
    expect(await desk.ensurePolling(desk.scope)).toMatchObject({ shards: 1, started: 0 });
    const calls = desk.microsoft.graphCalls().length;
    await desk.drain();
    for (const held of lost) await desk.polls.handle(held.message.body as never, desk.scope);
    expect(desk.microsoft.graphCalls().length - calls).toBe(2);
  });

  it('is sent again by the sweep when the bus lost its message', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    for (const held of desk.bus.all()) desk.bus.complete(held);
    await desk.advance(8 * 60_000);
    expect((await desk.sweep(desk.scope)).owed).toBe(1);
    const calls = desk.microsoft.graphCalls().length;
    await desk.drain();
    expect(desk.microsoft.graphCalls().length - calls).toBe(2);
  });
});

describe('a tenant in trouble', () => {
  it.each([
    ['a 403', { status: 403 }, 'not-consented'],
    ['a 401', { status: 401 }, 'token'],
    ['a 429', { status: 429, retryAfter: '37' }, 'throttled'],
    ['a 500', { status: 500 }, 'microsoft-down'],
    ['no answer', { network: true }, 'microsoft-down'],
    ['half an answer', { status: 200, body: '{"value":[{"id":"Exch' }, 'microsoft-down'],
    ['an answer of another kind', { status: 200, body: '[]' }, 'microsoft-down'],
    [
      'a next page on another host',
      { status: 200, body: '{"value":[],"@odata.nextLink":"https://graph.example.evil.example/x"}' },
      'microsoft-down',
    ],
    [
      'pages without end',
      { status: 200, body: '{"value":[],"@odata.nextLink":"https://graph.example/v1.0/again"}' },
      'microsoft-down',
    ],
    ['no consent for a token', { token: new TokenFailure('not-consented', 'no') }, 'not-consented'],
    ['a refused grant', { token: new TokenFailure('invalid-grant', 'no') }, 'token'],
    ['no token service', { token: new TokenFailure('away', 'no') }, 'microsoft-down'],
  ])('says so after %s, and its neighbours do not notice', async (_name, fault, code) => {
    const desk = aHealthDesk();
    await desk.begin(3);
    desk.microsoft.faults.set(desk.tenant(1), fault);
    await desk.cycle();
    const health = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(1) });
    expect(health.coverage.trouble).toMatchObject({ code, since: desk.now() });
    expect(health.coverage.trouble!.remedy).not.toBe('');
    expect((await desk.customers.get(desk.id(1)))!.coverage.trouble).toMatchObject({ code });
    for (const neighbour of [0, 2]) {
      const { coverage, asOf } = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(neighbour) });
      expect({ trouble: coverage.trouble, asOf }).toEqual({ trouble: undefined, asOf: desk.now() });
    }
    expect(desk.microsoft.calls.every(({ url }) => /^https:\/\/(graph|pc|arm|login)\.example\//.test(url))).toBe(true);
  });

  it('is unknown past the deadline, never healthy, and recovers by itself', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.faults.set(desk.tenant(0), { status: 403 });
    const statuses = async () => {
      const { services } = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) });
      return services.map(({ status }) => status);
    };
    await desk.cycle();
    expect(await statuses()).toEqual(['healthy', 'healthy']);
    const since = desk.now();
    for (let cycle = 0; cycle < 3; cycle++) await desk.cycle();
    expect(await statuses()).toEqual(['unknown', 'unknown']);
    const { coverage } = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) });
    expect(coverage.trouble!.since).toBe(since);
    desk.microsoft.faults.clear();
    await desk.cycle();
    expect(await statuses()).toEqual(['healthy', 'healthy']);
    expect((await desk.customers.get(desk.id(0)))!.coverage).toEqual({});
  });

  it('is unknown when it was never read, and when nobody polls', async () => {
    const desk = aHealthDesk();
    desk.microsoft.addTenants(2);
    desk.microsoft.faults.set(desk.tenant(1), { status: 403 });
    await desk.begin(0);
    const never = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(1) });
    expect(never).toMatchObject({ asOf: null, coverage: { lastGoodAt: null, trouble: { code: 'not-consented' } } });
    expect(never.services.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
    await desk.advance(16 * 60_000);
    const stale = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) });
    expect(stale.services.map(({ status }) => status)).toEqual(['unknown', 'unknown']);
  });

  it('is left alone for as long as Microsoft asks', async () => {
    const desk = aHealthDesk();
    await desk.begin(2);
    desk.microsoft.faults.set(desk.tenant(0), { status: 429, retryAfter: '660' });
    await desk.cycle();
    desk.microsoft.faults.clear();
    const calls = () =>
      desk.microsoft.graphCalls().filter(({ headers }) => headers.authorization?.includes(desk.tenant(0))).length;
    const before = calls();
    await desk.cycle();
    await desk.cycle();
    expect(calls()).toBe(before);
    await desk.cycle();
    expect(calls()).toBe(before + 1);
  });

  it('stops the others only where Microsoft throttles the application’s tokens', async () => {
    const desk = aHealthDesk();
    await desk.begin(40);
    for (const { id } of desk.microsoft.tenants) {
      desk.microsoft.faults.set(id, { token: new TokenFailure('throttled', 'slow down', { retryAfterSeconds: 60 }) });
    }
    const tokens = desk.microsoft.tokenCount();
    await desk.cycle();
    expect(desk.microsoft.tokenCount() - tokens).toBe(16);
    desk.microsoft.faults.clear();
    await desk.cycle();
    const { coverage } = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) });
    expect(coverage.trouble).toBeUndefined();
    expect(await kindsOf(desk)).toEqual([]);
  });
});
