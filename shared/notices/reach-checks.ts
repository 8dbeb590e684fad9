import { AppError, type FieldError } from '../core/errors.ts';
import { limits } from '../core/limits.ts';
import { parseWebhookSecrets } from '../portals/standard-webhooks.ts';
import { criticalTeams, personNotices } from './reach-rules.ts';
import type { SentPolicy, SentTarget, Team, Target } from './reach-policy.ts';

export type ReachChecks = {
  /** Why the desk would not call this URL; undefined where it would. */
  urlFault: (url: string) => string | undefined;
};

/** Hosts behind which Teams or Entra stands: of no use while these are away. Source: Microsoft docs, "Incoming webhooks with Workflows". */
const microsoftHosts = [
  'office.com',
  'office365.com',
  'microsoft.com',
  'microsoft.us',
  'logic.azure.com',
  'logic.azure.us',
  'logic.azure.cn',
  'powerplatform.com',
  'powerplatform.us',
  'powerautomate.com',
  'powerplatform.partner.microsoftonline.cn',
];

const isMicrosoftHost = (url: string): boolean => {
  const { hostname } = new URL(url);
  return microsoftHosts.some((host) => hostname === host || hostname.endsWith(`.${host}`));
};

const standsAlone = (target: SentTarget | undefined): boolean =>
  target !== undefined && target.kind !== 'teams' && !isMicrosoftHost(target.url);

/** Throws `invalid-body` with every place where the policy does not hold. */
export function checkPolicy(policy: SentPolicy, before: readonly Target[], checks: ReachChecks): void {
  const errors = [
    ...twice(policy),
    ...dangling(policy),
    ...targetFaults(policy, before, checks),
    ...policy.teams.flatMap((team, at) => stepFaults(policy, { team, at })),
  ];
  // What is critical can be judged only once every name means something.
  const all = errors.length > 0 ? errors : criticalFaults(policy);
  if (all.length > 0) throw new AppError('invalid-body', 'See errors for what does not fit.', { errors: all });
}

function twice(policy: SentPolicy): FieldError[] {
  return (['people', 'targets', 'teams', 'calendars'] as const).flatMap((list) => {
    const ids = policy[list].map(({ id }) => id);
    const again = ids.flatMap((id, at) => (ids.indexOf(id) < at ? [at] : []));
    return again.map((at) => ({ path: `${list}.${String(at)}.id`, message: 'is taken already' }));
  });
}

type List = 'people' | 'targets' | 'teams' | 'calendars';

/** Every name must mean something. */
function dangling(policy: SentPolicy): FieldError[] {
  const fault = (path: string, list: List, ids: readonly (string | undefined)[]): FieldError[] => {
    const isKnown = (id: string) => policy[list].some((one) => one.id === id);
    const lost = ids.filter((id) => id !== undefined && !isKnown(id));
    return lost.map((id) => ({ path, message: `${String(id)} is none of the ${list} of this policy` }));
  };
  return [
    ...policy.people.flatMap(({ targets }, at) => fault(`people.${String(at)}.targets`, 'targets', targets)),
    ...policy.rules.flatMap(({ team }, at) => fault(`rules.${String(at)}.team`, 'teams', [team])),
    ...policy.teams.flatMap((team, at) => {
      const path = `teams.${String(at)}`;
      const steps = team.steps.flatMap((step, index) => {
        const place = `${path}.steps.${String(index)}`;
        if (step.do === 'wait') return fault(place, 'calendars', [step.calendar]);
        if (step.do === 'hand-over') return fault(place, 'teams', [step.team]);
        if (step.do !== 'notify') return [];
        const isForeign = step.person !== undefined && !team.people.includes(step.person);
        const foreign = isForeign ? [{ path: place, message: 'names nobody of the team' }] : [];
        return [...fault(place, 'targets', [step.target]), ...foreign];
      });
      return [...fault(`${path}.people`, 'people', team.people), ...steps];
    }),
  ];
}

