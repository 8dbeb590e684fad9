import { canonicalJson } from '../core/canonical-json.ts';
import { fromIso, toIso } from '../core/clock.ts';
import type { EventKind, Incident } from './incident.ts';
import { reviewStatus } from './azure-event.ts';
import { postKey, type Transition } from './transitions.ts';
import type { Issue } from './service-health.ts';

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
    ...fieldsOf(issue),
    listedAt: issue.startedAt,
    postKeys: issue.posts.map(postKey),
    ...(issue.isAlert !== true && { polledRevision: issue.revision }),
  };
  if (!issue.isResolved) return { next, kinds: ['opened'] };
  return { next, kinds: announced ? ['opened', ...endKinds(next)] : [] };
}

/** An alert may be late: that something is wrong again is believed from a reading only. */
function fromAlert(stored: Incident, issue: Issue): Transition {
  const isOld = issue.revision <= stored.revision;
  if (isOld || (stored.state === 'resolved' && !issue.isResolved)) return { next: undefined, kinds: [] };
  const fields = fieldsOf(issue);
  const { status, state, endedAt, revision, ...texts } = fields;
  const next: Incident = {
    ...stored,
    ...(stored.polledRevision === undefined && { ...texts, startedAt: stored.startedAt }),
    state,
    status: statusAfter(stored, fields),
    ...(endedAt !== undefined && { endedAt }),
  };
  if (canonicalJson(next) === canonicalJson(stored)) return { next: undefined, kinds: [] };
  return { next: { ...next, revision }, kinds: changes(stored, next) };
}

function fromReading(stored: Incident, issue: Issue): Transition {
  const { polledRevision } = stored;
  if (polledRevision !== undefined && issue.revision <= polledRevision) return { next: undefined, kinds: [] };
  const isAhead = issue.revision > stored.revision;
  const fields = fieldsOf(issue);
  // Readings lag by minutes: one from before the alert that ended it does not open it again.
  const isStale = !isAhead && stored.state === 'resolved' && fields.state === 'open';
  const postKeys = issue.posts.map(postKey);
  const next: Incident = {
    ...fields,
    ...(isStale
      ? { state: stored.state, status: stored.status, endedAt: stored.endedAt }
      : {
          status: statusAfter(stored, fields),
          endedAt: issue.endedAt ?? (issue.isResolved ? stored.endedAt : undefined),
        }),
    listedAt: stored.listedAt,
    postKeys,
    polledRevision: issue.revision,
    revision: isAhead ? issue.revision : toIso(fromIso(stored.revision) + 1),
  };
  // What the first reading brings was said before the alert, unless it is younger.
  const isNew = (key: string, at: string): boolean =>
    !stored.postKeys.includes(key) && (polledRevision !== undefined || at > stored.revision);
  const hasNewPost = issue.posts.some((post) => isNew(postKey(post), post.at));
  return { next, kinds: [...changes(stored, next), ...(hasNewPost ? (['posted'] as const) : [])] };
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

function fieldsOf(issue: Issue): Omit<Incident, 'listedAt' | 'postKeys'> {
  const { posts: _posts, isResolved, isAlert: _isAlert, source: _source, ...fields } = issue;
  return { ...fields, source: 'azure', state: isResolved ? 'resolved' : 'open' };
}
