import type { PartnerConnection } from '../customers/cloud.ts';
import type { Customer } from '../customers/customer.ts';
import type { Severity } from './case-severity.ts';

/** A request as far as an escalation needs it. `contact` is the customer's and never goes to Microsoft. */
export type EscalatableRequest = {
  requestId: string;
  portalId: string;
  customerId: string;
  version: number;
  state: string;
  title: string;
  description: string;
  severity: Severity;
  category: string | null;
  service: string | null;
  boundary: string | null;
  businessImpact?: string | undefined;
  startedAt?: string | undefined;
  language?: string | undefined;
  evidence?: Record<string, unknown> | undefined;
  attachments?: readonly { name: string; url: string }[] | undefined;
  contact: { name: string; email: string; phone?: string | undefined };
  externalRefs: readonly { system: string; id: string; url?: string | undefined }[];
  likelyIncidents: readonly { id: string; title: string; confidence: number }[];
  escalationCount: number;
  /** What Microsoft will ask for and nobody has given. */
  missingEvidence?: readonly string[] | undefined;
  /** What is to be looked at before anybody is asked for help. */
  checks?: readonly string[] | undefined;
  createdAt: string;
  /** When the person who sent it was erased: there are no texts any more that could be filed. */
  erasedAt?: string | undefined;
};

/** A customer as far as an escalation needs it. */
export type EscalatableCustomer = Pick<
  Customer,
  | 'customerId'
  | 'connectionId'
  | 'tenantId'
  | 'name'
  | 'initialDomain'
  | 'relationship'
  | 'azureSubscriptionIds'
  | 'access'
  | 'coverage'
  | 'gdap'
  | 'leftAt'
>;

/** A partner connection as far as an escalation needs it. */
export type Connection = Pick<PartnerConnection, 'id' | 'tenantId' | 'role'>;

/** Nobody waits for Microsoft any more. */
export const isOver = ({ state }: Pick<EscalatableRequest, 'state'>): boolean =>
  state === 'resolved' || state === 'closed';
