import { describe, expect, it } from 'vitest';
import { unavailable } from '../../shared/core/errors.ts';
import type { RequestAnswer } from '../../shared/requests/request-answer.ts';
import { owedRows } from '../../shared/platform/outbox.ts';
import { aPortal, aSentRequest, anOpenDesk, type Desk } from './desk.ts';

const post = async (desk: Desk, { key }: { key?: string } = {}) =>
  desk.call('POST', 'api/requests', {
    as: aPortal('north'),
    body: aSentRequest(),
    headers: key === undefined ? {} : { 'idempotency-key': key },
  });

describe('trouble while a request comes in', () => {
  it('believes a write whose answer was lost', async () => {
    const answer = { isLost: false };
    const after = async (operation: string) => {
      if (operation !== 'transact' || !answer.isLost) return;
      answer.isLost = false;
      throw unavailable('storage', undefined);
    };
    const desk = await anOpenDesk({ table: { after } });
    answer.isLost = true;
    const { status, body } = await post(desk, { key: 'k1' });
    expect(status).toBe(201);
    expect((await post(desk, { key: 'k1' })).body).toEqual(body);
    expect(desk.held.counts.sends).toBe(1);
  });

  it('answers 503 with Retry-After while storage is away, and 201 to the same key afterwards', async () => {
    const away = { now: false };
    const before = async () => {
      if (away.now) throw unavailable('storage', undefined);
    };
    const desk = await anOpenDesk({ table: { before } });
    away.now = true;
    const refused = await post(desk, { key: 'k1' });
    expect([refused.status, refused.headers['retry-after']]).toEqual([503, '5']);
    away.now = false;
    expect((await post(desk, { key: 'k1' })).status).toBe(201);
  });

  it('answers 201 while the bus is away, and leaves the wake for the sweep', async () => {
    const desk = await anOpenDesk({ bus: { before: async () => Promise.reject(new Error('no bus')) } });
    const { status, body } = await post(desk);
    expect(status).toBe(201);
    const { id } = body as RequestAnswer;
    const owed = await Promise.all(
      [...desk.of('requests').partitions.keys()].map(async (pk) => owedRows(desk.of('requests').table, pk)),
    );
    expect(owed.flat().map((row) => row.columns.body_json)).toEqual([
      `{"kind":"request-event","requestId":"${id}","sequence":1}`,
    ]);
  });

  it('waits no longer than a second for a silent bus', async () => {
    const desk = await anOpenDesk({ bus: { before: async () => new Promise(() => undefined) } });
    const answering = post(desk);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    await desk.moved.advance(1_000);
    expect((await answering).status).toBe(201);
  });
});
