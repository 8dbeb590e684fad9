import type { CustomerScope } from '../core/caller.ts';
import type { Clock } from '../core/clock.ts';
import type { Random } from '../core/ids.ts';
import type { Bus } from '../platform/bus.ts';
import type { Tables } from '../platform/table.ts';
import type { Scope } from '../platform/telemetry.ts';
import type { Connection, EscalatableCustomer, EscalatableRequest } from './escalatable.ts';
import type { EscalationEvent, EscalationRow, EscalationState } from './escalation.ts';
import type { FilingChannel } from './filing-channel.ts';
import type { PartnerContact } from './packet.ts';
import type { CloudName } from '../customers/cloud.ts';
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
  channel: FilingChannel;
  announce: Announce;
  /** Tells people of the partner who must act at once. Idempotent by event. */
  reach?: (news: { head: EscalationRow; event: EscalationEvent }, scope: Scope) => Promise<void>;
  caseSyncMinutes: number;
};
