/** Everything that portals can be told of. `notices` sends no other. */
export const noticeTypes = [
  'request.created',
  'request.updated',
  'request.commented',
  'request.resolved',
  'request.closed',
  'escalation.updated',
  'incident.opened',
  'incident.status-changed',
  'incident.posted',
  'incident.customers-affected',
  'incident.resolved',
  'incident.reopened',
  'incident.review-published',
] as const;

export type NoticeType = (typeof noticeTypes)[number];
