import { adminLinks } from '../shared/customers/admin-links.ts';
import { createCustomerStore } from '../shared/customers/customer-store.ts';
import { createDelegationState } from '../shared/customers/delegation.ts';
import { createPortalLinks } from '../shared/customers/portal-links.ts';
import { rememberName } from '../shared/customers/remember-name.ts';
import { createResolveCustomer } from '../shared/customers/resolve-customer.ts';
import { azureSupportFollower } from '../shared/escalations/azure-follower.azuresupport.ts';
import { azureSupportChannel } from '../shared/escalations/azure-support.azuresupport.ts';
import { createDoctor } from '../shared/escalations/doctor.ts';
import { createDoctorPlaces } from '../shared/escalations/doctor-places.ts';
import { askMicrosoft } from '../shared/escalations/doctor-probe.http.ts';
import { followRequest } from '../shared/escalations/follow-request.ts';
import { filingBy } from '../shared/escalations/channel-table.ts';
import type { EscalationDeps } from '../shared/escalations/ports.ts';
import { partnerCenterFollower } from '../shared/escalations/service-requests.partnercenter.ts';
import { createProjectEscalation } from '../shared/escalations/project-escalation.ts';
import { createTakeAzureAlert } from '../shared/health/azure-alert-hook.ts';
import { createAzureFeed } from '../shared/health/azure-members.ts';
import { azureRightsProbe } from '../shared/escalations/azure-rights.azuresupport.ts';
import { openCaseClocks } from '../shared/escalations/open-case-clocks.ts';
import { createEscalationTexts } from '../shared/escalations/erase-texts.ts';
import { createVehicles } from '../shared/escalations/vehicles.ts';
import { cancelWithdrawn } from '../shared/escalations/withdraw.ts';
import { createLiveIncidents } from '../shared/health/live-incidents.ts';
import { createOpenIncidents } from '../shared/health/open-incidents.ts';
import { createProjectIncident } from '../shared/health/project-incident.ts';
import { createHealthShards } from '../shared/health/shard-members.ts';
import { createTenantReads } from '../shared/health/tenant-reads.ts';
import { createAnnounce } from '../shared/notices/announce.ts';
import { createDeliver } from '../shared/notices/deliver.ts';
import { createToldNotices } from '../shared/notices/told-notices.ts';
import { createCircuits } from '../shared/platform/circuit.ts';
import type { Config } from '../shared/platform/config.ts';
import type { Authenticate, TakeTurn } from '../shared/platform/route.ts';
import { createAuthenticate } from '../shared/portals/authenticate.ts';
import { createPortalHook } from '../shared/portals/portal-hook.ts';
import { createAssign } from '../shared/portals/quarantine-assign.ts';
import { createQuarantine } from '../shared/portals/quarantine.ts';
import { createQuarantinedContacts } from '../shared/portals/quarantined-contacts.ts';
import { createRateLimit } from '../shared/portals/rate.ts';
import { createSigningKeys } from '../shared/portals/signing-keys.entra.ts';
import { createErasure } from '../shared/requests/erase-contact.ts';
import { hookIntake } from '../shared/requests/intake.ts';
import { createPublishedRules } from '../shared/requests/published-rules.ts';
import { createRequests } from '../shared/requests/requests.ts';
import { caseContact } from '../shared/statement/case-contact.ts';
import { createStatements } from '../shared/statement/published-statement.ts';
import { acknowledgeRoutes } from './acknowledge.http.ts';
import { boundaryRulesRoutes } from './boundary-rules.http.ts';
import { caseMailRoutes } from './case-mails.http.ts';
import { consentRoutes } from './consents.http.ts';
import { contactRoutes } from './contacts.http.ts';
import { customerRoutes } from './customers.http.ts';
import { deploymentCheckRoutes } from './deployment-checks.http.ts';
import { deliveries } from './deliveries.queue.ts';
import { deskEventsFunction } from './desk-events.queue.ts';
import { directoryRoutes } from './directory.http.ts';
import { doctorRoutes } from './doctor.http.ts';
import { escalationUpdateRoutes } from './escalation-updates.http.ts';
import { escalationRoutes } from './escalations.http.ts';
import { escalationsQueue } from './escalations.queue.ts';
import { healthRoutes } from './health.http.ts';
import { azureHookRoutes, hookRoutes } from './hooks.http.ts';
import { operationsRoutes } from './operations.http.ts';
import { partnerCenterHookRoutes } from './partner-center-hook.http.ts';
import { poisonRoutes } from './poison.http.ts';
import { quarantineRoutes } from './quarantine.http.ts';
import { readinessRoutes } from './readiness.http.ts';
import { createReadinessParts } from './readiness-parts.ts';
import type { Catalogue } from './register.ts';
import { deskReach } from './desk-reach.ts';
import { reachRoutes } from './reach.http.ts';
import { createTellHold } from '../shared/escalations/release-restore.ts';
import { restoreRoutes } from './restore.http.ts';
import { requestChangeRoutes } from './request-changes.http.ts';
import { requestRoutes } from './requests.http.ts';
import { answeringChecks, createDeploymentCheck } from '../shared/platform/deployment-check.ts';
import { markingFailures } from '../shared/platform/marking-failures.ts';
import { postponing } from '../shared/platform/postpone.ts';
import type { Services } from '../shared/platform/services.ts';
import { statementRoutes } from './statement.http.ts';
import { vehicleRoutes } from './vehicles.http.ts';
import { timerFunctions } from './timers.ts';
import { createReadiness } from '../shared/platform/readiness.ts';
import { openApiOnce } from '../shared/platform/openapi.ts';
import { deskFeeds } from './desk-feeds.ts';
import { cloudOf, escalationPorts, microsoft, pacedHttp } from './desk-microsoft.ts';
import { deskPortals, deskRegistry, portalSightsOf } from './desk-portals.ts';
import { portalRoutes } from './portals.http.ts';
import { partnerCenterWebhooks } from './desk-partner-center-hooks.ts';
import { partnerConsents } from './desk-partner-consents.ts';
import { partnerConsentRoutes } from './partner-consents.http.ts';

