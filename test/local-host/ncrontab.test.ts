import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseNcrontab } from '../../local/host/ncrontab.ts';

const next = (expression: string, after: string) =>
  new Date(parseNcrontab(expression).next(Date.parse(after))).toISOString().replace('.000', '');

describe('an NCRONTAB schedule', () => {
  test.each([
    ['every second', '* * * * * *', '2026-11-22T10:00:00.400Z', '2026-11-22T10:00:01Z'],
    ['strictly after a tick', '0 * * * * *', '2026-11-22T10:00:00Z', '2026-11-22T10:01:00Z'],
    ['a tick one millisecond away', '0 * * * * *', '2026-11-22T10:00:59.999Z', '2026-11-22T10:01:00Z'],
    ['a step', '0 */5 * * * *', '2026-11-22T10:04:59Z', '2026-11-22T10:05:00Z'],
    ['a step from a value to the end of the field', '0 7/20 * * * *', '2026-11-22T10:30:00Z', '2026-11-22T10:47:00Z'],
    ['a step within a range', '0 0-30/15 * * * *', '2026-11-22T10:15:00Z', '2026-11-22T10:30:00Z'],
    ['a list', '30 10,50 9 * * *', '2026-11-22T09:10:30Z', '2026-11-22T09:50:30Z'],
    ['a list of ranges', '0 0 9-11,15-16 * * *', '2026-11-22T11:00:00Z', '2026-11-22T15:00:00Z'],
    ['five fields, without seconds', '30 9 * * *', '2026-11-22T09:30:00Z', '2026-11-23T09:30:00Z'],
    ['days by name', '0 0 9 * * Mon-Fri', '2026-11-20T09:00:00Z', '2026-11-23T09:00:00Z'],
    ['a day by its full name', '0 0 0 * * sunday', '2026-11-22T00:00:00Z', '2026-11-29T00:00:00Z'],
    ['months by name', '0 0 0 1 JAN,jul *', '2026-11-22T00:00:00Z', '2027-01-01T00:00:00Z'],
    ['a reversed range, turned round', '0 0 0 * * Fri-Mon', '2026-11-21T12:00:00Z', '2026-11-23T00:00:00Z'],
    ['both the day and the day of week', '0 0 0 13 * Fri', '2026-11-22T00:00:00Z', '2027-08-13T00:00:00Z'],
    ['the end of a month', '59 59 23 31 * *', '2026-11-22T00:00:00Z', '2026-12-31T23:59:59Z'],
    ['a month without a 31st', '0 0 0 31 * *', '2026-03-31T00:00:00Z', '2026-05-31T00:00:00Z'],
    ['the end of a year', '0 0 0 * * *', '2026-12-31T23:59:59Z', '2027-01-01T00:00:00Z'],
    ['29 February', '0 0 12 29 2 *', '2026-11-22T00:00:00Z', '2028-02-29T12:00:00Z'],
    ['29 February across a year that is not leap', '0 0 0 29 2 *', '2096-03-01T00:00:00Z', '2104-02-29T00:00:00Z'],
    ['29 February on a Monday', '0 0 0 29 2 Mon', '2026-11-22T00:00:00Z', '2044-02-29T00:00:00Z'],
    ['the hour that summer time skips', '0 30 2 29 3 *', '2026-03-28T12:00:00Z', '2026-03-29T02:30:00Z'],
    ['the hour that winter time repeats, once', '0 30 1 25 10 *', '2026-10-25T01:30:00Z', '2027-10-25T01:30:00Z'],
  ])('finds %s', (...[, expression, after, expected]) => {
    expect(next(expression, after)).toBe(expected);
  });

  test.each([
    ['', 'six fields'],
    ['* * * *', 'six fields'],
    ['* * * * * * *', 'six fields'],
    ['60 * * * * *', "'60' is no second"],
    ['0 0 24 * * *', "'24' is no hour"],
    ['0 0 0 0 * *', "'0' is no day"],
    ['0 0 0 * 13 *', "'13' is no month"],
    ['0 0 0 * * 7', "'7' is no day of week"],
    ['0 0 0 * * Someday', "'Someday' is no day of week"],
    ['0 */0 * * * *', "'*/0' is no minute"],
    ['0 1-2-3 * * * *', "'1-2-3' is no minute"],
    ['0 *-5 * * * *', "'*-5' is no minute"],
    ['0 1, * * * *', "'1,' is no minute"],
    ['0 0 0 ? * *', "'?' is no day"],
    ['0 0 0 30 2 *', 'never comes'],
    ['01:00:00', 'time span'],
  ])('refuses %j', (expression, message) => {
    expect(() => parseNcrontab(expression)).toThrow(message);
  });

  test('never gives a moment that is not later, not a whole second, or leaves one out', () => {
    const moments = fc.date({ min: new Date('2000-01-01'), max: new Date('2099-01-01'), noInvalidDate: true });
    const schedule = parseNcrontab('0 */15 8-17 * * 1-5');
    fc.assert(
      fc.property(moments, (moment) => {
        const found = schedule.next(moment.getTime());
        expect(found).toBeGreaterThan(moment.getTime());
        expect(found % (15 * 60_000)).toBe(0);
        expect(schedule.next(found - 1)).toBe(found);
      }),
    );
  });
});
