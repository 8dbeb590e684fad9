import type { CloudName } from '../customers/cloud.ts';
import type { DelegationState } from '../customers/delegation.ts';
import type { Duty } from './duty.ts';
import type { Connection, EscalatableCustomer, EscalatableRequest } from './escalatable.ts';
import type { OpenCase } from './open-case.ts';
import type { DiagnosticConsent, PartnerContact } from './packet.ts';
import type { KnownRights } from './rights.ts';
import type { Capability, Contract, Vehicle } from './vehicle.ts';

/** Everything the decision rests on, read beforehand: the decision itself looks nothing up. */
export type Facts = {
  nowMs: number;
  cloud: CloudName;
  /** The id that the escalation will have. */
  escalationId: string;
  request: EscalatableRequest;
  customer?: EscalatableCustomer | undefined;
  connection?: Connection | undefined;
  contact?: PartnerContact | undefined;
  contracts: readonly Contract[];
  /** What is known of filing by the Support API in the case's subscription. */
  capability?: Capability | undefined;
  /** Whether the desk may file in the case's subscription; absent where nobody has asked. */
  rights?: KnownRights | undefined;
  /** How the reading of delegated relationships stands; absent: as it should. */
  delegation?: DelegationState | undefined;
  duty?: Duty | undefined;
  /** Of the request's likely incidents, those that Microsoft has not resolved. */
  openIncidents: readonly { id: string; title: string }[];
  /** Cases of these incidents that the same connection has at Microsoft. */
  openCases: readonly OpenCase[];
  /** What the customer said about diagnostic data, where it was recorded. */
  diagnosticConsent?: DiagnosticConsent | undefined;
  wanted?: { vehicle?: Vehicle | undefined; force?: boolean | undefined };
};
