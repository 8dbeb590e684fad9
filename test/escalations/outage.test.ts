import { describe, expect, it } from 'vitest';
import { manyCases, type Down } from './many-cases.ts';

const minute = 60_000;

/** Escalates while something is down, lets six hours pass, and ten minutes after it is back. */
async function outage(cases: number, what: Down) {
  const desk = await manyCases(cases);
  desk.down.add(what);
  await desk.escalateAll();
  await desk.pass(360 * minute);
  const during = { states: await desk.states(), seen: { ...desk.seen }, open: desk.open() };
  desk.down.clear();
  await desk.pass(10 * minute);
  return { desk, during };
}

type Outage = Awaited<ReturnType<typeof outage>>;

/** Each is filed once; nothing was thrown to the host, dead-lettered, or too much for Microsoft's limits. */
async function expectAllFiled({ desk }: Outage, cases: number): Promise<void> {
  expect(await desk.states()).toEqual({ filed: cases });
  expect([...desk.microsoft.tickets.values()].map(({ commits }) => commits)).toEqual(Array(cases).fill(1));
  expect(desk.seen).toMatchObject({ thrown: 0, throttled: 0 });
  expect(desk.held.dead).toEqual([]);
}

describe('six hours of outage', () => {
  it(
    'of the Support API leave it alone, and a thousand cases are filed within ten minutes',
    { timeout: 120_000 },
    async () => {
      const ended = await outage(1_000, 'support');
      expect(ended.during.states).toEqual({ intended: 1_000 });
      // Of each of two instances: some calls to find out, and a probe a minute.
      expect(ended.during.seen.support).toBeLessThan(2 * (360 + 20));
      expect(ended.during.open).toEqual([['azure-support'], ['azure-support']]);
      await expectAllFiled(ended, 1_000);
      expect(ended.desk.open()).toEqual([[], []]);
    },
  );

  it('of Entra leave it and the Support API alone', { timeout: 60_000 }, async () => {
    const ended = await outage(100, 'entra');
    expect(ended.during.states).toEqual({ intended: 100 });
    expect(ended.during.seen.support).toBe(0);
    expect(ended.during.seen.entra).toBeLessThan(2 * (360 + 20));
    await expectAllFiled(ended, 100);
  });

  it('of the bus leave everything to the sweep', { timeout: 60_000 }, async () => {
    const ended = await outage(100, 'bus');
    expect(ended.during.states).toEqual({ intended: 100 });
    await expectAllFiled(ended, 100);
  });

  it('of the timers hold up nothing', { timeout: 60_000 }, async () => {
    const ended = await outage(100, 'timers');
    expect(ended.during.states).toEqual({ filed: 100 });
    await expectAllFiled(ended, 100);
  });
});
