import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readinessRules } from '../../shared/escalations/readiness-rules.ts';
import { decide } from '../../shared/escalations/readiness.ts';
import { anAzureRequest, someFacts } from './builders.ts';
import { joiningTable } from './joining-table.ts';
import { readinessTable } from './readiness-table.ts';

const blocking = new Set(readinessRules.filter((rule) => rule.effect !== 'notes').map((rule) => rule.code));

describe('the gate', () => {
  it.each([...readinessTable, ...joiningTable])('decides for: %s', (_title, change, expected) => {
    const { code, ...rest } = expected;
    const decision = decide(someFacts(change));
    const codes = decision.reasons.map((reason) => reason.code);
    expect(decision).toMatchObject(rest);
    expect(codes).toEqual(expect.arrayContaining(code === undefined ? [] : [code]));
  });

  it('has a case for each of its rules', () => {
    const seen = new Set(
      [...readinessTable, ...joiningTable].flatMap(([, change]) =>
        decide(someFacts(change)).reasons.map((reason) => reason.code),
      ),
    );
    expect(readinessRules.map((rule) => rule.code).filter((code) => !seen.has(code))).toEqual([]);
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

  it('lets force overrule waits and doubts, and nothing else', () => {
    const doubts = new Set([
      'boundary-customer',
      'incident-live',
      'gdap-missing',
      'gdap-not-approved',
      'gdap-expired',
      'role-lacking',
    ]);
    fc.assert(
      fc.property(fc.constantFrom(...readinessTable), ([, change]) => {
        const decided = (force: boolean) => decide(someFacts({ ...change, wanted: { ...change.wanted, force } }));
        const plain = decided(false);
        const standing = plain.reasons.filter((one) => blocking.has(one.code));
        const isDoubted = standing.length > 0 && standing.every((one) => doubts.has(one.code));
        expect(decided(true).decision).toBe(isDoubted ? 'ready' : plain.decision);
      }),
    );
  });
});
