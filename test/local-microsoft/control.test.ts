import { describe, expect, it } from 'vitest';
import { customers, guidOf, partner } from '../../local/microsoft/seed-world.ts';
import { azure, graph, runningMicrosoft } from './running-microsoft.ts';
import type { RunningMicrosoft } from './running-microsoft.ts';

const customer = customers.find((one) => one.azureSubscriptionId !== undefined)!;
const incident = { service: 'Exchange Online', classification: 'incident', status: 'investigating' };
const issuesPath = '/graph/v1.0/admin/serviceAnnouncement/issues';

const issue = async (microsoft: RunningMicrosoft, id: string, tenantId = customer.tenantId) =>
  microsoft.call(`${issuesPath}/${id}`, { headers: await microsoft.bearer(tenantId, graph) });

async function vaultHeaders(microsoft: RunningMicrosoft) {
  const identity = await microsoft.call('/identity?resource=https://vault.azure.net&api-version=2019-08-01', {
    headers: { 'x-identity-header': microsoft.settings.IDENTITY_HEADER! },
  });
  return { authorization: `Bearer ${identity.at('access_token') as string}` };
}

describe('the control endpoint', () => {
  it('moves the clock of the whole world', async () => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.control({ clock: { advanceSeconds: 1800 } });
    expect([answer.status, answer.text]).toEqual([204, '']);
    expect((await microsoft.told()).at('now')).toBe('2026-11-24T09:30:00Z');
  });

  it('passes timers on to the world and remembers them', async () => {
    const microsoft = await runningMicrosoft();
    await microsoft.control({ timers: { pollServiceHealth: false } });
    expect(microsoft.timers).toEqual([{ pollServiceHealth: false }]);
    expect((await microsoft.told()).at('timers')).toEqual({ pollServiceHealth: false });
  });

  it('logs calls with tenant and status, its own not', async () => {
    const microsoft = await runningMicrosoft();
    await issue(microsoft, 'EX1');
    const told = await microsoft.told();
    expect(told.at('calls')).toEqual([
      {
        at: '2026-11-24T09:00:00Z',
        api: 'entra',
        method: 'POST',
        path: `/${customer.tenantId}/oauth2/v2.0/token`,
        tenantId: customer.tenantId,
        status: 200,
      },
      {
        at: '2026-11-24T09:00:00Z',
        api: 'graph',
        method: 'GET',
        path: '/v1.0/admin/serviceAnnouncement/issues/EX1',
        tenantId: customer.tenantId,
        status: 404,
      },
    ]);
  });

  it.each([
    ['no JSON', '{', /JSON object/],
    ['a list', '[]', /JSON object/],
    ['nothing', '{}', /nothing was asked for/],
    ['an unknown command', { clocks: {} }, /clocks/],
    ['a clock that goes back', { clock: { advanceSeconds: -1 } }, /advanceSeconds/],
    ['an unknown status', { scenario: { incident: { ...incident, id: 'A1', status: '', customers: [] } } }, /status/],
    [
      'half a new incident',
      { scenario: { incident: { id: 'A1', status: 'investigating' } } },
      /service, classification/,
    ],
    ['an unknown tenant', { scenario: { consent: { tenantId: guidOf('x'), granted: true } } }, /no customer/],
    ['an unknown ticket', { scenario: { ticket: { name: 'none', status: 'Closed' } } }, /No ticket/],
    ['a fault without effect', { fault: { match: '*', times: 1 } }, /status or delayMs/],
  ])('answers 400 for %s, saying why', async (_what, body, text) => {
    const microsoft = await runningMicrosoft();
    const answer = await microsoft.call('/_control', { body });
    expect(answer.status).toBe(400);
    expect(answer.textAt('error')).toMatch(text);
  });
});

