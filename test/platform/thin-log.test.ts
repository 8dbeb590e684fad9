import { InvocationContext } from '@azure/functions';
import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import type { LogEntry } from '../../shared/platform/telemetry.ts';
import { thinned } from '../../shared/platform/thin-log.ts';
import { capturedLog } from '../support/captured-log.ts';
import { movedClock } from '../support/moved-clock.ts';

const burst = limits.infoLinesBurst;

function aThinLog() {
  const { clock, advance } = movedClock();
  const { log, entries } = capturedLog();
  const logFor = thinned(() => log, clock);
  /** Each line by a call of its own. */
  const write = (count: number, event: string, level: LogEntry['level'] = 'info') => {
    for (let n = 0; n < count; n++)
      logFor(new InvocationContext())({ event, level, correlationId: 'c', fields: { n } });
  };
  return { write, advance, entries };
}

describe('lines of one event', () => {
  it('pass in a burst, and then one a second, whose fields tell how many were left out', async () => {
    const { write, advance, entries } = aThinLog();
    write(burst + 300, 'http.refused');
    expect(entries).toHaveLength(burst);
    await advance(1_000);
    write(1, 'http.refused');
    await advance(2_000);
    write(1, 'http.refused');
    expect(entries.slice(burst).map(({ fields }) => fields)).toEqual([{ n: 0, leftOut: 300 }, { n: 0 }]);
  });

  it('take nothing from another event', () => {
    const { write, entries } = aThinLog();
    write(burst + 1, 'http.refused');
    write(1, 'timer.ran');
    expect(entries.at(-1)?.event).toBe('timer.ran');
  });

  it('all pass where they are warnings or errors', () => {
    const { write, entries } = aThinLog();
    write(2 * burst, 'queue.postponed', 'warn');
    write(2 * burst, 'queue.failed', 'error');
    expect(entries).toHaveLength(4 * burst);
  });

  it('come at the pace of the desk’s own work for ever', async () => {
    const { write, advance, entries } = aThinLog();
    for (let minute = 0; minute < 30; minute++) {
      write(60, 'health.cycle');
      await advance(60_000);
    }
    expect(entries).toHaveLength(1_800);
  });
});
