import { describe, expect, it } from 'vitest';
import { runBackup } from './backup-run.ts';

const seeds = Number(process.env.BACKUP_SEEDS ?? 2);

describe('an export while the desk works, and the desk that comes back from it', () => {
  it(
    `loses nothing that was accepted before, has nothing by halves, and goes on, in ${String(seeds)} seeds`,
    { timeout: 30_000 + seeds * 1_000 },
    async () => {
      const wrong: unknown[] = [];
      let corrections = 0;
      let during = 0;
      for (let seed = 1; seed <= seeds; seed++) {
        const run = await runBackup(seed);
        corrections += run.corrections;
        during += run.during;
        if (run.wrong.length > 0) wrong.push({ seed, wrong: run.wrong.slice(0, 5) });
      }
      expect(wrong).toEqual([]);
      // Else nothing was tried.
      expect(corrections).toBeGreaterThan(seeds);
      expect(during).toBeGreaterThan(0);
    },
  );
});
