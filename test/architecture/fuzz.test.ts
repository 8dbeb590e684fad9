import azureAlert from '../health/samples/azure-servicehealth-alert-common-schema.json' with { type: 'json' };
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { errorCatalogue } from '../../shared/core/errors.ts';
import { openApi } from '../../shared/platform/openapi.ts';
import type { Route } from '../../shared/platform/route.ts';
import { parseWebhookSecrets, signWebhook } from '../../shared/portals/standard-webhooks.ts';
import { deskTenant } from '../portals/entra-issuer.ts';
import type { Called } from '../support/a-desk.ts';
import { bentCursors, hostileBodies, hostileHeaders, hostileValues } from '../support/hostile-input.ts';
import {
  aSentRequest,
  customersOf,
  inboundSecret,
  incidents,
  threePortals,
  type ThreePortals,
} from '../support/three-portals.ts';

const runs = { seed: 20_261_102, numRuns: 120 };

const full = aSentRequest('north', {
  businessImpact: 'Orders wait.',
  startedAt: '2026-11-02T07:00:00Z',
  language: 'en-GB',
  externalRefs: [{ system: 'psa', id: 'T-1', url: 'https://psa.example/T-1' }],
});

const [{ domain, externalRef } = { domain: '', externalRef: {} }] = customersOf('north');
const byDomain = aSentRequest('north', { customer: { domain } });
const byReference = aSentRequest('north', { customer: { externalRef } });

/** Bodies of each route that takes one, from which the hostile ones are bent. */
const goodBodies: Record<string, readonly unknown[]> = {
  submitRequest: [full, byDomain, byReference],
  amendRequest: [
    { assignee: 'grace', severity: 'critical', category: 'billing' },
    { snooze: { until: '2026-11-05T00:00:00Z', reason: 'waits' }, parent: 'aaaaaaaaaaaaaaaaaaaaaaaaaa' },
  ],
  commentOnRequest: [{ text: 'Any news?', audience: 'customer' }],
  transitionRequest: [{ to: 'closed', reason: 'solved' }],
  escalateRequest: [{ vehicle: 'advanced', force: true, reason: 'urgent' }, {}],
  claimEscalation: [{}, { filed: false }, { looked: true, lookedAt: '2026-11-02T09:00:00Z' }],
  acceptEscalation: [{ accepted: false, reason: 'not ours' }],
  redriveEscalation: [{}, { byHand: true, looked: true }],
  changeCaseRequests: [{ join: 'abcdefghijklmnopqrstuvwxy2' }, { leave: 'abcdefghijklmnopqrstuvwxy2' }],
  writeUpdate: [{ text: 'The logs are in the share.' }],
  carryUpdate: [{}],
  recordDiagnosticConsent: [{ given: true, by: 'Oda Vik', wording: 'Yes.' }],
  placeCaseMail: [{ escalationId: 'abcdefghijklmnopqrstuvwxy2-1' }],
  dismissCaseMail: [{}],
  redrivePoison: [{ id: '2026-11-02T09:00:00.000Z|abcdefghijklmnopqrstuvwxy2' }, { kind: 'request-event' }],
  releaseRestore: [{ reason: 'every case was looked for' }],
  recordFiling: [{ caseNumber: '12345678901234', filedAt: '2026-11-02T09:00:00Z' }],
  askDoctor: [{}],
  askPartnerConsent: [{ connectionId: 'contoso-emea' }, {}],
  startDeploymentCheck: [{}],
  grantConsents: [{}, { connectionId: 'emea', customerIds: ['caaaaaaaaaaaaaaaaaaaa'], dryRun: true }],
  setRequestRefs: [{ externalRefs: [{ system: 'psa', id: 'T-1', url: 'https://psa.example/1' }] }],
  assignQuarantined: [
    { customerId: customersOf('north')[0]?.customerId, remember: true },
    { requestId: 'a'.repeat(26) },
  ],
  discardQuarantined: [{ reason: 'a test' }],
  setCustomerRefs: [{ externalRefs: [{ system: 'psa', id: 'C-1' }] }],
  changeCustomer: [{ excluded: true }],
  registerPortal: [
    {
      id: 'west',
      name: 'West',
      customers: [customersOf('north')[0]?.customerId],
      application: { tenantId: deskTenant, clientId: '99999999-0000-4000-8000-000000000000' },
      outbound: { url: 'https://west.example/hooks', types: ['request.created'], services: ['Exchange'] },
      rate: { perSecond: 5, burst: 10 },
      secrets: { inbound: inboundSecret('north') },
    },
    { id: 'east', name: 'East', customers: { resellers: ['5501230'] }, inbound: { recipe: 'zendesk' } },
  ],
  changePortal: [
    { name: 'New', disabled: false, outbound: { url: 'https://new.example/', types: null }, rate: null },
    { customers: { add: [customersOf('south')[0]?.customerId], remove: [] }, application: null },
  ],
  rotatePortalSecret: [
    { which: 'inbound', secret: inboundSecret('south'), overlapMinutes: 60 },
    { which: 'inbound', end: 'older' },
  ],
  disablePortal: [{}],
  testPortal: [{}],
  setDirectoryDefaults: [{ newCustomers: 'excluded' }],
  replaceBoundaryRules: [
    {
      rules: [
        { id: 'a', services: ['azure'], category: '*', kind: 'storage', words: ['a*'], boundary: null, because: 'b' },
        { id: 'b', services: ['*'], category: 'billing', sign: 'outage', boundary: 'customer', because: 'b' },
      ],
    },
  ],
  replaceVehicle: [
    {
      expiresAt: '2027-06-30T00:00:00Z',
      products: ['azure'],
      incidentsLeft: 3,
      responseHours: { critical: 2, moderate: 4, minimal: 8 },
      source: 'the contract',
      asOf: '2026-11',
      accessId: { value: 'a-1', expiresAt: '2027-06-30T00:00:00Z' },
      contractId: null,
      dutyContact: { phone: '+1 555 0100' },
    },
    { customers: [{ customerId: customersOf('north')[0]?.customerId, products: ['azure'] }] },
  ],
  replaceReachPolicy: [
    {
      people: [{ id: 'olav', name: 'Olav', phone: '+47', windows: 'always', targets: ['hook'] }],
      targets: [
        {
          id: 'hook',
          kind: 'webhook',
          url: 'https://hook.example/a',
          secret: inboundSecret('north'),
          includeTitle: true,
        },
        { id: 'room', kind: 'teams', url: 'https://room.example/b' },
        { id: 'pager', kind: 'pagerduty', routingKey: 'R'.repeat(32) },
      ],
      teams: [
        {
          id: 'night',
          name: 'Night',
          people: ['olav'],
          steps: [
            { do: 'notify', person: 'olav' },
            { do: 'wait', minutes: 5 },
            { do: 'if-unacknowledged' },
            { do: 'notify', target: 'room' },
            { do: 'repeat', times: 2 },
          ],
        },
      ],
      rules: [{ team: 'night', what: ['parked'], severities: ['critical'] }, { team: 'night' }],
      calendars: [{ id: 'office', hours: { timeZone: 'UTC', weekly: { monday: [{ from: '08:00', to: '16:00' }] } } }],
      acknowledgementMinutes: 30,
    },
  ],
  takeAzureServiceHealthAlert: [azureAlert],
  receivePartnerCenterHook: [{ EventName: 'test-created', ResourceUri: null, ResourceName: 'test' }],
  receivePortalHook: [
    ...[full, byDomain, byReference].map((data) => ({ type: 'support_request.created', data })),
    { type: 'support_request.commented', data: { externalRef: { system: 'psa', id: 'T-1' }, text: 'Any news?' } },
    { type: 'support_request.closed', data: { requestId: 'a'.repeat(26), reason: 'solved' } },
  ].map((body) => ({ timestamp: '2026-11-02T09:00:00Z', ...body })),
};

