import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { azureEvent, newestIssues } from '../../shared/health/azure-event.ts';

type Sample = { value: { name: string; properties: Record<string, unknown> }[] };

const sampleText = readFileSync(new URL('./samples/azure-resourcehealth-events-list.json', import.meta.url), 'utf8');
const sample = (): Sample => JSON.parse(sampleText) as Sample;
const issueOf = (item: unknown) => azureEvent(item, 'global').issue;
const changed = (properties: Record<string, unknown>) => {
  const item = sample().value[0]!;
  return issueOf({ ...item, properties: { ...item.properties, ...properties } });
};

describe('an event of Azure', () => {
  it('becomes an incident of service azure with its updates as plain text', () => {
    expect(issueOf(sample().value[0])).toEqual({
      source: 'azure',
      id: '7VX2-L9G',
      service: 'azure',
      serviceName: 'Azure',
      feature: 'Virtual Machines',
      title: 'Connectivity faults - Norway East',
      impact: "Some virtual machines in Norway East can't be reached.",
      classification: 'incident',
      status: 'active',
      isResolved: false,
      startedAt: '2026-08-24T06:05:00.000Z',
      revision: '2026-08-24T08:22:10.000Z',
      posts: [
        {
          at: '2026-08-24T08:22:10.000Z',
          kind: 'update',
          text: 'The fault is in a network layer; repair goes on.',
        },
      ],
    });
  });

  it('keeps of a sensitive one the title and the link alone', () => {
    const item = sample().value[1]!;
    const issue = issueOf({ ...item, properties: { ...item.properties, summary: '<p>Key K1 leaked</p>' } });
    expect(issue).toMatchObject({
      classification: 'advisory',
      title: 'Security notice for your subscription',
      impact: 'https://app.azure.com/h/5M1Q-T80',
      feature: '',
      posts: [],
    });
    expect(JSON.stringify(issue)).not.toContain('leaked');
  });

  it.each([
    ['ServiceIssue', 'incident'],
    ['HealthAdvisory', 'advisory'],
    ['SecurityAdvisory', 'advisory'],
    ['Billing', 'advisory'],
    ['EmergingIssues', 'advisory'],
    ['PlannedMaintenance', 'planned-change'],
    ['RCA', 'incident'],
    ['plannedmaintenance', 'planned-change'],
    ['SomethingNew', 'incident'],
    [null, 'incident'],
  ])('of type %s is an %s', (eventType, classification) => {
    expect(changed({ eventType }).classification).toBe(classification);
  });

  it.each([
    [{ status: 'Resolved' }, 'resolved', true],
    [{ status: 'RESOLVED' }, 'resolved', true],
    [{ status: 'Pondering' }, 'pondering', false],
    [{ status: null }, 'unknown', false],
    [{ eventType: 'RCA' }, 'postIncidentReviewPublished', true],
  ])('with %j has the status %s', (properties, status, isResolved) => {
    expect(changed(properties)).toMatchObject({ status, isResolved });
  });

  it('is reviewed when an update of it is tagged as a review', () => {
    const updates = [{ summary: 'Why', updateDateTime: '2026-08-27T08:00:00', eventTags: ['Final PIR'] }];
    const issue = changed({ status: 'Resolved', impact: [{ impactedRegions: [{ updates }, { updates }] }] });
    expect(issue).toMatchObject({
      status: 'postIncidentReviewPublished',
      posts: [{ at: '2026-08-27T08:00:00.000Z', kind: 'final-pir', text: 'Why' }],
    });
  });

  it('is the same in the names of Resource Graph, with ticks for times', () => {
    const ticks = (iso: string) => String(Date.parse(iso) * 10_000 + 621_355_968_000_000_000);
    const issue = issueOf({
      Name: '7VX2-L9G',
      SubscriptionId: 'A',
      Properties: {
        EventType: 'ServiceIssue',
        Status: 'Active',
        Title: 'T',
        ImpactStartTime: ticks('2026-08-24T06:05:00.000Z'),
        ImpactMitigationTime: 1,
        LastUpdateTime: Number(ticks('2026-08-24T08:22:10.000Z')),
        Impact: JSON.stringify([{ ImpactedService: 'Storage' }, { ImpactedService: 'Storage' }]),
      },
    });
    expect(issue).toMatchObject({
      id: '7VX2-L9G',
      startedAt: '2026-08-24T06:05:00.000Z',
      revision: '2026-08-24T08:22:10.000Z',
      feature: 'Storage',
    });
  });

  it.each<[string, Record<string, unknown>]>([
    [
      'HTML with scripts',
      { summary: '<p>Hi</p><script>alert(1)</script><style>p{}</style>', title: '<img onerror=x>' },
    ],
    ['an impact that is broken JSON in a text', { impact: '[{"impactedService":' }],
    ['an impact of another shape', { impact: { impactedService: 'X' } }],
    ['regions and updates of another shape', { impact: [{ impactedRegions: 'none' }, { impactedRegions: [7, {}] }] }],
    ['nulls everywhere', { impact: null, title: null, summary: null, impactStartTime: null, level: null }],
    ['no updates', { impact: [] }],
    ['a date without a zone', { lastUpdateTime: '2026-08-24T08:22:10' }],
    ['a date that is none', { impactStartTime: 'yesterday' }],
    ['fields that nobody knows', { brandNew: { deep: [1] } }],
    ['very long texts', { title: 'x'.repeat(100_000), summary: 'y'.repeat(100_000) }],
  ])('is read with %s', (_what, properties) => {
    const issue = changed(properties);
    expect(issue).toMatchObject({ id: '7VX2-L9G', revision: '2026-08-24T08:22:10.000Z' });
    expect(issue.title.length).toBeLessThanOrEqual(500);
    expect(issue.title).not.toBe('');
    expect(issue.impact.length).toBeLessThanOrEqual(10_000);
    expect(JSON.stringify(issue)).not.toMatch(/<|script|alert/);
  });

  it('is read whichever optional field is missing, and refused where it has no id or no time', () => {
    const item = sample().value[0]!;
    for (const name of Object.keys(item.properties)) {
      const properties = { ...item.properties, [name]: undefined };
      expect(issueOf({ ...item, properties }).id).toBe('7VX2-L9G');
    }
    expect(() => issueOf({ ...item, name: undefined })).toThrow('Invalid input');
    expect(() => issueOf({ name: 'A', properties: { status: 'Active' } })).toThrow('event A has no time');
    expect(() => issueOf({ name: 'A' })).toThrow('Invalid input');
    expect(() => issueOf('A')).toThrow('Invalid input');
  });
});

describe('one tracking id in several subscriptions', () => {
  it('is one incident: the newest, and of two as new the review', () => {
    const old = changed({ lastUpdateTime: '2026-08-24T08:00:00Z' });
    const review = changed({ eventType: 'RCA' });
    const now = changed({});
    for (const order of [
      [old, now, review],
      [review, now, old],
      [now, review, old],
    ]) {
      expect(newestIssues(order)).toEqual([review]);
    }
  });
});