describe('an incident of a scenario', () => {
  it('begins, changes and ends under one id', async () => {
    const microsoft = await runningMicrosoft();
    const say = (changed: object) => microsoft.control({ scenario: { incident: { id: 'EX77', ...changed } } });
    await say({ ...incident, customers: [customer.tenantId], post: 'We look.' });
    const begun = (await issue(microsoft, 'EX77')).body;
    await microsoft.advance(60);
    await say({ status: 'serviceInterruption', post: 'It is worse.' });
    const worse = await issue(microsoft, 'EX77');
    await microsoft.advance(60);
    await say({ status: 'serviceRestored' });
    const ended = (await issue(microsoft, 'EX77')).body;
    await microsoft.advance(60);
    await say({ status: 'serviceDegradation', customers: [customers[5]!.tenantId] });
    const gone = await issue(microsoft, 'EX77');
    const reopened = (await issue(microsoft, 'EX77', customers[5]!.tenantId)).body;

    expect(begun).toMatchObject({ status: 'investigating', startDateTime: '2026-11-24T09:00:00Z', isResolved: false });
    expect(worse.body).toMatchObject({ status: 'serviceInterruption', lastModifiedDateTime: '2026-11-24T09:01:00Z' });
    expect(worse.at('posts/*/postType')).toEqual(['quick', 'regular']);
    expect(ended).toMatchObject({ isResolved: true, endDateTime: '2026-11-24T09:02:00Z' });
    expect(gone.status).toBe(404);
    expect(reopened).toMatchObject({ isResolved: false, endDateTime: null });
  });

  it('of a service named by its id is the same as by its display name', async () => {
    const microsoft = await runningMicrosoft();
    const byId = { ...incident, id: 'EX78', service: 'Exchange', customers: [customer.tenantId] };
    await microsoft.control({ scenario: { incident: byId } });
    expect((await issue(microsoft, 'EX78')).body).toMatchObject({ service: 'Exchange Online' });
  });

  it('that is steered by hand leaves its schedule', async () => {
    const microsoft = await runningMicrosoft();
    const { authorization } = await microsoft.bearer(customer.tenantId, graph);
    const answer = await microsoft.call(`${issuesPath}?$filter=isResolved eq false`, { headers: { authorization } });
    const id = answer.textAt('value/0/id');
    await microsoft.control({ scenario: { incident: { id, status: 'extendedRecovery' } } });
    await microsoft.advance(24 * 3600);
    expect((await issue(microsoft, id)).body).toMatchObject({ status: 'extendedRecovery', isResolved: false });
  });
});

