import type { Clock } from '../../../shared/core/clock.ts';
import type { Random } from '../../../shared/core/ids.ts';
import {
  ReadFailure,
  type Issue,
  type ReadIssue,
  type ServiceHealthSource,
} from '../../../shared/health/service-health.ts';
import { oneOf, services, snapshotAt, type Snapshot, type Story } from './story.ts';

/** Replicas lag by less than the ten minutes that a poll looks back. */
const lagMs = 9 * 60_000;

export type Weather = { isWild: boolean };

/** Microsoft as tenants see it: replicas that lag, rows that repeat or are missing, reads that fail. Calm: none of these. */
export function storiedMicrosoft(stories: readonly Story[], weather: Weather, deps: { random: Random; clock: Clock }) {
  const { random, clock } = deps;
  const wild = (chance: number): boolean => weather.isWild && random() < chance;
  const viewAt = (): number => clock.now() - (wild(0.5) ? Math.floor(random() * lagMs) : 0);

  const mayFail = () => {
    if (!wild(0.1)) return;
    const code = oneOf(random, ['microsoft-down', 'throttled', 'not-consented'] as const);
    throw new ReadFailure(code, 'failed on purpose', code === 'throttled' ? { retryAfterSeconds: 60 } : {});
  };

  const isMissing = (snapshot: Snapshot): boolean => snapshot.at > clock.now() - lagMs && wild(0.15);

  const source: ServiceHealthSource = async ({ tenantId, changedAfter }) => {
    mayFail();
    const at = viewAt();
    const shown = stories.flatMap((story) => {
      const snapshot = snapshotAt(story, at);
      return snapshot?.affected.has(tenantId) && !isMissing(snapshot) ? [{ story, snapshot }] : [];
    });
    const listed = shown
      .filter(({ snapshot }) => changedAfter === undefined || Date.parse(snapshot.revision) > changedAfter)
      .flatMap((one) => (wild(0.1) ? [one, one] : [one]))
      .map(({ story, snapshot }) => issueOf(story, snapshot));
    if (wild(0.3)) listed.reverse();
    const isHurt = (id: string) => shown.some(({ story, snapshot }) => story.service === id && !snapshot.isResolved);
    const overviews = services.map((id) => ({
      id,
      name: `${id} Online`,
      status: isHurt(id) ? 'serviceDegradation' : 'serviceOperational',
    }));
    return Promise.resolve({ services: overviews, issues: listed, full: changedAfter === undefined });
  };

  const readIssue: ReadIssue = async ({ tenantId }, issueId) => {
    mayFail();
    const story = stories.find(({ id }) => id === issueId);
    const snapshot = story && snapshotAt(story, viewAt());
    if (!snapshot?.affected.has(tenantId)) return Promise.resolve(undefined);
    return Promise.resolve({ revision: snapshot.revision, posts: snapshot.posts });
  };
  return { source, readIssue };
}

const issueOf = ({ id, service, startedAt }: Story, { revision, status, isResolved }: Snapshot): Issue => ({
  id,
  service,
  serviceName: `${service} Online`,
  feature: 'Mail',
  title: 'Mail is late',
  impact: 'Mail is late.',
  classification: 'incident',
  status,
  isResolved,
  startedAt,
  revision,
});
