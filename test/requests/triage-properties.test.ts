import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from '../../shared/core/canonical-json.ts';
import { hashOf } from '../../shared/core/hash.ts';
import type { BoundaryRule } from '../../shared/requests/boundary-rule.ts';
import { boundaryRules, builtInRules, builtInVersion } from '../../shared/requests/boundary-rules.ts';
import { signWords } from '../../shared/requests/boundary-signs.ts';
import { categoryWords } from '../../shared/requests/category-words.ts';
import { categories } from '../../shared/requests/request.ts';
import { parts } from '../../shared/requests/part-words.ts';
import { regions } from '../../shared/requests/region-words.ts';
import { troubles } from '../../shared/requests/symptom-words.ts';
import { serviceWords } from '../../shared/requests/service-words.ts';
import type { LiveIncident } from '../../shared/requests/ports.ts';
import { boundaries } from '../../shared/requests/triage-answer.ts';
import { triage, type TriageInput } from '../../shared/requests/triage.ts';
import { liveIncidents } from './live-incidents.ts';
import { inputOf, triageTable, verdictOf } from './triage-table.ts';

/** Anything at all, and what looks like requests. */
const fragments = triageTable.map(({ title, description }) => `${title}\n${description}`);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc
    .array(fc.constantFrom(...fragments, '> ', '-- ', '```', 'From: x', 'not ', 'ではなく', '…', '@', 'https://'), {
      maxLength: 6,
    })
    .map((parts) => parts.join(' ')),
);
const given = (request: TriageInput['request'], more: Partial<TriageInput> = {}): TriageInput => ({
  request,
  receivedAt: Date.parse('2026-11-02T09:00:00Z'),
  incidents: liveIncidents,
  expectedFirstResponseAt: null,
  adminLinks: () => [],
  ...more,
});

describe('triage, whatever is sent', () => {
  it('answers with known values and with reasons, the same every time, and small', () => {
    fc.assert(
      fc.property(text, text, (title, description) => {
        const answer = triage(given({ title, description }));
        expect([...categories, null]).toContain(answer.category);
        expect([...boundaries, null]).toContain(answer.boundary);
        expect([...serviceWords.map(({ id }) => id), null]).toContain(answer.service);
        expect(answer.reasons.length).toBeGreaterThanOrEqual(3);
        expect(JSON.stringify(answer).length).toBeLessThan(16_000);
        expect(triage(given({ title, description }))).toEqual(answer);
      }),
    );
  });

  it("keeps the sender's word, and a person's against it", () => {
    const category = fc.constantFrom(...categories);
    const said = fc.record({ sent: category, service: fc.constantFrom(...serviceWords), later: category });
    fc.assert(
      fc.property(text, said, (title, { sent, service: { id, name }, later }) => {
        const request = { title, description: title, category: sent, service: name };
        const answer = triage(given(request));
        expect(answer).toMatchObject({
          category: sent,
          service: id,
          sources: { category: 'sender', service: 'sender' },
        });
        const after = triage({ ...given(request), person: { category: later } });
        expect(after).toMatchObject({
          category: later,
          service: id,
          sources: { category: 'person', service: 'sender' },
        });
        expect(after.reasons.filter((reason) => reason.startsWith('boundary '))).toHaveLength(1);
      }),
      { numRuns: 60 },
    );
  });

  it('quotes no word of the sender that begins like one of the lists and goes on: it may be a name', () => {
    const lists = [...serviceWords.flatMap(({ strong, weak }) => [strong, weak]), ...Object.values(categoryWords)];
    const beginnings = lists.flatMap((list) => list.split(', ')).filter((word) => word.endsWith('*'));
    expect(beginnings.length).toBeGreaterThan(100);
    for (const word of beginnings) {
      const title = `${word.slice(0, -1)}priceman`;
      const { reasons } = triage(given({ title, description: title }));
      expect([word, reasons.join().includes('priceman')]).toEqual([word, false]);
    }
  });

  it('is decided by the first rule that fits, whatever stands behind it', () => {
    const always = (id: string): BoundaryRule => ({
      id,
      services: ['*'],
      category: '*',
      boundary: 'customer',
      source: 'test',
      because: id,
    });
    fc.assert(
      fc.property(text, fc.shuffledSubarray([...boundaryRules]), (title, behind) => {
        const rules = { version: { own: 1, builtIn: builtInVersion }, rules: [always('a'), ...behind, always('b')] };
        expect(triage(given({ title, description: '' }, { rules }))).toMatchObject({
          boundary: 'customer',
          boundaryRule: 'a',
          rulesVersion: { own: 1 },
        });
      }),
      { numRuns: 60 },
    );
  });

  it('has the same verdict as the rules before the one that decided, and none where no rule is left', () => {
    fc.assert(
      fc.property(fc.constantFrom(...triageTable), (one) => {
        const { boundaryRule, boundary } = triage(inputOf(one));
        const upTo = boundaryRules.slice(0, boundaryRules.findIndex(({ id }) => id === boundaryRule) + 1);
        expect(triage(inputOf(one, { ...builtInRules, rules: upTo })).boundary).toBe(boundary);
        expect(triage(inputOf(one, { ...builtInRules, rules: upTo.slice(0, -1) })).boundaryRule).toBeUndefined();
      }),
    );
  });
});

