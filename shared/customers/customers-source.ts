/** A customer as the partner's list shows it. */
export type ListedCustomer = { tenantId: string; name: string; initialDomain: string; relationship: string };

/** `continuation` is the token of the next page; absent on the last. `skipped` counts items that could not be read. */
export type CustomerPage = { customers: ListedCustomer[]; skipped: number; continuation?: string };

/** A customer read by itself. Undefined members could not be seen; `resellerId` is a tenant id or a Partner ID. */
export type CustomerRead = {
  listed: ListedCustomer | undefined;
  /** Verified domains in lower case. */
  domains: string[] | undefined;
  resellerId: string | undefined;
};

/** What was sold to a customer. Undefined members are not said; `partnerId` is that of the reseller of record. */
export type Subscription = {
  product: string | undefined;
  productType: string | undefined;
  isActive: boolean;
  isMicrosoft: boolean;
  partnerId: string | undefined;
};

/** `isWhole`: nothing of the answer was unreadable, and there is no more of it. */
export type SubscriptionsRead = { subscriptions: Subscription[]; isWhole: boolean };

/** Where customers come from. Every call is one exchange; all throw {@link SourceFailure}. */
export type CustomersSource = {
  list(connectionId: string, continuation: string | undefined): Promise<CustomerPage>;
  customer(connectionId: string, tenantId: string): Promise<CustomerRead>;
  subscriptions(connectionId: string, tenantId: string): Promise<SubscriptionsRead>;
};

/** What somebody did at Partner Center. `at` is an ISO text; what a record does not say, or not readably, is undefined. */
export type AuditRecord = {
  id: string;
  tenantId: string | undefined;
  resourceType: string;
  operationType: string;
  hasFailed: boolean;
  at: string | undefined;
};

/** `skipped` counts records that could not be read. */
export type AuditPage = { records: AuditRecord[]; skipped: number; continuation?: string };

/** Records since the beginning of a day (`yyyy-mm-dd`, UTC). One exchange; throws {@link SourceFailure}. */
export type AuditSource = (
  connectionId: string,
  query: { startDate: string; continuation: string | undefined },
) => Promise<AuditPage>;

/** An indirect reseller of a provider, as far as Microsoft says. */
export type Reseller = { tenantId?: string | undefined; partnerId?: string | undefined; name?: string | undefined };

/** The resellers of a provider, and the one of a customer. Both throw {@link SourceFailure}. */
export type ResellersSource = {
  all(connectionId: string): Promise<Reseller[]>;
  of(connectionId: string, tenantId: string): Promise<Reseller | undefined>;
};

/** Ids of the Azure subscriptions of a tenant that the desk can see; undefined where it may not look. */
export type AzureSubscriptions = (connectionId: string, tenantId: string) => Promise<string[] | undefined>;

/** Whether a tenant is in the US Government Community Cloud; undefined where nobody can say now. Never throws for trouble. */
export type ReadIsGcc = (tenantId: string) => Promise<boolean | undefined>;

export type FailureReason = 'throttled' | 'away' | 'refused' | 'unreadable';

/** No page. `throttled` and `away` pass by themselves; `refused` and `unreadable` usually need a person. */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure';
  readonly reason: FailureReason;
  readonly status: number | undefined;
  /** Partner Center's own code, a number written as text. */
  readonly code: string | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    reason: FailureReason,
    message: string,
    more: {
      status?: number | undefined;
      code?: string | undefined;
      retryAfterSeconds?: number | undefined;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: more.cause });
    this.reason = reason;
    this.status = more.status;
    this.code = more.code;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}

/**
 * What is refused or unreadable for one customer says nothing about the others. A 401, or a refusal without an answer (no token),
 * is the partner's own.
 */
export const isOwnTrouble = ({ reason, status }: SourceFailure): boolean =>
  reason === 'unreadable' || (reason === 'refused' && status !== undefined && status !== 401);

/** Microsoft says that the partner has nothing to do with this tenant (any more): not found, or code 20002. */
export const isGone = ({ status, code }: SourceFailure): boolean =>
  status === 404 || (status === 403 && code === '20002');
