import pLimit from 'p-limit';
import { toIso, type Clock } from '../core/clock.ts';
import { limits } from '../core/limits.ts';
import type { CloudName } from './cloud.ts';
import { customerIdOf } from './customer.ts';
import { SourceFailure } from './customers-source.ts';
import {
  keptLinks,
  portalLinksOp,
  type PortalLink,
  type PortalLinksSource,
  type PortalLinksStore,
} from './portal-links.ts';

export type PortalLinksDeps = {
  portalLinks: { graph: PortalLinksSource; partnerCenter: PortalLinksSource; store: PortalLinksStore };
  clock: Pick<Clock, 'now'>;
  cloud: { cloud: CloudName };
};

/**
 * Reads and keeps Microsoft's own links of some customers: from Graph, and where that refuses from Partner Center. Nothing waits
 * for them: what is not readable now leaves what was known, and a Microsoft that is away or slow is asked no further.
 * Returns the calls to Partner Center, each counted twice: on top of a page's others they are half as many again at once, and the
 * pace after them must make up for it.
 */
export async function readPortalLinks(
  deps: PortalLinksDeps,
  connectionId: string,
  tenantIds: readonly string[],
): Promise<{ calls: number }> {
  const { portalLinks, clock, cloud } = deps;
  if (cloud.cloud !== 'global') return { calls: 0 };
  const endsAt = clock.now() + limits.portalLinksMs;
  const found = new Map<string, PortalLink[]>();
  let isAway = false;
  let calls = 0;

  const from = async (source: PortalLinksSource, tenantId: string): Promise<'refused' | 'done'> => {
    try {
      found.set(tenantId, await source(connectionId, tenantId));
    } catch (error) {
      if (!(error instanceof SourceFailure)) throw error;
      if (error.reason === 'refused') return 'refused';
      isAway ||= error.reason !== 'unreadable';
    }
    return 'done';
  };
  const one = async (tenantId: string): Promise<void> => {
    if (isAway || clock.now() > endsAt) return;
    if ((await from(portalLinks.graph, tenantId)) === 'done') return;
    calls += 2;
    await from(portalLinks.partnerCenter, tenantId);
  };
  const limit = pLimit(limits.directoryConcurrency);
  await Promise.all(tenantIds.map((tenantId) => limit(async () => one(tenantId))));

  const readAt = toIso(clock.now());
  const ops = [...found].map(([tenantId, links]) =>
    portalLinksOp(customerIdOf(cloud.cloud, tenantId), readAt, keptLinks(links)),
  );
  await portalLinks.store.write(ops);
  return { calls };
}