function targetFaults({ targets }: SentPolicy, before: readonly Target[], { urlFault }: ReachChecks): FieldError[] {
  return targets.flatMap((target, at) => {
    const path = `targets.${String(at)}`;
    const errors: FieldError[] = [];
    const fault = target.url === undefined ? undefined : urlFault(target.url);
    if (fault !== undefined) errors.push({ path: `${path}.url`, message: `cannot be called: ${fault}` });
    const [member, value] = secretOf(target);
    const isKnown = before.some(({ id, kind }) => id === target.id && kind === target.kind);
    if (value === undefined && !isKnown) errors.push({ path: `${path}.${member}`, message: 'is needed' });
    if (target.kind === 'webhook' && value !== undefined && !isWebhookSecret(value))
      errors.push({ path: `${path}.secret`, message: 'must be whsec_ and base64 of 24 to 64 bytes' });
    return errors;
  });
}

/** Which member of a target is kept in the vault, and its value. */
export function secretOf(target: SentTarget): [member: string, value: string | undefined] {
  switch (target.kind) {
    case 'webhook':
      return ['secret', target.secret];
    case 'teams':
      return ['url', target.url];
    case 'pagerduty':
      return ['routingKey', target.routingKey];
  }
}

function isWebhookSecret(text: string): boolean {
  try {
    return parseWebhookSecrets(text).length === 1;
  } catch {
    return false;
  }
}

/** A page never runs in a ring: repeating is bounded and waits, and handing over comes to an end. */
function stepFaults(policy: SentPolicy, { team, at }: { team: Team; at: number }): FieldError[] {
  const path = `teams.${String(at)}.steps`;
  const errors: FieldError[] = [];
  for (const [index, step] of team.steps.entries()) {
    const earlier = team.steps.slice(0, index);
    if (step.do === 'repeat' && !earlier.some((one) => one.do === 'wait'))
      errors.push({ path: `${path}.${String(index)}`, message: 'repeats without a wait before it' });
    if (step.do === 'hand-over' && reaches(policy.teams, step.team, team.id))
      errors.push({ path: `${path}.${String(index)}`, message: 'hands over in a ring' });
  }
  if (personNotices(team).length === 0 && !team.steps.some(({ do: what }) => what === 'hand-over'))
    errors.push({ path, message: 'notify no person' });
  return errors;
}

const handsTo = (team: Team | undefined): string[] =>
  (team?.steps ?? []).flatMap((step) => (step.do === 'hand-over' ? [step.team] : []));

/** Whether handing over from one team may come to another. */
function reaches(teams: readonly Team[], from: string, to: string): boolean {
  const ids = [from];
  for (const id of ids)
    ids.push(...handsTo(teams.find((team) => team.id === id)).filter((next) => !ids.includes(next)));
  return ids.includes(to);
}

function criticalFaults(policy: SentPolicy): FieldError[] {
  const { teams, isSure } = criticalTeams(policy);
  const errors: FieldError[] = isSure
    ? []
    : [
        {
          path: 'rules',
          message: 'a critical request may fit none of them: end with one that takes every critical one',
        },
      ];
  for (const team of teams) {
    const path = `teams.${String(policy.teams.indexOf(team))}.steps`;
    if (!targetsOf(policy, team).some(standsAlone))
      errors.push({
        path,
        message:
          'reach nobody while Entra or Teams is away: critical matters need PagerDuty or a webhook of another host',
      });
    errors.push(...slowSteps(team, path));
  }
  return errors;
}

function targetsOf(policy: SentPolicy, { steps }: Team): (SentTarget | undefined)[] {
  const ids = steps.flatMap((step) => {
    if (step.do !== 'notify') return [];
    return step.target === undefined
      ? (policy.people.find(({ id }) => id === step.person)?.targets ?? [])
      : [step.target];
  });
  return ids.map((id) => policy.targets.find((target) => target.id === id));
}

/** Between one person and the next, or before the first, no more than five minutes of the clock. */
function slowSteps({ steps }: Team, path: string): FieldError[] {
  const errors: FieldError[] = [];
  let waited = 0;
  for (const [index, step] of steps.entries()) {
    if (step.do === 'notify' && step.person !== undefined) waited = 0;
    if (step.do !== 'wait') continue;
    waited += step.minutes;
    if (step.calendar !== undefined || waited > limits.criticalWaitMinutes)
      errors.push({
        path: `${path}.${String(index)}`,
        message: `a critical matter goes on to the next person within ${String(limits.criticalWaitMinutes)} minutes, at any hour`,
      });
  }
  return errors;
}