export type Desk = { catalogue: Catalogue; authenticate: Authenticate; takeTurn: TakeTurn };

/** Joins the capabilities: which port of one is met by what of another. Builds nothing that reaches outside; see services.ts. */
export function createDesk(given: Services, config: Config): Desk {
  const cloud = cloudOf(config);
  const services = { ...given, http: pacedHttp(given, config, cloud) };
  const { clock, tables, bus, http } = services;
  const atMicrosoft = microsoft(services, config);
  const { tokens, readSecret, versions, authority, grants, keepGrants, certificates, tryExchanges } = atMicrosoft;
  const registry = deskRegistry(services);
  const circuits = createCircuits(clock);
  const statements = createStatements({ table: tables('desk'), clock });
  const boundaryRules = createPublishedRules({ table: tables('desk'), clock });
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

  const reach = deskReach({
    ...{ services, config, customers, readSecret, versions, takeTurn },
    requestForPage: async (requestId, wants) => requests.readForPage(requestId, wants),
  });
  const quarantine = createQuarantine({ table: tables('portals'), clock });
  const requests = createRequests({
    ...services,
    portalCaller: async (id) => {
      const portal = await registry.byId(id);
      return portal === undefined || portal.disabled ? undefined : registry.callerOf(portal);
    },
    setAside: async (unplaced, scope) => quarantine.keep(unplaced, scope),
    customers: { resolve: createResolveCustomer({ store: customers, cloud: cloud.cloud, clock }) },
    liveIncidents: createLiveIncidents({ tables, clock }),
    currentStatement: async () => statements.currentStatement(),
    boundaryRules: async () => boundaryRules.inForce(),
    adminLinks: (customer, service) => adminLinks(cloud.cloud, customer, { service }),
    announce,
    tellEscalations: async (requestId, scope) => {
      await cancelWithdrawn(escalations, requestId, scope);
      await followRequest(escalations, requestId, scope);
    },
    microsoftClocks: async (escalationId) => openCaseClocks(escalations, escalationId),
    reach: reach.ofRequest,
  });
  const delegation = createDelegationState(services, cloud);
  const support = {
    ...escalationPorts({ http, clock, tokens }, cloud, circuits),
    clock,
    managementBaseUrl: cloud.endpoints.azureManagementBaseUrl,
  };
  const contact = async (id: string) => caseContact(await statements.currentStatement(), mailboxOf(config, id));
  const escalations: EscalationDeps = {
    ...services,
    cloud: cloud.cloud,
    requests,
    customers: { byId: async (id) => customers.get(id) },
    connections: (id) => cloud.connections.find((connection) => connection.id === id),
    contact,
    openIncidents: createOpenIncidents({ tables }),
    rights: azureRightsProbe(support),
    delegation,
    duty: reach.duty,
    readSecret,
    channel: filingBy({ 'azure-support': azureSupportChannel(support) }),
    followers: {
      azure: azureSupportFollower({ ...support, sender: async (id) => (await contact(id))?.email }),
      partnerCenter: partnerCenterFollower({ http, tokens, clock, cloud }),
    },
    announce,
    reach: reach.ofEscalation,
    caseSyncMinutes: config.CASE_SYNC_MINUTES,
  };
  const erasure = createErasure({
    ...services,
    escalations: createEscalationTexts(escalations),
    toldNotices: createToldNotices({ table: tables('deliveries') }),
    quarantined: createQuarantinedContacts({ ...services, table: tables('portals') }),
  });
  const relay = { ...services, cloud, tokens };
  const shards = createHealthShards(relay);
  const azureFeed = createAzureFeed({ tables, store: customers });
  const portalLinks = createPortalLinks({ tables });
  const feeds = deskFeeds({
    ...{ relay, customers, shards, azureFeed, portalLinks, authority },
    ...{ tellGrant: grants.tell, caseSyncMinutes: config.CASE_SYNC_MINUTES },
  });
  const webhooks = partnerCenterWebhooks({ relay, customers, takeTurn }, config);
  const portalSights = portalSightsOf(registry);
  const portalIds = async () => (await registry.all()).map((portal) => portal.id);
  const receivePortalHook = createPortalHook({
    registry,
    readSecret,
    clock,
    takeTurn,
    takeIn: hookIntake(requests),
    receiveChange: requests.receiveChange,
    leaveSetAside: requests.leaveSetAside,
    quarantine,
  });
  const quarantined = createAssign({
    ...{ ...services, registry, table: tables('portals') },
    takeIn: hookIntake(requests),
    assignChange: requests.assignChange,
    remember: async (customerId, name) => rememberName({ store: customers, portalSights }, customerId, name),
  });
  const doctor = createDoctor({
    table: tables('desk'),
    clock,
    places: createDoctorPlaces({ cloud, customers, clock, mailboxOf: (id) => mailboxOf(config, id) }),
    ask: askMicrosoft({ http, tokens, clock, endpoints: cloud.endpoints }),
  });
  const readiness = createReadiness(
    createReadinessParts({
      ...{ services, cloud, authority, config, grants, certificates, circuits, reach },
      webhooks: webhooks.rows,
    }),
    clock,
  );

  const catalogue: Catalogue = {
    routes: [
      ...requestRoutes(requests),
      ...requestChangeRoutes(requests),
      ...contactRoutes(erasure),
      ...escalationRoutes(escalations),
      ...caseMailRoutes(escalations),
      ...doctorRoutes(doctor),
      ...vehicleRoutes(
        createVehicles({ ...services, versions, isConnection: (id) => escalations.connections(id) !== undefined }),
      ),
      ...escalationUpdateRoutes(escalations),
      ...customerRoutes({ store: customers, cloud: cloud.cloud, portalLinks, portalSights }),
      ...consentRoutes(relay),
      ...partnerConsentRoutes(partnerConsents(services, config, atMicrosoft)),
      ...directoryRoutes({ tables, store: customers, shards, azureFeed }),
      ...healthRoutes({ tables, clock, cloud, customers }),
      ...readinessRoutes({
        tables,
        clock,
        cloud,
        authority,
        customers,
        contact: escalations.contact,
        delegation,
        tenantReads: () => createTenantReads({ tables, clock, cloud }),
      }),
      ...statementRoutes({ statements }),
      ...portalRoutes(deskPortals({ services, config, registry, customers, readSecret, versions })),
      ...boundaryRulesRoutes(boundaryRules),
      ...reachRoutes(reach.routes),
      ...acknowledgeRoutes(reach.linkRoutes),
      ...hookRoutes({ receivePortalHook }),
      ...partnerCenterHookRoutes({ receivePartnerCenterHook: webhooks.receive }),
      ...quarantineRoutes({ ...quarantined, table: tables('portals') }),
      ...azureHookRoutes({ takeAzureAlert: createTakeAzureAlert({ ...relay, customers }) }),
      ...poisonRoutes(services),
      ...restoreRoutes(escalations),
      ...deploymentCheckRoutes(createDeploymentCheck({ ...services, table: tables('desk'), exchanges: tryExchanges })),
      ...operationsRoutes({ readiness, authenticate, contract: openApiOnce(() => catalogue.routes) }),
    ],
    queues: [
      deskEventsFunction({
        'request-event': requests.project,
        'contact-erasure': erasure.goOn,
        'hook-waiting': requests.bringOn,
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
        pages: reach.queue,
      }),
      feeds.polls,
    ].map((fn) => {
      const answering = answeringChecks(fn, { table: tables('desk'), clock });
      return markingFailures(postponing(answering, services), services);
    }),
    timers: timerFunctions({
      ...{ ...services, ...feeds.timers, keepGrants, keepWebhooks: webhooks.keepRegistrations },
      tellHold: createTellHold(services),
    }),
  };
  return { catalogue, authenticate, takeTurn };
}

const mailboxOf = (config: Config, connectionId: string): string | undefined =>
  config.PARTNER_CONNECTIONS.find((connection) => connection.id === connectionId)?.caseMailbox;
