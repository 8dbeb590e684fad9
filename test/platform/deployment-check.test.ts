import { InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { minuteMs, secondMs } from '../../shared/core/clock.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { queues } from '../../shared/platform/resources.ts';
import { aCheckedDesk, checksPath as path } from './a-checked-desk.ts';

const clientId = '00000000-0000-4000-8000-000000000002';

describe('a check of the deployment', () => {
  it('passes when an application token was given and a message came through every queue, and says how late', async () => {
    const desk = await aCheckedDesk();
    const { status, check, location } = await desk.start();
    expect({ status, location }).toEqual({ status: 202, location: `${path}/${check.id}` });
    expect(check.exchanges).toMatchObject([{ connectionId: 'contoso-emea', proof: 'identity', ok: true }]);
    await desk.moved.advance(1_500);
    await desk.handleAll('escalations');
    expect((await desk.read(check.id)).check.state).toBe('running');
    await desk.moved.advance(58_500);
    await desk.handleAll();
    const { check: after, text } = await desk.read(check.id);
    expect(after).toMatchObject({ id: check.id, state: 'passed' });
    expect(Object.fromEntries(after.queues.map(({ queue, lateMs }) => [queue, lateMs]))).toEqual({
      ...Object.fromEntries(Object.keys(queues).map((queue) => [queue, 60_000])),
      escalations: 1_500,
    });
    expect(text).not.toContain('a-secret-token');
    expect(await desk.owed()).toBe(0);
  });

  it('fails when a message is not handled within a minute, and the sweep sends it again', async () => {
    const desk = await aCheckedDesk();
    const { check } = await desk.start();
    for (const queue of ['desk-events', 'escalations', 'deliveries']) await desk.handleAll(queue);
    for (const lost of desk.held.ready()) desk.held.complete((desk.held.take(lost), lost));
    await desk.moved.advance(minuteMs);
    const late = (await desk.read(check.id)).check;
    expect(late.state).toBe('failed');
    expect(late.queues.filter(({ handledAt }) => handledAt === null).map(({ queue }) => queue)).toEqual([
      'health-polls',
    ]);
    await desk.moved.advance(2 * minuteMs);
    await desk.catalogue.timers.find(({ name }) => name === 'sweep')!.handle(desk.log.scope);
    await desk.handleAll('health-polls');
    const again = (await desk.read(check.id)).check;
    expect(again.state).toBe('failed');
    expect(again.queues.find(({ queue }) => queue === 'health-polls')?.lateMs).toBe(3 * minuteMs);
    expect(await desk.owed()).toBe(0);
  });

  it('fails in its own time when the bus is away, and is answered all the same', async () => {
    const desk = await aCheckedDesk();
    desk.held.bus.send = async () => Promise.reject(unavailable('bus', new Error('silent')));
    const { status, check } = await desk.start();
    expect(status).toBe(202);
    await desk.moved.advance(minuteMs);
    expect((await desk.read(check.id)).check.state).toBe('failed');
  });

  it('is one at a time: whoever asks for another gets the one that runs, also at the same moment', async () => {
    const desk = await aCheckedDesk();
    const [first, second] = await Promise.all([desk.start(), desk.start()]);
    expect(first.check.id).toBe(second.check.id);
    expect((await desk.start()).check.id).toBe(first.check.id);
    expect(desk.held.ready()).toHaveLength(Object.keys(queues).length);
  });

  it('takes the place of the one before, whose late messages change nothing', async () => {
    const desk = await aCheckedDesk();
    const first = await desk.start();
    await desk.moved.advance(minuteMs);
    const second = await desk.start();
    expect((await desk.read(first.check.id)).status).toBe(404);
    const handled = await desk.handleAll();
    expect(handled).toHaveLength(2 * Object.keys(queues).length);
    const { check } = await desk.read(second.check.id);
    expect(check.state).toBe('passed');
    await desk.moved.advance(10 * secondMs);
    for (const { handler, body } of handled) await handler(body, new InvocationContext());
    expect((await desk.read(second.check.id)).check).toEqual(check);
  });

  it('names the code of a refusal, and what mends it', async () => {
    const desk = await aCheckedDesk();
    const refusal = { error: 'invalid_client', error_codes: [700213], error_description: 'private words' };
    desk.outside.tokens.answer = () => ({ status: 401, json: refusal });
    const { check } = await desk.start();
    await desk.handleAll();
    const { check: after, text } = await desk.read(check.id);
    expect(after).toMatchObject({ state: 'failed', exchanges: [{ ok: false, code: 'AADSTS700213' }] });
    expect(after.exchanges[0]?.remedy).toContain(`Give application ${clientId} a federated credential`);
    expect(text).not.toContain('private words');
  });

  it('asks Entra anew each time, whatever was kept', async () => {
    const desk = await aCheckedDesk();
    const asked: string[] = [];
    desk.outside.tokens.answer = (form) => {
      asked.push(form.get('grant_type') ?? '');
      return { json: { access_token: 'token', expires_in: 3_600 } };
    };
    await desk.start();
    await desk.moved.advance(minuteMs);
    await desk.start();
    expect(asked).toEqual(['client_credentials', 'client_credentials']);
  });

  it('is for administrators', async () => {
    const desk = await aCheckedDesk();
    const { check } = await desk.start();
    const as = desk.tokens.operator;
    expect((await desk.call('POST', path, { as, body: {} })).status).toBe(403);
    expect((await desk.call('GET', `${path}/${check.id}`, { as })).status).toBe(403);
  });
});
