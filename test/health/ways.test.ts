import { describe, expect, it } from 'vitest';
import { delegationNotice } from '../../shared/health/fold-failure.ts';
import { delegationState, verdictOf, waysOf, type DelegationState, type WayFailure } from '../../shared/health/ways.ts';
import type { Way } from '../../shared/health/service-health.ts';

const now = Date.parse('2026-11-02T09:00:00.000Z');

const noConsent: WayFailure = { code: 'not-consented' };
const noApp: WayFailure = { code: 'not-consented', detail: 'app-missing' };
const noRole: WayFailure = { code: 'role-lacking' };
const policy: WayFailure = { code: 'token', detail: 'sign-in-policy' };
const refused: WayFailure = { code: 'token' };
const noTenant: WayFailure = { code: 'token', detail: 'tenant-unknown' };
const deadGrant: WayFailure = { code: 'token', isGrant: true };
const throttled: WayFailure = { code: 'throttled' };
const down: WayFailure = { code: 'microsoft-down' };

type Case = [
  what: string,
  app: WayFailure | undefined,
  gdap: WayFailure | undefined,
  delegation: DelegationState,
  last: Way | undefined,
  verdict: { code: string; isGrant?: boolean; detail?: string },
];

/** What nobody can read is told by what a person can best do about it. */
const cases: Case[] = [
  [
    'nobody consented to anything',
    noApp,
    noConsent,
    'unknown',
    undefined,
    { code: 'not-consented', detail: 'app-missing' },
  ],
  ['a consent that was taken back', noConsent, noRole, 'unknown', 'app', { code: 'not-consented' }],
  ['no relationship', noConsent, undefined, 'none', undefined, { code: 'not-consented' }],
  [
    'a customer without GDAP whose person is nobody there',
    noConsent,
    noRole,
    'unknown',
    undefined,
    { code: 'not-consented' },
  ],
  ['a relationship without the role', noConsent, noRole, 'alive', undefined, { code: 'role-lacking' }],
  ['a role that was taken away', noConsent, noRole, 'unknown', 'gdap', { code: 'role-lacking' }],
  ['a relationship that ended', noConsent, undefined, 'ended', 'gdap', { code: 'gdap-expired' }],
  [
    'a relationship that ended, where the application is gone',
    noApp,
    undefined,
    'ended',
    'app',
    { code: 'gdap-expired' },
  ],
  ['a relationship that ended, and Graph down', down, undefined, 'ended', 'gdap', { code: 'microsoft-down' }],
  [
    'a policy of a customer with GDAP',
    noConsent,
    policy,
    'alive',
    undefined,
    { code: 'token', detail: 'sign-in-policy' },
  ],
  [
    'a policy of a customer that nobody knows GDAP of',
    noConsent,
    policy,
    'unknown',
    undefined,
    { code: 'not-consented' },
  ],
  ['the desk’s credentials refused', refused, undefined, 'none', 'app', { code: 'token' }],
  ['a tenant that is gone', noTenant, noTenant, 'alive', 'gdap', { code: 'token', detail: 'tenant-unknown' }],
  [
    'the partner’s dead grant, of a tenant read through GDAP',
    noConsent,
    deadGrant,
    'unknown',
    'gdap',
    { code: 'token', isGrant: true },
  ],
  ['the same, of one known to have GDAP', noApp, deadGrant, 'alive', undefined, { code: 'token', isGrant: true }],
  [
    'the same, of one read by the application so far',
    noConsent,
    deadGrant,
    'unknown',
    'app',
    { code: 'not-consented' },
  ],
  ['the dead grant, and then Graph down', down, deadGrant, 'alive', 'gdap', { code: 'microsoft-down' }],
  ['a throttled application', throttled, undefined, 'alive', 'app', { code: 'throttled' }],
  ['GDAP throttled', undefined, throttled, 'alive', 'gdap', { code: 'throttled' }],
  ['no consent, and GDAP throttled', noConsent, throttled, 'alive', 'app', { code: 'throttled' }],
  ['Microsoft down', down, undefined, 'unknown', 'app', { code: 'microsoft-down' }],
];

describe('the trouble of a tenant that nobody can read', () => {
  it.each(cases)('after %s', (...[, app, gdap, delegation, last, verdict]) => {
    expect(verdictOf({ app, gdap, delegation, last })).toEqual({ isGrant: false, detail: undefined, ...verdict });
  });
});

describe('the ways into a tenant', () => {
  it.each([
    [undefined, 'unknown', ['app', 'gdap']],
    ['app', 'alive', ['app', 'gdap']],
    ['gdap', 'alive', ['gdap', 'app']],
    ['gdap', 'unknown', ['gdap', 'app']],
    ['gdap', 'ended', ['app']],
    [undefined, 'none', ['app']],
  ] as const)('of one read by %s with a relationship %s are %j', (last, delegation, ways) => {
    expect(waysOf(last, delegation)).toEqual(ways);
  });

  it.each([
    [undefined, 'unknown', undefined],
    [{}, 'none', undefined],
    [{ endsAt: '2026-11-02T09:00:00.000Z' }, 'ended', 'gdap-expired'],
    [{ endsAt: '2026-11-02T09:00:00.001Z' }, 'alive', 'gdap-ending'],
    [{ endsAt: '2026-12-02T09:00:00.000Z' }, 'alive', 'gdap-ending'],
    [{ endsAt: '2026-12-02T09:00:00.001Z' }, 'alive', undefined],
  ] as const)('with a relationship %j: it is %s, and the warning is %s', (delegation, state, notice) => {
    expect(delegationState({ delegation }, now)).toBe(state);
    expect(delegationNotice({ delegation }, now)?.code).toBe(notice);
  });

  it('are warned of since the end, or since thirty days before it', () => {
    const since = (endsAt: string) => delegationNotice({ delegation: { endsAt } }, now)?.since;
    expect(since('2026-10-01T00:00:00.000Z')).toBe('2026-10-01T00:00:00.000Z');
    expect(since('2026-11-15T00:00:00.000Z')).toBe('2026-10-16T00:00:00.000Z');
  });
});
