import { healthPolls } from '../../functions/health-polls.queue.ts';
import type { DeskCloud, PartnerConnection } from '../../shared/customers/cloud.ts';
import { createCustomerStore } from '../../shared/customers/customer-store.ts';
import { customerIdOf } from '../../shared/customers/customer.ts';
import { azureSubscriptions } from '../../shared/customers/azure-subscriptions.http.ts';
import { partnerCenterCustomers } from '../../shared/customers/customers-source.partnercenter.ts';
import { partnerCenterAudit } from '../../shared/customers/directory-changes.partnercenter.ts';
import { createDirectoryState, createEnsureDirectory } from '../../shared/customers/directory.ts';
import { createEnsureDelegation } from '../../shared/customers/delegation.ts';
import { graphDelegation } from '../../shared/customers/delegation-source.graph.ts';
import { createSyncDelegation } from '../../shared/customers/sync-delegation.ts';
import { createDelegationHints } from '../../shared/customers/delegation-hints.ts';
import { createDirectoryHints } from '../../shared/customers/hints.ts';
import { graphPortalLinks } from '../../shared/customers/portal-links.graph.ts';
import { partnerCenterPortalLinks } from '../../shared/customers/portal-links.partnercenter.ts';
import { createPortalLinks } from '../../shared/customers/portal-links.ts';
import { partnerCenterResellers } from '../../shared/customers/resellers.partnercenter.ts';
import { createSyncDirectory } from '../../shared/customers/sync-directory.ts';
import { tenantRegion } from '../../shared/customers/tenant-region.http.ts';
import { createTakeAzureAlert } from '../../shared/health/azure-alert-hook.ts';
import { createEnsureAzure } from '../../shared/health/azure-ensure.ts';
import { azureServiceHealth } from '../../shared/health/azure-events.http.ts';
import { createAzureFeed } from '../../shared/health/azure-members.ts';
import { createPollAzure } from '../../shared/health/azure-poll.ts';
import { createEnsurePolling } from '../../shared/health/ensure-polling.ts';
import { createIncidentEvent } from '../../shared/health/incident-event.ts';
import { createIncidentDetail } from '../../shared/health/incident-detail.ts';
import { createEnsureMessageCenter } from '../../shared/health/message-center-ensure.ts';
import { createPollMessageCenter } from '../../shared/health/message-center-poll.ts';
import { graphMessages } from '../../shared/health/message-center.graph.ts';
import { createPollShard } from '../../shared/health/poll-shard.ts';
import { graphIssue, graphServiceHealth } from '../../shared/health/service-health.graph.ts';
import { createHealthShards } from '../../shared/health/shard-members.ts';
import { createSweepHealth } from '../../shared/health/sweep-health.ts';
import type { Clock } from '../../shared/core/clock.ts';
import type { TokenSource } from '../../shared/platform/tokens.ts';
import { wakeMessageSchema } from '../../shared/platform/outbox.ts';
import { withWriteTokens } from '../../shared/platform/write-token.ts';
import { capturedLog } from '../support/captured-log.ts';
import { memoryBus, type BusTrouble, type Held } from '../support/memory-bus.ts';
import { memoryTables, type TableTrouble } from '../support/memory-table.ts';
import { movedClock } from '../support/moved-clock.ts';
import { seededIds, seededRandom } from '../support/seeded.ts';
import { scriptedMicrosoft } from './scripted-microsoft.ts';

const kindOf = ({ message }: Held): string => String((message.body.body as { kind?: unknown }).kind);

type HealthDeskOptions = {
  tables?: TableTrouble;
  bus?: BusTrouble;
  /** Of the partner connection. */
  role?: PartnerConnection['role'];
  /** Where tokens come from; without it, the scripted Microsoft hands them out. */
  tokens?: (clock: Clock) => TokenSource;
};

