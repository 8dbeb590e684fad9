import { describe, expect, it } from 'vitest';
import roles from '../../infra/roles.json' with { type: 'json' };
import { syntaxErrors, type Template } from './bicep.ts';
import { parameterFaults } from './parameters.ts';
import { plantedFaults } from './planted-faults.ts';
import { roleAssignmentFaults } from './role-assignments.ts';
import { secretFaults } from './secrets.ts';
import { doorFaults } from './shut-doors.ts';
import { planted, templates } from './templates.ts';
import { wiringFaults } from './wiring.ts';

type Rule = (all: readonly Template[]) => string[];

const each =
  (faults: (template: Template) => string[]): Rule =>
  (all) =>
    all.flatMap(faults);

const rules = {
  'are Bicep': each(syntaxErrors),
  'describe each parameter, and bring no secret along in one': each(parameterFaults),
  'hold no key and fetch none': each(secretFaults),
  'switch keys, passwords and plain HTTP off wherever Azure lets them': each(doorFaults),
  'give roles by name, to one identity, on one resource': each((one) => roleAssignmentFaults(one, roles)),
  'call modules that exist by what they ask for': wiringFaults,
} satisfies Record<string, Rule>;

const cases = Object.entries(rules).flatMap(([title, rule]) =>
  (plantedFaults[title] ?? []).map(([what, pattern, put, said]) => ({ title, rule, what, pattern, put, said })),
);

describe('the templates', () => {
  it.each(Object.entries(rules))('%s', (_title, rule) => {
    expect(templates.length).toBeGreaterThan(10);
    expect(rule(templates)).toEqual([]);
  });

  it('are broken for each of these rules on purpose', () => {
    expect(Object.keys(plantedFaults)).toEqual(Object.keys(rules));
  });

  it.each(cases)('are not taken for such that $title with $what', ({ rule, pattern, put, said }) => {
    expect(rule(planted(pattern, put)).join('\n')).toMatch(said);
  });
});
