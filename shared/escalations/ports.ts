import type { CustomerScope } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import type { Bus } from '../platform/bus.ts';
import type { ReadSecret } from '../platform/secret.ts';
import type { Tables } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { Followers } from './channel-table.ts';
import type { Connection, EscalatableCustomer, EscalatableRequest } from './escalatable.ts';
import type { ReadDuty } from './duty.ts';
import type { EscalationEvent, EscalationRow, EscalationState } from './escalation.ts';
import type { FilingChannel } from './filing-channel.ts';
import type { PartnerContact } from './packet.ts';
import type { CloudName } from '../customers/cloud.ts';
import type { ReadDelegationState } from '../customers/delegation.ts';
import type { RightsProbe } from './rights.ts';
import type { Channel, Vehicle } from './vehicle.ts';

export type AppliedEscalation = {
  requestId: string;
  escalation: {
    id: string;
    version: number;
    state: EscalationState;
    vehicle?: Vehicle | undefined;
    channel: Channel;
    caseNumber?: string | undefined;
  };
  at: string;
  what: 'started' | 'changed' | 'closed';
  note?: string | undefined;
};

/** What the requests offer to escalations. `applyEscalation` is idempotent by escalation id and version. */
export type RequestsPort = {
  /** One read. */
  isKnown(requestId: string): Promise<boolean>;
  readForEscalation(requestId: string): Promise<EscalatableRequest | undefined>;
  applyEscalation(applied: AppliedEscalation, scope: Scope): Promise<void>;
};

/** The part of a portal that a notice depends on. */
export type NoticePortal = { id: string; customers: CustomerScope };

/** Tells the portals, once per event id and portal, however often it is called. */
export type Announce = (
  notice: {
    eventId: string;
    type: 'escalation.updated';
    at: string;
    data: (portal: NoticePortal) => Record<string, unknown> | undefined;
    portalIds: string[];
  },
  scope: Scope,
) => Promise<void>;

/** What escalations need from the rest of the desk; tables are wrapped with write tokens by whoever builds this. */
export type EscalationDeps = {
  tables: Tables<'escalations' | 'desk'>;
  bus: Bus;
  clock: Clock;
  random: Random;
  cloud: CloudName;
  requests: RequestsPort;
  customers: { byId(customerId: string): Promise<EscalatableCustomer | undefined> };
  connections: (id: string) => Connection | undefined;
  /** The partner's own contact for cases of a connection. */
  contact: (connectionId: string) => Promise<PartnerContact | undefined>;
  /** Of the incidents named, those that Microsoft has not resolved. */
  openIncidents: (ids: readonly string[]) => Promise<readonly { id: string; title: string }[]>;
  /** Files by whichever channel a job names (`filingBy`). */
  channel: FilingChannel;
  /** Whether the desk may file by it. */
  rights: RightsProbe;
  /** How the reading of a connection's delegated relationships stands. */
  delegation: ReadDelegationState;
  duty: ReadDuty;
  /** For the ids of contracts, which only a claimant is shown. */
  readSecret: ReadSecret;
  /** Which of Microsoft's interfaces gives a case; none for those that only people can read. */
  followers: Followers;
  announce: Announce;
  /** Tells people of the partner who must act at once. Idempotent by event. */
  reach?: (news: { head: EscalationRow; event: EscalationEvent }, scope: Scope) => Promise<void>;
  caseSyncMinutes: number;
};
