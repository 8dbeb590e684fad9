import { describe, expect, it } from 'vitest';
import { pastDate } from '../../shared/requests/past-dates.ts';
import { readable } from '../../shared/requests/words.ts';

const now = Date.parse('2026-11-02T09:00:00Z');
const dayOf = (text: string): string | undefined => {
  const at = pastDate(readable(text), now);
  return at === undefined ? undefined : new Date(at).toISOString().slice(0, 10);
};

describe('a month or a year in which a trouble was', () => {
  it.each([
    ['Mail delay 2019', '2020-01-02'],
    ['What caused the mail delay we had in March 2019?', '2019-04-02'],
    ['In March mails were late', '2026-04-02'],
    ['Delay in December', '2026-01-02'],
    ['Mailverzögerung im März', '2026-04-02'],
    ['Im März 2019 kamen Mails verspätet an', '2019-04-02'],
    ['2019年のメール遅延', '2020-01-02'],
    ['3月にメールが遅れた原因', '2026-04-02'],
  ])('is over by its end and a day: “%s”', (text, day) => {
    expect(dayOf(text)).toBe(day);
  });

  it.each([
    ['a version', 'Exchange 2019 mail delay'],
    ['the age of what is missing', 'Mails sent in 2019 are missing'],
    ['the age of what is missing', '2023年のメールが検索できない'],
    ['a month to come', 'Termine im Dezember fehlen'],
    ['a word that is also a month', 'Mail may be late'],
    ['a day of this month', '11月2日から遅い'],
  ])('is not %s: “%s”', (_, text) => {
    expect(dayOf(text)).toBeUndefined();
  });
});
