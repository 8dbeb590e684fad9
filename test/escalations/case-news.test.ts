import { describe, expect, it } from 'vitest';
import type { CaseMessage } from '../../shared/escalations/case-follower.ts';
import { applySeen, type CaseNews } from '../../shared/escalations/case-news.ts';
import type { EscalationRow } from '../../shared/escalations/escalation.ts';
import { promisedUpdate } from '../../shared/escalations/promised-update.ts';
import { clocksOfCase } from '../../shared/escalations/watched-case.ts';
import { seededRandom } from '../support/seeded.ts';
import { startOfTest } from './builders.ts';
import { aRow } from './escalation-rules.test.ts';

const at = (minutes: number): string => new Date(startOfTest + minutes * 60_000).toISOString();
const nowMs = startOfTest + 24 * 3_600_000;
const number = '2611020030000001';
const targets = { responseHours: { critical: 2, moderate: 4, minimal: 8 }, source: 'a contract' };

const aCase = (change: Partial<EscalationRow> = {}): EscalationRow =>
  aRow({ state: 'following', channel: 'assisted', caseNumber: number, filedAt: at(0), targets, ...change });

const said = (id: string, minutes: number, change: Partial<CaseMessage> = {}): CaseMessage => ({
  id,
  at: at(minutes),
  from: 'microsoft',
  text: 'We look into it.',
  ...change,
});

const news = (change: Partial<CaseNews>): CaseNews => ({ messages: [], ...change });

function applied(row: EscalationRow, seen: CaseNews) {
  const outcome = applySeen(row, seen, { nowMs });
  if (outcome.kind === 'conflict') throw new Error('a conflict');
  return outcome;
}

const whats = (row: EscalationRow, seen: CaseNews) => applied(row, seen).events.map(({ what, note }) => [what, note]);

