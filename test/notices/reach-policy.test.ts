import { describe, expect, it } from 'vitest';
import type * as z from 'zod';
import { isAppError } from '../../shared/core/errors.ts';
import { checkPolicy } from '../../shared/notices/reach-checks.ts';
import { sentPolicySchema, type SentPolicy } from '../../shared/notices/reach-policy.ts';
import { teamFor, type Matter } from '../../shared/notices/reach-rules.ts';
import { dutyOf, findingsOf } from '../../shared/notices/reach-windows.ts';
import type { Policy } from '../../shared/notices/reach-policy.ts';
import { aPerson } from '../escalations/builders.ts';
import { aPageDesk, aPolicy, aRoutingKey, aSecret } from './a-page-desk.ts';

type Sent = z.input<typeof sentPolicySchema>;
type Step = SentPolicy['teams'][number]['steps'][number];

const night = aPolicy().teams[0]!;
const withSteps = (...steps: Step[]): Partial<Sent> => ({ teams: [{ ...night, steps }] });
const olav: Step = { do: 'notify', person: 'olav' };
const mia: Step = { do: 'notify', person: 'mia' };
const [hook, pager, room] = aPolicy().targets;
const office = { timeZone: 'Europe/Oslo', weekly: { monday: [{ from: '08:00', to: '16:00' }] } };

const urlFault = (url: string) => (url.startsWith('https:') ? undefined : 'not https');

