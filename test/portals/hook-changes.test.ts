import { describe, expect, it } from 'vitest';
import { AppError } from '../../shared/core/errors.ts';
import { limits } from '../../shared/core/limits.ts';
import { aPerson, aPortal, aSentRequest } from '../requests/desk.ts';
import { aHook } from './a-hook.ts';

const ref = { system: 'psa', id: 'T-1042 / Ä' };
const dayMs = 24 * 3_600_000;
type Answer = { requestId?: string; pendingId?: string };

/** A hook with comments and closes, and what the timeline says then. */
async function aChangingHook() {
  const hooked = await aHook();
  const { desk, hook, timeline } = hooked;
  let n = 0;
  const comment = async (data: object, id = `c_${String(++n)}`) =>
    hook({ id, type: 'support_request.commented', data });
  const close = async (data: object, id = `x_${String(++n)}`) => hook({ id, type: 'support_request.closed', data });
  const submit = async (id = 'msg_1', refs = [ref]) =>
    ((await hooked.created('contoso', { externalRefs: refs }, id)) as { requestId: string }).requestId;
  const said = async (requestId: string) => (await timeline(requestId)).map(({ kind, text }) => text ?? kind);
  const waitingTexts = () =>
    [...desk.of('requests').partitions.values()].flatMap((rows) =>
      [...rows.keys()].filter((rk) => rk.startsWith('C|waiting')),
    );
  return { ...hooked, comment, close, submit, said, waitingTexts };
}

describe('a comment or close by webhook', () => {
  it('changes the request that it names by id or by external reference, as its portal, for the customer', async () => {
    const { desk, submit, comment, close, said, timeline } = await aChangingHook();
    const requestId = await submit();
    await desk.settle();
    const answer = { requestId, location: `/api/requests/${requestId}` };
    expect(await comment({ requestId, text: 'by id' })).toEqual(answer);
    expect(await comment({ externalRef: ref, text: 'by ref' })).toEqual(answer);
    expect(await close({ externalRef: ref, reason: 'solved here' })).toEqual(answer);
    expect(await said(requestId)).toEqual(['created', 'by id', 'by ref', 'solved here']);
    const [, entry] = await timeline(requestId);
    expect(entry).toMatchObject({ audience: 'customer', by: { kind: 'portal', id: 'portal:north' } });
    expect(await desk.requests.read(aPerson(), requestId)).toMatchObject({ state: 'closed' });
  });

  it('again changes no row, sends nothing and gets the same answer; another body is refused', async () => {
    const { desk, submit, comment, close, hook } = await aChangingHook();
    const requestId = await submit();
    await desk.settle();
    const first = await comment({ requestId, text: 'once' }, 'm1');
    await close({ requestId, reason: 'done' }, 'm2');
    desk.reset();
    expect(await comment({ requestId, text: 'once' }, 'm1')).toEqual(first);
    expect(await close({ requestId, reason: 'done' }, 'm2')).toEqual(first);
    expect(desk.cost()).toMatchObject({ transactions: 0, written: 0, sends: 0 });
    for (const reused of [
      comment({ requestId, text: 'twice' }, 'm1'),
      close({ requestId, reason: 'once' }, 'm1'),
      comment({ requestId, text: 'once' }, 'msg_1'),
      hook({ id: 'm1', data: aSentRequest() }),
    ]) {
      await expect(reused).rejects.toMatchObject({ code: 'webhook-id-reused' });
    }
    expect(desk.cost()).toMatchObject({ written: 0, sends: 0 });
  });

  it('costs two transactions and one message, a comment by id four reads', async () => {
    const { desk, submit, comment } = await aChangingHook();
    const requestId = await submit();
    await desk.settle();
    desk.reset();
    await comment({ requestId, text: 'hello' });
    expect(desk.cost()).toMatchObject({ gets: 4, queries: 0, transactions: 2, sends: 1 });
  });

  it('brings its attachments along', async () => {
    const { submit, comment, timeline } = await aChangingHook();
    const requestId = await submit();
    const attachments = [
      { name: 'log.txt', url: 'https://files.example/1', size: 7, type: 'text/plain', sha256: 'b'.repeat(64) },
    ];
    await comment({ requestId, text: 'the log', attachments });
    const [, entry] = await timeline(requestId);
    expect(entry).toMatchObject({ text: 'the log', attachments });
  });

  it('that closes what is closed already is taken calmly and says nothing new', async () => {
    const { desk, submit, close, said } = await aChangingHook();
    const requestId = await submit();
    await close({ requestId, reason: 'first' });
    const before = await said(requestId);
    desk.reset();
    expect(await close({ requestId, reason: 'second' })).toMatchObject({ requestId });
    expect(await said(requestId)).toEqual(before);
    expect(desk.cost().sends).toBe(0);
  });

  it.each([
    ['neither name', { text: 'x' }],
    ['both names', { requestId: 'a'.repeat(26), externalRef: ref, text: 'x' }],
    ['no text', { externalRef: ref }],
    ['a blank text', { externalRef: ref, text: ' ' }],
    ['an audience', { externalRef: ref, text: 'x', audience: 'internal' }],
    ['an id that is none', { requestId: '../x', text: 'x' }],
  ])('with %s is refused, and costs nothing', async (_what, data) => {
    const { desk, comment } = await aChangingHook();
    desk.reset();
    await expect(comment(data)).rejects.toMatchObject({ code: 'invalid-body' });
    expect(desk.cost()).toMatchObject({ gets: 0, transactions: 0, sends: 0 });
  });
});

