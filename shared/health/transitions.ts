import type { EventKind, Incident } from './incident.ts';
import { nextUpdateBy } from './next-update.ts';
import type { Issue, IssueDetails, Post } from './service-health.ts';

export type Transition = {
  /** The incident from now on; undefined where the issue brings nothing new. */
  next: Incident | undefined;
  /** What happened to the incident itself, in order. */
  kinds: EventKind[];
};

/**
 * What a reading of an issue does to the stored incident. Decided by Microsoft's revision alone: the same or an older one
 * changes nothing, so readings may repeat, overlap and come out of order. An incident that was over before the desk watched
 * (`announced` false) is taken into the history without events.
 */
export function transition(stored: Incident | undefined, issue: Issue, announced: boolean): Transition {
  if (stored && issue.revision <= stored.revision) return { next: undefined, kinds: [] };
  const { posts, ...fields } = issue;
  const next = incidentFrom(fields, stored);
  const kinds = stored ? changes(stored, next) : beginning(next, announced);
  if (!posts) return { next, kinds };
  const full = withDetails(next, { revision: issue.revision, posts });
  return { next: full.next ?? next, kinds: full.isPosted ? [...kinds, 'posted'] : kinds };
}

function beginning(next: Incident, announced: boolean): EventKind[] {
  if (!announced) return [];
  if (next.state === 'open') return ['opened'];
  return next.hasReport === true ? ['opened', 'resolved', 'review-published'] : ['opened', 'resolved'];
}

/** A report is published once, however often Microsoft's status comes back to that word. */
function changes(before: Incident, after: Incident): EventKind[] {
  const review: EventKind[] = after.hasReport === true && !hasReport(before) ? ['review-published'] : [];
  if (before.state !== after.state) return [after.state === 'resolved' ? 'resolved' : 'reopened', ...review];
  if (review.length > 0) return review;
  return before.status === after.status ? [] : ['status-changed'];
}

const hasReport = ({ hasReport: known, status }: Pick<Incident, 'hasReport' | 'status'>): boolean =>
  known === true || status === 'postIncidentReviewPublished';

type First = Pick<Incident, 'service' | 'listedAt' | 'postKeys' | 'openedRevision'> & Partial<Incident>;

const firstOf = ({ service, startedAt, revision }: Omit<Issue, 'posts'>): First => ({
  service,
  listedAt: startedAt,
  postKeys: [],
  openedRevision: revision,
});

/** Service and place in the lists stay as first seen; what the details say stays until they are read again. */
function incidentFrom(issue: Omit<Issue, 'posts'>, stored: Incident | undefined): Incident {
  const first = stored ?? firstOf(issue);
  const { isResolved, ...fields } = issue;
  const next: Incident = {
    ...fields,
    source: fields.source ?? 'microsoft365',
    service: first.service,
    listedAt: first.listedAt,
    state: isResolved ? 'resolved' : 'open',
    postKeys: first.postKeys,
    detailsRevision: first.detailsRevision,
    openedRevision: first.openedRevision,
    nextUpdateBy: isResolved ? undefined : first.nextUpdateBy,
  };
  return hasReport(next) || (stored && hasReport(stored)) ? { ...next, hasReport: true } : next;
}

export const postKey = (post: Post): string => `${post.at}|${post.kind}`;

/** `next` is undefined where the stored posts are as new. `isPosted`: some are new since the incident became known. */
type Detailed = { next: Incident | undefined; isPosted: boolean };

/** What the reading of an issue's details does to the stored incident; like {@link transition}, by Microsoft's revision alone. */
export function withDetails(stored: Incident, { revision, posts }: IssueDetails): Detailed {
  const { detailsRevision, openedRevision = '' } = stored;
  if (detailsRevision !== undefined && revision <= detailsRevision) return { next: undefined, isPosted: false };
  const known = new Set(stored.postKeys);
  const isNew = (post: Post): boolean =>
    !known.has(postKey(post)) && (detailsRevision !== undefined || post.at > openedRevision);
  const nextUpdate = stored.state === 'open' ? nextUpdateBy(posts.at(-1)?.text ?? '') : undefined;
  return {
    next: { ...stored, postKeys: posts.map(postKey), detailsRevision: revision, nextUpdateBy: nextUpdate },
    isPosted: revision !== openedRevision && posts.some(isNew),
  };
}

/** The posts of the stored revision, or of a later one, are stored. */
export const knowsDetails = ({ revision, detailsRevision }: Incident): boolean =>
  detailsRevision !== undefined && detailsRevision >= revision;
