import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Effect, Rule } from '../../shared/escalations/readiness-rule.ts';
import { readinessRules } from '../../shared/escalations/readiness-rules.ts';
import { decide } from '../../shared/escalations/readiness.ts';
import { standingRules } from '../../shared/escalations/vehicle-standing.ts';
import { anAzureRequest, someFacts } from './builders.ts';
import { readinessTable, type Row } from './readiness-table.ts';
import { factsOf, words } from './readiness-words.ts';

const givesWay: readonly Effect[] = ['waits', 'doubts'];
const effectOf = new Map(readinessRules.map(({ code, effect }) => [code, effect]));

/** What the gate says of a row, in the form of the table. */
function judged({ given }: Pick<Row, 'given'>, rules = readinessRules, standings = standingRules): Row {
  const facts = factsOf(given);
  const { decision, reasons, vehicle, channel, party, joins } = decide(facts, rules, standings);
  const codes = reasons.map(({ code }) => code);
  const isBar = (code: string) => {
    const effect = effectOf.get(code) ?? 'notes';
    return effect !== 'notes' && !(facts.wanted?.force === true && givesWay.includes(effect));
  };
  const goes = [vehicle ?? '-', channel, ...(party ? [`to ${party}`] : []), ...(joins === undefined ? [] : ['joins'])];
  return {
    given,
    decision,
    bars: codes.filter(isBar),
    notes: codes.filter((code) => !isBar(code)),
    goes: goes.join(' '),
  };
}

const isCaught = (rules: readonly Rule[], standings = standingRules): boolean =>
  readinessTable.some((row) => JSON.stringify(judged(row, rules, standings)) !== JSON.stringify(row));

describe('the gate', () => {
  it.each(readinessTable)('decides for: $given', (row) => {
    expect(judged(row)).toEqual(row);
  });

  it('has a table of many different cases, in words that are all used', () => {
    expect(new Set(readinessTable.map(({ given }) => given)).size).toBe(readinessTable.length);
    expect(readinessTable.length).toBeGreaterThanOrEqual(200);
    const used = new Set(readinessTable.flatMap(({ given }) => given.split(' ')));
    expect(Object.keys(words).filter((word) => !used.has(word))).toEqual([]);
  });

  it('has a name of its own for each rule', () => {
    expect(effectOf.size).toBe(readinessRules.length);
  });

  it.each(readinessRules)('is found out by the table when it lacks the rule $code', ({ code }) => {
    expect(isCaught(readinessRules.filter((rule) => rule.code !== code))).toBe(true);
  });

  const weaker: Record<Effect, readonly Effect[]> = {
    redirects: ['blocks', 'notes'],
    blocks: ['doubts', 'waits', 'notes'],
    doubts: ['waits', 'notes'],
    waits: ['notes'],
    notes: [],
  };
  const weakened = readinessRules.flatMap((rule) => weaker[rule.effect].map((effect) => ({ code: rule.code, effect })));

  it.each(weakened)('is found out by the table when $code only $effect', ({ code, effect }) => {
    expect(isCaught(readinessRules.map((rule) => (rule.code === code ? { ...rule, effect } : rule)))).toBe(true);
  });

  const barring = readinessRules.filter(({ effect }) => effect !== 'notes' && effect !== 'blocks');
  it.each(barring)('is found out by the table when $code does more than it should', ({ code }) => {
    const rules = readinessRules.map((rule) => (rule.code === code ? { ...rule, effect: 'blocks' as const } : rule));
    expect(isCaught(rules)).toBe(true);
  });

  // Whoever asks for a vehicle wants a case of its own.
  const ofFiling = readinessRules.filter(({ isOfFiling, code }) => isOfFiling && code !== 'vehicle-not-eligible');
  it.each(ofFiling)('is found out by the table when a case that is shared is judged by $code', ({ code }) => {
    expect(isCaught(readinessRules.map((rule) => (rule.code === code ? withoutFiling(rule) : rule)))).toBe(true);
  });

  it.each(standingRules)('is found out by the table when a vehicle is never $standing', ({ standing }) => {
    expect(
      isCaught(
        readinessRules,
        standingRules.filter((rule) => rule.standing !== standing),
      ),
    ).toBe(true);
  });

  it('numbers its reasons and says what to do about each that stands in the way', () => {
    const { reasons } = decide(someFacts({ contracts: [], contact: undefined }));
    expect(reasons.map((reason) => reason.n)).toEqual(reasons.map((_, index) => index + 1));
    const rules = readinessRules.filter((rule) => rule.effect !== 'notes');
    expect(rules.filter((rule) => rule.remedy === undefined)).toEqual([]);
  });

  it('never files in a subscription that is not the customer’s', () => {
    const evidence = {
      resourceId: '/subscriptions/99999999-0000-4000-8000-000000000000/resourceGroups/a/providers/B/c/d',
    };
    const decision = decide(someFacts({ request: anAzureRequest({ evidence }) }));
    expect(decision.subscriptionId).toBe('1ebbc8b9-321a-5102-b6da-1652888de4c9');
    expect(decision.packet?.resourceId).toBeUndefined();
  });

  it('tells why it goes by one vehicle and not by another', () => {
    const textOf = (given: string) => decide(factsOf(given)).reasons.at(-1)!.text;
    expect(textOf('premier-expired signature')).toBe(
      'Goes by advanced, filed by a person. Of the others: premier has expired, signature could too.',
    );
    expect(textOf('azure signature-only')).toBe(
      'Goes by signature, filed by the desk. Of the others: premier has no contract, advanced has no contract.',
    );
  });

  it('never names a person in its reasons: everybody may read them', () => {
    const { reasons } = decide(factsOf('critical azure'));
    expect(JSON.stringify(reasons)).not.toMatch(/Ingrid|Oda/);
  });

  it('lets force overrule waits and doubts, and nothing else', () => {
    fc.assert(
      fc.property(fc.constantFrom(...readinessTable), ({ given }) => {
        const facts = factsOf(given);
        const wanted = { ...facts.wanted, force: false };
        const plain = decide({ ...facts, wanted });
        const forced = decide({ ...facts, wanted: { ...wanted, force: true } });
        const isStanding = ({ code }: { code: string }) => {
          const effect = effectOf.get(code) ?? 'notes';
          return effect !== 'notes' && !givesWay.includes(effect);
        };
        const judgedAlike = forced.reasons.some(isStanding) ? 'blocked' : 'ready';
        expect(forced.decision).toBe(plain.decision === 'redirect' ? 'redirect' : judgedAlike);
      }),
      { numRuns: 400 },
    );
  });
});

const withoutFiling = ({ code, stage, effect, holds, text }: Rule): Rule => ({ code, stage, effect, holds, text });
