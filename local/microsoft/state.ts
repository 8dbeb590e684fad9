import { changeIncident } from './incidents.ts';
import type { Incident, IncidentChange } from './incidents.ts';
import { changeMessage, seedMessages } from './messages.ts';
import type { Message, MessageChange } from './messages.ts';
import { seedIncidents } from './seed-incidents.ts';
import type { EntraCode } from './entra-errors.ts';
import { customers, partner } from './seed-world.ts';
import type { SeedCustomer } from './seed-world.ts';
import type { AuthorizationCode, SignInWay } from './sign-in-ways.ts';
import { applyServiceRequestPatch, moveServiceRequest, seedServiceRequests } from './service-request-state.ts';
import type { ServiceRequest, ServiceRequestMoved, ServiceRequestPatch } from './service-request-state.ts';
import { addCommunication, moveTicket, patchTicket, putTicket } from './tickets.ts';
import type { CommunicationAdded, Ticket, TicketMoved, TicketPatched, TicketPut } from './tickets.ts';

/** Of a certificate in the vault. `cer`: DER in base64; `key`: PKCS#8 in PEM. `registered`: the application's registration has it. */
export type CertificateVersion = { version: string; cer: string; key: string; registered: boolean; at: number };

export type SecretVersion = { version: string; value: string; at: number; contentType?: string | undefined };

/** `never`: the application was not consented; `withdrawn`: it was, and the customer took it back. */
export type Consent = 'granted' | 'never' | 'withdrawn';

export type State = {
  beganAt: number;
  /** Counts the beginnings; each brings incidents with ids of their own. */
  round: number;
  worldId: string | undefined;
  /** By issue id. */
  incidents: Map<string, Incident>;
  /** Message center, by message id. */
  messages: Map<string, Message>;
  /** To the application's own permissions, by customer tenant. */
  consents: Map<string, Consent>;
  /** To its delegated permissions, by which the partner's person acts in the tenant. */
  delegatedConsents: Map<string, Consent>;
  /** AADSTS code by which a customer's sign-in policy stops the partner's person. */
  signInBlocks: Map<string, EntraCode>;
  /** End of the delegated admin relationship, milliseconds of world time, by customer tenant. */
  gdapEndsAt: Map<string, number>;
  /** Customers whose relationship waits for their approval. */
  gdapPending: Set<string>;
  /** What of Azure's rights differs from the seeded ones, by customer tenant. */
  azureRights: Map<string, AzureRights>;
  /** Template ids of the roles that the relationship's access assignment gives, where they are not the seeded one. */
  gdapRoles: Map<string, readonly string[]>;
  /** Time of issue by live refresh token. */
  refreshTokens: Map<string, number>;
  /** Those of a sign-in without multifactor authentication, and what came of them. */
  tokensWithoutMfa: Set<string>;
  /** How the integration account signs in from now on. */
  signIn: SignInWay;
  codes: Map<string, AuthorizationCode & { at: number; isRedeemed: boolean }>;
  /** Versions by secret name, oldest first. */
  secrets: Map<string, SecretVersion[]>;
  /** Versions by certificate name, oldest first. */
  certificates: Map<string, CertificateVersion[]>;
  /** By subscription and name in lower case. */
  tickets: Map<string, Ticket>;
  ticketSequence: number;
  serviceRequests: Map<string, ServiceRequest>;
  mails: { at: number; raw: string }[];
  /** What changed at Partner Center, oldest first; its audit records. */
  partnerChanges: PartnerChange[];
  /** Where Partner Center sends which events. */
  webhook: Webhook | undefined;
};

/**
 * `role`: of the partner's application and people on the customer's subscription; `reseller`: whether the partner is that of the
 * subscription; `plan`: whether its support plan passes. Absent: as seeded (contributor, yes, passes).
 */
export type AzureRights = {
  role?: 'none' | 'reader' | 'contributor' | undefined;
  reseller?: boolean | undefined;
  plan?: 'passes' | 'refused' | undefined;
};

type Webhook = { at: number; url: string; events: readonly string[]; isOwnHeader: boolean };

/** `subscription`: sold or ended meanwhile; `gdap`: the end of a delegated admin relationship moved. */
export type PartnerChange = { at: number; tenantId: string } & (
  { kind: 'subscription'; offerName: string; status: string } | { kind: 'gdap' }
);