const knownQuery: Record<string, readonly string[]> = {
  limit: ['1', '100', '101', '0'],
  state: ['new', 'open', 'resolved', 'closed', 'awaiting-filing'],
  status: ['degraded', 'unknown'],
  service: ['Exchange', 'azure'],
  ok: ['true', 'false', 'maybe'],
  unknown: ['x'],
};

const catalogue = (await threePortals()).catalogue.routes;
const { paths } = openApi(catalogue) as { paths: Record<string, Record<string, { responses: object }>> };

const documented = (route: Route): string[] =>
  Object.keys(paths[`/${route.path}`]?.[route.method.toLowerCase()]?.responses ?? {});

const internal = /\bat [^\n]*\.[cm]?[jt]s:\d|node_modules|file:\/\/|\/functions\/|Error\b|Refusal|@azure|"stack"/;

/** `why` is what the log says of a failure. */
type Told = Called & { why: string };

function check(route: Route, { status, text, json, headers, why }: Told): void {
  if (status === 500) throw new Error(why);
  expect(documented(route)).toContain(String(status));
  expect(text).not.toMatch(internal);
  const schema = route.answers[status]?.schema;
  if (schema !== undefined && headers['content-type']?.startsWith('application/json')) {
    checkAnswer(schema.parse(json), json);
  } else if (status >= 400) {
    checkProblem(status, json, headers);
  }
}

function checkAnswer(parsed: unknown, json: unknown): void {
  expect(parsed).toEqual(json);
}

