import type { EventKind, Incident } from './incident.ts';
import { nextUpdateBy } from './plain-text.ts';
import type { Issue, Post } from './service-health.ts';

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
  if (stored === undefined) {
    const next = incidentFrom(issue, issue);
    if (!issue.isResolved) return { next, kinds: ['opened'] };
    return { next, kinds: announced ? ['opened', 'resolved'] : [] };
  }
  if (issue.revision <= stored.revision) return { next: undefined, kinds: [] };
  const next = incidentFrom(issue, stored);
  const hasNewPost = next.postKeys.some((key) => !stored.postKeys.includes(key));
  const changed = stateChange(stored, next);
  return { next, kinds: [...(changed ? [changed] : []), ...(hasNewPost ? (['posted'] as const) : [])] };
}

function stateChange(before: Incident, after: Incident): EventKind | undefined {
  if (before.state !== after.state) return after.state === 'resolved' ? 'resolved' : 'reopened';
  if (before.status === after.status) return undefined;
  return after.status === 'postIncidentReviewPublished' ? 'review-published' : 'status-changed';
}

export const postKey = (post: Post): string => `${post.at}|${post.kind}`;

/** Service and place in the lists stay as first seen. */
function incidentFrom(issue: Issue, first: Pick<Incident, 'service' | 'startedAt'> & Partial<Incident>): Incident {
  const { posts, isResolved, ...fields } = issue;
  const next = nextUpdateBy(posts.at(-1)?.text ?? '');
  return {
    ...fields,
    source: 'microsoft365',
    service: first.service,
    listedAt: first.listedAt ?? first.startedAt,
    state: isResolved ? 'resolved' : 'open',
    postKeys: posts.map(postKey),
    ...(next !== undefined && !isResolved && { nextUpdateBy: next }),
  };
}
