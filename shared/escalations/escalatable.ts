export type Severity = 'critical' | 'moderate' | 'minimal';

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
  contact: { name: string; email: string; phone?: string | undefined };
  externalRefs: readonly { system: string; id: string; url?: string | undefined }[];
  likelyIncidents: readonly { id: string; title: string; confidence: number }[];
  escalationCount: number;
  createdAt: string;
};

export type EscalatableCustomer = {
  customerId: string;
  connectionId: string;
  tenantId: string;
  name: string;
  initialDomain: string;
  azureSubscriptionIds: readonly string[];
  /** How the desk reaches the tenant; `endsAt` (ISO) where a delegated relationship is known to end. */
  access: { way: 'app' | 'gdap' | 'none'; endsAt?: string | undefined };
  left?: boolean | undefined;
};

export type Connection = { id: string; tenantId: string; role: 'direct' | 'provider' | 'reseller' };
