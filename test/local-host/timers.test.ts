import { app, type Timer } from '@azure/functions';
import { expect, onTestFinished, test, vi } from 'vitest';

import { createWorldClock } from '../../local/world-clock.ts';
import { aHost } from './running-host.ts';

const start = Date.parse('2026-11-22T10:00:30Z');
const minute = 60_000;

/** A clock that stands still until the test moves it. */
const frozenClock = () => createWorldClock(() => start);

async function aTimerHost(schedule: string, options: Record<string, unknown> = {}) {
  const calls: Timer[] = [];
  const running: PromiseWithResolvers<undefined>[] = [];
  const host = await aHost(
    () => {
      app.timer('tick', {
        schedule,
        ...options,
        handler: async (timer) => {
          calls.push(timer);
          const run = Promise.withResolvers<undefined>();
          running.push(run);
          await run.promise;
        },
      });
    },
    { clock: frozenClock(), settings: { EVERY_MINUTE: '0 * * * * *' } },
  );
  // The host waits for what runs when it stops.
  onTestFinished(() => {
    for (const run of running) run.resolve(undefined);
  });
  const finish = async (index: number) => {
    running[index]?.resolve(undefined);
    await new Promise((resolve) => setImmediate(resolve));
  };
  const fire = (name: string, body = '{ "input": "" }') =>
    fetch(`${host.baseUrl}/admin/functions/${name}`, { method: 'POST', body });
  const advanceTo = (iso: string) => host.clock.setOffset(Date.parse(iso) - start);
  return { ...host, calls, finish, fire, advanceTo };
}

test('fires at its time on the world clock, with the schedule status of the platform', async () => {
  const host = await aTimerHost('%EVERY_MINUTE%');
  await host.advanceTo('2026-11-22T10:00:59Z');
  expect(host.calls).toEqual([]);
  await host.advanceTo('2026-11-22T10:01:00Z');
  await vi.waitFor(() => {
    expect(host.calls).toEqual([
      {
        isPastDue: false,
        schedule: { adjustForDST: true },
        scheduleStatus: {
          last: '0001-01-01T00:00:00',
          next: '2026-11-22T10:01:00.000+00:00',
          lastUpdated: '0001-01-01T00:00:00',
        },
      },
    ]);
  });
  await host.finish(0);
  await host.advanceTo('2026-11-22T10:02:00Z');
  await vi.waitFor(() => {
    expect(host.calls[1]?.scheduleStatus).toEqual({
      last: '2026-11-22T10:01:00.000+00:00',
      next: '2026-11-22T10:02:00.000+00:00',
      lastUpdated: '2026-11-22T10:01:00.000+00:00',
    });
  });
});

test('makes one call, past due, of however many ticks were missed', async () => {
  const host = await aTimerHost('0 * * * * *');
  await host.advanceTo('2026-11-22T10:31:10Z');
  await vi.waitFor(() => {
    expect(host.calls).toHaveLength(1);
  });
  await host.finish(0);
  expect(host.calls.map((timer) => timer.isPastDue)).toEqual([true]);
  await host.advanceTo('2026-11-22T10:32:00Z');
  await vi.waitFor(() => {
    expect(host.calls.map((timer) => timer.isPastDue)).toEqual([true, false]);
  });
});

test('does not overlap: what falls due while a run lasts comes once, after it', async () => {
  const host = await aTimerHost('0 * * * * *');
  await host.advanceTo('2026-11-22T10:01:00Z');
  await vi.waitFor(() => {
    expect(host.calls).toHaveLength(1);
  });
  await host.advanceTo('2026-11-22T10:02:00Z');
  await host.advanceTo('2026-11-22T10:04:30Z');
  expect(host.calls).toHaveLength(1);
  await host.finish(0);
  await vi.waitFor(() => {
    expect(host.calls.map((timer) => timer.isPastDue)).toEqual([false, true]);
  });
  await host.finish(1);
  expect(host.calls).toHaveLength(2);
});

test('answers a jump of the clock while its run still lasts', async () => {
  const host = await aTimerHost('0 * * * * *');
  await host.clock.setOffset(30 * minute);
  await vi.waitFor(() => {
    expect(host.calls).toHaveLength(1);
  });
});

