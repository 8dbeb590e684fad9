import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compared, likelyFrom } from '../../shared/requests/incident-match.ts';
import type { LiveIncident } from '../../shared/requests/ports.ts';
import { kinshipOf } from '../../shared/requests/service-words.ts';
import { triage, type TriageInput } from '../../shared/requests/triage.ts';
import {
  answerTo,
  calledThePartners,
  labelled,
  labelledIncidents,
  languages,
  measured,
  ours,
  precisionOf,
  recallOf,
  type Matcher,
} from './labelled/labelled.ts';

const aims = { precision: 0.95, recall: 0.7, calledThePartners: 0.02 };
const partsOfSet = ['tune', 'held'] as const;

const casesOf = (part: string, language?: string) =>
  labelled.filter((one) => one.part === part && (language === undefined || one.language === language));

describe('the labelled set', () => {
  it('has 200 requests and more in three languages, 20 incidents and more, and several at once on one service', () => {
    expect(labelled.length).toBeGreaterThanOrEqual(200);
    expect(labelledIncidents.length).toBeGreaterThanOrEqual(20);
    expect(new Set(labelled.map(({ id }) => id)).size).toBe(labelled.length);
    for (const { incident, input } of labelled.filter((one) => one.incident !== undefined)) {
      expect(input.incidents.map(({ id }) => id)).toContain(incident);
    }
    const confusable = labelled.filter(({ incident, input }) => {
      const service = input.incidents.find(({ id }) => id === incident)?.service;
      return input.incidents.filter((one) => one.service === service).length > 1;
    });
    expect(confusable.length).toBeGreaterThan(100);
  });

  it('holds what is about no incident beside what is', () => {
    for (const part of partsOfSet) {
      for (const language of languages) {
        const none = casesOf(part, language).filter(({ incident }) => incident === undefined);
        expect(none.length / casesOf(part, language).length).toBeGreaterThan(0.2);
      }
    }
  });
});

describe.each(partsOfSet)('the match on the part “%s”', (part) => {
  it.each(languages)('is as precise as aimed at, and finds as much, in %s', (language) => {
    const figures = measured(casesOf(part, language), ours);
    expect(precisionOf(figures)).toBeGreaterThanOrEqual(aims.precision);
    expect(recallOf(figures)).toBeGreaterThanOrEqual(aims.recall);
  });

  it("calls at most one in fifty of Microsoft's faults the partner's", () => {
    const { faults, partners } = calledThePartners(casesOf(part));
    expect(faults).toBeGreaterThan(100);
    expect(partners.length / faults).toBeLessThanOrEqual(aims.calledThePartners);
  });

  it('would fail for a matcher that goes by the service, or that names everything', () => {
    const byService: Matcher = (input) => {
      const { service } = answerTo(input);
      return input.incidents
        .filter((one) => service !== null && kinshipOf(service, one.service) === 'same')
        .map(({ id }) => id);
    };
    const everything: Matcher = ({ incidents }) => incidents.map(({ id }) => id);
    expect(precisionOf(measured(casesOf(part), byService))).toBeLessThan(0.5);
    expect(precisionOf(measured(casesOf(part), everything))).toBeLessThan(0.5);
    expect(recallOf(measured(casesOf(part), () => []))).toBe(0);
  });
});

const anInput = fc.constantFrom(...labelled.map(({ input }) => input));
const shownFor = (input: TriageInput) => triage(input).likelyIncidents;

describe('whatever is compared', () => {
  it('is the same every time and in every order, between the threshold and 1, most likely first, and says why', () => {
    fc.assert(
      fc.property(anInput, fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })), (input, chance) => {
        const order = input.incidents.map((one) => [chance.next().value, one] as const);
        const incidents = order.toSorted(([a], [b]) => a - b).map(([, one]) => ({ ...one }));
        const shown = shownFor(input);
        expect(shownFor({ ...input, incidents })).toEqual(shown);
        const sure = shown.map(({ confidence }) => confidence);
        expect(sure.every((one) => one >= likelyFrom && one <= 1)).toBe(true);
        expect(sure).toEqual(sure.toSorted((a, b) => b - a));
        expect(shown.every(({ why }) => why.length > 0)).toBe(true);
        const given = new Set(incidents.map(({ id }) => id));
        expect(shown.every(({ id }) => given.has(id))).toBe(true);
      }),
      { numRuns: 40 },
    );
  });

  it('does not change the confidence of an incident by another one', () => {
    const asked = (input: TriageInput) => ({
      text: input.request,
      spoken: { title: input.request.title, whole: input.request.description },
      ...{ service: null, isSaid: false, isOver: false, receivedAt: input.receivedAt },
    });
    fc.assert(
      fc.property(anInput, fc.constantFrom(...labelledIncidents), (input, other) => {
        const before = compared(asked(input), input.incidents);
        const after = compared(asked(input), [...input.incidents, { ...other, id: 'another' }]);
        expect(after.filter(({ id }) => id !== 'another')).toEqual(before);
      }),
      { numRuns: 60 },
    );
  });
});

describe('the cost of comparing', () => {
  it('reads an incident once, however many requests it is compared with', () => {
    let reads = 0;
    const counted = labelledIncidents.map((one): LiveIncident => ({
      ...one,
      get impact() {
        reads++;
        return one.impact;
      },
    }));
    const some = labelled.slice(0, 5).map(({ input }) => ({ ...input, incidents: counted }));
    some.forEach(shownFor);
    const first = reads;
    some.forEach(shownFor);
    // The rule for open incidents reads them for itself.
    expect(reads - first).toBeLessThan(first);
  });

  it('reads 4,000 characters of a description', () => {
    const [request, incidents] = [{ title: 'Question', description: 'lorem ipsum '.repeat(334) }, labelledIncidents];
    const late = { ...request, description: `${request.description}Mail to external recipients is delayed.` };
    const input = { ...labelled[0]?.input, incidents } as TriageInput;
    expect(shownFor({ ...input, request: late })).toEqual(shownFor({ ...input, request }));
    const early = { ...request, description: `Mail to external recipients is delayed. ${request.description}` };
    expect(shownFor({ ...input, request: early }).map(({ id }) => id)).toEqual(['EX01']);
  });

  it('ends for a word of 4,000 letters', () => {
    const request = { title: 'a'.repeat(200), description: 'a'.repeat(4_000) };
    for (const { input } of labelled.slice(0, 1)) expect(shownFor({ ...input, request })).toEqual([]);
  });
});
