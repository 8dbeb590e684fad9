import { describe, expect, it } from 'vitest';
import { dayMs, minuteMs } from '../../shared/core/clock.ts';
import { unavailable } from '../../shared/core/errors.ts';
import { createKeepGrants } from '../../shared/platform/keep-grants.ts';
import { createGrantRows, grantView, hasPut } from '../../shared/platform/partner-grant.ts';
import { SecretMissing } from '../../shared/platform/secret.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryTables } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';

type Version = { value: string; version: string; createdAt: number };

/** A vault and an Entra in memory: which refresh tokens live is the test's to say. */
function aPartner() {
  const moved = movedClock();
  const { clock } = moved;
  const versions: Version[] = [];
  const alive = new Set<string>();
  const trouble = { put: undefined as Error | undefined, exchange: undefined as Error | undefined };
  const counts = { exchanges: 0, puts: 0 };
  const put = (value: string): Version => {
    const made = { value, version: `v${String(versions.length + 1)}`, createdAt: clock.now() };
    versions.push(made);
    return made;
  };
  const signIn = (value: string) => {
    alive.add(value);
    return put(value);
  };
  const rows = createGrantRows({ table: memoryTables().tables('desk'), clock });
  const { scope, entries } = capturedLog();
  const deps = {
    clock,
    connections: [{ id: 'main' }],
    rows,
    versions: {
      current: async (name: string) => {
        const last = versions.at(-1);
        if (!last) throw new SecretMissing(name);
        return last;
      },
      put: async (_name: string, value: string) => {
        counts.puts++;
        if (trouble.put) throw trouble.put;
        return put(value);
      },
    },
    exchange: async (_id: string, refreshToken: string) => {
      counts.exchanges++;
      if (trouble.exchange) throw trouble.exchange;
      if (!alive.has(refreshToken)) throw new TokenFailure('grant-dead', 'dead', { code: 'AADSTS50173' });
      const newer = `${refreshToken}+`;
      alive.add(newer);
      return newer;
    },
    secretName: (id: string) => `${id}-refresh-token`,
  };
  const keep = createKeepGrants(deps);
  const minutes = async (count: number) => {
    for (let minute = 0; minute < count; minute++) {
      await keep(scope);
      await moved.advance(minuteMs);
    }
  };
  const logged = (event: string) => entries.filter((entry) => entry.event === event);
  const grant = async () => (await rows.all())[0]!;
  return { ...moved, versions, alive, trouble, counts, signIn, rows, scope, deps, keep, minutes, logged, grant };
}

