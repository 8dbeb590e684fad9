import { describe, expect, it } from 'vitest';
import { decidePriority, impactOf, type Impact, type PriorityFacts } from '../../shared/requests/priority.ts';

const impact = (facts: Partial<Impact> = {}): Impact => ({ isBusinessImpactStated: false, ...facts });

const impacts = {
  everyone: impact({ reach: 'everyone' }),
  incident: impact({ incidentId: 'EX1' }),
  unsaid: impact(),
  stated: impact({ isBusinessImpactStated: true }),
  'one with business': impact({ reach: 'one', isBusinessImpactStated: true }),
  'one in an incident': impact({ reach: 'one', incidentId: 'EX1' }),
  one: impact({ reach: 'one' }),
};

/** Severity × impact, as technical requests; then as billing or advisory, which wait. */
const truth: Record<PriorityFacts['severity'], Record<keyof typeof impacts, [technical: string, waiting: string]>> = {
  critical: {
    everyone: ['p1', 'p2'],
    incident: ['p1', 'p2'],
    unsaid: ['p1', 'p2'],
    stated: ['p1', 'p2'],
    'one with business': ['p1', 'p2'],
    'one in an incident': ['p1', 'p2'],
    one: ['p2', 'p3'],
  },
  moderate: {
    everyone: ['p1', 'p2'],
    incident: ['p2', 'p3'],
    unsaid: ['p2', 'p3'],
    stated: ['p2', 'p3'],
    'one with business': ['p2', 'p3'],
    'one in an incident': ['p2', 'p3'],
    one: ['p3', 'p4'],
  },
  minimal: {
    everyone: ['p2', 'p3'],
    incident: ['p2', 'p3'],
    unsaid: ['p3', 'p4'],
    stated: ['p3', 'p4'],
    'one with business': ['p3', 'p4'],
    'one in an incident': ['p2', 'p3'],
    one: ['p4', 'p4'],
  },
};
const severities = Object.keys(truth) as (keyof typeof truth)[];
const impactNames = Object.keys(impacts) as (keyof typeof impacts)[];
const cases = severities.flatMap((severity) => impactNames.map((name) => ({ severity, name })));

describe('the priority', () => {
  it.each(cases)('of severity $severity and impact "$name" is as the table says, for each category', (one) => {
    const facts = { severity: one.severity, impact: impacts[one.name] };
    const [technical, waiting] = truth[one.severity][one.name];
    for (const category of ['technical', 'subscription', null] as const) {
      expect(decidePriority({ ...facts, category }).value).toBe(technical);
    }
    for (const category of ['billing', 'advisory'] as const) {
      expect(decidePriority({ ...facts, category }).value).toBe(waiting);
    }
  });

  it('says what it follows from', () => {
    expect(decidePriority({ severity: 'critical', category: 'billing', impact: impacts.incident })).toEqual({
      value: 'p2',
      reasons: [
        'urgency: severity critical',
        "impact several: it looks like Microsoft's incident EX1",
        'category billing: nothing is down, one step lower',
      ],
    });
  });

  it("is a person's word where there is one, and says what the rules would have said", () => {
    for (const said of ['p1', 'p2', 'p3', 'p4'] as const) {
      for (const { severity, name } of cases) {
        const facts = { severity, category: 'technical' as const, impact: impacts[name] };
        const rules = decidePriority(facts);
        const { value, reasons } = decidePriority({ ...facts, said });
        expect([value, reasons.slice(1)]).toEqual([said, rules.reasons]);
        expect(reasons[0]).toBe(`priority ${said}: said by a person at the desk; the rules say ${rules.value}`);
      }
    }
  });

  it('of a request of the version before, of whose impact nothing is known, is what its severity says', () => {
    const before = severities.map((severity) => decidePriority({ severity, category: null }).value);
    expect(before).toEqual(['p1', 'p2', 'p3']);
  });
});

describe('the impact', () => {
  it.each([
    ['everyone', 'Mail is down for all users since this morning'],
    ['everyone', 'Seit heute früh können alle Benutzer keine Mails senden'],
    ['everyone', '全員がメールを送信できません'],
    ['one', 'Only one user cannot open her mailbox'],
    ['one', 'Ein Mitarbeiter kann sich nicht anmelden'],
    ['one', 'メールが届かないのは1人だけです'],
    [undefined, 'Mail is slow'],
    [undefined, 'Not all users are hit, some can work'],
    [undefined, 'It is not only me, a colleague has it too'],
    [undefined, 'Nicht alle Benutzer sind betroffen'],
    [undefined, 'First it was just me, now everyone is hit'],
  ])('is %s in "%s"', (reach, title) => {
    expect(impactOf({ title, description: '' }, [], []).reach).toBe(reach);
  });

  it.each([
    ['of an incident that it surely looks like', { confidence: 0.9, classification: 'incident', incidentId: 'EX1' }],
    ['not of one that it may look like', { confidence: 0.7, classification: 'incident', incidentId: undefined }],
    ['not of an advisory', { confidence: 0.9, classification: 'advisory', incidentId: undefined }],
  ] as const)('is that %s', (_name, { confidence, classification, incidentId }) => {
    const text = { title: 'Mail is slow', description: '' };
    const known = impactOf(text, [{ id: 'EX1', confidence }], [{ id: 'EX1', classification }]);
    expect(known.incidentId).toBe(incidentId);
  });

  it('knows whether a business impact is stated', () => {
    const text = { title: 'x', description: 'y' };
    expect(impactOf(text, [], []).isBusinessImpactStated).toBe(false);
    expect(impactOf({ ...text, businessImpact: 'No orders' }, [], []).isBusinessImpactStated).toBe(true);
  });
});
