import { describe, expect, it } from 'vitest';
import { plants } from './plants.ts';
import { runSeed } from './run.ts';

const withinSeeds = 300;

describe('the simulation finds within a few hundred seeds that', () => {
  it.each(plants)('%s', { timeout: 120_000 }, async (_name, expected, plant) => {
    const found: string[] = [];
    for (let seed = 1; seed <= withinSeeds && !found.some((what) => expected.test(what)); seed++) {
      found.push(...(await runSeed(seed, plant())).wrong);
    }
    expect(found.join('\n')).toMatch(expected);
  });
});
