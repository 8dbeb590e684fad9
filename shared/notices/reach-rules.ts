import type { Severity } from '../statement/statement.ts';
import type { Happening, Rule, SentPolicy, Team } from './reach-policy.ts';

/** What rules look at. */
export type Matter = {
  what: Happening;
  severity: Severity;
  category?: string | null | undefined;
  service?: string | null | undefined;
};

type Ruled = Pick<SentPolicy, 'rules' | 'teams'>;

/** The team of the first rule that fits; undefined where none does. */
export function teamFor({ rules, teams }: Ruled, matter: Matter): Team | undefined {
  const rule = rules.find((one) => fits(one, matter));
  return rule && teams.find(({ id }) => id === rule.team);
}

function fits(rule: Rule, { what, severity, category, service }: Matter): boolean {
  const has = (wanted: readonly string[] | undefined, value: string | null | undefined) =>
    wanted === undefined || (value != null && wanted.includes(value));
  return (
    has(rule.what, what) &&
    has(rule.severities, severity) &&
    has(rule.categories, category) &&
    has(rule.services, service)
  );
}

/**
 * The teams that a critical matter may come to, by rule or handed over. `isSure`: a critical request comes to one of them,
 * whatever its category and service.
 */
export function criticalTeams(policy: Ruled): { teams: Team[]; isSure: boolean } {
  const rules = policy.rules.filter(({ severities }) => severities?.includes('critical') !== false);
  const last = rules.findIndex(({ what, categories, services }) => (what ?? categories ?? services) === undefined);
  const ids = (last < 0 ? rules : rules.slice(0, last + 1)).map(({ team }) => team);
  for (const id of ids) {
    const steps = policy.teams.find((team) => team.id === id)?.steps ?? [];
    for (const step of steps) if (step.do === 'hand-over' && !ids.includes(step.team)) ids.push(step.team);
  }
  return {
    teams: policy.teams.filter(({ id }) => ids.includes(id)),
    isSure: teamFor(policy, { what: 'critical-request', severity: 'critical' }) !== undefined,
  };
}

export const personNotices = ({ steps }: Pick<Team, 'steps'>): string[] =>
  steps.flatMap((step) => (step.do === 'notify' && step.person !== undefined ? [step.person] : []));