/** What may stand around a text and says nothing about it. */
const around: [string, (text: string) => string][] = [
  ['a signature', (text) => `${text}\n\n-- \nJohn Doe\nTeams and SharePoint consultant`],
  ['a closing', (text) => `${text}\n\nMit freundlichen Grüßen\nErika Muster\nExchange-Administration`],
  ['a footer', (text) => `${text}\nSent from Outlook for iOS`],
  ['a disclaimer', (text) => `${text}\nThis email is confidential and may only be read in Outlook.`],
  [
    'a log',
    (text) => `${text}\n2026-11-02T08:00:00Z ERROR Outlook.Addin invoice timeout\n    at Teams.start (x.js:1:2)`,
  ],
  ['a quoted answer', (text) => `${text}\n\nOn Monday Jane wrote:\n> Is Power BI slow? Or is it the invoice?`],
  ['an address', (text) => `${text}\nteams.exchange@outlook-support.example https://news.example/azure-outage`],
  ['words that nobody knows', (text) => `${text}\nLorem ipsum dolor consetetur.`],
  ['what it is not about', (text) => `${text}\nThis is not about Yammer.`],
  ['big letters', (text) => text.replace(/\b[a-z]{3,}\b/g, (word) => word.toUpperCase())],
  ['full width', (text) => text.replace(/[a-z]/g, (one) => String.fromCharCode(one.charCodeAt(0) + 0xfee0))],
];

/** Every second case, to be quick. */
const verdicts = triageTable
  .filter((_, n) => n % 2 === 0)
  .map((one) => ({ one, verdict: JSON.stringify(verdictOf(triage(inputOf(one)))) }));

describe('the verdict of a case of the table', () => {
  it.each(around)('is the same with %s', (_name, surround) => {
    const changed = verdicts.filter(({ one, verdict }) => {
      // A case that has a quote or a signature of its own ends there.
      if (/\\n(?:-- |From: |Mit freundlichen)/.test(one.description)) return false;
      const input = inputOf(one);
      const request = { ...input.request, description: surround(input.request.description) };
      return JSON.stringify(verdictOf(triage({ ...input, request }))) !== verdict;
    });
    expect(changed.map(({ one }) => `${one.id} ${one.title}`)).toEqual([]);
  });
});

describe('the work of a triage', () => {
  it('is bounded: nothing is read beyond the first 8,000 characters', () => {
    const description = 'Outlook is slow. '.repeat(1_000).slice(0, 8_000);
    const asked = triage(given({ title: 'Slow', description }));
    const more = triage(given({ title: 'Slow', description: `${description}\nRefund the invoice of SharePoint.` }));
    expect(more).toEqual(asked);
  });
});

describe('a text that speaks of everything', () => {
  it('has reasons that fit into a column, even where every incident does so too', () => {
    const everything = [...parts, ...troubles, ...regions].map(({ words }) => words.split(', ')[0]?.replace('*', ''));
    const said = `${everything.join(' ')} 90033 12345 `;
    const rare = Array.from(
      { length: 300 },
      (_, n) =>
        `${'bcdfghjkl'.charAt(n % 9)}${'aeiou'.charAt(n % 5)}qz${'bcdfghjkl'.charAt(n % 7)}${'aeiou'.charAt(n % 3)}xy`,
    );
    const [first] = liveIncidents;
    const open = Array.from({ length: 9 }, (_, n) => {
      const title = `${said}${rare.join(' ')}`;
      return { ...first, id: `EX${String(n)}`, title, impact: said.repeat(3) } as LiveIncident;
    });
    const answer = triage(given({ title: 'Mail', description: `${said}${rare.join(' ')}` }, { incidents: open }));
    expect(answer.likelyIncidents).toHaveLength(5);
    expect(JSON.stringify(answer).length).toBeLessThan(16_000);
  });
});

describe('a text that speaks of nothing', () => {
  /** Milliseconds; the least of some, because others work on the same machine. */
  const leastTime = (work: () => unknown): number =>
    Math.min(
      ...Array.from({ length: 5 }, () => {
        const from = performance.now();
        work();
        return performance.now() - from;
      }),
    );

  it('is listened to once, whether one incident is open or a hundred', () => {
    const [first] = liveIncidents;
    const open = Array.from({ length: 100 }, (_, n) => ({ ...first, id: `EX${String(n)}` }) as LiveIncident);
    const asked = given({ title: 'x', description: 'aあ'.repeat(10_000) });
    const withOne = leastTime(() => triage({ ...asked, incidents: open.slice(0, 1) }));
    const withAll = leastTime(() => triage({ ...asked, incidents: open }));
    expect(withAll).toBeLessThan(5 * withOne);
  });
});

describe('the rules of the desk', () => {
  it('count up with every change, for requests say by which version they were judged', () => {
    const content = hashOf(canonicalJson({ boundaryRules, signWords })).slice(0, 12);
    expect({ builtInVersion, content }).toEqual({ builtInVersion: 3, content: 'uvnj5yza3klg' });
  });

  it('name a source, a reason and only services that exist', () => {
    for (const { source, because, services } of boundaryRules) {
      expect(source).toMatch(/^(?:Microsoft docs: .+|our default)$/);
      expect(because.length).toBeGreaterThan(10);
      expect(services.length).toBeGreaterThan(0);
    }
    expect(new Set(boundaryRules.map(({ id }) => id)).size).toBe(boundaryRules.length);
  });
});
