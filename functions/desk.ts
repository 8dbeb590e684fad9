import { limits } from '../shared/core/limits.ts';
import { adminLinks } from '../shared/customers/admin-links.ts';
import { azureSubscriptions } from '../shared/customers/azure-subscriptions.http.ts';
import { clouds, type DeskCloud } from '../shared/customers/cloud.ts';
import { partnerCenterConsents } from '../shared/customers/consents.partnercenter.ts';
import { createCustomerStore } from '../shared/customers/customer-store.ts';
import { partnerCenterCustomers } from '../shared/customers/customers-source.partnercenter.ts';
import { createDelegationState, createEnsureDelegation } from '../shared/customers/delegation.ts';
import { graphDelegation } from '../shared/customers/delegation-source.graph.ts';
import { partnerCenterAudit } from '../shared/customers/directory-changes.partnercenter.ts';
import { createEnsureDirectory } from '../shared/customers/directory.ts';
import { graphPortalLinks } from '../shared/customers/portal-links.graph.ts';
import { partnerCenterPortalLinks } from '../shared/customers/portal-links.partnercenter.ts';
import { createPortalLinks } from '../shared/customers/portal-links.ts';
import { partnerCenterResellers } from '../shared/customers/resellers.partnercenter.ts';
import { createResolveCustomer } from '../shared/customers/resolve-customer.ts';
import { createRunConsents } from '../shared/customers/run-consents.ts';
import { createSyncDelegation } from '../shared/customers/sync-delegation.ts';
import { createSyncDirectory } from '../shared/customers/sync-directory.ts';
import { tenantRegion } from '../shared/customers/tenant-region.http.ts';
import { azureSupportChannel } from '../shared/escalations/azure-support.azuresupport.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import { createProjectEscalation } from '../shared/escalations/project-escalation.ts';
import { createTakeAzureAlert } from '../shared/health/azure-alert-hook.ts';
import { createEnsureAzure } from '../shared/health/azure-ensure.ts';
import { azureServiceHealth } from '../shared/health/azure-events.http.ts';
import { createAzureFeed } from '../shared/health/azure-members.ts';
import { createPollAzure } from '../shared/health/azure-poll.ts';
import { cancelWithdrawn } from '../shared/escalations/withdraw.ts';
import { createEnsurePolling } from '../shared/health/ensure-polling.ts';
import { createIncidentDetail } from '../shared/health/incident-detail.ts';
import { createLiveIncidents } from '../shared/health/live-incidents.ts';
import { createEnsureMessageCenter } from '../shared/health/message-center-ensure.ts';
import { createPollMessageCenter } from '../shared/health/message-center-poll.ts';
import { graphMessages } from '../shared/health/message-center.graph.ts';
import { createOpenIncidents } from '../shared/health/open-incidents.ts';
import { createPollShard } from '../shared/health/poll-shard.ts';
import { createProjectIncident } from '../shared/health/project-incident.ts';
import { createHealthShards } from '../shared/health/shard-members.ts';
import { graphIssue, graphServiceHealth } from '../shared/health/service-health.graph.ts';
import { createSweepHealth } from '../shared/health/sweep-health.ts';
import { createTenantReads } from '../shared/health/tenant-reads.ts';
import { createAnnounce } from '../shared/notices/announce.ts';
import { createDeliver } from '../shared/notices/deliver.ts';
import type { Config } from '../shared/platform/config.ts';
import { createEntraTokens, refreshTokenSecret } from '../shared/platform/entra-tokens.entra.ts';
import { createKeepGrants } from '../shared/platform/keep-grants.ts';
import { createIdentityToken } from '../shared/platform/managed-identity.entra.ts';
import { createPacedHttp } from '../shared/platform/paced-http.ts';
import { createGrantRows } from '../shared/platform/partner-grant.ts';
import type { Authenticate, TakeTurn } from '../shared/platform/route.ts';
import { createSecretVersions, createVaultReader } from '../shared/platform/vault.keyvault.ts';
import { createAuthenticate } from '../shared/portals/authenticate.ts';
import { createPortalHook } from '../shared/portals/portal-hook.ts';
import { createPortalRegistry } from '../shared/portals/portal-registry.ts';
import { createQuarantine } from '../shared/portals/quarantine.ts';
import { createRateLimit } from '../shared/portals/rate.ts';
import { createSigningKeys } from '../shared/portals/signing-keys.entra.ts';
import { hookIntake } from '../shared/requests/intake.ts';
import { createRequests } from '../shared/requests/requests.ts';
import { caseContact } from '../shared/statement/case-contact.ts';
import { createStatements } from '../shared/statement/published-statement.ts';
import { consentRoutes } from './consents.http.ts';
import { customerRoutes } from './customers.http.ts';
import { deliveries } from './deliveries.queue.ts';
import { deskEventsFunction } from './desk-events.queue.ts';
import { directoryRoutes } from './directory.http.ts';
import { escalationRoutes } from './escalations.http.ts';
import { escalationsQueue } from './escalations.queue.ts';
import { healthPolls } from './health-polls.queue.ts';
import { healthRoutes } from './health.http.ts';
import { azureHookRoutes, hookRoutes } from './hooks.http.ts';
import { operationsRoutes } from './operations.http.ts';
import { readinessRoutes } from './readiness.http.ts';
import { createReadinessParts } from './readiness-parts.ts';
import type { Catalogue } from './register.ts';
import { requestChangeRoutes } from './request-changes.http.ts';
import { requestRoutes } from './requests.http.ts';
import { markingFailures } from '../shared/platform/marking-failures.ts';
import { postponing } from '../shared/platform/postpone.ts';
import type { Services } from '../shared/platform/services.ts';
import { statementRoutes } from './statement.http.ts';
import { timerFunctions } from './timers.ts';
import { createReadiness } from '../shared/platform/readiness.ts';
import { openApi } from '../shared/platform/openapi.ts';

