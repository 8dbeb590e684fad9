import { azureSubscriptions } from '../shared/customers/azure-subscriptions.http.ts';
import { type DeskCloud } from '../shared/customers/cloud.ts';
import { partnerCenterConsents } from '../shared/customers/consents.partnercenter.ts';
import { partnerCenterCustomers } from '../shared/customers/customers-source.partnercenter.ts';
import { createEnsureDelegation } from '../shared/customers/delegation.ts';
import { graphDelegation } from '../shared/customers/delegation-source.graph.ts';
import { partnerCenterAudit } from '../shared/customers/directory-changes.partnercenter.ts';
import { createEnsureDirectory } from '../shared/customers/directory.ts';
import { graphPortalLinks } from '../shared/customers/portal-links.graph.ts';
import { partnerCenterPortalLinks } from '../shared/customers/portal-links.partnercenter.ts';
import { partnerCenterResellers } from '../shared/customers/resellers.partnercenter.ts';
import { createRunConsents } from '../shared/customers/run-consents.ts';
import { createSyncDelegation } from '../shared/customers/sync-delegation.ts';
import { createSyncDirectory } from '../shared/customers/sync-directory.ts';
import { tenantRegion } from '../shared/customers/tenant-region.http.ts';
import { graphCaseMailbox } from '../shared/escalations/case-mailbox.graph.ts';
import { createEnsureCaseMail } from '../shared/escalations/case-mail-relay.ts';
import { createSyncCaseMails } from '../shared/escalations/sync-case-mails.ts';
import { createEnsureAzure } from '../shared/health/azure-ensure.ts';
import { azureServiceHealth } from '../shared/health/azure-events.http.ts';
import { createPollAzure } from '../shared/health/azure-poll.ts';
import { createEnsurePolling } from '../shared/health/ensure-polling.ts';
import { createIncidentDetail } from '../shared/health/incident-detail.ts';
import { createEnsureMessageCenter } from '../shared/health/message-center-ensure.ts';
import { createPollMessageCenter } from '../shared/health/message-center-poll.ts';
import { graphMessages } from '../shared/health/message-center.graph.ts';
import { createPollShard } from '../shared/health/poll-shard.ts';
import { graphIssue, graphServiceHealth } from '../shared/health/service-health.graph.ts';
import { createSweepHealth } from '../shared/health/sweep-health.ts';
import { healthPolls } from './health-polls.queue.ts';
import type { Services } from '../shared/platform/services.ts';
import type { AzureFeed } from '../shared/customers/azure-feed.ts';
import type { CustomerStore } from '../shared/customers/customer-store.ts';
import type { HealthShards } from '../shared/customers/health-shards.ts';
import type { PortalLinksStore } from '../shared/customers/portal-links.ts';
import type { TokenSource } from '../shared/platform/tokens.ts';
import type { Scope } from '../shared/platform/telemetry.ts';

type FeedDeps = {
  relay: Services & { cloud: DeskCloud; tokens: TokenSource };
  caseSyncMinutes: number;
  customers: CustomerStore;
  shards: HealthShards;
  azureFeed: AzureFeed;
  portalLinks: PortalLinksStore;
  authority: string;
  /** Gives the alarm of a connection's dead refresh token where it was not given yet. */
  tellGrant: (connectionId: string, scope: Scope) => Promise<void>;
};

/** Everything that is read from Microsoft in turns, and what the timers do for it. */
export function deskFeeds({
  relay,
  customers,
  shards,
  azureFeed,
  portalLinks,
  authority,
  tellGrant,
  caseSyncMinutes,
}: FeedDeps) {
  const { http, cloud } = relay;
  return {
    polls: healthPolls({
      'incident-detail': createIncidentDetail({ ...relay, customers, readIssue: graphIssue(relay) }),
      shard: createPollShard({ ...relay, customers, source: graphServiceHealth(relay), tellGrant }),
      consents: createRunConsents({ ...relay, store: customers, grant: partnerCenterConsents(relay) }),
      azure: createPollAzure({ ...relay, customers, source: azureServiceHealth(relay) }),
      'message-center': createPollMessageCenter({ ...relay, source: graphMessages(relay) }),
      directory: createSyncDirectory({
        ...relay,
        store: customers,
        shards,
        source: partnerCenterCustomers(relay),
        audit: partnerCenterAudit(relay),
        resellers: partnerCenterResellers(relay),
        azure: azureSubscriptions(relay),
        isGcc: tenantRegion({ http, authority, cloud: cloud.cloud }),
        azureFeed,
        portalLinks: {
          graph: graphPortalLinks(relay),
          partnerCenter: partnerCenterPortalLinks(relay),
          store: portalLinks,
        },
      }),
      delegation: createSyncDelegation({
        ...relay,
        store: customers,
        shards,
        source: graphDelegation(relay),
      }),
      'case-mail': createSyncCaseMails({ ...relay, caseSyncMinutes, mailbox: graphCaseMailbox(relay) }),
    }),
    timers: {
      sweepHealth: createSweepHealth(relay),
      ensureDirectory: createEnsureDirectory(relay),
      ensureDelegation: createEnsureDelegation(relay),
      ensureCaseMail: createEnsureCaseMail(relay),
      ensurePolling: createEnsurePolling(relay),
      ensureAzure: createEnsureAzure(relay),
      ensureMessageCenter: createEnsureMessageCenter(relay),
    },
  };
}
