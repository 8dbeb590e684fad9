/** A customer as the partner's list shows it. */
export type ListedCustomer = { tenantId: string; name: string; initialDomain: string; relationship: string };

/** `continuation` is the token of the next page; absent on the last. `skipped` counts items that could not be read. */
export type CustomerPage = { customers: ListedCustomer[]; skipped: number; continuation?: string };

/** Where customers come from. Every call is one exchange; all throw {@link SourceFailure}. */
export type CustomersSource = {
  list(connectionId: string, continuation: string | undefined): Promise<CustomerPage>;
  /** Verified domains; undefined where the partner may not see them. */
  domains(connectionId: string, tenantId: string): Promise<string[] | undefined>;
  hasAzurePlan(connectionId: string, tenantId: string): Promise<boolean>;
};

/** Ids of the Azure subscriptions of a tenant that the desk can see; undefined where it may not look. */
export type AzureSubscriptions = (connectionId: string, tenantId: string) => Promise<string[] | undefined>;

/** No page. `throttled` and `away` pass by themselves; `refused` and `unreadable` usually need a person. */
export class SourceFailure extends Error {
  override readonly name = 'SourceFailure';
  readonly reason: 'throttled' | 'away' | 'refused' | 'unreadable';
  readonly status: number | undefined;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    reason: SourceFailure['reason'],
    message: string,
    more: { status?: number | undefined; retryAfterSeconds?: number | undefined; cause?: unknown } = {},
  ) {
    super(message, { cause: more.cause });
    this.reason = reason;
    this.status = more.status;
    this.retryAfterSeconds = more.retryAfterSeconds;
  }
}