describe('news of a case', () => {
  it.each<[string, Partial<CaseNews>, [string, string][]]>([
    ['nothing new', { status: 'Open' }, []],
    ['another status', { status: 'Updating' }, [['case-changed', 'Microsoft: Updating']]],
    [
      'a lower severity',
      { severity: 'minimal' },
      [['case-changed', 'Microsoft lowered the severity of the case from B to C.']],
    ],
    ['a higher one', { severity: 'A' }, [['case-changed', 'Microsoft raised the severity of the case from B to A.']]],
    ['an engineer', { engineer: 'a@microsoft.example' }, [['case-changed', 'An engineer of Microsoft has the case.']]],
    ['a message', { messages: [said('m1', 5)] }, [['microsoft-wrote', 'Microsoft wrote.']]],
    [
      'a question',
      { messages: [said('m1', 5)], needsAnswer: true },
      [['microsoft-asks', 'Microsoft wrote, and waits for an answer.']],
    ],
    ['a wait without a message', { needsAnswer: true }, [['microsoft-asks', 'Microsoft waits for an answer.']]],
    [
      'words of ours from elsewhere',
      { messages: [said('m1', 5, { from: 'partner' })] },
      [['wrote-microsoft', 'The partner wrote to Microsoft.']],
    ],
    ['its end', { status: 'Closed', isClosed: true }, [['closed', 'Microsoft: Closed']]],
  ])('tells %s in events of its own', (_title, seen, told) => {
    expect(whats(aCase({ caseStatus: 'Open' }), news(seen))).toEqual(told);
  });

  it('counts versions up, one for each event', () => {
    const { after, events } = applied(aCase(), news({ status: 'Open', severity: 'A', messages: [said('m1', 1)] }));
    expect(events.map(({ version }) => version)).toEqual([2, 3, 4]);
    expect(after.version).toBe(4);
  });

  it('changes nothing a second time', () => {
    const seen = news({
      via: 'mail',
      at: at(5),
      severity: 'A',
      engineer: 'x',
      needsAnswer: true,
      messages: [said('m1', 5)],
    });
    const { after } = applied(aCase(), seen);
    expect(applied(after, seen)).toMatchObject({ events: [], texts: [], hasChanged: false });
  });

  it('knows no other engineer where a mail gives a name and an interface an address', () => {
    const named = applied(aCase({ respondedAt: at(1) }), news({ via: 'mail', engineer: 'Ada', at: at(5) })).after;
    const addressed = applied(named, news({ engineer: 'ada@microsoft.example', at: at(6) }));
    expect(addressed.events).toEqual([]);
    expect(whats(addressed.after, news({ via: 'mail', engineer: 'Ada', at: at(7) }))).toEqual([]);
    expect(whats(addressed.after, news({ engineer: 'bo@microsoft.example', at: at(8) }))).toEqual([
      ['case-changed', 'Another engineer of Microsoft has the case.'],
    ]);
    expect(whats(named, news({ via: 'mail', engineer: 'Bo', at: at(9) }))).toEqual([
      ['case-changed', 'Another engineer of Microsoft has the case.'],
    ]);
  });

  it('keeps texts in content and the engineer as a hash', () => {
    const { after, events, texts } = applied(
      aCase(),
      news({ engineer: 'a@microsoft.example', messages: [said('m1', 5, { text: 'vm-erp-01 is down' })] }),
    );
    expect(texts).toEqual([{ key: 'm1', text: { from: 'microsoft', at: at(5), text: 'vm-erp-01 is down' } }]);
    expect(JSON.stringify([after, events])).not.toMatch(/vm-erp|@/);
  });

  it('never takes what is said of another case', () => {
    expect(applySeen(aCase(), news({ number: '9911020030000001' }), { nowMs })).toEqual({
      kind: 'conflict',
      known: number,
      told: '9911020030000001',
    });
  });

  it.each(['awaiting-filing', 'claimed', 'parked'] as const)('takes the number of a case that is %s', (state) => {
    const row = aCase({ state, caseNumber: undefined, filedAt: undefined });
    const { after, events } = applied(row, news({ via: 'mail', at: at(9), number, messages: [said('m1', 9)] }));
    expect(after).toMatchObject({ state: 'following', caseNumber: number, filedAt: at(9) });
    expect(events.map(({ what }) => what)).toEqual(['filed', 'following', 'microsoft-wrote']);
  });

  it('leaves a try that may have made its own ticket to the look by its name', () => {
    const row = aRow({ state: 'intended', intentAt: at(0) });
    expect(applied(row, news({ number })).after.caseNumber).toBeUndefined();
  });

  it('never lets an older word overrule a newer one', () => {
    const { after } = applied(
      aCase(),
      news({ via: 'mail', at: at(60), status: 'Closing', messages: [said('n', 60, { from: 'partner' })] }),
    );
    const late = applied(
      after,
      news({ via: 'mail', at: at(30), status: 'Open', needsAnswer: true, messages: [said('m', 30)] }),
    );
    expect(late.after).toMatchObject({ caseStatus: 'Closing' });
    expect(late.events.map(({ what }) => what)).toEqual(['microsoft-wrote']);
  });

  it('does not keep the mails of a case that an interface gives, and has it read instead', () => {
    const row = aCase({ channel: 'azure-support' });
    expect(applied(row, news({ via: 'mail', messages: [said('m1', 5)] }))).toMatchObject({ events: [], readNow: true });
    const blind = { ...row, unreadable: { since: at(0), reason: 'HTTP 503' } };
    expect(applied(blind, news({ via: 'mail', messages: [said('m1', 5)] })).events).toHaveLength(1);
  });

  it('fits a long conversation into several changes and loses none of it', () => {
    const messages = Array.from({ length: 80 }, (_, n) => said(`m${String(n)}`, n));
    const seen = news({ messages });
    const keys: string[] = [];
    let row = aCase();
    for (let hasMore = true; hasMore;) {
      const outcome = applied(row, seen);
      ({ after: row, hasMore } = outcome);
      keys.push(...outcome.texts.map(({ key }) => key));
    }
    expect(keys).toEqual(messages.map(({ id }) => id));
    expect(row.readMessages).toHaveLength(50);
  });

  it('gives the same clocks and the same head in whatever order mails come', () => {
    const mails = [
      news({ via: 'mail', at: at(30), messages: [said('a', 30, { text: 'Next update by: 2026-11-02 12:00 UTC' })] }),
      news({ via: 'mail', at: at(70), needsAnswer: true, messages: [said('b', 70)] }),
      news({ via: 'mail', at: at(95), messages: [said('c', 95, { from: 'partner' })] }),
      news({
        via: 'mail',
        at: at(140),
        severity: 'A',
        messages: [said('d', 140, { text: 'Next update by 2026-11-02 14:30 UTC' })],
      }),
      news({ via: 'mail', at: at(200), severity: 'C', needsAnswer: true, messages: [said('e', 200)] }),
      news({ via: 'mail', at: at(260), messages: [said('f', 260, { from: 'partner' })] }),
    ];
    const outcome = (order: readonly CaseNews[]) => {
      const facts = [];
      let row = aCase();
      for (const mail of order) {
        const { after, events } = applied(row, mail);
        facts.push(...events.flatMap(({ fact }) => fact ?? []));
        row = after;
      }
      const { respondedAt, heardAt, needsAnswer, nextUpdateBy } = row;
      return { clocks: clocksOfCase(row, nowMs, facts), head: { respondedAt, heardAt, needsAnswer, nextUpdateBy } };
    };
    const expected = outcome(mails);
    expect(expected.clocks[2]?.pauses).toEqual([expect.objectContaining({ from: at(200), to: at(260) })]);
    const random = seededRandom(11);
    for (let run = 0; run < 200; run++) {
      const order = mails
        .map((mail) => ({ mail, key: random() }))
        .sort((a, b) => a.key - b.key)
        .map(({ mail }) => mail);
      expect(outcome(order)).toEqual(expected);
    }
  });
});

describe('a promise of the next word', () => {
  it.each([
    ['Next update by: Tuesday, November 3, 2026, at 2:00 PM UTC', '2026-11-03T14:00:00.000Z'],
    ['Next update by 2026-11-03T14:00:00Z.', '2026-11-03T14:00:00.000Z'],
    ['Next update: 2026-11-03 15:00 +01:00', '2026-11-03T14:00:00.000Z'],
    ['Next update by: 3 November 2026 14:00 UTC', '2026-11-03T14:00:00.000Z'],
    ['Next update by 11/3/2026 5:00 PM UTC', undefined],
    ['Next update by 2026-02-30 14:00 UTC', undefined],
    ['Next update by 2026-11-03 14:00 PST', undefined],
    ['Next update by: 3 November 2026 14:00 GMT+1', undefined],
    ['Next update by tomorrow', undefined],
  ])('is read where it is plainly dated: %s', (text, iso) => {
    expect(promisedUpdate(text)).toBe(iso);
  });
});
