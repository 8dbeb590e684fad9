import { describe, expect, it } from 'vitest';
import { retryAfterSeconds } from '../../shared/platform/http.ts';

const nowMs = Date.parse('2026-11-02T09:00:00.000Z');
const of = (value: string) => retryAfterSeconds({ status: 429, headers: { 'retry-after': value }, body: '' }, nowMs);

describe('Retry-After', () => {
  it.each([
    ['30', 30],
    ['0', 0],
    ['3600', 3_600],
    ['Mon, 02 Nov 2026 09:02:00 GMT', 120],
    ['Mon, 02 Nov 2026 08:00:00 GMT', 0],
    ['soon', undefined],
  ])('of %s means %s seconds', (value, seconds) => {
    expect(of(value)).toBe(seconds);
  });

  it.each(['3601', '999999999', `1${'0'.repeat(400)}`, 'Tue, 02 Nov 2027 09:00:00 GMT'])(
    'of %s is believed for an hour',
    (value) => {
      expect(of(value)).toBe(3_600);
    },
  );
});
