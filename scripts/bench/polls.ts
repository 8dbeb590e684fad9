import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { Measured } from './polls/measure.ts';

const sizes = [100, 1_000, 10_000, 50_000];
const measureFile = fileURLToPath(new URL('polls/measure.ts', import.meta.url));

/** In a process of its own, so that one size does not leave its heap to the next. */
function measured(tenants: number): Measured {
  const { stdout, stderr } = spawnSync(process.execPath, ['--expose-gc', measureFile, String(tenants)], {
    encoding: 'utf8',
  });
  if (stdout === '') throw new Error(`nothing was measured at ${String(tenants)} tenants: ${stderr}`);
  return JSON.parse(stdout) as Measured;
}

/** Slope of a straight line through the logarithms: 1 where twice the tenants cost twice as much. */
function slopeOf(points: readonly (readonly [number, number])[]): number {
  const logs = points.map(([x, y]) => [Math.log(x), Math.log(y)] as const);
  const mean = (axis: 0 | 1) => logs.reduce((sum, log) => sum + log[axis], 0) / logs.length;
  const [mx, my] = [mean(0), mean(1)];
  const rise = logs.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return rise / logs.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}

const columns = {
  gets: 'GETs',
  tokens: 'tokens',
  busOps: 'bus ops',
  tableOps: 'table ops',
  kib: 'KiB gzipped',
  heapMib: 'heap MiB',
} as const satisfies Partial<Record<keyof Measured, string>>;

const costs = Object.keys(columns) as (keyof typeof columns)[];

/** What must hold at every size; the reasons are in issue texts and in Microsoft's documented limits. */
function brokenBy(all: readonly Measured[]): string[] {
  const broken: string[] = [];
  for (const name of costs) {
    const slope = slopeOf(all.map((one) => [one.tenants, one[name]]));
    if (slope > 1.005) broken.push(`${columns[name]} grow faster than the tenants: slope ${slope.toFixed(3)}`);
  }
  for (const { tenants, refused, details, cycleSeconds, toldSeconds, postedSeconds } of all) {
    const at = `at ${String(tenants)} tenants`;
    if (refused > 0) broken.push(`${at} ${String(refused)} calls were refused as too many`);
    if (details > 2) broken.push(`${at} two revisions cost ${String(details)} reads of details`);
    if (cycleSeconds > 300) broken.push(`${at} a cycle takes ${String(cycleSeconds)} s`);
    if (Math.max(toldSeconds, postedSeconds) > 360) broken.push(`${at} an event is later than six minutes`);
  }
  return broken;
}

const cell = (text: string | number): string => String(text).padStart(12);

/** Polling at four sizes in virtual time, on one instance, against the documented limits. Throws where a bound does not hold. */
export function benchPolls(): void {
  const all = sizes.map(measured);
  const heads = ['tenants', ...Object.values(columns), 'cycle s', 'told s', 'posted s', '429s'];
  console.log('\npolling, per cycle of five minutes over an hour, one instance, virtual time');
  console.log(heads.map(cell).join(''));
  for (const one of all) {
    const figures = costs.map((name) => one[name].toFixed(1));
    const times = [one.cycleSeconds, one.toldSeconds, one.postedSeconds, one.refused];
    console.log([one.tenants, ...figures, ...times].map(cell).join(''));
  }
  const slopes = costs.map((name) => slopeOf(all.map((one) => [one.tenants, one[name]])).toFixed(3));
  console.log(['slope', ...slopes].map(cell).join(''));
  const broken = brokenBy(all);
  if (broken.length > 0) throw new Error(broken.join('; '));
}