test('goes on after a run that fails', async () => {
  let runs = 0;
  const host = await aHost(
    () => {
      app.timer('fails', {
        schedule: '0 * * * * *',
        handler: () => {
          runs++;
          throw new Error('no ink');
        },
      });
    },
    { clock: frozenClock() },
  );
  await host.clock.setOffset(minute);
  await vi.waitFor(() => {
    expect(host.warnings.join()).toContain('no ink');
  });
  await new Promise((resolve) => setImmediate(resolve));
  await host.clock.setOffset(2 * minute);
  await vi.waitFor(() => {
    expect(runs).toBe(2);
  });
});

test('stops and resumes a single timer; what it missed comes once, past due', async () => {
  const host = await aTimerHost('0 * * * * *');
  host.setTimers({ tick: false, other: false });
  await host.clock.setOffset(10 * minute);
  expect(host.calls).toEqual([]);
  expect(host.warnings).toEqual(["There is no timer 'other' to stop or resume."]);
  host.setTimers({ tick: true });
  await vi.waitFor(() => {
    expect(host.calls.map((timer) => timer.isPastDue)).toEqual([true]);
  });
});

test('fires by hand through the admin API, also when it is stopped, and leaves the schedule alone', async () => {
  const host = await aTimerHost('0 * * * * *');
  host.setTimers({ tick: false });
  const answer = await host.fire('TICK');
  expect([answer.status, await answer.text()]).toEqual([202, '']);
  await vi.waitFor(() => {
    expect(host.calls.map((timer) => timer.isPastDue)).toEqual([false]);
  });
  await host.finish(0);
  host.setTimers({ tick: true });
  await host.clock.setOffset(minute);
  await vi.waitFor(() => {
    expect(host.calls).toHaveLength(2);
  });
  expect(host.calls[1]?.scheduleStatus.last).toBe('0001-01-01T00:00:00');
});

test('answers the admin API for functions it does not know, bodies that are none, and its state', async () => {
  const host = await aTimerHost('0 * * * * *');
  expect((await host.fire('other')).status).toBe(404);
  expect((await host.fire('tick', 'no json')).status).toBe(400);
  expect((await host.fire('tick', '{"input":1}')).status).toBe(400);
  expect(await (await fetch(`${host.baseUrl}/admin/host/status`)).json()).toEqual({ state: 'Running' });
  expect(host.calls).toEqual([]);
});

test('answers 400 where a function cannot be run by hand', async () => {
  const host = await aHost(() => {
    app.get('page', { handler: () => ({ body: 'hello' }) });
  });
  const body = '{ "input": "" }';
  const answer = await fetch(`${host.baseUrl}/admin/functions/page`, { method: 'POST', body });
  expect([answer.status, await answer.json()]).toEqual([400, { message: "'page' cannot be run by hand." }]);
});

test('runs on startup where the function asks for it', async () => {
  const host = await aTimerHost('0 0 0 1 1 *', { runOnStartup: true });
  await vi.waitFor(() => {
    expect(host.calls.map((timer) => timer.isPastDue)).toEqual([false]);
  });
});

test('gives a schedule status only where it is monitored: by default from once a minute upwards', async () => {
  const statusOf = async (schedule: string, useMonitor?: boolean) => {
    const host = await aTimerHost(schedule, useMonitor === undefined ? {} : { useMonitor });
    await host.fire('tick');
    await vi.waitFor(() => {
      expect(host.calls).toHaveLength(1);
    });
    return host.calls[0]?.scheduleStatus;
  };
  expect(await statusOf('0 * * * * *')).toMatchObject({ next: '2026-11-22T10:01:00.000+00:00' });
  expect(await statusOf('*/30 * * * * *')).toBeNull();
  expect(await statusOf('*/30 * * * * *', true)).toMatchObject({ next: '2026-11-22T10:01:00.000+00:00' });
  expect(await statusOf('0 * * * * *', false)).toBeNull();
});

test('fires in real time too', async () => {
  const calls: Timer[] = [];
  await aHost(() => {
    app.timer('second', {
      schedule: '* * * * * *',
      handler: (timer) => {
        calls.push(timer);
      },
    });
  });
  await vi.waitFor(
    () => {
      expect(calls.slice(0, 2).map((timer) => timer.isPastDue)).toEqual([false, false]);
    },
    { timeout: 5_000 },
  );
});
