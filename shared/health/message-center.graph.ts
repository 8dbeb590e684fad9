import { dayMs, toIso } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { HttpAnswer } from '../platform/http.ts';
import { parseMessages } from './message-center-answer.graph.ts';
import type { MessageSource, ServiceMessage } from './message-center.ts';
import { sameHost } from './same-host.ts';
import { get, parsed, tokenFor, type GraphDeps, type Session } from './service-health.graph.ts';
import { ReadFailure } from './service-health.ts';

const path = '/v1.0/admin/serviceAnnouncement/messages';

/**
 * Message center of Microsoft Graph. Like for issues no page documents the filter, so a cloud that answers it with 400 is read
 * whole for a day. Microsoft docs: "List serviceUpdateMessages".
 */
export function graphMessages(deps: GraphDeps): MessageSource {
  const root = `${deps.cloud.endpoints.graphBaseUrl}${path}`;
  let filterRefusedUntil = 0;
  return async (tenant) => {
    const session: Session = { deps, token: await tokenFor(deps, tenant), way: tenant.way };
    const whole = async () => follow(session, await get(session, root, limits.messageCenterPageRows));
    const { changedAfter } = tenant;
    if (changedAfter === undefined || deps.clock.now() < filterRefusedUntil) return whole();
    const filter = encodeURIComponent(`lastModifiedDateTime gt ${toIso(changedAfter)}`);
    const first = await get(session, `${root}?$filter=${filter}`, limits.messageCenterPageRows);
    if (first.status !== 400) return follow(session, first);
    const messages = await whole();
    filterRefusedUntil = deps.clock.now() + dayMs;
    return messages;
  };
}

/** The pages of an answer. Rows that repeat (pages shift while they are read) count once, the newest of them. */
async function follow(session: Session, first: HttpAnswer): Promise<ServiceMessage[]> {
  const messages = new Map<string, ServiceMessage>();
  let answer = first;
  for (let pages = 1; ; pages++) {
    const page = parsed(session, answer, parseMessages);
    for (const message of page.messages) {
      const other = messages.get(message.id);
      if (!other || other.revision < message.revision) messages.set(message.id, message);
    }
    if (page.nextLink === undefined) return [...messages.values()];
    if (pages === limits.healthAnswerPages) throw new ReadFailure('microsoft-down', 'The answer has too many pages.');
    answer = await get(
      session,
      sameHost(session.deps.cloud.endpoints.graphBaseUrl, page.nextLink),
      limits.messageCenterPageRows,
    );
  }
}
