import { dayMs, fromIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { ServiceMessage } from './message-center.ts';
import type { Issue } from './service-health.ts';

/** Where a post names no service it is about the suite. */
const suite = { id: 'OSDPPlatform', name: 'Microsoft 365 suite' };

/** A post without an end is over when Microsoft has said nothing for a year. */
const silentDays = 365;

/** Graph's service ids by their display names in lower case. */
export type ServiceIds = ReadonlyMap<string, string>;

/**
 * A post as an incident of another kind. Posts name services by display name alone; one that no tenant of the shard shows in its
 * health keeps that name as its id.
 */
export function plannedChange(message: ServiceMessage, serviceIds: ServiceIds, now: number): Issue {
  const { id, title, text, category, tags, revision, startedAt, endsAt, actionRequiredBy } = message;
  const [serviceName = suite.name, ...others] = message.services;
  const known = message.services.length === 0 ? suite.id : serviceIds.get(serviceName.toLowerCase());
  return {
    source: 'message-center',
    id,
    service: known ?? serviceName.slice(0, 100),
    serviceName,
    feature: others.join(', '),
    title,
    impact: tags.join(', '),
    classification: 'planned-change',
    status: actionRequiredBy === undefined ? category : 'actionRequired',
    isResolved: hasEnded(endsAt, now),
    startedAt,
    ...(endsAt !== undefined && { endedAt: endsAt }),
    revision,
    posts: [{ at: revision, kind: 'regular', text }],
    ...(message.isMajorChange && { isMajorChange: true }),
    ...(actionRequiredBy !== undefined && { actionRequiredBy }),
  };
}

export const hasEnded = (endsAt: string | undefined, now: number): boolean =>
  endsAt !== undefined && fromIso(endsAt) <= now;

/** What ended so long ago is neither taken in nor remembered. */
export function isLongOver({ endsAt, revision }: Pick<ServiceMessage, 'endsAt' | 'revision'>, now: number): boolean {
  const end = endsAt === undefined ? fromIso(revision) + silentDays * dayMs : fromIso(endsAt);
  return now - end > limits.incidentPastDays * dayMs;
}
