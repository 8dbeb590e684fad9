import type { Packet } from './packet.ts';
import { partnerCenterRefusals } from './partner-center-refusals.ts';

/** What a channel must know to put, find and read one ticket: the name is the desk's, always the same for one escalation. */
export type FilingJob = {
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
  rejected: {
    text: 'Microsoft rejected what the desk sent.',
    remedy: 'Compare the packet with the form in the portal, and file it there if it cannot be mended.',
  },
  unverified: {
    text: 'A ticket may have been filed, but Microsoft does not let the desk look for it.',
    remedy: 'Look for the marker of the packet in the portal before anything is filed again.',
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
  /** Everything that can go wrong before a ticket can exist. `submit` makes exactly one call. */
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
