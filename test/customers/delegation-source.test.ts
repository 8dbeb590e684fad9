import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { graphDelegation } from '../../shared/customers/delegation-source.graph.ts';
import { SourceFailure } from '../../shared/customers/customers-source.ts';
import { HttpFailure } from '../../shared/platform/http.ts';
import type { TokenWant } from '../../shared/platform/tokens.ts';
import { movedClock } from '../support/moved-clock.ts';
import { scriptedHttp, type Scripted } from '../support/scripted-http.ts';

type Item = Record<string, unknown>;

const sample = readFileSync(new URL('samples/graph-delegatedAdminRelationships.json', import.meta.url), 'utf8');
const list = () => JSON.parse(sample) as { value: Item[] };
const root = 'https://graph.microsoft.com';
const tenant = '60be9e54-ef07-56f9-a240-15caa7805f3e';

function aSource(answer: (url: string) => Scripted | Error) {
  const { http, calls } = scriptedHttp(({ url }) => answer(url));
  const wants: TokenWant[] = [];
  const source = graphDelegation({
    http,
    clock: movedClock().clock,
    tokens: async (want) => {
      wants.push(want);
      return Promise.resolve('token');
    },
    cloud: {
      cloud: 'global',
      connections: [{ id: 'emea', tenantId: 'partner', clientId: 'client', role: 'direct' }],
      endpoints: { graphBaseUrl: root, partnerCenterBaseUrl: '', azureManagementBaseUrl: '' },
      healthPollMinutes: 5,
      customerSyncMinutes: 1_440,
    },
  });
  return { source, calls, wants };
}

const reading = async (answer: Scripted | Error) => aSource(() => answer).source.list('emea', undefined);

/** The sample with its first relationship changed. */
const changed = (change: Item) => {
  const { value } = list();
  return { json: { value: [{ ...value[0], ...change }, ...value.slice(1)] } };
};

