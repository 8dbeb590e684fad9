import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { postKey } from '../../shared/health/transitions.ts';
import { parseIssueDetails, parseOverviews } from '../../shared/health/service-health-answer.graph.ts';

const issue = {
  startDateTime: '2026-08-24T06:10:00Z',
  endDateTime: null as string | null,
  lastModifiedDateTime: '2026-08-24T09:41:13.2712345Z',
  title: 'Some users see delays',
  id: 'EX1187402',
  impactDescription: 'Mail is late.',
  classification: 'incident' as string | undefined,
  origin: 'microsoft',
  status: 'serviceDegradation',
  service: 'Exchange Online',
  feature: 'E-Mail timely delivery',
  featureGroup: 'E-Mail timely delivery',
  isResolved: false as boolean | undefined,
  details: [{ name: 'NotifyInApp', value: 'True' }],
  posts: [
    {
      createdDateTime: '2026-08-24T09:41:13.27Z',
      postType: 'Regular',
      description: { contentType: 'Html', content: '<p>later</p>' },
    },
    {
      createdDateTime: '2026-08-24T06:32:05',
      postType: 'quick',
      description: { contentType: 'html', content: '<p>early</p>' },
    },
  ] as unknown,
};

const answer = (...changes: Partial<typeof issue>[]) =>
  JSON.stringify({
    '@odata.context': 'x',
    value: [
      {
        id: 'Exchange',
        service: 'Exchange Online',
        status: 'ServiceDegradation',
        unheardOf: 1,
        issues: changes.map((change) => ({ ...issue, ...change })),
      },
    ],
  });

describe('an answer of service communications', () => {
  it('becomes services and issues in the desk’s own terms', () => {
    const { services, issues, nextLink } = parseOverviews(answer({}));
    expect(services).toEqual([{ id: 'Exchange', name: 'Exchange Online', status: 'serviceDegradation' }]);
    expect(issues[0]).toEqual({
      id: 'EX1187402',
      service: 'Exchange',
      serviceName: 'Exchange Online',
      feature: 'E-Mail timely delivery',
      title: 'Some users see delays',
      impact: 'Mail is late.',
      classification: 'incident',
      status: 'serviceDegradation',
      isResolved: false,
      startedAt: '2026-08-24T06:10:00.000Z',
      revision: '2026-08-24T09:41:13.271Z',
    });
    expect(nextLink).toBeUndefined();
  });

  it('of one issue brings its posts, oldest first and as text', () => {
    expect(parseIssueDetails(JSON.stringify(issue))).toEqual({
      revision: '2026-08-24T09:41:13.271Z',
      posts: [
        { at: '2026-08-24T06:32:05.000Z', kind: 'quick', text: 'early' },
        { at: '2026-08-24T09:41:13.270Z', kind: 'regular', text: 'later' },
      ],
    });
    const unreadable = [null, {}, 7, { createdDateTime: 'soon' }];
    expect(parseIssueDetails(`\uFEFF${JSON.stringify({ ...issue, posts: unreadable })}`).posts).toEqual([]);
    expect(parseIssueDetails(JSON.stringify({ ...issue, posts: null })).posts).toEqual([]);
    expect(() => parseIssueDetails(JSON.stringify({ ...issue, lastModifiedDateTime: 'soon' }))).toThrow();
    expect(() => parseIssueDetails('{"value":[]}')).toThrow();
  });

  it('takes values without regard to case, and unknown ones as they are', () => {
    const [resolved, fresh, odd] = parseOverviews(
      answer(
        {
          status: 'ServiceRestored',
          classification: 'Advisory',
          isResolved: undefined,
          endDateTime: '2026-08-24T10:00:00',
        },
        { status: 'brandNewStatus', classification: 'unknownFutureValue' },
        { classification: undefined },
      ),
    ).issues;
    expect(resolved).toMatchObject({ status: 'serviceRestored', classification: 'advisory', isResolved: true });
    expect(resolved!.endedAt).toBe('2026-08-24T10:00:00.000Z');
    expect(fresh).toMatchObject({ status: 'brandNewStatus', classification: 'incident', isResolved: false });
    expect(odd).toMatchObject({ classification: 'incident' });
  });

  it('bears a byte order mark and a missing expansion', () => {
    expect(parseOverviews(`\uFEFF${answer()}`).services).toHaveLength(1);
    expect(parseOverviews('{"value":[{"id":"Exchange","status":"serviceOperational"}]}')).toMatchObject({
      services: [{ id: 'Exchange', name: 'Exchange' }],
      issues: [],
    });
  });

  it.each([
    ['text that is no JSON', '{"value":['],
    ['another kind of object', '{"error":{}}'],
    ['an issue without a revision', answer({ lastModifiedDateTime: 'yesterday' })],
    ['an issue without an id', answer({ id: '' })],
    ['an overview without a status', '{"value":[{"id":"Exchange"}]}'],
  ])('is refused as a whole for %s', (_name, body) => {
    expect(() => parseOverviews(body)).toThrow();
  });

  it('is cut where it is longer than a row takes, so that one issue cannot stop the shards that show it', () => {
    const long = 'word '.repeat(100_000);
    const { issues } = parseOverviews(answer({ title: long, feature: long, impactDescription: long }));
    for (const text of [issues[0]!.title, issues[0]!.feature, issues[0]!.impact]) {
      expect(text.length).toBeLessThanOrEqual(10_000);
    }
    expect(() => parseOverviews(answer({ status: long }))).toThrow();
    const posts = Array.from({ length: 300 }, (_, n) => ({
      createdDateTime: new Date(Date.UTC(2026, 7, 1) + n * 60_000).toISOString(),
      postType: long,
      description: { contentType: 'html', content: long.slice(0, n % 2 === 0 ? 40_000 : 1_000) },
    }));
    const details = parseIssueDetails(JSON.stringify({ ...issue, posts }));
    expect(details.posts.at(-1)!.at).toBe('2026-08-01T04:59:00.000Z');
    // Table storage: 32 Ki characters in a text column, where the posts' keys stand.
    expect(JSON.stringify(details.posts.map(postKey)).length).toBeLessThan(32 * 1_024);
    expect(JSON.stringify(details.posts).length).toBeLessThan(900 * 1_024);
  });

  it('is parsed or refused whatever is in it', () => {
    const timesOf = (body: string): string[] => {
      try {
        return parseOverviews(body).issues.flatMap(({ revision, startedAt }) => [revision, startedAt]);
      } catch {
        return [];
      }
    };
    fc.assert(
      fc.property(fc.constantFrom(...Object.keys(issue)), fc.jsonValue(), (field, value) => {
        const times = timesOf(answer({ [field]: value }));
        expect(times.map((time) => new Date(time).toISOString())).toEqual(times);
      }),
    );
  });
});
