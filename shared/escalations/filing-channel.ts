import type { Packet } from './packet.ts';
import { partnerCenterRefusals } from './partner-center-refusals.ts';
import type { FiledChannel } from './vehicle.ts';

/** What a channel must know to put, find and read one ticket: the name is the desk's, always the same for one escalation. */
export type FilingJob = {
  channel: FiledChannel;
  escalationId: string;
  ticketName: string;
  connectionId: string;
  customerTenantId: string;
  partnerTenantId: string;
  tokenWay: 'app' | 'delegated';
  subscriptionId: string;
};

/** A case as Microsoft tells it. `number` has 16 digits and is absent while the case is still being set up. */
export type CaseState = {
  number?: string;
  status: string;
  isClosed: boolean;
  severity?: string;
  /** The engineer's address; kept only as a hash. */
  engineer?: string;
};

export const refusals = {
  ...partnerCenterRefusals,
  plan: {
    text: "Microsoft does not take this case by the Support API under the partner's support plan.",
    remedy: 'A person files it in the portal; the packet is ready.',
  },
  'rights-missing': {
    text: "Microsoft says that the desk has no right to file in the customer's subscription.",
    remedy: 'Give the desk Support Request Contributor on the subscription, then drive the escalation again.',
  },
  'not-consented': {
    text: "The desk's application is not consented in the customer's tenant, or the consent was withdrawn.",
    remedy: "Have the customer's administrator consent, then drive the escalation again.",
  },
  'credential-refused': {
    text: "Microsoft does not accept the desk's own credential.",
    remedy: "Mend the connection's federated credential or its refresh token, then drive the escalation again.",
  },
  'subscription-unknown': {
    text: "Microsoft does not know the customer's subscription.",
    remedy: 'Check whether the subscription was cancelled or moved, and read the customer directory again.',
  },
  'subscription-disabled': {
    text: "The customer's subscription is disabled, so that nothing can be written in it.",
    remedy:
      'Have the subscription enabled again, then drive the escalation again; or let a person file it: {"byHand":true}.',
  },
  'provider-not-registered': {
    text: "The customer's subscription is not registered for Microsoft.Support.",
    remedy: 'Register the resource provider Microsoft.Support in the subscription, then drive the escalation again.',
  },
  'own-tenant': {
    text: "The customer's tenant is the partner's own: a ticket there would not be the customer's.",
    remedy: 'Check the customer and its partner connection; the own tenant is supported by another way.',
  },
  'no-service-fits': {
    text: 'Microsoft offers no technical service for a ticket.',
    remedy: 'Let a person file it in the portal: drive it again with {"byHand":true}.',
  },
  'classification-refused': {
    text: 'Microsoft does not take the service or the problem type, although both were read from its list just now.',
    remedy: 'Drive the escalation again later; or with {"byHand":true}, and a person chooses both in the portal.',
  },
  'phone-missing': {
    text: 'A critical case needs a telephone number of the partner.',
    remedy:
      'Drive it again with {"byHand":true}: a person files it in the portal, with a number. Enter contact.phone in the support statement for the cases to come; this packet keeps the contact it began with.',
  },
  'contact-rejected': {
    text: "Microsoft does not take the partner's contact.",
    remedy:
      'Drive it again with {"byHand":true}: a person files it in the portal. Mend contact, country and time zone in the support statement for the cases to come; this packet keeps the contact it began with.',
  },
  'country-unknown': {
    text: "The country of the partner's contact is no ISO 3166-1 code.",
    remedy:
      'Drive it again with {"byHand":true}: a person files it in the portal. Enter partner.country in the support statement as an alpha-3 code such as DEU for the cases to come; this packet keeps what it began with.',
  },
  'severity-locked': {
    text: 'Microsoft does not change the severity while an engineer works on the case.',
    remedy: 'Ask the engineer for it: the desk writes so on the case by itself.',
  },
  'case-closed': {
    text: 'Microsoft has closed the case, and takes nothing more on it.',
    remedy: 'Read what Microsoft wrote last. If it is not solved, escalate the request again: that opens a new case.',
  },
  'case-unknown': {
    text: 'Microsoft does not know the case any more; it keeps tickets for 18 months.',
    remedy: 'Look for the number in the portal, and escalate the request again if it is not solved.',
  },
  rejected: {
    text: 'Microsoft rejected what the desk sent.',
    remedy:
      'Drive it again with {"byHand":true}: a person compares the packet with the form of the portal, and files it there.',
  },
  unverified: {
    text: 'A ticket may have been filed, but Microsoft does not let the desk look for it.',
    remedy:
      'Drive it again once the desk may look. Or look for the marker of the packet in the portal; then drive it with {"byHand":true,"looked":true}, claim it, and tell the number of the ticket or file it.',
  },
} as const;
export type RefusalCode = keyof typeof refusals;

/** Nothing was filed, and trying later may help. `doubt` says what it is if it has not passed by the end of a day. */
export type Passing = { kind: 'passing'; reason: string; retryAfterSeconds?: number; doubt?: Refused };
/** Nothing was filed, and trying again as it stands will not help. `upstream` is Microsoft's error code. */
export type Refused = { kind: 'refused'; code: Exclude<RefusalCode, 'unverified'>; upstream?: string };

export type FileOutcome =
  | { kind: 'filed'; case: CaseState }
  | { kind: 'accepted'; operation?: string; retryAfterSeconds?: number }
  /** Nobody knows whether a ticket was made. */
  | { kind: 'unknown'; reason: string; retryAfterSeconds?: number }
  | Passing
  | Refused;

/**
 * A way to file by machine. Nothing here throws for what the other side does: each answer says whether a ticket can exist.
 */
export type FilingChannel = {
  /** Everything that can go wrong before a ticket can exist. `submit` makes one; it puts again only after a refusal that made none. */
  prepare(
    job: FilingJob,
    packet: Packet,
  ): Promise<{ kind: 'prepared'; submit: () => Promise<FileOutcome> } | Passing | Refused>;
  /** Looks for the ticket by its name. */
  find(job: FilingJob): Promise<{ kind: 'found'; case: CaseState } | { kind: 'absent' } | Passing | Refused>;
  /** How an accepted filing goes on; `ended` says only that it is time to look. */
  progress(
    job: FilingJob,
    operation: string,
  ): Promise<{ kind: 'running'; retryAfterSeconds?: number } | { kind: 'ended' } | Passing | Refused>;
};
