import { describe, expect, it } from 'vitest';
import { customerHealth } from '../../shared/health/customer-health.ts';
import type { HttpAnswer } from '../../shared/platform/http.ts';
import { TokenFailure } from '../../shared/platform/tokens.ts';
import { anAzureDesk, azureOf, json } from './azure-desk.ts';
import { aPerson } from './callers.ts';
import type { HealthDesk } from './health-desk.ts';

describe('a tenant whose Azure cannot be read', () => {
  const elsewhere = json({ value: [], nextLink: 'https://evil.example/subscriptions/x?api-version=2025-05-01' });
  const graphTroubles: [string, (desk: HealthDesk) => void, string][] = [
    [
      'a role that lacks on every way',
      (desk) => {
        refuse(desk, 403);
      },
      'role-lacking',
    ],
    [
      'a refused token',
      (desk) => {
        refuse(desk, 401);
      },
      'token',
    ],
    [
      'a server error',
      (desk) => {
        refuse(desk, 500);
      },
      'microsoft-down',
    ],
    [
      '429',
      (desk) => {
        refuse(desk, 429);
      },
      'throttled',
    ],
    [
      'something that is no JSON',
      (desk) => {
        graphAnswers(desk, { ...json({}), body: '<html>' });
      },
      'microsoft-down',
    ],
    [
      'truncated JSON',
      (desk) => {
        graphAnswers(desk, { ...json({}), body: '{"data":[{' });
      },
      'microsoft-down',
    ],
    [
      'no data',
      (desk) => {
        graphAnswers(desk, json({ data: null }));
      },
      'microsoft-down',
    ],
    [
      'an event without an id',
      (desk) => {
        graphAnswers(desk, json({ data: [{ properties: {} }] }));
      },
      'microsoft-down',
    ],
    [
      'pages without end',
      (desk) => {
        graphPages(desk, (n) => `page ${String(n)}`);
      },
      'microsoft-down',
    ],
    [
      'a page that repeats its token',
      (desk) => {
        graphPages(desk, () => 'same');
      },
      'microsoft-down',
    ],
    [
      'a next link to another host',
      (desk) => {
        listAnswers(desk, elsewhere);
      },
      'microsoft-down',
    ],
    [
      '10 MB',
      (desk) => {
        graphAnswers(desk, { ...json({}), body: ' '.repeat(10 * 1024 * 1024) });
      },
      'microsoft-down',
    ],
    [
      'an answer that nests without end',
      (desk) => {
        graphAnswers(desk, { ...json({}), body: deep() });
      },
      'microsoft-down',
    ],
  ];

  function refuse({ microsoft: { azure }, tenant }: HealthDesk, status: number) {
    azure.faults.graph.set(tenant(0), { status });
    azure.faults.list.set(tenant(0), { status });
  }
  function graphAnswers({ microsoft: { azure }, tenant }: HealthDesk, answer: HttpAnswer) {
    azure.options.graph.set(tenant(0), () => answer);
  }
  function listAnswers({ microsoft: { azure }, tenant }: HealthDesk, answer: HttpAnswer) {
    azure.faults.graph.set(tenant(0), { status: 404 });
    azure.options.list.set(tenant(0), () => answer);
  }
  function graphPages({ microsoft: { azure }, tenant }: HealthDesk, tokenOf: (n: number) => string) {
    let n = 0;
    azure.options.graph.set(tenant(0), () => json({ data: [], $skipToken: tokenOf(n++) }));
  }
  const deep = () => `{"data":[${'['.repeat(200_000)}${']'.repeat(200_000)}]}`;

  it.each(graphTroubles)(
    'because of %s is alone with it, and unknown past the deadline',
    async (_what, begin, code) => {
      const { desk, azure } = await anAzureDesk(2, 2);
      begin(desk);
      await desk.cycle();
      const since = desk.now();
      expect(await azureOf(desk, 0)).toMatchObject({ status: 'healthy', coverage: { trouble: { code, since } } });
      for (let n = 0; n < 3; n++) await desk.cycle();
      expect(await azureOf(desk, 0)).toMatchObject({ status: 'unknown', coverage: { trouble: { code, since } } });
      expect(await azureOf(desk, 1)).toMatchObject({ status: 'healthy', asOf: desk.now() });
      const health = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) });
      expect(health).toMatchObject({ asOf: desk.now(), coverage: { lastGoodAt: desk.now() } });
      expect(health.coverage.trouble).toBeUndefined();
      expect(health.services.filter(({ id }) => id !== 'azure').every(({ status }) => status === 'healthy')).toBe(true);
      expect(desk.microsoft.calls.some(({ url }) => url.includes('evil.example'))).toBe(false);
      azure.faults.graph.clear();
      azure.faults.list.clear();
      azure.options.graph.clear();
      azure.options.list.clear();
      await desk.cycle(65);
      expect(await azureOf(desk, 0)).toMatchObject({ status: 'healthy', asOf: desk.now() });
      expect((await azureOf(desk, 0))!.coverage!.trouble).toBeUndefined();
    },
  );

  it('does not make Azure unknown where Microsoft 365 is', async () => {
    const { desk } = await anAzureDesk(1, 1);
    desk.microsoft.faults.set(desk.tenant(0), { token: new TokenFailure('not-consented', 'no') });
    for (let n = 0; n < 4; n++) await desk.cycle();
    const { services } = await customerHealth(desk.queryDeps, aPerson, { customerId: desk.id(0) });
    expect(services.map(({ id, status }) => [id, status])).toEqual([
      ['Exchange', 'unknown'],
      ['microsoftteams', 'unknown'],
      ['azure', 'healthy'],
    ]);
  });

  it('as the application is read through the partner’s rights, and so from then on', async () => {
    const { desk, azure } = await anAzureDesk(1, 1);
    desk.microsoft.options.azureTokenFailure = new TokenFailure('not-consented', 'no');
    await desk.cycle();
    expect(await azureOf(desk, 0)).toMatchObject({ status: 'healthy', asOf: desk.now() });
    const wants = desk.microsoft.wants.filter(({ resource }) => resource === 'azure').length;
    azure.calls.length = 0;
    await desk.cycle();
    expect(azure.calls).toHaveLength(1);
    expect(desk.microsoft.wants.filter(({ resource }) => resource === 'azure').slice(wants)).toMatchObject([
      { way: 'delegated' },
    ]);
  });
});