describe('a comment that comes before its request', () => {
  it('waits for it, and is brought on once, in order of arrival, before what comes later', async () => {
    const { desk, submit, comment, close, said, waitingTexts } = await aChangingHook();
    const first = await comment({ externalRef: ref, text: 'one' }, 'm1');
    expect(first).toHaveProperty('pendingId');
    expect(await comment({ externalRef: ref, text: 'two' }, 'm2')).toHaveProperty('pendingId');
    const requestId = await submit();
    expect(await close({ externalRef: ref, reason: 'three' }, 'm3')).toHaveProperty('pendingId');
    await desk.settle();
    expect(await said(requestId)).toEqual(['created', 'one', 'two', 'three']);
    expect(await comment({ externalRef: ref, text: 'four' })).toMatchObject({ requestId });
    expect(waitingTexts()).toEqual([]);
    desk.reset();
    expect(await comment({ externalRef: ref, text: 'one' }, 'm1')).toEqual(first);
    expect(desk.cost()).toMatchObject({ written: 0, sends: 0 });
    await desk.settle();
    expect(await said(requestId)).toHaveLength(5);
  });

  it('answers alike for an id that is unknown and one of another portal, and never touches the latter', async () => {
    const { desk, comment, said } = await aChangingHook();
    const theirs = await desk.submit(
      { customer: { tenantId: '33333333-3333-4333-8333-333333333333' } },
      {
        as: aPortal('south'),
      },
    );
    await desk.settle();
    const cost = async (requestId: string, id: string) => {
      desk.reset();
      const answer = await comment({ requestId, text: 'x' }, id);
      return { keys: Object.keys(answer), cost: desk.cost() };
    };
    const foreign = await cost(theirs.id, 'm1');
    await comment({ requestId: 'b'.repeat(26), text: 'x' }, 'm2');
    const unknown = await cost('c'.repeat(26), 'm3');
    expect(foreign.keys).toEqual(['pendingId']);
    expect(unknown.keys).toEqual(['pendingId']);
    await desk.moved.advance(8 * dayMs);
    await desk.settle();
    expect(await said(theirs.id)).toEqual(['created']);
  });

  it('goes to the quarantine after seven days, and by then is not dropped', async () => {
    const { desk, table, comment, submit, said, rowsOf, waitingTexts, assign } = await aChangingHook();
    const first = (await comment({ externalRef: ref, text: 'where is it' }, 'm1')) as Answer;
    await desk.moved.advance(limits.waitingDays * dayMs - 1_000);
    await desk.settle();
    expect(rowsOf('Q|')).toEqual([]);
    await desk.moved.advance(2_000);
    await desk.settle();
    const [key = ''] = rowsOf('Q|');
    expect(rowsOf('L|')).toHaveLength(1);
    expect(waitingTexts()).toEqual([]);
    expect(await comment({ externalRef: ref, text: 'where is it' }, 'm1')).toEqual(first);
    // What is late is no longer brought on by itself.
    const requestId = await submit();
    await desk.settle();
    expect(await said(requestId)).toEqual(['created']);
    const id = key.slice(2);
    expect(await assign({ id, said: { requestId }, by: aPerson() }, desk.scope)).toMatchObject({ requestId });
    expect(await assign({ id, said: { requestId }, by: aPerson() }, desk.scope)).toMatchObject({ requestId });
    expect(await said(requestId)).toEqual(['created', 'where is it']);
    expect((await table.get('quarantine', 'N|north'))?.columns.open).toBe(0);
  });

  it('stays where the quarantine is full, and goes there when there is room', async () => {
    const { desk, comment, rowsOf, waitingTexts } = await aChangingHook();
    const keep = desk.hooks.setAside;
    desk.hooks.setAside = async () => Promise.reject(new AppError('too-many-requests', 'full'));
    await comment({ externalRef: ref, text: 'x' });
    await desk.moved.advance(8 * dayMs);
    await desk.settle();
    expect([rowsOf('Q|').length, waitingTexts().length]).toEqual([0, 1]);
    desk.hooks.setAside = keep;
    await desk.moved.advance(3_600_000);
    await desk.settle();
    expect([rowsOf('Q|').length, waitingTexts().length]).toEqual([1, 0]);
  });

  it('is refused with a time to come again once too many wait, and is taken when it comes again', async () => {
    const { desk, comment, submit, said } = await aChangingHook();
    for (let n = 0; n < limits.waitingPerReference; n++) await comment({ externalRef: ref, text: String(n) });
    await expect(comment({ externalRef: ref, text: 'more' }, 'more')).rejects.toMatchObject({
      code: 'too-many-requests',
      extras: { retryAfterSeconds: 3_600 },
    });
    const requestId = await submit();
    await desk.settle();
    await comment({ externalRef: ref, text: 'more' }, 'more');
    await desk.settle();
    const texts = await said(requestId);
    expect(texts).toHaveLength(limits.waitingPerReference + 2);
    expect(texts.at(-1)).toBe('more');
  });

  it('that is refused because too many wait writes nothing', async () => {
    const { desk, comment } = await aChangingHook();
    for (let n = 0; n < limits.waitingPerReference; n++) await comment({ externalRef: ref, text: String(n) });
    desk.reset();
    await expect(comment({ externalRef: ref, text: 'more' }, 'more')).rejects.toMatchObject({
      code: 'too-many-requests',
    });
    expect(desk.cost()).toMatchObject({ written: 0, sends: 0 });
  });

  it('that could not be brought on because its portal did not see the request then is brought on within an hour', async () => {
    const { desk, comment, submit, said } = await aChangingHook();
    await comment({ externalRef: ref, text: 'early' });
    const { portalCaller } = desk.hooks;
    // Another instance may know for half a minute still that the portal is disabled, or without this customer.
    desk.hooks.portalCaller = async () => Promise.resolve(undefined);
    const requestId = await submit();
    await desk.settle();
    expect(await said(requestId)).toEqual(['created']);
    desk.hooks.portalCaller = portalCaller;
    await desk.moved.advance(3_600_000);
    await desk.settle();
    expect(await said(requestId)).toEqual(['created', 'early']);
  });

  it('waits for a request that takes the reference later, or takes it anew', async () => {
    const { desk, submit, comment, said } = await aChangingHook();
    const requestId = await submit('msg_1', []);
    await desk.settle();
    await comment({ externalRef: ref, text: 'early' });
    const seen = () => undefined;
    const amend = async (externalRefs: (typeof ref)[]) => {
      await desk.requests.amend({ caller: aPerson(), requestId, body: { externalRefs }, seen }, desk.scope);
      await desk.settle();
    };
    await amend([ref]);
    expect(await said(requestId)).toContain('early');
    await amend([]);
    expect(await comment({ externalRef: ref, text: 'again' })).toHaveProperty('pendingId');
    await amend([ref]);
    expect(await said(requestId)).toContain('again');
  });

  it('means the newest request that took the reference', async () => {
    const { desk, submit, comment } = await aChangingHook();
    await submit('msg_1');
    await desk.moved.advance(1_000);
    const second = await submit('msg_2');
    await desk.settle();
    expect(await comment({ externalRef: ref, text: 'to the second' })).toMatchObject({ requestId: second });
  });
});
