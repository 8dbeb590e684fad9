import { describe, expect, it } from 'vitest';
import { hourMs } from '../../shared/core/clock.ts';
import { afterTry, nextTryMs, resultOf, retryDelaysMs } from '../../shared/notices/delivery-rules.ts';
import type { Delivery } from '../../shared/notices/delivery.ts';

const nowMs = Date.parse('2026-11-02T09:00:00.000Z');
const aDelivery = (more: Partial<Delivery> = {}): Delivery => ({
  eventId: 'event-1',
  portalId: 'harbour',
  type: 'request.created',
  state: 'pending',
  tries: 0,
  createdAt: '2026-11-02T08:59:00.000Z',
  nextTryAt: '2026-11-02T09:00:00.000Z',
  ...more,
});
const failed = { kind: 'failed', trouble: 'timeout' } as const;
const tried = (tries: number, chance: number, retryAfterMs?: number) =>
  afterTry(
    aDelivery({ tries }),
    { ...failed, ...(retryAfterMs !== undefined && { retryAfterMs }) },
    { nowMs, random: () => chance },
  );

describe('the rules of delivery', () => {
  it.each([
    [200, 'delivered'],
    [204, 'delivered'],
    [299, 'delivered'],
    [410, 'gone'],
    [301, 'failed'],
    [308, 'failed'],
    [400, 'failed'],
    [404, 'failed'],
    [429, 'failed'],
    [500, 'failed'],
  ])('take %i as %s', (status, kind) => {
    expect(resultOf({ status, headers: {}, body: '' }, nowMs)).toMatchObject({ kind, status });
  });

  it('read Retry-After in seconds or as a date, and no more than an hour', () => {
    const waits = ['120', 'Mon, 02 Nov 2026 09:05:00 GMT', '999999', 'soon'].map((value) =>
      resultOf({ status: 503, headers: { 'retry-after': value }, body: '' }, nowMs),
    );
    expect(waits).toMatchObject([{ retryAfterMs: 120_000 }, { retryAfterMs: 300_000 }, { retryAfterMs: hourMs }, {}]);
    expect(waits[3]).not.toHaveProperty('retryAfterMs');
  });

  it('wait longer after each failure, up to a fifth more by chance, and give up after the last', () => {
    for (const [tries, delayMs] of retryDelaysMs.entries()) {
      expect(nextTryMs(tried(tries, 0))).toBe(nowMs + delayMs);
      expect(nextTryMs(tried(tries, 0.999_999))).toBeLessThanOrEqual(nowMs + delayMs * 1.2);
    }
    const last = tried(retryDelaysMs.length, 0);
    expect(last).toMatchObject({ state: 'given-up', tries: 11, lastTrouble: 'timeout' });
    expect(nextTryMs(last)).toBeUndefined();
  });

  it('wait as long as the portal asks, but not shorter than they would', () => {
    expect(nextTryMs(tried(0, 0, 600_000))).toBe(nowMs + 600_000);
    expect(nextTryMs(tried(3, 0, 1_000))).toBe(nowMs + 600_000);
  });

  it('close what was delivered, is gone, or has nowhere to go', () => {
    const before = aDelivery({ tries: 2, lastTrouble: 'timeout', lastStatus: 500 });
    const after = (result: Parameters<typeof afterTry>[1]) => afterTry(before, result, { nowMs, random: () => 0 });
    const closedAt = '2026-11-02T09:00:00.000Z';
    const delivered = after({ kind: 'delivered', status: 204 });
    expect(delivered).toMatchObject({ state: 'delivered', tries: 3, lastStatus: 204, closedAt });
    expect(delivered.lastTrouble).toBeUndefined();
    expect(after({ kind: 'gone', status: 410 })).toMatchObject({ state: 'gone', tries: 3, lastStatus: 410, closedAt });
    expect(after({ kind: 'skipped', trouble: 'no endpoint' })).toMatchObject({ state: 'skipped', tries: 2, closedAt });
  });
});