/** Everything that may be accepted; one line of the journal each. */
export type Change = { at: number } &
  /** A world begins; with the round that runs already it only takes note of the world. */
  (
    | { type: 'began'; round: number; worldId?: string | undefined }
    | { type: 'reset' }
    | ({ type: 'incident-changed' } & IncidentChange)
    | ({ type: 'message-changed' } & MessageChange)
    | { type: 'consent-set'; tenantId: string; granted: boolean }
    | { type: 'delegated-consent-set'; tenantId: string; granted: boolean }
    | {
        type: 'gdap-set';
        tenantId: string;
        endsAt?: number | undefined;
        roles?: readonly string[] | undefined;
        pending?: boolean | undefined;
      }
    | ({ type: 'azure-rights-set'; tenantId: string } & AzureRights)
    | { type: 'sign-in-block-set'; tenantId: string; code: EntraCode | null }
    | { type: 'subscription-set'; tenantId: string; offerName: string; status: string }
    | ({ type: 'webhook-registered' } & Omit<Webhook, 'at'>)
    | ({ type: 'code-issued' } & AuthorizationCode)
    | { type: 'code-redeemed'; code: string }
    | { type: 'sign-in-set'; way: SignInWay }
    | { type: 'refresh-token-issued'; token: string; hasMfa?: boolean | undefined }
    | { type: 'refresh-tokens-revoked' }
    | { type: 'secret-set'; name: string; version: string; value: string; contentType?: string | undefined }
    | ({ type: 'certificate-put'; name: string } & CertificateVersion)
    | ({ type: 'ticket-put' } & TicketPut)
    | ({ type: 'ticket-patched' } & TicketPatched)
    | ({ type: 'ticket-moved' } & TicketMoved)
    | ({ type: 'communication-added' } & CommunicationAdded)
    | ({ type: 'service-request-patched' } & ServiceRequestPatch)
    | ({ type: 'service-request-moved' } & ServiceRequestMoved)
    | { type: 'mail-received'; raw: string }
    | { type: 'mail-removed'; messageId: string }
  );

const dayMs = 24 * 60 * 60 * 1000;

export function seedState(beganAt: number, round: number): State {
  return {
    beganAt,
    round,
    worldId: undefined,
    incidents: new Map(seedIncidents(beganAt, round).map((incident) => [incident.id, incident])),
    messages: new Map(seedMessages(beganAt, round).map((message) => [message.id, message])),
    consents: consentsBy(({ consented }) => consented === 'all'),
    delegatedConsents: consentsBy(({ consented }) => consented !== 'none'),
    signInBlocks: new Map(),
    gdapRoles: new Map(),
    gdapPending: new Set(),
    azureRights: new Map(),
    gdapEndsAt: new Map(customers.map(({ tenantId }) => [tenantId, beganAt + 500 * dayMs])),
    refreshTokens: new Map([[partner.refreshToken, beganAt]]),
    tokensWithoutMfa: new Set(),
    signIn: 'as-usual',
    codes: new Map(),
    secrets: new Map([
      [partner.refreshTokenSecretName, [{ version: 'seed', value: partner.refreshToken, at: beganAt }]],
    ]),
    certificates: new Map(),
    tickets: new Map(),
    ticketSequence: 0,
    serviceRequests: new Map(seedServiceRequests(beganAt).map((request) => [request.id, request])),
    mails: [],
    partnerChanges: [],
    webhook: undefined,
  };
}

const consentsBy = (isGranted: (customer: SeedCustomer) => boolean) =>
  new Map(customers.map((one): [string, Consent] => [one.tenantId, isGranted(one) ? 'granted' : 'never']));

type Folds = { [Type in Change['type']]: (state: State, change: Extract<Change, { type: Type }>) => void };

