import { describe, expect, it } from 'vitest';
import { askForNews, newsDueAt } from '../../shared/escalations/ask-claimant.ts';
import type { EscalationRow } from '../../shared/escalations/escalation.ts';
import { startOfTest } from './builders.ts';

const hour = 3_600_000;
const at = (hours: number) => new Date(startOfTest + hours * hour).toISOString();

const aFiledCase = (change: Partial<EscalationRow> = {}): EscalationRow => ({
  id: 'abcdefghijklmnopqrstuvwxy2-1',
  requestIds: ['abcdefghijklmnopqrstuvwxy2'],
  portalId: 'northlight',
  customerId: 'ccustomer',
  connectionId: 'north',
  tenantId: '6f1a2c38-9d0b-4c57-8e21-3b7d5a90c411',
  tokenWay: 'app',
  state: 'following',
  channel: 'assisted',
  severity: 'moderate',
  version: 4,
  turn: 3,
  createdAt: at(-1),
  updatedAt: at(0),
  reasons: [],
  attempt: 0,
  failures: 0,
  caseNumber: '2611020030000042',
  filedAt: at(0),
  ...change,
});

describe('a filed case that nothing can read', () => {
  it.each([
    ['critical', 2],
    ['moderate', 24],
    ['minimal', 72],
  ] as const)('of severity %s is asked after every %i hours', (severity, hours) => {
    let row = aFiledCase({ severity });
    const asked: number[] = [];
    for (let now = startOfTest; now <= startOfTest + 3 * hours * hour;) {
      const { after, event, dueAt } = askForNews(row, now);
      if (event) asked.push((now - startOfTest) / hour);
      expect(after.turn).toBe(row.turn + 1);
      row = after;
      now = dueAt;
    }
    expect(asked).toEqual([hours, 2 * hours, 3 * hours]);
  });

  it('is asked once per interval, in words that name nobody', () => {
    const { after, event } = askForNews(aFiledCase(), startOfTest + 24 * hour);
    expect(event).toMatchObject({ what: 'news-asked', state: 'following', version: 5 });
    expect(event?.note).toBe('The desk cannot read this case at Microsoft: whoever filed it is asked how it goes.');
    expect(askForNews(after, startOfTest + 25 * hour)).not.toHaveProperty('event');
  });

  it('whose wake comes early by a slow clock is asked a minute later, not over and over at once', () => {
    const due = startOfTest + 24 * hour;
    expect(askForNews(aFiledCase(), due - 40_000)).toMatchObject({ dueAt: due + 60_000 });
    expect(askForNews(aFiledCase(), due - 40_000)).not.toHaveProperty('event');
  });

  it('is not asked as long as mails tell how it goes', () => {
    const row = aFiledCase({ heardAt: at(20), askAgainAt: at(24) });
    expect(newsDueAt(row)).toBe(startOfTest + 44 * hour);
    expect(askForNews(row, startOfTest + 30 * hour)).toMatchObject({ dueAt: startOfTest + 44 * hour });
  });
});
