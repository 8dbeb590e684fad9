import { canonicalJson } from '../core/canonical-json.ts';
import { fromIso, toIso } from '../core/clock.ts';
import type { EventKind, Incident } from './incident.ts';
import { reviewStatus } from './azure-event.ts';
import { postKey, type Transition } from './transitions.ts';
import type { Issue, Post } from './service-health.ts';

/**
 * What a reading or an alert does to the stored incident of Azure. The two come with clocks of their own and in any order, so
 * each has its own line: a reading counts when it is newer than the last reading (`polledRevision`), an alert when it is newer
 * than everything. An alert brings news of the state alone; texts are the readings'. So each transition is told by whoever brings it first.
 */
export function azureTransition(stored: Incident | undefined, issue: Issue, announced: boolean): Transition {
  if (stored === undefined) return firstSight(issue, announced);
  return issue.isAlert === true ? fromAlert(stored, issue) : fromReading(stored, issue);
}

function firstSight(issue: Issue, announced: boolean): Transition {
  const next: Incident = {
    ...textsOf(issue),
    ...stateOf(issue),
    revision: issue.revision,
    startedAt: issue.startedAt,
    listedAt: issue.startedAt,
    openedRevision: issue.revision,
    postKeys: postKeysOf(issue),
    ...(issue.isAlert !== true && { polledRevision: issue.revision, detailsRevision: issue.revision }),
  };
  if (!issue.isResolved) return { next, kinds: ['opened'] };
  return { next, kinds: announced ? ['opened', ...endKinds(next)] : [] };
}

/** An alert may be late: that something is wrong again is believed from a reading only. */
function fromAlert(stored: Incident, issue: Issue): Transition {
  const isOld = issue.revision <= stored.revision;
  if (isOld || (stored.state === 'resolved' && !issue.isResolved)) return nothing;
  const next: Incident = {
    ...stored,
    ...(stored.polledRevision === undefined && textsOf(issue)),
    ...stateAfter(stored, issue),
  };
  if (canonicalJson(next) === canonicalJson(stored)) return nothing;
  return { next: { ...next, revision: issue.revision }, kinds: changes(stored, next) };
}

const nothing: Transition = { next: undefined, kinds: [] };

function fromReading(stored: Incident, issue: Issue): Transition {
  const { polledRevision } = stored;
  if (polledRevision !== undefined && issue.revision <= polledRevision) return nothing;
  const isAhead = issue.revision > stored.revision;
  // Readings lag by minutes: one from before the alert that ended it does not open it again.
  const isStale = !isAhead && stored.state === 'resolved' && !issue.isResolved;
  const next: Incident = {
    ...stored,
    ...textsOf(issue),
    ...(!isStale && stateAfter(stored, issue)),
    startedAt: issue.startedAt,
    postKeys: postKeysOf(issue),
    polledRevision: issue.revision,
    detailsRevision: issue.revision,
    revision: isAhead ? issue.revision : toIso(fromIso(stored.revision) + 1),
  };
  const kinds = changes(stored, next);
  return { next, kinds: hasNewPost(stored, issue.posts ?? []) ? [...kinds, 'posted'] : kinds };
}

/** What the first reading brings was said before the alert, unless it is younger. */
const hasNewPost = ({ postKeys, polledRevision, revision }: Incident, posts: readonly Post[]): boolean =>
  posts.some((post) => !postKeys.includes(postKey(post)) && (polledRevision !== undefined || post.at > revision));

const postKeysOf = ({ posts = [] }: Issue): string[] => posts.map(postKey);

type State = Pick<Incident, 'state' | 'status' | 'endedAt'>;

const stateOf = ({ isResolved, status, endedAt }: Issue): State => ({
  state: isResolved ? 'resolved' : 'open',
  status,
  endedAt,
});

function stateAfter(stored: Incident, issue: Issue): State {
  const after = stateOf(issue);
  const endedAt = issue.isResolved ? (issue.endedAt ?? stored.endedAt) : undefined;
  return { ...after, status: statusAfter(stored, after), endedAt };
}

/** Readings know two words only; those of an alert, such as `planned`, say more and stay. */
function statusAfter(stored: Incident, { state, status }: Pick<Incident, 'state' | 'status'>): string {
  const isPlain = status === 'active' || status === 'resolved';
  const isEndOfReview = stored.status === reviewStatus && state === 'resolved';
  return stored.state === state && (isPlain || isEndOfReview) ? stored.status : status;
}

function changes(before: Incident, after: Incident): EventKind[] {
  if (before.state !== after.state) return after.state === 'resolved' ? endKinds(after) : ['reopened'];
  if (before.status === after.status) return [];
  return [after.status === reviewStatus ? 'review-published' : 'status-changed'];
}

const endKinds = ({ status }: Incident): EventKind[] =>
  status === reviewStatus ? ['resolved', 'review-published'] : ['resolved'];

const textsOf = ({ id, service, serviceName, feature, title, impact, classification }: Issue) => ({
  source: 'azure' as const,
  id,
  service,
  serviceName,
  feature,
  title,
  impact,
  classification,
});