function checkProblem(status: number, json: unknown, headers: Record<string, string>): void {
  expect(headers['content-type']).toBe('application/problem+json');
  const { code, ...told } = json as { code: keyof typeof errorCatalogue };
  expect(Object.keys(errorCatalogue)).toContain(code);
  expect(told).toMatchObject({ status, title: errorCatalogue[code].title, type: `urn:csp-support-desk:${code}` });
}

async function valuesFor(desk: ThreePortals, route: Route) {
  const requests = [desk.created.north.requestId, desk.created.south.requestId];
  const escalations = [desk.created.north.escalationId, desk.created.south.escalationId];
  const customers = [...customersOf('north'), ...customersOf('south')].map(({ customerId }) => customerId);
  const vehicles = ['contoso-emea', 'advanced', 'customer-own'];
  const ids = [...requests, ...escalations, ...customers, ...Object.values(incidents), 'north', 'south', ...vehicles];
  const listed = await desk.call('GET', `/${route.path.replace('{id}', customers[0] ?? '')}?limit=1`, {
    as: desk.tokens.admin,
  });
  const cursor = (listed.json as { nextCursor?: string }).nextCursor;
  return { ids, customers, ...(cursor !== undefined && { cursor }) };
}

/** Paths with parameters and queries filled in, known and hostile. */
async function urls(desk: ThreePortals, route: Route): Promise<fc.Arbitrary<string>> {
  const takesCursor = JSON.stringify(paths[`/${route.path}`]).includes('"cursor"');
  const { ids, customers, cursor } = takesCursor
    ? await valuesFor(desk, route)
    : { ...(await valuesFor(desk, { ...route, path: 'api/customers' })), cursor: undefined };
  const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([placeholder]) => placeholder);
  const params = fc.tuple(...names.map(() => hostileValues(ids).filter((value) => value !== '')));
  const cursors = cursor === undefined ? fc.constant('x') : fc.oneof(fc.constant(cursor), bentCursors(cursor));
  const member = fc.oneof(
    fc
      .constantFrom(...Object.keys(knownQuery))
      .chain((name) => fc.tuple(fc.constant(name), hostileValues(knownQuery[name] ?? []))),
    fc.tuple(fc.constantFrom('customerId', 'portalId', 'assignee'), hostileValues(customers)),
    fc.tuple(fc.constant('cursor'), cursors),
    fc.tuple(hostileValues(['__proto__', 'constructor']), hostileValues([])),
  );
  const query = fc.oneof({ weight: 3, arbitrary: fc.constant([]) }, fc.array(member, { maxLength: 3 }));
  return fc.tuple(params, query).map(([values, members]) => {
    let path = `/${route.path}`;
    for (const [n, name] of names.entries()) path = path.replace(name, () => encodeURIComponent(values[n] ?? ''));
    const search = new URLSearchParams(members).toString();
    return search === '' ? path : `${path}?${search}`;
  });
}

type Shot = { url: string; headers: Record<string, string>; text?: string | undefined };

/** Signed, so that what is wrong with the body is found out by its parser. */
function signed(desk: ThreePortals, { text = '' }: Shot): Record<string, string> {
  const body = Buffer.from(text);
  const message = { id: 'msg_fuzz', timestampSeconds: Math.floor(desk.clock.now() / 1_000), body };
  return signWebhook(message, parseWebhookSecrets(inboundSecret('north')));
}

const callers = ['north', 'admin'] as const;

describe('any input gets a documented answer without internal text', () => {
  it.each(catalogue.flatMap((route) => callers.map((as) => ({ route, as, title: `${route.method} ${route.path}` }))))(
    '$title as $as',
    async ({ route, as }) => {
      const desk = await threePortals();
      const takesBody = route.body !== undefined || route.access === 'signed';
      const good = goodBodies[route.name] ?? [];
      expect(good.length > 0).toBe(takesBody);
      const shots: fc.Arbitrary<Shot> = fc.record({
        url: await urls(desk, route),
        headers: hostileHeaders,
        text: takesBody ? fc.oneof(...good.map(hostileBodies)) : fc.constant(undefined),
      });
      const property = fc.asyncProperty(shots, async (shot) => {
        await desk.moved.advance(25);
        const before = desk.log.entries.length;
        const headers = { ...shot.headers, ...(route.access === 'signed' && as === 'north' && signed(desk, shot)) };
        const { text } = shot;
        const answer = await desk.call(route.method, shot.url, {
          ...(route.access !== 'public' && { as: desk.tokens[as] }),
          headers,
          ...(text !== undefined && { text }),
        });
        const why = desk.log.entries.slice(before).find(({ event }) => event === 'http.failed')?.fields;
        check(route, { ...answer, why: JSON.stringify(why ?? {}) });
      });
      await fc.assert(property, runs);
      expect(({} as Record<string, unknown>).polluted).toBeUndefined();
    },
  );
});
