import { describe, expect, it } from 'vitest';
import { manyCases } from './many-cases.ts';

const minute = 60_000;
const cases = 1_000;

describe('six hours of outage with a thousand escalations', () => {
  it('of the Support API: it is left alone, nothing is thrown or dead, and all is filed within ten minutes of its return', async () => {
    const desk = await manyCases(cases);
    desk.down.add('support');
    await desk.escalateAll();
    await desk.pass(360 * minute);
    expect(await desk.states()).toEqual({ intended: cases });
    // Two instances, each with eight calls to find out and a probe a minute.
    expect(desk.seen.support).toBeLessThan(2 * (400 + 20));
    expect(desk.instances.map(({ circuits }) => circuits.open().map(({ upstream }) => upstream))).toEqual([
      ['azure-support'],
      ['azure-support'],
    ]);
    desk.down.clear();
    await desk.pass(10 * minute);
    expect(await desk.states()).toEqual({ filed: cases });
    expect([...desk.microsoft.tickets.values()].filter(({ commits }) => commits !== 1)).toEqual([]);
    expect(desk.seen).toMatchObject({ thrown: 0, throttled: 0 });
    expect(desk.held.dead).toEqual([]);
  });
});
