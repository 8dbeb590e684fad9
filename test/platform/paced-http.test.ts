import { describe, expect, it } from 'vitest';
import { limits } from '../../shared/core/limits.ts';
import { createPacedHttp } from '../../shared/platform/paced-http.ts';
import { movedClock } from '../support/moved-clock.ts';
import { scriptedHttp } from '../support/scripted-http.ts';

const root = 'https://graph.example';
const perSecond = 20;
const burst = perSecond * limits.upstreamBurstSeconds;

function aPace() {
  const moved = movedClock();
  const { http, calls } = scriptedHttp(() => ({ json: {} }));
  const paced = createPacedHttp(http, moved.clock, [{ root, perSecond }]);
  const ask = (count: number, base = root) => {
    for (let n = 0; n < count; n++) {
      void paced({ method: 'GET', url: `${base}/v1.0/x`, timeoutMs: 1_000, maxBytes: 1_000 });
    }
  };
  const settled = async () => new Promise((resolve) => setImmediate(resolve));
  return { ...moved, calls, ask, settled };
}

describe('calls to an upstream with a budget', () => {
  it('pass at once while they are a burst, and then one by one', async () => {
    const { ask, calls, advance, settled } = aPace();
    ask(burst + 3 * perSecond);
    await settled();
    expect(calls).toHaveLength(burst);
    await advance(1_000);
    expect(calls).toHaveLength(burst + perSecond);
    await advance(2_000);
    expect(calls).toHaveLength(burst + 3 * perSecond);
  });

  it('never exceed the budget and a burst over any time', async () => {
    const { ask, calls, advance } = aPace();
    for (let second = 0; second < 60; second++) {
      ask(3 * perSecond);
      await advance(1_000);
    }
    expect(calls.length).toBeGreaterThan(59 * perSecond);
    expect(calls.length).toBeLessThanOrEqual(burst + 60 * perSecond + 1);
  });

  it('save up no more than a burst while nobody calls', async () => {
    const { ask, calls, advance, settled } = aPace();
    await advance(3_600_000);
    ask(2 * burst);
    await settled();
    expect(calls).toHaveLength(burst);
  });

  it('do not hold up calls to anywhere else', async () => {
    const { ask, calls, settled } = aPace();
    ask(burst + 10, 'https://login.example');
    await settled();
    expect(calls).toHaveLength(burst + 10);
  });
});