/** Directory and health over memory ports and a scripted Microsoft, on a clock that the test moves. */
export function aHealthDesk(
  trouble: HealthDeskOptions = {},
  ports: Pick<Parameters<typeof createPollShard>[0], 'tellGrant'> = {},
) {
  const moved = movedClock();
  const { clock } = moved;
  const microsoft = scriptedMicrosoft();
  const memory = memoryTables(trouble.tables);
  const held = memoryBus(() => clock.now(), trouble.bus);
  const random = seededRandom(7);
  const ids = seededIds(random);
  const tables = (name: string) => withWriteTokens(memory.tables(name), ids);
  const cloud: DeskCloud = {
    cloud: 'global',
    connections: [{ id: 'emea', tenantId: 'partner', clientId: 'client', role: trouble.role ?? 'direct' }],
    endpoints: {
      graphBaseUrl: microsoft.root.graph,
      partnerCenterBaseUrl: microsoft.root.pc,
      azureManagementBaseUrl: microsoft.root.arm,
    },
    healthPollMinutes: 5,
    customerSyncMinutes: 1_440,
  };
  const captured = capturedLog();
  const { scope } = captured;
  const tokens = trouble.tokens?.(clock) ?? microsoft.tokens;
  const upstream = { http: microsoft.http, tokens, clock, cloud };
  const relay = { tables, bus: held.bus, clock };
  const customers = createCustomerStore({ tables });
  const shards = createHealthShards(relay);
  const azureFeed = createAzureFeed({ tables, store: customers });
  const directory = {
    ...relay,
    random,
    cloud,
    store: customers,
    shards,
    source: partnerCenterCustomers({ ...upstream, ids }),
    audit: partnerCenterAudit({ ...upstream, ids }),
    resellers: partnerCenterResellers({ ...upstream, ids }),
    azure: azureSubscriptions(upstream),
    isGcc: tenantRegion({ http: microsoft.http, authority: microsoft.root.login, cloud: 'global' }),
    azureFeed,
    portalLinks: {
      graph: graphPortalLinks(upstream),
      partnerCenter: partnerCenterPortalLinks({ ...upstream, ids }),
      store: createPortalLinks({ tables }),
    },
  };
  const pollShard = createPollShard({ ...relay, ...ports, cloud, customers, source: graphServiceHealth(upstream) });
  const incidentDetail = createIncidentDetail({ ...relay, customers, readIssue: graphIssue(upstream) });
  const delegation = { ...relay, random, store: customers, shards, source: graphDelegation(upstream) };
  const polls = healthPolls({
    azure: createPollAzure({ ...relay, cloud, customers, source: azureServiceHealth(upstream) }),
    shard: pollShard,
    'incident-detail': incidentDetail,
    'message-center': createPollMessageCenter({ ...relay, cloud, source: graphMessages(upstream) }),
    directory: createSyncDirectory(directory),
    delegation: createSyncDelegation(delegation),
  });

  const desk = {
    ...moved,
    microsoft,
    memory,
    bus: held,
    tables,
    cloud,
    customers,
    shards,
    azureFeed,
    portalLinks: directory.portalLinks.store,
    scope,
    entries: captured.entries,
    polls,
    pollShard,
    queryDeps: { tables, clock, cloud, customers },
    hints: createDirectoryHints({ ...relay, cloud, store: customers }),
    delegationHints: createDelegationHints(relay),
    ensureDirectory: createEnsureDirectory({ ...relay, cloud }),
    ensureDelegation: createEnsureDelegation({ ...relay, cloud }),
    ensurePolling: createEnsurePolling({ ...relay, cloud }),
    ensureAzure: createEnsureAzure({ ...relay, cloud }),
    takeAlert: createTakeAzureAlert({ ...relay, cloud, customers }),
    ensureMessageCenter: createEnsureMessageCenter({ ...relay, cloud }),
    sweep: createSweepHealth({ ...relay, cloud }),
    incidentEvent: createIncidentEvent({ tables }),
    id: (n: number) => customerIdOf('global', microsoft.tenants[n]?.id ?? ''),
    tenant: (n: number) => microsoft.tenants[n]?.id ?? '',
    now: () => new Date(clock.now()).toISOString(),
    /** Handles every message that could be received now, or only those of the kinds that are wanted. */
    drain: async (isWanted: (kind: string) => boolean = () => true): Promise<number> => {
      let handled = 0;
      for (;;) {
        const next = held.ready().find((one) => one.queue === 'health-polls' && isWanted(kindOf(one)));
        if (!next) return handled;
        const message = held.take(next);
        try {
          await polls.handle(wakeMessageSchema.parse(message.message.body), scope);
        } catch (error) {
          held.abandon(message);
          throw error;
        }
        held.complete(message);
        handled++;
      }
    },
    /** Moves the clock to the next cycle and runs it. */
    cycle: async (minutes = 5): Promise<void> => {
      await moved.advance(minutes * 60_000);
      await desk.drain();
    },
    /**
     * Moves the clock to the next cycle and handles what other relays do then: what {@link drain} costs afterwards is the cost of
     * these kinds alone.
     */
    untilDue: async (kinds: readonly string[] = ['shard', 'incident-detail'], minutes = 5): Promise<void> => {
      await moved.advance(minutes * 60_000);
      await desk.drain((kind) => !kinds.includes(kind));
    },
    /** The directory read and every shard polled once, with this many customers, the first of them with Azure. */
    begin: async (count: number, withAzure = 0): Promise<void> => {
      microsoft.addTenants(count);
      for (const [n, tenant] of microsoft.tenants.entries()) tenant.hasAzure = n < withAzure;
      await desk.ensureDirectory(scope);
      const directory = createDirectoryState({ tables });
      do {
        await desk.drain();
        await moved.advance(1_000);
      } while ((await directory('emea')).lastDoneAt === undefined);
      await desk.ensureAzure(scope);
      await desk.drain();
    },
    /** Every incident event whose wake is on the bus, in the order it was sent. */
    events: async () => {
      const sent = held.all().filter((one) => one.queue === 'desk-events');
      const bodies = sent.map(({ message }) => message.body.body as { incidentId: string; eventId: string });
      const unique = new Map(bodies.map((body) => [body.eventId, body]));
      return Promise.all(
        [...unique.values()].map(async ({ incidentId, eventId }) => (await desk.incidentEvent(incidentId, eventId))!),
      );
    },
  };
  return desk;
}

export type HealthDesk = ReturnType<typeof aHealthDesk>;
