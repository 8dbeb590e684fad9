import { request } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { customers, partner } from '../../local/microsoft/seed-world.ts';
import { graph, runningMicrosoft } from './running-microsoft.ts';
import type { Answer, RunningMicrosoft } from './running-microsoft.ts';

const affected = customers[0]!;
const quiet = customers[2]!;
const root = '/graph/v1.0/admin/serviceAnnouncement';

/** Reads a tenant's service announcements with an application token. */
async function reader(microsoft: RunningMicrosoft, { tenantId } = affected) {
  const authorization = await microsoft.bearer(tenantId, graph);
  return (path: string, headers: Record<string, string> = {}) =>
    microsoft.call(path.startsWith('http') ? path : `${root}${path}`, { headers: { ...authorization, ...headers } });
}

describe('service health', () => {
  it('tells the seed incident to affected tenants and not to others', async () => {
    const microsoft = await runningMicrosoft();
    const here = await (await reader(microsoft))('/healthOverviews');
    const there = await (await reader(microsoft, quiet))('/healthOverviews');
    const exchange = (answer: Answer) => (answer.at('value') as { id: string }[]).find((row) => row.id === 'Exchange');

    expect(exchange(here)).toEqual({ id: 'Exchange', service: 'Exchange Online', status: 'serviceDegradation' });
    expect(exchange(there)).toMatchObject({ status: 'serviceOperational' });
  });

  it('embeds issues, the long resolved ones too unless a nested filter leaves them out', async () => {
    const microsoft = await runningMicrosoft();
    const read = await reader(microsoft);
    const issues = async (expand: string) => {
      const answer = await read(`/healthOverviews?$expand=${encodeURIComponent(expand)}`);
      return (answer.at('value/*/issues/*/isResolved') as boolean[][]).flat();
    };
    expect((await issues('issues')).sort()).toEqual([false, true]);
    expect(await issues('issues($filter=isResolved eq false)')).toEqual([false]);
    expect(await issues('issues($filter=lastModifiedDateTime gt 2026-11-20T00:00:00Z;$select=id,isResolved)')).toEqual([
      false,
    ]);
  });

  it('is read for one service by its display name', async () => {
    const microsoft = await runningMicrosoft();
    const read = await reader(microsoft);
    const known = await read('/healthOverviews/Exchange%20Online');
    const unknown = await read('/healthOverviews/Fax');
    expect(known.body).toMatchObject({ id: 'Exchange', status: 'serviceDegradation' });
    expect(unknown.status).toBe(404);
  });
});

describe('issues', () => {
  it('carry the documented fields, in camelCase values', async () => {
    const microsoft = await runningMicrosoft();
    const read = await reader(microsoft);
    const listed = await read('/issues?$filter=isResolved eq false');
    const one = await read(`/issues/${listed.at('value/0/id') as string}`);

    expect(listed.at('@odata.context')).toMatch(/\$metadata#admin\/serviceAnnouncement\/issues$/);
    expect(one.body).toMatchObject(listed.at('value/0') as object);
    expect(listed.at('value/0')).toMatchObject({
      classification: 'incident',
      origin: 'microsoft',
      status: 'serviceDegradation',
      service: 'Exchange Online',
      isResolved: false,
      endDateTime: null,
      details: [{ name: 'NotifyInApp', value: 'True' }],
    });
    expect(listed.at('value/0/posts/0')).toEqual({
      createdDateTime: '2026-11-24T07:30:00Z',
      postType: 'quick',
      description: { contentType: 'html', content: expect.stringContaining('<p>') as unknown },
    });
  });

  it.each([
    ['isResolved eq true', 1],
    ['isResolved eq false and lastModifiedDateTime gt 2026-11-24T08:00:00Z', 1],
    ['lastModifiedDateTime gt 2026-11-24T08:05:00Z', 0],
    ['lastModifiedDateTime ge 2026-11-24T08:05:00Z', 1],
    ["service eq 'Exchange Online' and classification eq 'incident'", 1],
    ['endDateTime eq null', 1],
    ['startDateTime lt 2026-11-20T00:00:00Z', 1],
  ])('are filtered by %s', async (filter, count) => {
    const microsoft = await runningMicrosoft();
    const answer = await (await reader(microsoft))(`/issues?$filter=${encodeURIComponent(filter)}`);
    expect(answer.at('value')).toHaveLength(count);
  });

  it.each([
    "details eq 'x'",
    "lastModifiedDateTime gt '2026-11-24T08:00:00Z'",
    'lastModifiedDateTime gt yesterday',
    'isResolved gt false',
    'isResolved eq false or isResolved eq true',
    'isResolved eq false and ',
    "contains(title,'mail')",
  ])('refuse the filter %s', async (filter) => {
    const microsoft = await runningMicrosoft();
    const answer = await (await reader(microsoft))(`/issues?$filter=${encodeURIComponent(filter)}`);
    expect(answer.status).toBe(400);
    expect(answer.at('error')).toMatchObject({
      code: 'BadRequest',
      message: 'Filter on this property is not available.',
      innerError: { date: '2026-11-24T09:00:00' },
    });
  });

  it('come in pages of the preferred size, joined by nextLink with $skip', async () => {
    const microsoft = await runningMicrosoft();
    const incident = { service: 'Planner', classification: 'incident', status: 'investigating' };
    for (let number = 1; number <= 5; number += 1) {
      await microsoft.advance(1);
      await microsoft.control({
        scenario: { incident: { ...incident, id: `PL${String(number)}`, customers: [affected.tenantId] } },
      });
    }
    await microsoft.advance(1);
    const read = await reader(microsoft);
    const first = await read("/issues?$filter=service eq 'Planner'", { prefer: 'odata.maxpagesize=2' });
    const second = await read(first.textAt('@odata.nextLink'), { prefer: 'odata.maxpagesize=2' });
    const last = await read(second.textAt('@odata.nextLink'), { prefer: 'odata.maxpagesize=2' });

    expect(first.at('@odata.nextLink')).toMatch(/\$filter=service%20eq%20.*&\$skip=2$/);
    expect(first.headers.get('preference-applied')).toBe('odata.maxpagesize=2');
    expect([first, second, last].map((page) => page.at('value/*/id'))).toEqual([
      ['PL5', 'PL4'],
      ['PL3', 'PL2'],
      ['PL1'],
    ]);
    expect(last.at('@odata.nextLink')).toBeUndefined();
  });

  it('post, change and end on the world clock', async () => {
    const microsoft = await runningMicrosoft();
    const seedIncident = async () => {
      const answer = await (await reader(microsoft))("/issues?$filter=service eq 'Exchange Online'");
      return answer.at('value/0') as { status: string; posts: unknown[] };
    };
    const atStart = await seedIncident();
    await microsoft.advance(25 * 60);
    const posted = await seedIncident();
    await microsoft.advance(6 * 3600);
    const ended = await seedIncident();

    expect(posted.posts).toHaveLength(atStart.posts.length + 1);
    expect(posted).toMatchObject({ status: atStart.status, lastModifiedDateTime: '2026-11-24T09:25:00Z' });
    expect(ended).toMatchObject({ status: 'serviceRestored', isResolved: true, endDateTime: '2026-11-24T15:00:00Z' });
  });

  it('are zipped for callers that take it', async () => {
    const microsoft = await runningMicrosoft();
    const headers = { ...(await microsoft.bearer(affected.tenantId, graph)), 'accept-encoding': 'gzip' };
    const { encoding, bytes } = await new Promise<{ encoding: string | undefined; bytes: Buffer }>(
      (resolve, reject) => {
        request(`${microsoft.baseUrl}${root}/issues`, { headers }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => {
            resolve({ encoding: response.headers['content-encoding'], bytes: Buffer.concat(chunks) });
          });
        })
          .on('error', reject)
          .end();
      },
    );
    expect(encoding).toBe('gzip');
    expect(JSON.parse(gunzipSync(bytes).toString('utf8'))).toHaveProperty('value.length', 2);
  });
});

