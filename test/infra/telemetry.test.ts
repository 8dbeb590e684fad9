import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { aDesk } from '../support/a-desk.ts';
import { aWatchedDesk, entryOf } from './a-watched-desk.ts';

const read = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

type Counted = { runs: number; lines: number; lineBytes: number };
const telemetry = read('infra/telemetry.json') as {
  bytesPerLine: number;
  bytesPerRun: number;
  quietDay: { desk: Counted; shard: Counted };
  records: Record<'AppTraces' | 'AppRequests', Record<string, unknown>>;
};
const { logging } = read('host.json') as {
  logging: {
    logLevel: Record<string, string>;
    applicationInsights: { samplingSettings: { includedTypes: string; excludedTypes: string } } & Record<
      string,
      unknown
    >;
  };
};

/** The level of a category, as the host's logging finds it: of the names that fit, the longest; one `*` stands for anything. */
function levelOf(category: string): string | undefined {
  const fits = Object.keys(logging.logLevel).filter((name) => {
    const [head = '', tail = ''] = name.split('*');
    return name === 'default' || (category.startsWith(head) && category.endsWith(tail));
  });
  const [longest = 'default'] = fits.filter((name) => name !== 'default').sort((a, b) => b.length - a.length);
  return logging.logLevel[longest];
}

describe('what the host keeps', () => {
  it('is every line of the desk’s own, of each function', async () => {
    const { app } = await aDesk();
    const names = [app.http, app.queues, app.timers].flatMap((kind) => [...kind.keys()]);
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => levelOf(`Function.${name}.User`) !== 'Information')).toEqual([]);
    // What alerts cannot do without is named in full.
    for (const name of app.timers.keys()) expect(logging.logLevel).toHaveProperty([`Function.${name}.User`]);
  });

  it('is a record of each run, and of itself warnings alone', () => {
    expect(levelOf('Host.Results')).toBe('Information');
    for (const category of ['Function.sweep', 'Host.Aggregator', 'Host.Triggers.Warmup', 'Azure.Messaging.ServiceBus'])
      expect(levelOf(category)).toBe('Warning');
  });

  it('is sampled where it is a record of a run, and nowhere else', () => {
    const { samplingSettings, ...more } = logging.applicationInsights;
    expect(samplingSettings.includedTypes).toBe('Request');
    expect(samplingSettings.excludedTypes.split(';')).toEqual(['Trace', 'Exception']);
    expect(more).toEqual({ enableDependencyTracking: false, enablePerformanceCountersCollection: false });
  });
});

describe('what the log weighs', () => {
  const weightOf = (record: Record<string, unknown>): number =>
    Object.values(record).reduce<number>(
      (sum, value) => sum + (typeof value === 'string' ? value : JSON.stringify(value)).length,
      0,
    );

  it('is by the records as they are stored', () => {
    expect(weightOf(telemetry.records.AppTraces)).toBe(telemetry.bytesPerLine);
    expect(weightOf(telemetry.records.AppRequests)).toBe(telemetry.bytesPerRun);
  });

  it('is in a quiet hour one line a timer, cycle and turn, and no longer than was counted', async () => {
    const { traces, pass } = await aWatchedDesk(2);
    // The first reading of posts, which comes again after six hours, is over then.
    await pass(90);
    const from = traces.length;
    await pass(60);
    const hour = traces.slice(from);
    const counts = Map.groupBy(hour, (trace) => entryOf(trace).event);
    expect(Object.fromEntries([...counts].map(([event, lines]) => [event, lines.length]))).toEqual({
      ...{ 'timer.ran': 72, 'health.cycle': 24, 'customers.delegation-done': 4 },
    });
    const bytes = hour.reduce((sum, { Message }) => sum + String(Message).length, 0);
    const { desk, shard } = telemetry.quietDay;
    expect(hour.length * 24).toBeLessThanOrEqual(desk.lines + shard.lines);
    expect(bytes * 24).toBeLessThanOrEqual((desk.lineBytes + shard.lineBytes) * 1.02);
    expect(bytes * 24).toBeGreaterThanOrEqual((desk.lineBytes + shard.lineBytes) * 0.95);
  });

  it('is for 50,000 customers a quarter of a daily gigabyte at most, while nothing happens', () => {
    const { desk, shard } = telemetry.quietDay;
    const shards = 50_000 / 250;
    const of = (what: keyof Counted) => desk[what] + shards * shard[what];
    const bytes = of('runs') * telemetry.bytesPerRun + of('lines') * telemetry.bytesPerLine + of('lineBytes');
    expect(bytes).toBeLessThan(250_000_000);
  });
});