export type Desk = { catalogue: Catalogue; authenticate: Authenticate; takeTurn: TakeTurn };

/** Joins the capabilities: which port of one is met by what of another. Builds nothing that reaches outside; see services.ts. */
export function createDesk(given: Services, config: Config): Desk {
  const cloud = cloudOf(config);
  const services = { ...given, http: pacedHttp(given, config, cloud) };
  const { clock, tables, bus, http } = services;
  const { tokens, readSecret, authority, grants, keepGrants } = microsoft(services, config);
  const registry = createPortalRegistry({ table: tables('portals'), clock });
  const statements = createStatements({ table: tables('desk'), clock });
  const customers = createCustomerStore({ tables });
  const announce = createAnnounce({ table: tables('deliveries'), bus, clock, registry });
  const takeTurn = createRateLimit(clock);
  const authenticate = createAuthenticate({
    keyOf: createSigningKeys({ http, clock, authority }),
    clock,
    registry,
    authority,
    tenants: config.DESK_API_TENANTS,
    audiences: config.DESK_API_AUDIENCE,
  });

  const requests = createRequests({
    ...services,
    customers: { resolve: createResolveCustomer({ store: customers, cloud: cloud.cloud, clock }) },
    liveIncidents: createLiveIncidents({ tables, clock }),
    currentStatement: async () => statements.currentStatement(),
    adminLinks: (customer, service) => adminLinks(cloud.cloud, customer, { service }),
    announce,
    cancelEscalations: async (requestId, scope) => cancelWithdrawn(escalations, requestId, scope),
  });
  const escalations: EscalationDeps = {
    ...services,
    cloud: cloud.cloud,
    requests,
    customers: { byId: async (id) => customers.get(id) },
    connections: (id) => cloud.connections.find((connection) => connection.id === id),
    contact: async (id) => caseContact(await statements.currentStatement(), mailboxOf(config, id)),
    openIncidents: createOpenIncidents({ tables }),
    channel: azureSupportChannel({ http, tokens, clock, managementBaseUrl: cloud.endpoints.azureManagementBaseUrl }),
    announce,
    caseSyncMinutes: config.CASE_SYNC_MINUTES,
  };
  const relay = { ...services, cloud, tokens };
  const shards = createHealthShards(relay);
  const azureFeed = createAzureFeed({ tables, store: customers });
  const portalIds = async () => (await registry.all()).map((portal) => portal.id);
  const receivePortalHook = createPortalHook({
    registry,
    readSecret,
    clock,
    takeTurn,
    takeIn: hookIntake(requests),
    quarantine: createQuarantine({ table: tables('portals'), clock }),
  });
  const readiness = createReadiness(createReadinessParts({ services, cloud, authority, config, grants }), clock);

  const catalogue: Catalogue = {
    routes: [
      ...requestRoutes(requests),
      ...requestChangeRoutes(requests),
      ...escalationRoutes(escalations),
      ...customerRoutes({ store: customers, cloud: cloud.cloud, portalLinks: createPortalLinks({ tables }) }),
      ...consentRoutes(relay),
      ...directoryRoutes({ tables, store: customers, shards, azureFeed }),
      ...healthRoutes({ tables, clock, cloud, customers }),
      ...readinessRoutes({
        tables,
        clock,
        cloud,
        authority,
        customers,
        contact: escalations.contact,
        delegation: createDelegationState(services, cloud),
        tenantReads: () => createTenantReads({ tables, clock, cloud }),
      }),
      ...statementRoutes({ statements }),
      ...hookRoutes({ receivePortalHook }),
      ...azureHookRoutes({ takeAzureAlert: createTakeAzureAlert({ ...relay, customers }) }),
      ...operationsRoutes({ readiness, authenticate, contract: () => openApi(catalogue.routes) }),
    ],
    queues: [
      deskEventsFunction({
        'request-event': requests.project,
        'escalation-event': createProjectEscalation(escalations),
        'incident-event': createProjectIncident({ tables, announce, portalIds }),
      }),
      escalationsQueue(escalations),
      deliveries({
        deliver: createDeliver({
          ...services,
          table: tables('deliveries'),
          http: services.guardedHttp,
          registry,
          readSecret,
        }),
      }),
      healthPolls({
        'incident-detail': createIncidentDetail({ ...relay, customers, readIssue: graphIssue(relay) }),
        shard: createPollShard({ ...relay, customers, source: graphServiceHealth(relay), tellGrant: grants.tell }),
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
            store: createPortalLinks({ tables }),
          },
        }),
        delegation: createSyncDelegation({
          ...relay,
          store: customers,
          shards,
          source: graphDelegation(relay),
        }),
      }),
    ].map((fn) => markingFailures(postponing(fn, services), services)),
    timers: timerFunctions({
      ...services,
      keepGrants,
      sweepHealth: createSweepHealth(relay),
      ensureDirectory: createEnsureDirectory(relay),
      ensureDelegation: createEnsureDelegation(relay),
      ensurePolling: createEnsurePolling(relay),
      ensureAzure: createEnsureAzure(relay),
      ensureMessageCenter: createEnsureMessageCenter(relay),
    }),
  };
  return { catalogue, authenticate, takeTurn };
}