describe('a partner’s refresh token', () => {
  it('is looked after from the first time on, though time passes between two looks at the clock', async () => {
    const { signIn, deps, scope, clock } = aPartner();
    signIn('first');
    let ticks = 0;
    const ticking = { ...clock, now: () => clock.now() + ticks++ };
    const rows = createGrantRows({ table: memoryTables().tables('desk'), clock: ticking });
    await createKeepGrants({ ...deps, clock: ticking, rows })(scope);
    expect(await rows.all()).toMatchObject([{ connectionId: 'main', createdAt: '2026-11-02T09:00:00.000Z' }]);
  });

  it('is renewed once a day, by a new version on top of the old', async () => {
    const { signIn, minutes, advance, counts, versions, alive } = aPartner();
    signIn('first');
    await minutes(10);
    expect(counts).toEqual({ exchanges: 0, puts: 0 });
    await advance(dayMs);
    await minutes(10);
    expect(versions.map(({ value }) => value)).toEqual(['first', 'first+']);
    expect(counts).toEqual({ exchanges: 1, puts: 1 });
    for (let day = 0; day < 3; day++) {
      await advance(dayMs);
      await minutes(2);
    }
    expect(counts.puts).toBe(4);
    expect(alive.has('first')).toBe(true);
  });

  it('is told of at each turn: how old it is, and that it is dead', async () => {
    const { signIn, keep, scope, advance, alive, minutes } = aPartner();
    expect(await keep(scope)).toEqual({ deadGrants: 0, grantAgeDays: null });
    signIn('first');
    await minutes(70);
    expect(await keep(scope)).toEqual({ deadGrants: 0, grantAgeDays: 0 });
    alive.clear();
    await advance(dayMs);
    await minutes(2);
    expect(await keep(scope)).toEqual({ deadGrants: 1, grantAgeDays: 1 });
  });

  it('is renewed by one of many who want to at the same moment', async () => {
    const { signIn, advance, counts, deps, scope } = aPartner();
    signIn('first');
    await advance(dayMs);
    await Promise.all([1, 2, 3, 4].map(async () => createKeepGrants(deps)(scope)));
    expect(counts).toEqual({ exchanges: 1, puts: 1 });
  });

  it('stays in the vault as it was when the vault does not take the newer one, and is tried again', async () => {
    const { signIn, advance, trouble, minutes, versions, logged } = aPartner();
    signIn('first');
    await advance(dayMs);
    trouble.put = unavailable('vault', new Error('away'));
    await minutes(4);
    expect(versions.map(({ value }) => value)).toEqual(['first']);
    expect(logged('partner.grant-not-renewed')).toHaveLength(1);
    trouble.put = undefined;
    await minutes(4);
    expect(versions.map(({ value }) => value)).toEqual(['first', 'first+']);
  });

  it('is not put on top of what a person has put there meanwhile', async () => {
    const { signIn, advance, deps, scope, versions } = aPartner();
    signIn('first');
    await advance(dayMs);
    const { exchange } = deps;
    deps.exchange = async (id, refreshToken) => {
      const newer = await exchange(id, refreshToken);
      signIn('of a person');
      return newer;
    };
    await createKeepGrants(deps)(scope);
    expect(versions.map(({ value }) => value)).toEqual(['first', 'of a person']);
  });

  it('is not put while a person’s sign-in is about to put one, whichever of the two ends first', async () => {
    const { signIn, advance, deps, scope, rows, versions, minutes, clock, grant } = aPartner();
    signIn('first');
    await advance(dayMs);
    const { exchange } = deps;
    deps.exchange = async (id, refreshToken) => {
      const newer = await exchange(id, refreshToken);
      expect(await rows.mayPut('main')).toBe(true);
      return newer;
    };
    await createKeepGrants(deps)(scope);
    expect(versions.map(({ value }) => value)).toEqual(['first']);
    signIn('of a person');
    await rows.change('main', hasPut);
    await minutes(3);
    expect(versions.map(({ value }) => value)).toEqual(['first', 'of a person']);
    expect(await grant()).toMatchObject({ createdAt: new Date(clock.now() - 3 * minuteMs).toISOString() });
  });

  it('is put by one alone, who is waited for half a minute at most', async () => {
    const { signIn, advance, deps, scope, rows } = aPartner();
    signIn('first');
    await advance(dayMs);
    const asked: boolean[] = [];
    const { put } = deps.versions;
    deps.versions.put = async (name, value) => {
      asked.push(await rows.mayPut('main'));
      return put(name, value);
    };
    await createKeepGrants(deps)(scope);
    asked.push(await rows.mayPut('main'), await rows.mayPut('main'));
    await advance(30_000);
    asked.push(await rows.mayPut('main'));
    expect(asked).toEqual([false, true, false, true]);
  });

  it('is an alarm once when it dies, says since when, and is well again after a new sign-in', async () => {
    const { signIn, advance, alive, minutes, logged, grant, rows, counts, clock } = aPartner();
    signIn('first');
    await minutes(1);
    alive.clear();
    await rows.changed('main', 'AADSTS50173');
    const since = new Date(clock.now()).toISOString();
    await minutes(30);
    expect((await grant()).dead).toEqual({ since, code: 'AADSTS50173' });
    expect(grantView(await grant(), clock.now())).toMatchObject({ deadSince: since, ageDays: 0 });
    expect(logged('partner.grant-dead')).toMatchObject([{ level: 'error', fields: { connectionId: 'main', since } }]);
    expect(counts.exchanges).toBeLessThanOrEqual(7);
    signIn('second');
    await minutes(2);
    expect((await grant()).dead).toBeUndefined();
    expect(logged('partner.grant-recovered')).toHaveLength(1);
    await advance(2 * dayMs);
    alive.clear();
    await minutes(2);
    expect(logged('partner.grant-dead')).toHaveLength(2);
  });

  it('gives its alarm where it is met first, and not again from the timer', async () => {
    const { signIn, rows, scope, minutes, logged, alive } = aPartner();
    signIn('first');
    alive.clear();
    await rows.changed('main', 'AADSTS700082');
    await Promise.all([rows.tell('main', scope), rows.tell('main', scope)]);
    expect(logged('partner.grant-dead')).toHaveLength(1);
    await minutes(5);
    expect(logged('partner.grant-dead')).toHaveLength(1);
  });

  it('is an alarm, too, when nobody could renew it for half of its life', async () => {
    const { signIn, trouble, advance, minutes, logged } = aPartner();
    signIn('first');
    await minutes(1);
    trouble.exchange = new TokenFailure('away', 'silent');
    await advance(30 * dayMs);
    await minutes(1);
    expect(logged('partner.grant-ageing')).toHaveLength(0);
    await advance(16 * dayMs);
    await minutes(1);
    expect(logged('partner.grant-ageing')).toMatchObject([{ level: 'error', fields: { ageDays: 46 } }]);
  });

  it('is nobody’s trouble where there is none, and is found when it comes', async () => {
    const { signIn, minutes, logged, grant, clock } = aPartner();
    await minutes(10);
    expect(grantView(await grant(), clock.now())).toEqual({ connectionId: 'main', ageDays: null });
    signIn('first');
    await minutes(6);
    expect(grantView(await grant(), clock.now())).toMatchObject({ ageDays: 0 });
    expect(logged('partner.grant-dead')).toEqual([]);
  });
});