function faultsOf(change: Partial<Sent>): string[] {
  const parsed = sentPolicySchema.safeParse({ ...aPolicy(), ...change });
  if (!parsed.success) return parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`);
  try {
    checkPolicy(parsed.data, [], { urlFault });
  } catch (error) {
    if (!isAppError(error, 'invalid-body')) throw error;
    return (error.extras.errors ?? []).map(({ path, message }) => `${path} ${message}`);
  }
  return [];
}

describe('a policy', () => {
  it('is taken as it stands', () => {
    expect(faultsOf({})).toEqual([]);
  });

  const bad: [string, Partial<Sent>, string][] = [
    [
      'a person who has no such target',
      { people: [{ ...aPolicy().people[0]!, targets: ['gone'] }] },
      'people.0.targets gone',
    ],
    ['a rule to no team', { rules: [{ team: 'gone' }] }, 'rules.0.team gone'],
    ['a team of nobody known', { teams: [{ ...night, people: ['olav', 'mia', 'gone'] }] }, 'teams.0.people gone'],
    ['a step to no target', withSteps({ do: 'notify', target: 'gone' }, olav), 'teams.0.steps.0 gone'],
    [
      'a step to somebody else',
      { teams: [{ ...night, people: ['olav'] }] },
      'teams.0.steps.4 names nobody of the team',
    ],
    ['a wait by no calendar', withSteps(olav, { do: 'wait', minutes: 1, calendar: 'gone' }), 'teams.0.steps.1 gone'],
    ['a hand-over to no team', withSteps(olav, mia, { do: 'hand-over', team: 'gone' }), 'teams.0.steps.2 gone'],
    ['a hand-over to itself', withSteps(olav, mia, { do: 'hand-over', team: 'night' }), 'hands over in a ring'],
    ['a repeat that never waits', withSteps(mia, { do: 'repeat', times: 1 }), 'repeats without a wait'],
    ['steps that reach no person', withSteps({ do: 'notify', target: 'pager' }), 'notify no person'],
    ['two targets of one id', { targets: [hook!, pager!, room!, { ...pager!, id: 'room' }] }, 'targets.3.id is taken'],
    [
      'an address that is not called',
      { targets: [{ ...hook!, url: 'http://a.example' }, pager!, room!] },
      'cannot be called',
    ],
    [
      'a webhook without a secret',
      { targets: [{ ...hook!, secret: undefined } as never, pager!, room!] },
      'targets.0.secret is needed',
    ],
    [
      'a secret of another form',
      { targets: [{ ...hook!, secret: 'abc' } as never, pager!, room!] },
      'targets.0.secret must be whsec_',
    ],
    [
      'PagerDuty without a key',
      { targets: [hook!, { id: 'pager', kind: 'pagerduty' }, room!] },
      'targets.1.routingKey is needed',
    ],
    [
      'Teams without an address',
      { targets: [hook!, pager!, { id: 'room', kind: 'teams' }] },
      'targets.2.url is needed',
    ],
    [
      'no rule for every critical request',
      { rules: [{ team: 'night', services: ['Exchange'] }] },
      'rules a critical request may fit none',
    ],
    [
      'Teams alone for what is critical',
      { people: aPolicy().people.map((person) => ({ ...person, targets: ['room'] })) },
      'reach nobody while Entra or Teams is away',
    ],
    [
      'a webhook at Microsoft alone for what is critical',
      {
        people: aPolicy().people.map((person) => ({ ...person, targets: ['olav-hook'] })),
        targets: [{ ...hook!, url: 'https://x.webhook.office.com/y' }, pager!, room!],
      },
      'reach nobody while Entra or Teams is away',
    ],
    ['six minutes before the next person', withSteps(olav, { do: 'wait', minutes: 6 }, mia), 'within 5 minutes'],
    [
      'twice three minutes before the next person',
      withSteps(olav, { do: 'wait', minutes: 3 }, { do: 'wait', minutes: 3 }, mia),
      'within 5 minutes',
    ],
    [
      'office hours before the next person',
      {
        ...withSteps(olav, { do: 'wait', minutes: 1, calendar: 'office' }, mia),
        calendars: [{ id: 'office', hours: office }],
      },
      'at any hour',
    ],
    ['a step that names nobody', withSteps({ do: 'notify' }), 'name a person or a target'],
    ['an unknown step', withSteps({ do: 'shout' } as never), 'Invalid'],
    ['an unknown field', { colour: 'red' } as never, 'Unrecognized key'],
    ['a ten-fold repeat', withSteps(olav, { do: 'wait', minutes: 1 }, { do: 'repeat', times: 10 }), '<=9'],
  ];
  it.each(bad)('is refused with %s', (_title, change, said) => {
    expect(faultsOf(change).join('\n')).toContain(said);
  });

  it('may be slow, and with Teams alone, for what is never critical', () => {
    const slow = {
      ...night,
      id: 'slow',
      steps: [{ do: 'notify', target: 'room' }, olav, { do: 'wait', minutes: 600, calendar: 'office' }, mia] as Step[],
    };
    const rules: Sent['rules'] = [{ team: 'night', severities: ['critical'] }, { team: 'slow' }];
    expect(faultsOf({ teams: [night, slow], rules, calendars: [{ id: 'office', hours: office }] })).toEqual([]);
  });

  it('keeps secrets in the vault, under a new name for each that is sent, and never answers them', async () => {
    const desk = await aPageDesk();
    const first = await desk.policies.current();
    const text = JSON.stringify([await desk.policies.read(), first]);
    for (const secret of [aSecret, aRoutingKey, 'sig=secret']) expect(text).not.toContain(secret);
    expect([...desk.vault.values()]).toEqual([aSecret, aRoutingKey, room!.url]);
    expect(JSON.stringify(await desk.policies.read())).not.toContain('secretName');

    await desk.publish(
      sentPolicySchema.parse({
        ...aPolicy(),
        targets: [
          { ...hook!, secret: undefined },
          { ...pager!, routingKey: 'S'.repeat(32) },
          { id: 'room', kind: 'teams' },
        ],
      }),
    );
    const second = await desk.policies.version(2);
    const nameOf = (policy: Policy | undefined, id: string) =>
      policy?.targets.find((target) => target.id === id)?.secretName;
    expect(nameOf(second, 'olav-hook')).toBe(nameOf(first, 'olav-hook'));
    expect(nameOf(second, 'room')).toBe(nameOf(first, 'room'));
    expect(desk.vault.get(nameOf(second, 'pager') ?? '')).toBe('S'.repeat(32));
    expect(desk.vault.get(nameOf(first, 'pager') ?? '')).toBe(aRoutingKey);
  });

  it('writes no secret where the version that the caller has seen is not the last', async () => {
    const desk = await aPageDesk();
    const before = desk.vault.size;
    const refused = desk.policies.replace({
      caller: aPerson('ada'),
      sent: aPolicy(),
      seen: (version) => {
        throw new Error(`at ${String(version)}`);
      },
    });
    await expect(refused).rejects.toThrow('at 1');
    expect(desk.vault.size).toBe(before);
  });
});

describe('the team of a matter', () => {
  const policy = {
    teams: [night, { ...night, id: 'billing' }, { ...night, id: 'mail' }, { ...night, id: 'filing' }],
    rules: [
      { team: 'filing', what: ['filing-asked', 'parked'] as const },
      { team: 'billing', categories: ['billing'] },
      { team: 'mail', services: ['Exchange'], severities: ['critical', 'moderate'] as const },
      { team: 'night', severities: ['critical'] as const },
    ],
  } as unknown as SentPolicy;
  const rows: [Partial<Matter>, string | undefined][] = [
    [{}, 'night'],
    [{ service: 'Exchange' }, 'mail'],
    [{ service: 'Exchange', severity: 'moderate' }, 'mail'],
    [{ service: 'Exchange', severity: 'minimal' }, undefined],
    [{ category: 'billing', service: 'Exchange' }, 'billing'],
    [{ category: null, service: null }, 'night'],
    [{ what: 'filing-asked', category: 'billing' }, 'filing'],
    [{ what: 'parked', severity: 'minimal' }, 'filing'],
    [{ what: 'microsoft-late', severity: 'minimal' }, undefined],
  ];
  it.each(rows)('of %o is %s', (matter, team) => {
    expect(teamFor(policy, { what: 'critical-request', severity: 'critical', ...matter })?.id).toBe(team);
  });
});

describe('who is on duty', () => {
  const at = Date.parse('2026-11-02T09:00:00.000Z');
  const asKept = (change: Partial<Sent>): Policy =>
    ({ ...sentPolicySchema.parse({ ...aPolicy(), ...change }), version: 1, at: '', by: '' }) as unknown as Policy;
  const [first, second] = aPolicy().people;
  const daily = (from: string, to: string) => {
    const days = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
    return { timeZone: 'UTC', weekly: Object.fromEntries(days.map((day) => [day, [{ from, to }]])) };
  };
  const nights = {
    timeZone: 'UTC',
    weekly: Object.fromEntries(
      ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'].map((day) => [
        day,
        [
          { from: '00:00', to: '08:00' },
          { from: '20:00', to: '24:00' },
        ],
      ]),
    ),
  };

  it('is the first person who is reachable now and in the next hours, by name and window', () => {
    expect(dutyOf(asKept({}), at)).toEqual({ name: 'Olav Duty', window: 'round the clock', phone: '+4712345678' });
    const endsSoon = asKept({ people: [{ ...first!, windows: daily('00:00', '10:00') }, second!] });
    expect(dutyOf(endsSoon, at)).toEqual({ name: 'Mia Second', window: 'round the clock' });
  });

  it('is somebody at any hour where two share the day, over midnight too', () => {
    const shared = asKept({
      people: [
        { ...first!, windows: daily('08:00', '20:00') },
        { ...second!, windows: nights },
      ],
    });
    expect(dutyOf(shared, at)?.name).toBe('Olav Duty');
    expect(dutyOf(shared, Date.parse('2026-11-02T22:30:00.000Z'))?.name).toBe('Mia Second');
    expect(dutyOf(shared, Date.parse('2026-11-02T19:30:00.000Z'))?.name).toBe('Olav Duty');
    expect(findingsOf(shared, at)).toEqual([]);
  });

  it('is nobody where the windows leave a gap, which is said', () => {
    const gap = asKept({
      people: [
        { ...first!, windows: daily('08:00', '19:59') },
        { ...second!, windows: nights },
      ],
    });
    expect(dutyOf(gap, at)).toBeUndefined();
    expect(findingsOf(gap, at)).toEqual([expect.stringContaining('2026-11-02T19:59:00.000Z')]);
  });

  it('is nobody without a policy, and says how to publish one', () => {
    expect(findingsOf(undefined, at)).toEqual([expect.stringContaining('no reach policy is published')]);
  });

  it('says where there is one person only', () => {
    const alone = asKept({ teams: [{ ...night, people: ['mia'], steps: [mia] }] });
    expect(findingsOf(alone, at)).toEqual([expect.stringContaining('one person only')]);
  });
});