describe('the list of delegated admin relationships', () => {
  it('is read for the person of the partner’s tenant, 300 at a time', async () => {
    const { source, calls, wants } = aSource(() => ({ body: sample }));
    const { relationships, ...rest } = await source.list('emea', undefined);
    expect(rest).toEqual({ skipped: 0 });
    expect(relationships).toEqual([
      {
        id: '6d171447-b05e-5749-8e8c-2367ad7b0b08-8596f1af-572a-52c1-8977-a02e5d1cd317',
        tenantId: tenant,
        status: 'active',
        endsAt: '2028-02-03T13:40:01.552Z',
        revision: 'W/"JyI1NzAwYmUzOS0wMDAwLTBkMDAtMDAwMCI="',
      },
      expect.objectContaining({ status: 'expiring', endsAt: '2026-08-24T10:30:00.000Z' }),
      expect.objectContaining({ status: 'approvalPending', tenantId: 'e20864c7-79f9-582b-830c-b7481898a0fb' }),
    ]);
    expect(relationships[2]).not.toHaveProperty('endsAt');
    expect(calls[0]!.url).toBe(`${root}/v1.0/tenantRelationships/delegatedAdminRelationships?$top=300`);
    expect(wants).toEqual([{ tenantId: 'partner', resource: 'graph', connectionId: 'emea', way: 'delegated' }]);
  });

  it.each<[string, Item, Item]>([
    ['a status that nobody knows', { status: 'unknownFutureValue' }, { status: 'unknownFutureValue' }],
    ['a status in another casing', { status: 'Active' }, { status: 'Active' }],
    ['fields that nobody knows', { more: { or: 'less' } }, { status: 'active' }],
    ['no etag', { '@odata.etag': null }, { revision: '2026-02-03T13:40:01.552Z' }],
    ['neither etag nor change', { '@odata.etag': null, lastModifiedDateTime: null }, { status: 'active' }],
    ['a tenant in capitals', { customer: { tenantId: tenant.toUpperCase() } }, { tenantId: tenant }],
    ['an end in another zone', { endDateTime: '2028-02-03T14:40:00+01:00' }, { endsAt: '2028-02-03T13:40:00.000Z' }],
  ])('takes %s', async (_name, change, expected) => {
    const { relationships, skipped } = await reading(changed(change));
    expect(skipped).toBe(0);
    expect(relationships[0]).toMatchObject(expected);
  });

  it('misses nothing in an invitation that no customer has taken up', async () => {
    const { relationships, skipped } = await reading(changed({ customer: null, status: 'created' }));
    expect([relationships.length, skipped]).toEqual([2, 0]);
  });

  it.each<[string, Item]>([
    ['without an id', { id: undefined }],
    ['with an id that leads elsewhere', { id: '../../users' }],
    ['without a status', { status: null }],
    ['with a number for a status', { status: 7 }],
    ['that lives and names no customer', { customer: null }],
    ['of a tenant that is none', { customer: { tenantId: 'halvorsen' } }],
    ['with an end that has no zone', { endDateTime: '2028-02-03T13:40:01' }],
    ['with an end that is no time', { endDateTime: 'soon' }],
  ])('counts an item %s as one that could not be read', async (_name, change) => {
    const { relationships, skipped } = await reading(changed(change));
    expect([relationships.length, skipped]).toEqual([2, 1]);
  });

  it('is read with a byte order mark', async () => {
    expect((await reading({ body: `\uFEFF${sample}` })).relationships).toHaveLength(3);
  });

  const next = (link: unknown): Scripted => ({ json: { ...list(), '@odata.nextLink': link } });
  const own = `${root}/v1.0/tenantRelationships/delegatedAdminRelationships`;

  it.each<[string, Scripted | Error, SourceFailure['reason']]>([
    ['cut off', { body: sample.slice(0, 900) }, 'unreadable'],
    ['empty', { body: '' }, 'unreadable'],
    ['HTML', { body: '<html>Sign in</html>' }, 'unreadable'],
    ['no list', { json: { value: null } }, 'unreadable'],
    ['too large', new HttpFailure('too-large', 'more than the limit'), 'unreadable'],
    [
      'going on at another host',
      next('https://graph.microsoft.com.evil.example/v1.0/tenantRelationships/x'),
      'unreadable',
    ],
    ['going on at another host behind a name', next('https://graph.microsoft.com@evil.example/v1.0/x'), 'unreadable'],
    ['going on without encryption', next(own.replace('https', 'http')), 'unreadable'],
    ['going on in another folder', next(`${root}/v1.0/users`), 'unreadable'],
    ['going on nowhere', next('next page'), 'unreadable'],
    ['going on with a number', next(7), 'unreadable'],
    ['going on where it is', next(`${own}?$top=300`), 'unreadable'],
    ['refused', { status: 403, json: { error: { code: 'Forbidden' } } }, 'refused'],
    ['redirected', { status: 302, headers: { location: 'https://evil.example' } }, 'refused'],
    ['throttled', { status: 429, headers: { 'retry-after': '7' } }, 'throttled'],
    ['away', { status: 503 }, 'away'],
  ])('is refused as a trouble when it is %s', async (_name, answer, reason) => {
    const failed = await reading(answer).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(SourceFailure);
    expect((failed as SourceFailure).reason).toBe(reason);
  });

  it('goes on at Graph’s own address, and never sends a token to a kept address of another host', async () => {
    const { source, calls } = aSource(() => next(`${own}?$skipToken=b`));
    expect((await source.list('emea', `${own}?$skipToken=a`)).next).toBe(`${own}?$skipToken=b`);
    await expect(source.list('emea', 'https://evil.example/v1.0/tenantRelationships/x')).rejects.toThrow(
      'another host',
    );
    expect(calls.map(({ url }) => url)).toEqual([`${own}?$skipToken=a`]);
  });
});

describe('the roles of a relationship', () => {
  const assignment = (status: string, ...roles: string[]) => ({
    status,
    accessDetails: { unifiedRoles: roles.map((roleDefinitionId) => ({ roleDefinitionId })) },
  });
  const [a, b, c] = [1, 2, 3].map((n) => `00000000-0000-4000-8000-00000000000${String(n)}`) as [string, string, string];

  it('are those of every active assignment on every page', async () => {
    const { source } = aSource((url) =>
      url.includes('skipToken')
        ? { json: { value: [assignment('active', a, c.toUpperCase())] } }
        : {
            json: {
              value: [assignment('active', a), assignment('deleting', b)],
              '@odata.nextLink': `${url}?$skipToken=2`,
            },
          },
    );
    expect(await source.roles('emea', 'r1')).toEqual([a, c]);
  });

  it.each<[string, (url: string) => Scripted]>([
    ['cannot be read', () => ({ json: { value: [{ status: 'active' }] } })],
    [
      'never end',
      (url) => ({
        json: {
          value: [],
          '@odata.nextLink': `${url.split('?')[0]!}?n=${String(url.length)}${'x'.repeat(url.length % 50)}`,
        },
      }),
    ],
    ['go on elsewhere', () => ({ json: { value: [], '@odata.nextLink': 'https://evil.example/' } })],
  ])('are a trouble when the assignments %s', async (_name, answer) => {
    const { source, calls } = aSource(answer);
    await expect(source.roles('emea', 'r1')).rejects.toBeInstanceOf(SourceFailure);
    expect(calls.length).toBeLessThanOrEqual(10);
  });
});