const folds: Folds = {
  began: (state, { at, round, worldId }) => {
    beginRound(state, at, round);
    state.worldId = worldId;
  },
  // The schedule of the seed incidents stays, or whoever saw them would see their posts move. Numbers of tickets stay
  // unique: somebody may still hold an old one. What others put into the vault stays: their data still refers to it; so does
  // their registration.
  reset: (state, { at }) => {
    const { ticketSequence, worldId, webhook, certificates } = state;
    const refreshTokens = new Map([[partner.refreshToken, at]]);
    const seed = seedState(state.beganAt, state.round);
    const secrets = new Map([...state.secrets, ...seed.secrets]);
    Object.assign(state, { ...seed, worldId, ticketSequence, refreshTokens, secrets, certificates, webhook });
  },
  'incident-changed': (state, change) => {
    state.incidents.set(change.id, changeIncident(state.incidents.get(change.id), change, change.at));
  },
  'message-changed': (state, change) => {
    state.messages.set(change.id, changeMessage(state.messages.get(change.id), change, change.at));
  },
  'consent-set': (state, { tenantId, granted }) => {
    state.consents.set(tenantId, granted ? 'granted' : 'withdrawn');
    state.delegatedConsents.set(tenantId, granted ? 'granted' : 'withdrawn');
  },
  'delegated-consent-set': (state, { tenantId, granted }) => {
    state.delegatedConsents.set(tenantId, granted ? 'granted' : 'withdrawn');
  },
  'sign-in-block-set': (state, { tenantId, code }) => {
    if (code === null) state.signInBlocks.delete(tenantId);
    else state.signInBlocks.set(tenantId, code);
  },
  'azure-rights-set': (state, { tenantId, role, reseller, plan }) => {
    const change = Object.entries({ role, reseller, plan }).filter(([, value]) => value !== undefined);
    state.azureRights.set(tenantId, { ...state.azureRights.get(tenantId), ...Object.fromEntries(change) });
  },
  'gdap-set': (state, { at, tenantId, endsAt, roles, pending }) => {
    if (pending === true) state.gdapPending.add(tenantId);
    else if (pending === false) state.gdapPending.delete(tenantId);
    if (endsAt !== undefined) state.gdapEndsAt.set(tenantId, endsAt);
    if (roles !== undefined) state.gdapRoles.set(tenantId, roles);
    state.partnerChanges.push({ at, tenantId, kind: 'gdap' });
  },
  'subscription-set': (state, { at, tenantId, offerName, status }) => {
    state.partnerChanges.push({ at, tenantId, kind: 'subscription', offerName, status });
  },
  'webhook-registered': (state, { at, url, events, isOwnHeader }) => {
    state.webhook = { at, url, events, isOwnHeader };
  },
  'code-issued': (state, change) => {
    state.codes.set(change.code, { ...change, isRedeemed: false });
  },
  'code-redeemed': (state, { code }) => {
    const issued = state.codes.get(code);
    if (issued) state.codes.set(code, { ...issued, isRedeemed: true });
  },
  'sign-in-set': (state, { way }) => {
    state.signIn = way;
  },
  'refresh-token-issued': (state, { token, at, hasMfa = true }) => {
    state.refreshTokens.set(token, at);
    if (!hasMfa) state.tokensWithoutMfa.add(token);
  },
  'refresh-tokens-revoked': (state) => {
    state.refreshTokens.clear();
  },
  'secret-set': (state, { name, version, value, at, contentType }) => {
    state.secrets.set(name, [...(state.secrets.get(name) ?? []), { version, value, at, contentType }]);
  },
  'certificate-put': (state, { name, version, cer, key, registered, at }) => {
    state.certificates.set(name, [...(state.certificates.get(name) ?? []), { version, cer, key, registered, at }]);
  },
  'ticket-put': (state, change) => {
    state.ticketSequence = putTicket(state.tickets, change, state.ticketSequence);
  },
  'ticket-patched': (state, change) => {
    patchTicket(state.tickets, change);
  },
  'ticket-moved': (state, change) => {
    moveTicket(state.tickets, change);
  },
  'communication-added': (state, change) => {
    addCommunication(state.tickets, change);
  },
  'service-request-patched': (state, change) => {
    applyServiceRequestPatch(state.serviceRequests, change);
  },
  'service-request-moved': (state, change) => {
    moveServiceRequest(state.serviceRequests, change);
  },
  'mail-received': (state, { at, raw }) => {
    state.mails.push({ at, raw });
  },
  'mail-removed': (state, { messageId }) => {
    state.mails = state.mails.filter(({ raw }) => !raw.includes(messageId));
  },
};

/** Folds one accepted change into the state; must give the same result when the journal is replayed. */
export function applyChange(state: State, change: Change): void {
  const fold = folds[change.type] as (state: State, change: Change) => void;
  fold(state, change);
}

/** A later beginning keeps what was accepted before and brings incidents of its own. */
function beginRound(state: State, at: number, round: number): void {
  if (state.round === round) return;
  if (state.round === 0) {
    Object.assign(state, seedState(at, round));
    return;
  }
  state.beganAt = at;
  state.round = round;
  for (const incident of seedIncidents(at, round)) state.incidents.set(incident.id, incident);
  for (const message of seedMessages(at, round)) state.messages.set(message.id, message);
}
