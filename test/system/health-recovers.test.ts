import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { until } from '../../local/call-desk.ts';
import { aWorld, type SystemWorld } from './a-world.ts';
import { quietBus } from './what-is-owed.ts';

type Trouble = { code: string; since: string; remedy: string };
type Health = {
  asOf: string | null;
  coverage: { lastGoodAt: string | null; trouble?: Trouble };
  services: { id: string; status: string }[];
};
type Finding = Trouble & { connectionId?: string; share: number };
type Fleet = { asOf: string | null; notCovered: number; findings: Finding[] };
type Readable = {
  customerId: string;
  product: string;
  canRead: { ok: boolean; trouble?: Trouble & { link?: string } };
};
type Customer = SystemWorld['portals'][number]['customers'][number];

const minutes = 60;

describe('trouble in reading health is said for whom, since when and what to do, and is over by itself', () => {
  let w: SystemWorld;
  /** Two of the seeded customers: one with every consent, one that is read through the partner's delegated rights alone. */
  let consented: Customer;
  let delegated: Customer;

  beforeAll(async () => {
    w = await aWorld();
    const customers = w.portals.flatMap((portal) => portal.customers);
    consented = customers.find(({ domain }) => domain === 'brennmoor.example')!;
    delegated = customers.find(({ domain }) => domain === 'thistledown.example')!;
  });

  afterAll(() => w.stop());

  const get = async <T>(path: string): Promise<T> => {
    const { status, json } = await w.call(path, { token: w.tokens.reader });
    expect(status).toBe(200);
    return json as T;
  };
  const healthOf = async ({ customerId }: Customer) => get<Health>(`/api/customers/${customerId}/health`);
  const fleet = async () => get<Fleet>('/api/health');
  const now = async () =>
    Date.parse(((await (await fetch(w.stack.microsoft.controlUrl)).json()) as { now: string }).now);

  const readiness = async ({ customerId }: Customer): Promise<Readable> => {
    let cursor: string | undefined;
    do {
      const page = await get<{ items: Readable[]; nextCursor?: string }>(
        `/api/readiness?limit=100${cursor === undefined ? '' : `&cursor=${cursor}`}`,
      );
      const found = page.items.find((item) => item.customerId === customerId && item.product === 'microsoft365');
      if (found) return found;
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    throw new Error('readiness does not know the customer');
  };

  /** Lets the world go on, never faster than its queues, until something has come true. */
  const later = async <T>(what: string, ask: () => Promise<T | undefined>, step = minutes): Promise<T> =>
    until(
      what,
      async () => {
        await quietBus(w.stack);
        const found = await ask();
        if (found === undefined) await w.advance(step);
        return found;
      },
      90_000,
    );

  const troubleOf = async (customer: Customer, code: string): Promise<Trouble> =>
    later(`${code} of ${customer.name}`, async () => {
      const { trouble } = (await healthOf(customer)).coverage;
      return trouble?.code === code ? trouble : undefined;
    });

  /** Read again lately, without trouble and without a finding that explains anything. */
  const isWell = async (customer: Customer): Promise<void> => {
    await later(`${customer.name} is read well again`, async () => {
      const { asOf, coverage, services } = await healthOf(customer);
      const isFresh = asOf !== null && (await now()) - Date.parse(asOf) < 6 * minutes * 1_000;
      const isKnown = services.length > 0 && services.every(({ status }) => status !== 'unknown');
      return isFresh && isKnown && coverage.trouble === undefined ? true : undefined;
    });
    await later('no finding is left', async () => ((await fleet()).findings.length === 0 ? true : undefined));
    expect((await readiness(customer)).canRead).toMatchObject({ ok: true });
  };

  const graph = (fault: Record<string, unknown>) => ({ match: 'graph.healthOverviews.get', times: 10_000, ...fault });

  it.each([
    ['Graph answers 500', graph({ status: 500 }), 'microsoft-down'],
    ['Graph cuts every connection', graph({ status: 0 }), 'microsoft-down'],
    ['Graph asks to slow down and says for how long', graph({ status: 429, retryAfter: 120 }), 'throttled'],
    ['Graph asks to slow down', graph({ status: 429 }), 'throttled'],
  ])('where for all %s: one finding about Microsoft', async (_name, fault, code) => {
    await w.control({ fault });
    const [finding] = await later(`the finding ${code}`, async () => {
      const { findings } = await fleet();
      return findings.some((one) => one.code === code) ? findings : undefined;
    });
    expect(finding!.share).toBeGreaterThan(0.5);
    expect(Date.parse(finding!.since)).toBeLessThanOrEqual(await now());
    const trouble = await troubleOf(consented, code);
    expect(trouble).toMatchObject({ since: finding!.since, remedy: expect.stringMatching(/\w{4}/) as string });
    // No customer's row got a trouble of its own for it.
    const { json } = await w.call(`/api/customers/${consented.customerId}`, { token: w.tokens.reader });
    expect(json.coverage).toEqual({});
    await later('what was known is too old to be shown as healthy', async () =>
      (await healthOf(consented)).services.every(({ status }) => status === 'unknown') ? true : undefined,
    );
    expect((await fleet()).notCovered).toBeGreaterThan(20);
    expect((await readiness(consented)).canRead).toMatchObject({ ok: false });
    await w.control({ reset: true });
    await isWell(consented);
  });

  it('where for all Graph does not answer in time: the same, found out within one cycle', async () => {
    await w.control({ fault: graph({ delayMs: 30_000 }) });
    const trouble = await troubleOf(consented, 'microsoft-down');
    expect((await fleet()).findings).toMatchObject([{ code: 'microsoft-down', since: trouble.since }]);
    await w.control({ reset: true });
    await isWell(consented);
  });

  it.each([
    ['401', 'token'],
    ['403', 'role-lacking'],
  ])('where Graph refuses every tenant with %s: each customer’s own trouble', async (status, code) => {
    await w.control({ fault: graph({ status: Number(status) }) });
    const trouble = await troubleOf(consented, code);
    expect((await readiness(consented)).canRead).toMatchObject({ ok: false, trouble: { code, since: trouble.since } });
    await w.control({ reset: true });
    await isWell(consented);
  });

  it('where a customer takes its consent back: that customer alone, with the link that mends it', async () => {
    await w.control({ scenario: { consent: { tenantId: consented.tenantId, granted: false } } });
    const trouble = await troubleOf(consented, 'not-consented');
    const { canRead } = await readiness(consented);
    expect(canRead).toMatchObject({ ok: false, trouble: { code: 'not-consented', since: trouble.since } });
    expect(canRead.trouble!.link).toContain(`/${consented.tenantId}/adminconsent`);
    expect((await fleet()).findings).toEqual([]);
    expect((await healthOf(delegated)).coverage.trouble).toBeUndefined();
    await w.control({ scenario: { consent: { tenantId: consented.tenantId, granted: true } } });
    await isWell(consented);
  });

  it('where the delegated relationship ends: who is read by it is not read, and who has another way is warned', async () => {
    const ended = new Date((await now()) - 60_000).toISOString();
    for (const { tenantId } of [consented, delegated]) {
      await w.control({ scenario: { gdap: { tenantId, endsAt: ended } } });
    }
    await troubleOf(delegated, 'gdap-expired');
    expect((await readiness(delegated)).canRead).toMatchObject({ ok: false, trouble: { code: 'gdap-expired' } });
    await troubleOf(consented, 'gdap-expired');
    expect((await healthOf(consented)).services.every(({ status }) => status !== 'unknown')).toBe(true);
    await w.control({ reset: true });
    await isWell(delegated);
    await isWell(consented);
  });

  it('where the partner’s refresh token is dead: one finding of the connection', async () => {
    await w.control({ scenario: { refreshToken: { revoked: true } } });
    const finding = await later(
      'the finding of the connection',
      async () => (await fleet()).findings.find(({ code }) => code === 'token'),
      5 * minutes,
    );
    expect(finding.connectionId).toBeDefined();
    expect(await troubleOf(delegated, 'token')).toMatchObject({ since: finding.since });
    expect((await healthOf(consented)).coverage.trouble).toBeUndefined();
    const { json } = await w.call('/api/readyz', { token: w.tokens.reader });
    expect(JSON.stringify(json)).toContain('AADSTS50173');
    await w.control({ scenario: { refreshToken: { issued: true } } });
    await isWell(delegated);
  });

  it('and with the timers switched off for an hour polling goes on', async () => {
    await w.control({ timers: { pollServiceHealth: false, sweep: false } });
    const begun = await now();
    await later(
      'an hour has passed',
      async () => {
        const { asOf } = await healthOf(consented);
        expect((await now()) - Date.parse(asOf!)).toBeLessThan(11 * minutes * 1_000);
        return (await now()) - begun > 60 * minutes * 1_000 ? true : undefined;
      },
      5 * minutes,
    );
    await w.control({ timers: { pollServiceHealth: true, sweep: true } });
    expect((await healthOf(consented)).coverage.trouble).toBeUndefined();
  });
});