describe('access to a tenant', () => {
  it('ends with the lifetime of the token', async () => {
    const microsoft = await runningMicrosoft();
    const read = await reader(microsoft);
    await microsoft.advance(4600);
    const answer = await read('/issues');
    expect([answer.status, answer.at('error/code')]).toEqual([401, 'InvalidAuthenticationToken']);
  });

  it('ends at once when consent is withdrawn, also for tokens that live on', async () => {
    const microsoft = await runningMicrosoft();
    const read = await reader(microsoft);
    await microsoft.control({ scenario: { consent: { tenantId: affected.tenantId, granted: false } } });
    const answer = await read('/issues');
    expect([answer.status, answer.at('error/code')]).toEqual([403, 'Forbidden']);
  });

  it('by a person ends with the delegated admin relationship', async () => {
    const microsoft = await runningMicrosoft();
    const headers = await microsoft.userBearer(affected.tenantId, graph);
    const before = await microsoft.call(`${root}/issues`, { headers });
    await microsoft.control({ scenario: { gdap: { tenantId: affected.tenantId, endsAt: '2026-11-24T09:00:00Z' } } });
    const after = await microsoft.call(`${root}/issues`, { headers });
    const answer = await microsoft.call('/graph/v1.0/tenantRelationships/delegatedAdminRelationships?$top=1', {
      headers: await microsoft.userBearer(partner.tenantId, graph),
    });

    expect([before.status, after.status]).toEqual([200, 403]);
    expect(answer.at('value/0')).toMatchObject({
      customer: { tenantId: affected.tenantId },
      status: 'expired',
      endDateTime: '2026-11-24T09:00:00Z',
    });
    expect(answer.at('@odata.nextLink')).toContain('$skipToken=1');
  });

  it('is throttled at 240 calls a minute and 800 an hour, each tenant for itself', async () => {
    const microsoft = await runningMicrosoft();
    const read = await reader(microsoft);
    const readOther = await reader(microsoft, quiet);
    const times = async (count: number) => {
      for (let done = 0; done < count; done += 1) await read('/healthOverviews');
    };
    await times(240);
    const inMinute = await read('/healthOverviews');
    const other = await readOther('/healthOverviews');
    for (const count of [240, 240, 80]) {
      await microsoft.advance(60);
      await times(count);
    }
    const inHour = await read('/healthOverviews');
    await microsoft.advance(Number(inHour.headers.get('retry-after')));
    const later = await (await reader(microsoft))('/healthOverviews');

    expect([inMinute.status, inMinute.headers.get('retry-after')]).toEqual([429, '60']);
    expect(inMinute.at('error/code')).toBe('TooManyRequests');
    expect(other.status).toBe(200);
    expect([inHour.status, inHour.headers.get('retry-after')]).toEqual([429, String(3600 - 180)]);
    expect(later.status).toBe(200);
  });
});