describe('a fault', () => {
  const tokenForm = { grant_type: 'client_credentials', scope: `${graph}/.default` };

  it('answers the next matching calls with its status and Retry-After, then is used up', async () => {
    const microsoft = await runningMicrosoft();
    await microsoft.control({ fault: { match: 'entra.token.post', status: 429, retryAfter: 60, times: 2 } });
    const answers = [];
    for (let count = 0; count < 3; count += 1) {
      answers.push(await microsoft.tokenCall(customer.tenantId, tokenForm));
    }
    expect(answers.map(({ status }) => status)).toEqual([429, 429, 200]);
    expect(answers[0]!.headers.get('retry-after')).toBe('60');
  });

  it.each([
    ['graph.*', true],
    ['*', true],
    ['Graph.Issues.Get', true],
    ['graph.healthOverviews.get', false],
    ['graph.*.post', false],
    ['arm.*', false],
  ])('with match %s hits a read of one issue: %s', async (match, isHit) => {
    const microsoft = await runningMicrosoft();
    const headers = await microsoft.bearer(customer.tenantId, graph);
    await microsoft.control({ fault: { match, status: 503, times: 1 } });
    const answer = await microsoft.call(`${issuesPath}/none`, { headers });
    expect(answer.status).toBe(isHit ? 503 : 404);
  });

  it.each([
    { path: issuesPath, status: 429, shape: { error: { code: 'TooManyRequests' } } },
    { path: '/partnercenter/v1/customers', status: 429, shape: { statusCode: 429 } },
    { path: '/partnercenter/v1/customers', status: 403, shape: { code: '2032', source: 'PartnerAPI' } },
    {
      path: '/arm/providers/Microsoft.Support/services',
      status: 503,
      shape: { error: { code: 'ServiceUnavailable' } },
    },
    { path: '/vault/secrets/x', status: 403, shape: { error: { code: 'Forbidden' } } },
  ])('with $status on $path speaks the error shape of its API', async ({ path, status, shape }) => {
    const microsoft = await runningMicrosoft();
    await microsoft.control({ fault: { match: '*', status, times: 1 } });
    const answer = await microsoft.call(path);
    expect(answer.status).toBe(status);
    expect(answer.body).toMatchObject(shape);
  });

  it('403 on filing a ticket refuses the support plan', async () => {
    const microsoft = await runningMicrosoft();
    await microsoft.control({ fault: { match: 'arm.supportTickets.put', status: 403, times: 1 } });
    const path = `/arm/subscriptions/${customer.azureSubscriptionId!}/providers/Microsoft.Support/supportTickets/a`;
    const answer = await microsoft.call(path, { method: 'PUT', body: {} });
    expect(answer.at('error')).toMatchObject({
      code: 'InvalidSupportPlan',
      message: expect.stringContaining('Your support plan type is CSP') as unknown,
    });
  });

  it('after the effect loses only the answer', async () => {
    const microsoft = await runningMicrosoft();
    const secret = '/vault/secrets/lost?api-version=7.4';
    const headers = await vaultHeaders(microsoft);
    await microsoft.control({ fault: { match: 'vault.secrets.put', status: 504, times: 1, after: true } });
    const lost = await microsoft.call(secret, { method: 'PUT', headers, body: { value: 'kept' } });
    const read = await microsoft.call(secret, { headers });
    expect([lost.status, read.at('value')]).toEqual([504, 'kept']);
  });

  it('delays a call, and cuts the connection with status 0', async () => {
    const microsoft = await runningMicrosoft();
    await microsoft.control({ fault: { match: 'entra.token.post', delayMs: 40 } });
    const startedAt = performance.now();
    const slow = await microsoft.tokenCall(customer.tenantId, tokenForm);
    await microsoft.control({ fault: { match: 'entra.token.post', status: 0 } });

    expect(slow.status).toBe(200);
    expect(performance.now() - startedAt).toBeGreaterThanOrEqual(39);
    await expect(microsoft.tokenCall(customer.tenantId, tokenForm)).rejects.toThrow('fetch failed');
  });
});

describe('a reset', () => {
  it('brings the seed world back and forgets faults, calls and mails', async () => {
    const microsoft = await runningMicrosoft();
    const { tenantId } = customer;
    await microsoft.control({
      scenario: {
        incident: { ...incident, id: 'EX77', customers: [tenantId] },
        consent: { tenantId: customers[1]!.tenantId, granted: false },
        mail: { raw: 'Subject: hello' },
      },
      fault: { match: '*', status: 500, times: 100 },
      timers: { sweep: false },
    });
    const before = await microsoft.told();
    await microsoft.control({ reset: true });
    const after = await microsoft.told();
    const token = await microsoft.tokenCall(customers[1]!.tenantId, {
      grant_type: 'client_credentials',
      scope: `${azure}/.default`,
    });
    const refresh = await microsoft.tokenCall(partner.tenantId, {
      grant_type: 'refresh_token',
      refresh_token: partner.refreshToken,
      scope: `${graph}/.default`,
    });

    expect(before.at('mails')).toEqual([{ at: '2026-11-24T09:00:00Z', raw: 'Subject: hello' }]);
    expect(after.body).toMatchObject({ calls: [], tickets: [], mails: [], timers: { sweep: true } });
    expect(microsoft.timers).toEqual([{ sweep: false }, { sweep: true }]);
    expect([token.status, refresh.status]).toEqual([200, 200]);
    expect((await issue(microsoft, 'EX77')).status).toBe(404);
  });

  it('leaves the secrets that others put into the vault, and brings back the refresh token', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await vaultHeaders(microsoft);
    const [own, seeded] = ['harbour-inbound', partner.refreshTokenSecretName].map(
      (name) => `/vault/secrets/${name}?api-version=7.4`,
    );
    for (const path of [own!, seeded!]) await microsoft.call(path, { method: 'PUT', headers, body: { value: 'put' } });
    await microsoft.control({ reset: true });

    expect((await microsoft.call(own!, { headers })).at('value')).toBe('put');
    expect((await microsoft.call(seeded!, { headers })).at('value')).toBe(partner.refreshToken);
  });
});