const mailboxOf = (config: Config, connectionId: string): string | undefined =>
  config.PARTNER_CONNECTIONS.find((connection) => connection.id === connectionId)?.caseMailbox;

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

function cloudOf(config: Config): DeskCloud {
  const known = clouds[config.MICROSOFT_CLOUD];
  return {
    cloud: config.MICROSOFT_CLOUD,
    connections: config.PARTNER_CONNECTIONS,
    endpoints: {
      graphBaseUrl: withoutSlash(config.GRAPH_BASE_URL ?? known.graphBaseUrl),
      partnerCenterBaseUrl: withoutSlash(config.PARTNER_CENTER_BASE_URL ?? known.partnerCenterBaseUrl),
      azureManagementBaseUrl: withoutSlash(config.AZURE_MANAGEMENT_BASE_URL ?? known.azureManagementBaseUrl),
    },
    healthPollMinutes: config.HEALTH_POLL_MINUTES,
    customerSyncMinutes: config.CUSTOMER_SYNC_MINUTES,
  };
}

const authorityOf = (config: Config): string =>
  withoutSlash(config.ENTRA_AUTHORITY ?? clouds[config.MICROSOFT_CLOUD].authority);

/** To Microsoft no faster than its limits allow, whichever part of the desk asks. */
const pacedHttp = ({ http, clock }: Services, config: Config, { endpoints }: DeskCloud) =>
  createPacedHttp(http, clock, [
    { root: endpoints.graphBaseUrl, perSecond: limits.graphCallsPerSecond },
    { root: authorityOf(config), perSecond: limits.tokenRequestsPerSecond },
  ]);

/** How the desk proves itself to Microsoft: by its managed identity, which is a federated credential of the application. */
function microsoft({ http, clock, tables }: Services, config: Config) {
  const known = clouds[config.MICROSOFT_CLOUD];
  const authority = authorityOf(config);
  const identityToken = createIdentityToken({
    http,
    clock,
    endpoint: config.IDENTITY_ENDPOINT ?? '',
    header: config.IDENTITY_HEADER ?? '',
    ...(config.STORAGE__clientId !== undefined && { clientId: config.STORAGE__clientId }),
  });
  const vault = {
    http,
    clock,
    vaultUri: withoutSlash(config.KEY_VAULT_URI),
    token: async () => identityToken(known.vaultAudience),
  };
  const readSecret = createVaultReader(vault);
  const grants = createGrantRows({ table: tables('desk'), clock });
  const { tokens, exchange } = createEntraTokens({
    http,
    clock,
    authority,
    // The audience is the cloud's own name of the API, wherever the settings say that it stands.
    audiences: {
      graph: known.graphBaseUrl,
      partnercenter: known.partnerCenterBaseUrl,
      azure: known.azureManagementBaseUrl,
    },
    connections: config.PARTNER_CONNECTIONS,
    identityToken,
    exchangeAudience: known.tokenExchangeAudience,
    readSecret,
    grantChanged: grants.changed,
  });
  const keepGrants = createKeepGrants({
    clock,
    connections: config.PARTNER_CONNECTIONS,
    rows: grants,
    versions: createSecretVersions(vault),
    exchange,
    secretName: refreshTokenSecret,
  });
  return { tokens, readSecret, authority, grants, keepGrants };
}
