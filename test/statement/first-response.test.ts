import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { afterBusinessMinutes } from '../../shared/statement/business-time.ts';
import { defaultStatement } from '../../shared/statement/default-statement.ts';
import { firstResponseDue } from '../../shared/statement/first-response.ts';
import { statementSchema, type Statement } from '../../shared/statement/statement.ts';

const at = (iso: string) => Date.parse(iso);
const iso = (ms: number | undefined) => (ms === undefined ? undefined : new Date(ms).toISOString());

const office: Statement['hours'] = defaultStatement.hours;
const tokyo: Statement['hours'] = {
  timeZone: 'Asia/Tokyo',
  weekly: {
    monday: [
      { from: '09:00', to: '12:00' },
      { from: '13:00', to: '18:00' },
    ],
  },
  holidays: [],
};
const always: Statement['hours'] = {
  timeZone: 'Europe/Berlin',
  weekly: { sunday: [{ from: '00:00', to: '24:00' }] },
  holidays: [],
};

describe('business minutes', () => {
  it.each([
    {
      name: 'within a day',
      hours: office,
      start: '2026-11-02T09:00:00Z',
      minutes: 60,
      due: '2026-11-02T10:00:00.000Z',
    },
    {
      name: 'exactly until closing time',
      hours: office,
      start: '2026-11-02T15:30:00Z',
      minutes: 60,
      due: '2026-11-02T16:30:00.000Z',
    },
    {
      name: 'from evening to the next morning',
      hours: office,
      start: '2026-11-02T16:00:00Z',
      minutes: 60,
      due: '2026-11-03T08:30:00.000Z',
    },
    {
      name: 'from before opening',
      hours: office,
      start: '2026-11-02T03:00:00Z',
      minutes: 30,
      due: '2026-11-02T08:30:00.000Z',
    },
    {
      name: 'over a weekend',
      hours: office,
      start: '2026-11-06T16:00:00Z',
      minutes: 240,
      due: '2026-11-09T11:30:00.000Z',
    },
    {
      name: 'over holidays and the weekend after',
      hours: office,
      start: '2026-12-24T16:20:00Z',
      minutes: 30,
      due: '2026-12-28T08:20:00.000Z',
    },
    {
      name: 'into summer time',
      hours: office,
      start: '2027-03-26T16:00:00Z',
      minutes: 60,
      due: '2027-03-29T07:30:00.000Z',
    },
    {
      name: 'over lunch, in another zone',
      hours: tokyo,
      start: '2026-11-02T02:30:00Z',
      minutes: 60,
      due: '2026-11-02T04:30:00.000Z',
    },
    {
      name: 'to the next week',
      hours: tokyo,
      start: '2026-11-02T08:30:00Z',
      minutes: 60,
      due: '2026-11-09T00:30:00.000Z',
    },
    {
      name: 'through a day of 25 hours',
      hours: always,
      start: '2026-10-24T22:00:00Z',
      minutes: 1_500,
      due: '2026-10-25T23:00:00.000Z',
    },
    {
      name: 'through a day of 23 hours into the next week',
      hours: always,
      start: '2027-03-27T23:00:00Z',
      minutes: 1_381,
      due: '2027-04-03T22:01:00.000Z',
    },
  ])('count $name', ({ hours, start, minutes, due }) => {
    expect(iso(afterBusinessMinutes(hours, at(start), minutes))).toBe(due);
  });

  it('never end where there are no hours', () => {
    expect(afterBusinessMinutes({ ...office, weekly: {} }, at('2026-11-02T09:00:00Z'), 1)).toBeUndefined();
  });

  it('add up: a then b is a plus b', () => {
    const minutes = fc.integer({ min: 1, max: 4_000 });
    const start = fc.integer({ min: at('2026-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });
    fc.assert(
      fc.property(start, minutes, minutes, (from, a, b) => {
        const middle = afterBusinessMinutes(office, from, a) ?? 0;
        expect(afterBusinessMinutes(office, middle, b)).toBe(afterBusinessMinutes(office, from, a + b));
      }),
      { numRuns: 100 },
    );
  });
});

describe('the first response', () => {
  const receivedAt = at('2026-11-06T16:25:00Z');

  it('is due by the clock for a critical request', async () => {
    const due = await firstResponseDue(defaultStatement, { severity: 'critical', receivedAt });
    expect(iso(due?.dueAt)).toBe('2026-11-06T17:25:00.000Z');
  });

  it('is due within published hours for others, and says what it was computed from', async () => {
    const due = await firstResponseDue({ ...defaultStatement, version: 7 }, { severity: 'minimal', receivedAt });
    expect(due).toEqual({
      dueAt: at('2026-11-09T15:55:00Z'),
      targetMinutes: 480,
      calendar: 'business',
      timeZone: 'Europe/Berlin',
      statementVersion: 7,
    });
  });

  it('is not promised where there are no hours', async () => {
    const closed = { ...defaultStatement, hours: { ...office, weekly: {} } };
    expect(await firstResponseDue(closed, { severity: 'moderate', receivedAt })).toBeUndefined();
  });
});

describe('a statement', () => {
  it('of ours fits its schema', () => {
    expect(statementSchema.parse(defaultStatement)).toEqual(defaultStatement);
  });

  it.each([
    ['an unknown time zone', { timeZone: 'Mars/Olympus' }],
    ['a shift that ends before it begins', { weekly: { monday: [{ from: '18:00', to: '09:00' }] } }],
    [
      'shifts that overlap',
      {
        weekly: {
          monday: [
            { from: '09:00', to: '12:00' },
            { from: '11:00', to: '13:00' },
          ],
        },
      },
    ],
    ['an hour that no clock shows', { weekly: { monday: [{ from: '09:00', to: '25:00' }] } }],
    ['a day that no week has', { weekly: { someday: [] } }],
  ])('with %s is refused', (_name, hours) => {
    const wrong = { ...defaultStatement, hours: { ...office, ...hours } };
    expect(statementSchema.safeParse(wrong).success).toBe(false);
  });
});
