import type { CustomerScope } from '../core/caller.ts';
import type { AdminLink } from '../customers/admin-links.ts';
import type { Customer } from '../customers/customer.ts';
import type { CustomerName } from '../customers/resolve-customer.ts';
import type { Scope } from '../platform/telemetry.ts';

/** What intake must know of a customer: one row. */
export type IntakeCustomer = Pick<
  Customer,
  | 'customerId'
  | 'connectionId'
  | 'tenantId'
  | 'name'
  | 'initialDomain'
  | 'openIncidentIds'
  | 'openAzureIncidentIds'
  | 'coverage'
  | 'isGcc'
  /** When the customer was found gone from the partner's list. */
  | 'leftAt'
>;

export type CustomersPort = {
  /**
   * Finds a customer by any of its four names. `mayUse` is asked as soon as the id is known, before the customer's row is read,
   * so that a foreign customer costs no more than an unknown one. Undefined for both.
   */
  resolve(name: CustomerName, mayUse: (customerId: string) => boolean): Promise<IntakeCustomer | undefined>;
};

export type IncidentRef = { id: string; revision: string };

/** An incident of Microsoft's that is not over. */
export type LiveIncident = {
  id: string;
  /** A Graph service id such as `Exchange`, `azure`, or a display name where the id is unknown. */
  service: string;
  serviceName: string;
  feature: string;
  title: string;
  impact: string;
  status: string;
  classification: 'incident' | 'advisory';
  startedAt: string;
  nextUpdateBy?: string | undefined;
};

/** Incidents by id and revision: cached, so that a warm call reads nothing. Those that are unknown are left out. */
export type LiveIncidents = (refs: readonly IncidentRef[]) => Promise<LiveIncident[]>;

/** Management portals of a service, or of `service-health`, for one customer. */
export type AdminLinks = (customer: IntakeCustomer, service: string) => AdminLink[];

/** The part of a portal that a notice about a request depends on. */
export type NoticePortal = { id: string; customers: CustomerScope };

export type Notice = {
  /** The same at every try. */
  eventId: string;
  type: 'request.created' | 'request.updated' | 'request.commented' | 'request.resolved' | 'request.closed';
  /** ISO 8601. */
  at: string;
  /** What this portal is told; undefined where it is not to be told. */
  data: (portal: NoticePortal) => Record<string, unknown> | undefined;
  portalIds: string[];
};

/** Owes the portals a signed webhook. Idempotent by event and portal. */
export type Announce = (notice: Notice, scope: Scope) => Promise<void>;

/** Takes back what of a request's escalations was not filed before the request was closed. Idempotent. */
export type CancelEscalations = (requestId: string, scope: Scope) => Promise<void>;
