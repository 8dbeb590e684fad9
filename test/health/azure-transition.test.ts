import { describe, expect, it } from 'vitest';
import { azureTransition } from '../../shared/health/azure-transition.ts';
import type { EventKind, Incident } from '../../shared/health/incident.ts';
import type { Issue } from '../../shared/health/service-health.ts';
import { seededRandom } from '../support/seeded.ts';

const minute = 60_000;
const start = Date.parse('2026-11-02T09:00:00.000Z');
const iso = (ms: number) => new Date(ms).toISOString();

const issue = (fields: Partial<Issue> & { revision: string }): Issue => ({
  source: 'azure',
  id: 'A1',
  service: 'azure',
  serviceName: 'Azure',
  feature: 'Storage',
  title: 'T',
  impact: 'I',
  classification: 'incident',
  status: 'active',
  isResolved: false,
  startedAt: iso(start),
  posts: [],
  ...fields,
});

const stages = ['active', 'active', 'active', 'resolved', 'postIncidentReviewPublished'] as const;

/** What a reading at each stage of one incident shows: every stage adds a post. */
const readings = stages.map((status, n) => {
  const posts = stages.slice(0, n + 1).map((_, m) => ({ at: iso(start + m * 60 * minute), kind: 'update', text: '' }));
  return issue({ status, isResolved: n >= 3, revision: posts.at(-1)!.at, posts });
});

/** The alert of each stage, which Azure Monitor sends up to two minutes later. */
const alerts = readings.map((reading, n) => {
  const revision = iso(Date.parse(reading.revision) + ((n * 37) % 120) * 1_000);
  return issue({ status: reading.status, isResolved: reading.isResolved, revision, isAlert: true });
});

function run(inputs: readonly Issue[]): { kinds: EventKind[]; stored: Incident | undefined; revisions: string[] } {
  let stored: Incident | undefined;
  const kinds: EventKind[] = [];
  const revisions: string[] = [];
  for (const input of inputs) {
    const { next, kinds: told } = azureTransition(stored, input, true);
    kinds.push(...told);
    if (next) revisions.push(next.revision);
    stored = next ?? stored;
  }
  return { kinds, stored, revisions };
}

const count = (kinds: readonly EventKind[], kind: EventKind) => kinds.filter((one) => one === kind).length;

const told: EventKind[] = ['opened', 'posted', 'posted', 'resolved', 'posted', 'review-published', 'posted'];

describe('readings and alerts of one Azure incident', () => {
  it('tell each transition once when an alert comes first', () => {
    const inputs = readings.flatMap((reading, n) => [alerts[n]!, reading]);
    expect(run(inputs).kinds).toEqual(told);
  });

  it('tell each transition once when a reading comes first', () => {
    const inputs = readings.flatMap((reading, n) => [reading, alerts[n]!]);
    expect(run(inputs).kinds).toEqual(told);
  });

  it('keeps the words of an alert that say more than a reading can', () => {
    const planned = { classification: 'planned-change', isAlert: true } as const;
    const { kinds, stored } = run([
      issue({ ...planned, status: 'planned', revision: iso(start) }),
      issue({ classification: 'planned-change', revision: iso(start + minute) }),
      issue({ ...planned, status: 'inProgress', revision: iso(start + 2 * minute) }),
      issue({ classification: 'planned-change', revision: iso(start + 3 * minute) }),
    ]);
    expect(kinds).toEqual(['opened', 'status-changed']);
    expect(stored!.status).toBe('inProgress');
  });

  it('is opened again by a reading that is newer, not by one from before its end', () => {
    const ended = [readings[0]!, alerts[3]!];
    expect(run([...ended, readings[2]!]).kinds).toEqual(['opened', 'resolved', 'posted']);
    expect(run([...ended, readings[2]!, readings[3]!]).kinds).not.toContain('reopened');
    const again = issue({ revision: iso(start + 500 * minute), posts: readings[0]!.posts });
    expect(run([...ended, again]).kinds).toEqual(['opened', 'resolved', 'reopened']);
  });

  it('takes an incident that was over before anybody watched into the history', () => {
    expect(azureTransition(undefined, readings[3]!, false).kinds).toEqual([]);
    expect(azureTransition(undefined, readings[4]!, true).kinds).toEqual(['opened', 'resolved', 'review-published']);
  });

  it('tells what happened once, in whatever order and however often they come', () => {
    for (let seed = 1; seed <= 2_000; seed++) {
      const random = seededRandom(seed);
      const pick = (below: number) => Math.floor(random() * below);
      // Any prefix of repeats in any order, and at last what every run comes to see: the newest reading.
      const inputs = Array.from({ length: 12 }, () => (random() < 0.5 ? readings : alerts)[pick(stages.length)]!);
      const { kinds, stored, revisions } = run([...inputs, readings.at(-1)!]);
      const summary = {
        opened: count(kinds, 'opened'),
        resolved: count(kinds, 'resolved'),
        reviewed: count(kinds, 'review-published'),
        reopened: count(kinds, 'reopened'),
        changed: count(kinds, 'status-changed'),
      };
      expect({ seed, ...summary }).toEqual({ seed, opened: 1, resolved: 1, reviewed: 1, reopened: 0, changed: 0 });
      expect(count(kinds, 'posted')).toBeLessThanOrEqual(stages.length - 1);
      expect({ seed, revisions }).toEqual({ seed, revisions: [...new Set(revisions)].sort() });
      expect(stored).toMatchObject({
        state: 'resolved',
        status: 'postIncidentReviewPublished',
        postKeys: { length: 5 },
      });
    }
  });
});
