import { describe, expect, it } from 'vitest';
import { aHealthDesk, type HealthDesk } from '../health/health-desk.ts';
import { state } from './passes.ts';
import { aRunningDesk, pcCalls } from './running-directory.ts';

/** The platform ends a function after two minutes: what it did not write then is lost. */
const functionMs = 120_000;

/** How long each message took to handle, in order. */
function timed(desk: HealthDesk): number[] {
  const { handle } = desk.polls;
  const legs: number[] = [];
  desk.polls.handle = async (message, scope) => {
    const startedAt = desk.clock.now();
    await handle(message, scope);
    legs.push(desk.clock.now() - startedAt);
  };
  return legs;
}

describe('a directory that meets a slow Partner Center', () => {
  it('ends every leg before the function does, and is read to its end all the same', async () => {
    const desk = aHealthDesk();
    desk.microsoft.addTenants(100);
    // Eight calls run at once, so that each takes some five seconds.
    desk.microsoft.options.instead = () => {
      void desk.advance(700);
      return undefined;
    };
    await desk.ensureDirectory(desk.scope);
    const legs = timed(desk);
    for (let leg = 0; leg < 40 && (await state(desk)).lastDoneAt === undefined; leg++) {
      await desk.drain((kind) => kind === 'directory');
      await desk.advance(60_000);
    }
    expect(Math.max(...legs)).toBeLessThan(functionMs);
    expect((await state(desk)).lastDoneAt).toBeDefined();
    expect((await desk.customers.page({ limit: 100 })).customers).toHaveLength(100);
  });

  it('follows hints as far as time allows, and the rest in the next turn', async () => {
    const desk = await aRunningDesk(25);
    for (const { id } of desk.microsoft.tenants) await desk.hints.customer(id, desk.scope);
    desk.microsoft.options.instead = () => {
      void desk.advance(4_000);
      return undefined;
    };
    const before = pcCalls(desk).length;
    const legs = timed(desk);
    for (let leg = 0; leg < 30; leg++) {
      await desk.drain((kind) => kind === 'directory');
      await desk.advance(20_000);
    }
    expect(Math.max(...legs)).toBeLessThan(functionMs);
    const read = pcCalls(desk)
      .slice(before)
      .filter(({ url }) => url.endsWith('/subscriptions'));
    expect(new Set(read.map(({ url }) => url)).size).toBe(25);
    const waiting = [...desk.memory.of('customers').partitions.get('directory|emea')!.keys()];
    expect(waiting.filter((rk) => rk.startsWith('M|'))).toEqual([]);
  });
});
