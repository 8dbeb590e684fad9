import { describe, expect, it } from 'vitest';
import { readMessages } from '../../shared/health/message-center-read.ts';
import { readTenants, type Planned } from '../../shared/health/read-tenants.ts';
import { movedClock } from '../support/moved-clock.ts';

/** The platform ends a function after two minutes; a third of that is left for writing what was read. */
const readMs = 100_000;

const tenant = (n: number): Planned => ({
  customerId: `c${String(n)}`,
  connectionId: 'emea',
  tenantId: `t${String(n)}`,
  changedAfter: undefined,
  ways: ['app', 'gdap'],
  last: undefined,
  delegation: 'unknown',
});
const tenants = [0, 1, 2].map(tenant);

/** The first tenant’s answer has no end; how long it takes until everybody is done. */
async function timeOf<T>(read: (clock: ReturnType<typeof movedClock>['clock']) => Promise<T>) {
  const { clock, advance } = movedClock();
  const startedAt = clock.now();
  let result: T | undefined;
  const reading = read(clock).then((outcome) => (result = outcome));
  while (result === undefined && clock.now() - startedAt < 300_000) await advance(1_000);
  return { result, tookMs: clock.now() - startedAt, reading };
}

const never = async <T>(): Promise<T> => new Promise<T>(() => undefined);

describe('a tenant whose answer has no end', () => {
  it('is given up in time for the rest of its shard to be written', async () => {
    const reading = { services: [], issues: [], full: true };
    const { result, tookMs } = await timeOf(async (clock) =>
      readTenants({ clock, source: async ({ tenantId }) => (tenantId === 't0' ? never() : reading) }, tenants),
    );
    expect(tookMs).toBeLessThanOrEqual(readMs);
    expect(result?.get('c0')).toMatchObject({ kind: 'failed', code: 'microsoft-down', scope: 'tenant' });
    expect([1, 2].map((n) => result?.get(`c${String(n)}`)?.kind)).toEqual(['read', 'read']);
  });

  it('is given up by Message center as well', async () => {
    const plan = tenants.map((one) => ({ ...one, way: 'app' as const, isWatched: false }));
    const { result, tookMs } = await timeOf(async (clock) =>
      readMessages({ clock, source: async ({ tenantId }) => (tenantId === 't0' ? never() : []) }, plan),
    );
    expect(tookMs).toBeLessThanOrEqual(readMs);
    expect(result?.outcomes.get('c0')).toMatchObject({ kind: 'failed', code: 'microsoft-down' });
    expect(result?.outcomes.get('c1')).toEqual({ kind: 'read' });
  });
});
