import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';
import type { Part, StartPart } from '../part.ts';
import { armCommunicationRoutes } from './arm-communications.ts';
import { armSupportRoutes } from './arm-support.ts';
import { resourceHealthRoutes } from './arm-resource-health.ts';
import { armRoutes } from './arm.ts';
import type { Cloud } from './cloud.ts';
import { controlRoutes } from './control.ts';
import { entraRoutes } from './entra.ts';
import { createFaults } from './faults.ts';
import { graphRoutes } from './graph.ts';
import { mailboxRoutes } from './graph-mailbox.ts';
import { relationshipRoutes } from './graph-relationships.ts';
import { identityRoutes } from './identity.ts';
import { memoryJournal, openJournal } from '../journal.ts';
import type { Journal } from '../journal.ts';
import { partnerThrottle } from './partner-center-access.ts';
import { partnerCenterConsentRoutes } from './partner-center-consents.ts';
import { partnerCenterDirectoryRoutes } from './partner-center-directory.ts';
import { partnerCenterWebhookRoutes, tellChange } from './partner-center-webhooks.ts';
import { partnerCenterRoutes } from './partner-center.ts';
import { createRouter } from './router.ts';
import type { Call } from './router.ts';
import { deskApiAudience, deskTenantId, managedIdentity, partnerConnections } from './seed-world.ts';
import { serviceRequestRoutes } from './service-requests.ts';
import { applyChange, seedState } from './state.ts';
import type { Change, State } from './state.ts';
import { createTokens } from './tokens.ts';
import { vaultRoutes } from './vault.ts';
import { createWebhookSender } from './webhook-sender.ts';

export type MicrosoftOptions = {
  /** 0 picks a free one. */
  port: number;
  /** File that keeps what was accepted; the signing key is kept beside it. Without it all is forgotten at the end. */
  journal?: string;
  /**
   * Names one run of the whole world. When another world takes the journal up and the incident of the last beginning is over
   * (or lies ahead of a clock that starts anew), another one begins, so that every world has a live incident. The same name
   * again, or none, means that only this part was started again.
   */
  worldId?: string;
};

/** From here on the seed incident of a beginning counts as over for a new world. */
const freshIncidentMs = 2 * 60 * 60 * 1000;

/** Starts the simulated Microsoft on 127.0.0.1: Entra, Graph, Partner Center, Azure, a vault and a managed identity. */
export const startMicrosoft: StartPart<MicrosoftOptions> = async (options, world): Promise<Part> => {
  const journal = options.journal === undefined ? memoryJournal<Change>() : await openJournal<Change>(options.journal);
  const now = () => world.clock.now();
  const state = await replayed(journal, now(), options.worldId);

  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, '127.0.0.1', resolve);
  });

  const baseUrl = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
  const beside = (name: string) => options.journal && join(dirname(options.journal), name);
  const keyFile = beside('microsoft-signing-key.json');
  const certificates = `${baseUrl}/partnercenter/cert/`;
  const sender = await createWebhookSender({ certificates, keyFile: beside('microsoft-webhook-authority.pem') });
  const cloud: Cloud = {
    baseUrl,
    now,
    state,
    commit: async (change) => {
      await journal.append(change);
      applyChange(state, change);
      tellChange(state, sender, change);
    },
    tokens: await createTokens({ authority: `${baseUrl}/entra`, now, keyFile }),
  };
  const faults = createFaults();
  const calls: Call[] = [];
  const throttle = partnerThrottle();
  const route = createRouter({
    routes: [
      ...entraRoutes(cloud),
      ...identityRoutes(cloud),
      ...vaultRoutes(cloud),
      ...graphRoutes(cloud),
      ...relationshipRoutes(cloud),
      ...mailboxRoutes(cloud),
      ...partnerCenterRoutes(cloud, throttle),
      ...partnerCenterDirectoryRoutes(cloud, throttle),
      ...partnerCenterConsentRoutes(cloud, throttle),
      ...partnerCenterWebhookRoutes({ cloud, sender, throttle }),
      ...serviceRequestRoutes(cloud, throttle),
      ...armRoutes(cloud),
      ...armSupportRoutes(cloud),
      ...resourceHealthRoutes(cloud),
      ...armCommunicationRoutes(cloud),
      ...controlRoutes({ cloud, world, faults, calls }),
    ],
    faults,
    calls,
    now,
  });

  server.on('request', (request, response) => {
    route(request, response).catch((error: unknown) => {
      process.stderr.write(`microsoft: ${error instanceof Error ? String(error.stack) : 'unknown failure'}\n`);
      response.destroy();
    });
  });

  return {
    settings: { ...settingsOf(baseUrl), ...webhookSettings(certificates, sender.rootPem) },
    stop: async () => {
      sender.stop();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
      await journal.close();
    },
  };
};

async function replayed(journal: Journal<Change>, now: number, worldId: string | undefined): Promise<State> {
  const state = seedState(0, 0);
  for (const change of journal.entries) applyChange(state, change);
  const isNewWorld = worldId !== undefined && worldId !== state.worldId;
  if (state.round > 0 && !isNewWorld) return state;
  const age = now - state.beganAt;
  const isOver = state.round === 0 || age > freshIncidentMs || age < 0;
  const began: Change = { at: now, type: 'began', round: state.round + (isOver ? 1 : 0), worldId };
  await journal.append(began);
  applyChange(state, began);
  return state;
}

/** Who signs webhooks, and that its certificates may be fetched although they lie on this machine. */
const webhookSettings = (certificates: string, rootPem: string): Record<string, string> => ({
  PARTNER_CENTER_WEBHOOK_ROOTS: rootPem,
  PARTNER_CENTER_WEBHOOK_CERTIFICATES: certificates,
  OUTBOUND_ALLOW: new URL(certificates).host,
});

function settingsOf(baseUrl: string): Record<string, string> {
  return {
    ENTRA_AUTHORITY: `${baseUrl}/entra`,
    GRAPH_BASE_URL: `${baseUrl}/graph`,
    PARTNER_CENTER_BASE_URL: `${baseUrl}/partnercenter`,
    AZURE_MANAGEMENT_BASE_URL: `${baseUrl}/arm`,
    KEY_VAULT_URI: `${baseUrl}/vault`,
    CERTIFICATE_VAULT_URI: `${baseUrl}/vault`,
    IDENTITY_ENDPOINT: `${baseUrl}/identity`,
    IDENTITY_HEADER: managedIdentity.header,
    DESK_API_AUDIENCE: deskApiAudience,
    DESK_API_TENANTS: deskTenantId,
    PARTNER_CONNECTIONS: JSON.stringify(partnerConnections),
  };
}
