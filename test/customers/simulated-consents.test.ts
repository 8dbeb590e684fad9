import { describe, expect, it } from 'vitest';
import { customers, guidOf, partner } from '../../local/microsoft/seed-world.ts';
import { createReadConsents, createStartConsents } from '../../shared/customers/consent-runs.ts';
import { customerHealth } from '../../shared/health/customer-health.ts';
import { aDeskAtMicrosoft } from '../health/a-desk-at-microsoft.ts';
import { aPerson } from '../health/callers.ts';
import { partnerCenter, runningMicrosoft, type RunningMicrosoft } from '../local-microsoft/running-microsoft.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';

const tenantOf = (slug: string) => customers.find((one) => one.slug === slug)!.tenantId;
const supportRole = 'f023fd81-a637-4b56-95fd-791ac0226033';

/** The desk at the simulated Microsoft, and runs of consents from their start to their end. */
async function aGrantingDesk() {
  const desk = await aDeskAtMicrosoft();
  const deps = { ...desk.relay, cloud: desk.queries.cloud, ids: seededIds(seededRandom(11)) };
  const start = createStartConsents(deps);
  const read = createReadConsents(deps);
  const run = async (slugs?: string[]) => {
    const customerIds = slugs?.map(desk.idOf);
    const { id } = await start({ dryRun: false, ...(customerIds && { customerIds }) }, desk.scope);
    await desk.cycle();
    return read(id, { limit: 100 });
  };
  const health = async (slug: string) => customerHealth(desk.queries, aPerson, { customerId: desk.idOf(slug) });
  return { ...desk, run, health };
}

describe('consents in bulk at the simulated Microsoft', () => {
  it('let a customer without any consent be read through GDAP, and are there already for the others', async () => {
    const { run, health, cycle, queries, idOf, now } = await aGrantingDesk();
    expect((await health('umberleigh')).coverage.trouble).toMatchObject({ code: 'not-consented' });
    const view = await run();
    expect(view).toMatchObject({ state: 'done', counts: { granted: 1, already: customers.length - 1 } });
    expect(view.results.find(({ outcome }) => outcome === 'granted')!.customerId).toBe(idOf('umberleigh'));
    await cycle();
    const { asOf, coverage } = await health('umberleigh');
    expect({ asOf, trouble: coverage.trouble }).toEqual({ asOf: now(), trouble: undefined });
    expect((await queries.customers.get(idOf('umberleigh')))!.access.way).toBe('gdap');
  });

  it.each([
    ['whose relationship lacks the role', { roles: [supportRole] }],
    ['whose relationship is over', { endsAt: '2020-01-01T00:00:00Z' }],
  ])('are refused for a customer %s, with what mends it', async (_, gdap) => {
    const { microsoft, run } = await aGrantingDesk();
    await microsoft.control({ scenario: { gdap: { tenantId: tenantOf('umberleigh'), ...gdap } } });
    const view = await run(['umberleigh']);
    expect(view.results).toMatchObject([{ outcome: 'refused', code: '900308' }]);
    expect(view.results[0]!.remedy).toContain('Cloud Application Administrator');
  });

  it('wait out a Partner Center that is away', async () => {
    const { microsoft, run, cycle, health, now } = await aGrantingDesk();
    await microsoft.control({ fault: { match: 'partnercenter.applicationconsents.post', status: 503 } });
    expect(await run(['umberleigh'])).toMatchObject({ state: 'running' });
    await cycle();
    await cycle();
    expect((await health('umberleigh')).asOf).toBe(now());
  });
});

describe('an application consent at the simulated Partner Center', () => {
  const path = `/partnercenter/v1/customers/${tenantOf('umberleigh')}/applicationconsents`;
  const body = {
    applicationId: partner.clientId,
    applicationGrants: [
      { enterpriseApplicationId: '00000003-0000-0000-c000-000000000000', scope: 'ServiceHealth.Read.All' },
    ],
  };
  const asUser = async (microsoft: RunningMicrosoft) => microsoft.userBearer(partner.tenantId, partnerCenter);

  it('needs a person’s token', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.call(path, {
      body,
      headers: await microsoft.bearer(partner.tenantId, partnerCenter),
    });
    expect([answer.status, answer.at('code')]).toEqual([403, '900329']);
  });

  it('is given once, and taken back by DELETE', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await asUser(microsoft);
    const statuses: number[] = [];
    const ask = async (method: string, place = path) => {
      statuses.push((await microsoft.call(place, { method, headers, ...(method === 'POST' && { body }) })).status);
    };
    await ask('POST');
    await ask('POST');
    await ask('DELETE', `${path}/${guidOf('another application')}`);
    await ask('DELETE', `${path}/${partner.clientId}`);
    await ask('DELETE', `${path}/${partner.clientId}`);
    await ask('POST');
    expect(statuses).toEqual([201, 409, 404, 204, 404, 201]);
  });

  it.each([
    ['another application', { ...body, applicationId: guidOf('another application') }],
    ['no grants', { ...body, applicationGrants: [] }],
    ['no JSON', 'applicationId'],
  ])('is refused with %s', async (_, wrong) => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.call(path, { body: wrong, headers: await asUser(microsoft) });
    expect([answer.status, answer.at('code')]).toEqual([400, '3000']);
  });
});
